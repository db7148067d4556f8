"""The document of a duty, with the state of the report from which a notifier continues."""

from datetime import datetime
from typing import Annotated, Final, Literal, NotRequired, TypedDict

GivenFields = tuple[int, str, datetime, str, str, bool]
"""An opening or an extension: received time in ms, event id, instant, reason, code of the unit that set it, whether it corrects."""


class DutyUnitDocument(TypedDict):
    """The unit of a duty, as it was named on the last day of the period."""

    id: Annotated[str, "the unit's id"]
    code: Annotated[str, "the unit's code"]
    name: Annotated[str, "the unit's name"]


class ReturnedDocument(TypedDict):
    """Why the unit's report was sent back."""

    revision: Annotated[int, "the revision that was sent back"]
    reason: Annotated[str, "the recipient's reason"]
    fix_by: Annotated[datetime | None, "the first instant at which the new report is late; null when none was named"]


class ExtensionDocument(TypedDict):
    """More time for one unit."""

    until: Annotated[datetime, "the first instant that is late"]
    reason: Annotated[str, "the recipient's reason"]
    author: Annotated[str, "code of the unit that gave it"]


class ReportStateDocument(TypedDict):
    """What the logged events say about one unit's report (`shared/words/report_state.py`). A notifier continues from it."""

    winner: Annotated[tuple[int, int, str], "of the revision that counts: revision, received time in ms, event id; 0, 0, empty when none"]
    is_submission: Annotated[bool, "whether that revision is a submission, not a withdrawal"]
    first_submitted_ms: Annotated[int | None, "when the first submission was received"]
    extensions: Annotated[list[GivenFields], "all extensions: received time in ms, event id, instant, reason, author, whether it corrects"]
    returns: Annotated[
        list[tuple[int, int, str, str, datetime | None]],
        "the latest return of each revision: revision, received time in ms, event id, reason, fix-by instant",
    ]
    confirmations: NotRequired[
        Annotated[
            list[tuple[str, int, str]],
            "confirmations: `<sender>/<event id>`, received time in ms, hash of the view; since data format 8 (before: `confirmation`)",
        ]
    ]
    undone: NotRequired[Annotated[list[str], "`<sender>/<event id>` of the confirmations that were undone; since data format 8"]]
    first_confirmed_ms: Annotated[int | None, "when the first confirmation was received"]
    is_estimate: NotRequired[Annotated[bool, "whether the revision that counts has estimated figures; since data format 7"]]
    was_estimated: NotRequired[Annotated[bool, "whether some submission had estimated figures; since data format 7"]]
    first_official_ms: NotRequired[Annotated[int | None, "when the first submission without estimates was received; since data format 7"]]
    entered: NotRequired[
        Annotated[
            list[tuple[int, int, str, str]],
            "what others entered for the unit: revision, received time in ms, event id, id of the other unit; since data format 7",
        ]
    ]
    undoings: NotRequired[
        Annotated[
            list[tuple[str, int, str, str, str]],
            "what undid confirmations: `<sender>/<event id>` of the confirmation, received time in ms, event id, id of the unit that undid "
            "it, reason; since data format 8",
        ]
    ]
    asked: NotRequired[
        Annotated[
            list[tuple[int, str, str, str, str]],
            "requests for reminders: received time in ms, event id, id of the unit that asks, id of the unit that is asked, text; since "
            "data format 8",
        ]
    ]


DUTIES_OF_UNITS: Final = (("unit.id", 1), ("regime", 1), ("period", 1))
"""The index of `duties` by which the duties of some units are found; notify creates it, and readers ask for it."""


class DutyDocument(TypedDict):
    """What one unit owes in one regime and period: to report, to confirm its view, or to replace estimates by official figures.

    Written by: `services/notify/store/book.py`.
    Read by: notify (at its start), the portal (calendars, lists of duties).
    """

    _id: Annotated[str, "`<regime>/<period>/<unit id>`, with `/confirm` or `/official` behind it if that is the task"]
    generation: Annotated[int, "generation of units and regimes by which the duty was computed"]
    sequence: Annotated[int, "sequence in REPORTS up to which the log was read; with `generation` it says which of two writings is newer"]
    regime: Annotated[str, "id of the regime"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[DutyUnitDocument, "the unit that owes"]
    task: Annotated[Literal["report", "confirm", "official"], "what it owes; `official` since data format 7"]
    deadline: Annotated[datetime, "the first instant that is late for this unit, an extension included"]
    owed: Annotated[bool, "whether the unit still has to act"]
    received: Annotated[bool, "whether a report of the unit counts; of `official` whether it has no estimate; false for a confirmation"]
    received_at: Annotated[datetime | None, "when that report was received"]
    first_received_at: Annotated[datetime | None, "when the unit's first report was received; of `official` the first without estimates"]
    revision: Annotated[int, "revision that counts, was withdrawn or was returned; 0 when there is none"]
    late: Annotated[bool, "whether it was done first after the deadline"]
    late_by_s: Annotated[int | None, "how long after the deadline, in seconds; null when it is owed or was done in time"]
    extended_to: Annotated[datetime | None, "the first late instant of the extension in force"]
    extension: Annotated[ExtensionDocument | None, "the extension in force"]
    returned: Annotated[ReturnedDocument | None, "the return of the report that is to be sent again"]
    confirmed_at: Annotated[datetime | None, "when the view was confirmed last"]
    view_hash: Annotated[str | None, "hash of the view that was confirmed last"]
    view: NotRequired[Annotated[str, "id of the unit whose view is to be confirmed; absent if it is the unit's own; since data format 6"]]
    reminded_of: Annotated[datetime, "the deadline from which the reminders are counted: a returned report's fix-by date, else `deadline`"]
    cause: Annotated[str, "what the reminders are about: `report`, `confirm`, `official` or `return-<revision>`"]
    state: Annotated[ReportStateDocument, "from which a notifier continues"]
