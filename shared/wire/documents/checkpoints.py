"""The documents of `checkpoints`: how far each service has stored the log, and the format and the generation of what is stored."""

from typing import Annotated, Literal, NotRequired, TypedDict

from shared.wire.documents.duties import GivenFields, ReportStateDocument


class LogMarkDocument(TypedDict):
    """A mark that identifies one message of REPORTS, even if another stream re-uses its sequence (`shared/plumbing/log_mark.py`)."""

    sequence: Annotated[int, "sequence in REPORTS; 0 before the first message"]
    event_id: Annotated[str, "`<sender code>/<event id>` of the event; empty when the message was none"]
    stored_ms: Annotated[int, "when REPORTS stored it, milliseconds since 1970"]
    stream_created: Annotated[str, "when REPORTS was created"]


class AggregateCheckpointDocument(LogMarkDocument):
    """How far one partition of the log is stored in `reports` and `views`.

    Written by: `services/aggregate/store.py`, `services/aggregate/rebuild.py`.
    Read by: aggregate (at its start), `tonghop verify`, `tonghop demo`.
    """

    _id: Annotated[str, "`aggregate/<partition>`"]
    generation: NotRequired[Annotated[int, "generation under which every view is stored up to there; absent while some views are not"]]
    moved_under: NotRequired[Annotated[int, "generation of the aggregator that moved the checkpoint; absent if it is not known"]]


class ShownDocument(TypedDict):
    """A regime and period whose views are all stored.

    Written by: `services/aggregate/store.py`. Read by: aggregate (at its start).
    """

    _id: Annotated[str, "`shown/<partition>/<regime>/<period>`"]
    partition: Annotated[int, "partition of the log"]
    regime: Annotated[str, "id of the source regime"]
    period: Annotated[str, "code of the period"]
    generation: Annotated[int, "generation of units and regimes by which the views were computed"]


class NotifyCheckpointDocument(LogMarkDocument):
    """How far the log is stored in `duties`, and state that belongs to no stored duty.

    Written by: `services/notify/store/book.py`. Read by: notify (at its start), `tonghop status`.
    """

    _id: Annotated[Literal["notify"], "`notify`"]
    shape: Annotated[int, "the data format that last changed this document and the state of duties"]
    generation: Annotated[int, "generation of units and regimes by which the duties were computed"]
    begun: Annotated[list[tuple[str, str]], "regimes and periods whose duties are all stored"]
    opened: Annotated[list[tuple[str, str, list[GivenFields]]], "regime, period and openings of each period that was opened on call"]
    waiting: Annotated[list[tuple[str, str, str, ReportStateDocument]], "regime, period, unit id and state where no duty is stored"]
    acted: NotRequired[
        Annotated[list[tuple[str, str, int]], "regime, period and received time (ms) of the last act about them, of the last weeks"]
    ]
    imported: NotRequired[
        Annotated[list[tuple[str, str, int]], "regime, period and time (ms) at which an event of an earlier time was last imported"]
    ]


class FormatDocument(TypedDict):
    """The format of the stored data.

    Written by: `shared/plumbing/data_format.py`.
    Read by: every service, at its start.
    """

    _id: Literal["format"]
    value: Annotated[int, "the data format"]


class GenerationDocument(TypedDict):
    """The current generation of units, regimes and views.

    Written by: `shared/plumbing/reference_store.py`, `shared/plumbing/data_format.py`. Read by: every service, repeatedly.
    """

    _id: Literal["generation"]
    value: Annotated[int, "the generation: raised when units or regimes change, and when views are rebuilt"]
    imports: NotRequired[Annotated[int, "how many imports there were, those that changed nothing included"]]
