"""The documents of the accepted events, in the order of the log."""

from typing import Annotated, NotRequired, TypedDict


class ReportDocument(TypedDict):
    """One accepted event of the log (`reports`), in the order in which it was logged.

    Written by: `services/aggregate/store.py`, `services/aggregate/rebuild.py`.
    Read by: aggregate (at its start), ingest (where an event is in the log), the portal (a report's history), `tonghop verify`.
    """

    _id: Annotated[str, "`<sender code>/<event id>`, the key of the event's claim in `receipts`"]
    regime: Annotated[str, "id of the regime that the event concerns"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[str, "id of the unit that the event concerns; empty when it concerns the whole period"]
    type: Annotated[str, "type of the event"]
    revision: Annotated[int, "revision that was sent, withdrawn or returned; 0 for other events"]
    received_ms: Annotated[int, "when INBOX stored the event, milliseconds since 1970"]
    partition: Annotated[int, "partition of the log"]
    sequence: Annotated[int, "sequence in REPORTS of the event's first copy"]
    event: Annotated[bytes, "the logged CloudEvent, byte for byte; text in what format 1 stored"]
    estimate: NotRequired[Annotated[bool, "true if the event is a report with estimated figures, otherwise absent; since data format 7"]]
