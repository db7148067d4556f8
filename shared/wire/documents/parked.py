"""The documents of messages that could not be processed, and of how many a unit spoiled on a day."""

from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from shared.wire.documents.receipts import ReasonDocument


class ParkedDocument(TypedDict):
    """One message that could not be processed, whole, with the reason (`parked`). It is removed after 400 days. Since data format 7.

    Written by: `services/ingest/parked.py`; `tonghop parked replay` and `parked drop` say what became of it, and add what an
    earlier version parked in the stream PARKED only. Read by: the command line; the portal, without `payload`.
    """

    _id: Annotated[
        str,
        "`<service>/<sequence in INBOX>`; if a restored broker used the sequence again, `@` and `received_ms` follow",
    ]
    subject: Annotated[str, "subject of INBOX"]
    sender: Annotated[str, "id of the unit that sent it"]
    sequence: Annotated[int, "sequence in INBOX"]
    received_ms: Annotated[int, "when INBOX stored it; milliseconds since 1970"]
    parked_at: Annotated[datetime, "when it was parked"]
    size: Annotated[int, "bytes of the message"]
    payload: Annotated[bytes, "the message as it was sent; the first 16 KiB of what an earlier version parked and INBOX no longer has"]
    reason: Annotated[ReasonDocument, "why it was parked"]
    event_id: NotRequired[Annotated[str, "the text in the place of the event's id, if there is one"]]
    traceparent: NotRequired[Annotated[str, "the event's `traceparent`, if there is one"]]
    state: Annotated[Literal["waiting", "replayed", "dropped"], "what became of it"]
    by: NotRequired[Annotated[str, "actor that replayed or dropped it"]]
    at: NotRequired[Annotated[datetime, "when that was done"]]
    why: NotRequired[Annotated[str, "why it was dropped"]]


class ParkedCountDocument(TypedDict):
    """How many messages a unit spoiled on one day (`parked_counts`). It is removed after 400 days. Since data format 7.

    Written by: `services/ingest/parked_counts.py`. Read by: ingest, for the limits of a day; the portal.
    """

    _id: Annotated[str, "`<unit id>/<day>`"]
    unit: Annotated[str, "id of the unit"]
    day: Annotated[str, "day of receipt in Vietnam, `YYYY-MM-DD`"]
    began_at: Annotated[datetime, "when the first was counted"]
    kept: Annotated[int, "messages that were parked"]
    counted: Annotated[int, "further messages, of which nothing is kept; after a crash some may be counted twice"]
    refused: Annotated[int, "bodies that the HTTP door refused; they are not kept"]
