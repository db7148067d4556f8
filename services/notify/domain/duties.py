"""Duties: who owes what, and by when.

A duty is one unit's task in one regime and period: to report, to confirm its view, or to replace estimates by official figures. Which
duties there are is in `roster.py`. Source: design, sections 3 and 5; ADR-0065.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, assert_never

from services.notify.domain.ledger import ReportKey
from shared.wire import events
from shared.wire.view_key import ViewKey
from shared.words import instants
from shared.words.calendar import WorkingDays
from shared.words.instants import Given
from shared.words.ladder import Steps
from shared.words.report_state import ReportState, Return
from shared.words.units import Unit

REPORT: Final = "report"
CONFIRM: Final = "confirm"
OFFICIAL: Final = "official"
Task = Literal["report", "confirm", "official"]


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of an on-call period, with the deadline that was in force after it."""

    key: instants.GivenKey
    at: datetime
    reason: str


Deadline = tuple[datetime | None, tuple[Opening, ...]]
"""The deadline of a group (None if it has none), and the openings of an on-call period."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One unit's task. `due` is the deadline by rule or opening, before any extension; `openings` are the openings of an on-call period, in
    the order of receipt.
    """

    regime: str
    period: str
    unit: Unit
    task: Task
    due: datetime
    ladder: Steps
    state: ReportState
    working_days: WorkingDays
    openings: tuple[Opening, ...] = ()
    view: Unit | None = None
    """The unit whose view is to be confirmed, if it is another unit."""
    imported_ms: int = 0
    """When reports of an earlier time were last imported into the period: acts that were received by then cause no notice."""

    @property
    def report(self) -> ReportKey:
        """The key of the report, or of the view that is to be confirmed."""
        return ReportKey(self.regime, self.period, (self.view or self.unit).id)

    @property
    def id(self) -> str:
        report = ViewKey(self.regime, self.period, self.unit.id).text
        return report if self.task == REPORT else f"{report}/{self.task}"

    @property
    def deadline(self) -> datetime:
        """The first instant that is late for this unit."""
        return later(self.due, self.state.extended_to)

    @property
    def extension(self) -> Given | None:
        """The extension in force; None if it ends no later than the group's deadline, because it was corrected or the group's deadline was
        moved.
        """
        given = self.state.extension
        return given if given is not None and given.at > self.due else None

    @property
    def is_done(self) -> bool:
        """Whether the report counts, the view is confirmed, or the report that counts has no estimate."""
        match self.task:
            case "report":
                return self.state.counts
            case "official":
                return self.state.is_official
            case "confirm":
                return self.state.confirmation is not None
            case _:
                assert_never(self.task)

    @property
    def waits(self) -> bool:
        """Whether the unit owes its report anew before official figures can be asked of it: then it is reminded only of the report."""
        return self.task == OFFICIAL and not self.state.counts

    @property
    def owed_since(self) -> datetime | None:
        """When the task that is owed came up anew: the report was returned or withdrawn, the estimates were received that are to be
        replaced, the confirmation was undone. None if it is owed from the beginning. Truncated to seconds, as notices are.
        """
        since_ms = self._owed_since_ms
        return None if since_ms is None else events.from_ms(since_ms).replace(microsecond=0)

    @property
    def _owed_since_ms(self) -> int | None:
        state = self.state
        if self.task == CONFIRM:
            return max((undoing.received_ms for undoing in state.undoings.values()), default=None)
        if self.task == REPORT and (returned := self.returned) is not None:
            return returned.received_ms
        return state.winner.received_ms if state.winner.number else None

    @property
    def asked_since(self) -> datetime | None:
        """No rung of the ladder from before then goes out: when estimates came, or a confirmation was undone. None for a report."""
        return None if self.task == REPORT else self.owed_since

    @property
    def first_done_ms(self) -> int | None:
        """When the task was first done, even if it has been undone since; None if it never was."""
        match self.task:
            case "report":
                return self.state.first_submitted_ms
            case "official":
                return self.state.first_official_ms
            case "confirm":
                return self.state.first_confirmed_ms
            case _:
                assert_never(self.task)

    @property
    def report_state(self) -> ReportState:
        """What is known of the report that the duty is about; nothing for a confirmation."""
        return ReportState() if self.task == CONFIRM else self.state

    @property
    def is_received(self) -> bool:
        """Whether a report of the unit fulfils the duty."""
        return self.task != CONFIRM and self.is_done

    @property
    def first_received_ms(self) -> int | None:
        """When the first report came that fulfilled the duty, even if it was withdrawn or returned later."""
        return None if self.task == CONFIRM else self.first_done_ms

    @property
    def is_late(self) -> bool:
        """Whether the task was first done after its deadline. A task that is not done is not late but owed."""
        first = self.first_done_ms
        return self.is_done and first is not None and first >= events.to_ms(self.deadline)

    def late_by(self, now: datetime) -> timedelta | None:
        """How long after its deadline the task was first done, or how long it is overdue at `now`; None if neither applies."""
        if owes(self):
            return now - self.deadline if now >= self.deadline else None
        first = self.first_done_ms
        return events.from_ms(first) - self.deadline if self.is_late and first is not None else None

    @property
    def returned(self) -> Return | None:
        """The return of the unit's latest report; None if the unit has replaced the report or none was returned."""
        state = self.state
        is_open = self.task == REPORT and state.is_submission and not state.counts
        return state.last_return if is_open else None

    @property
    def is_returned(self) -> bool:
        """Whether the unit's latest report was sent back and has not been replaced."""
        return self.returned is not None

    @property
    def cause(self) -> str:
        """The cause of the reminders: `report`, `confirm`, `official`, or `return-<revision>`."""
        return f"return-{self.state.winner.number}" if self.is_returned else self.task

    @property
    def reminded_of(self) -> datetime:
        """The deadline from which the reminder ladder is counted: the fix-by date of a returned report, unless an extension is later."""
        returned = self.returned
        if returned is None or returned.fix_by is None:
            return self.deadline
        return later(returned.fix_by, self.state.extended_to)


def owes(duty: Duty) -> bool:
    """Whether the unit still has to act."""
    return not duty.is_done


def is_reminded(duty: Duty) -> bool:
    """Whether the unit is reminded of the duty."""
    return owes(duty) and not duty.waits


def later(deadline: datetime, extended_to: datetime | None) -> datetime:
    """The deadline after an extension; an extension never makes it earlier."""
    return deadline if extended_to is None else max(deadline, extended_to)
