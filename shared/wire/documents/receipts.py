"""The documents of claimed events: each with the decision about it."""

from typing import Annotated, Literal, NotRequired, TypedDict


class ReasonDocument(TypedDict):
    """One fault of an event, or one warning; part of a receipt's document."""

    code: Annotated[str, "stable code of the error catalogue"]
    path: Annotated[str, "path of the field, empty for the whole event"]
    message_vi: Annotated[str, "what to do, in Vietnamese"]
    message_en: Annotated[str, "what to do, in English"]


class ReceiptDocument(TypedDict):
    """One claimed event with the complete decision about it (`receipts`). It is written once and never changed.

    Written by: `services/ingest/store.py`. Read by: ingest (to find repeats, and what was accepted before), portal (receipts of reports),
    `tonghop rebuild` (accepted events that the log lacks), `tonghop demo`.
    """

    _id: Annotated[str, "`<sender>/<event id>`; for a second event under the same id, `#` and the first 16 digits of its hash follow"]
    event_id: Annotated[str, "id of the event"]
    sender: Annotated[str, "id of the unit that sent it"]
    hash: Annotated[str, "SHA-256 of the event's content, by which a repeat is told from another event"]
    received_ms: Annotated[int, "when INBOX stored the first message with the event, or its `receivedat`; milliseconds since 1970"]
    inbox_sequence: Annotated[int, "sequence in INBOX of that message"]
    type: Annotated[str, "type of the event; empty when it is unknown, as are `regime`, `period` and `unit_id`"]
    regime: Annotated[str, "id of the regime that the event concerns"]
    period: Annotated[str, "code of the period"]
    unit_id: Annotated[str, "id of the unit that the event concerns; empty when it concerns the whole period"]
    verdict: Annotated[Literal["accepted", "rejected"], "the decision"]
    errors: Annotated[list[ReasonDocument], "why the event was rejected"]
    warnings: NotRequired[Annotated[list[ReasonDocument], "what the sender of an accepted event should know; since data format 5"]]
    revision: NotRequired[Annotated[int, "revision of the event, 0 when it has none; since data format 5"]]
    imported_ms: NotRequired[Annotated[int, "when INBOX stored the first message with the event; of an imported event only"]]
    standing_revision: NotRequired[
        Annotated[int, "revision that stands with this decision, 0 for none; of reports and withdrawals, since data format 7"]
    ]
    next_revision: NotRequired[Annotated[int, "revision to send next; of reports and withdrawals, since data format 7"]]
    partition: NotRequired[Annotated[int, "partition of the log; of an accepted event only"]]
    event: NotRequired[Annotated[bytes | str, "the event as it is logged; of an accepted event only; text in what format 1 stored"]]
