"""One unit's duty for people: its state, the time until it is due, and its delay.

Days are days in Vietnam, counted from the last day that is on time, as in the reminder ladder: the last day of "trước ngày 20/12" is 19/12,
so on 16/12 the text is "còn 3 ngày", and on 21/12 "quá hạn 2 ngày".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.wire.view_key import ViewKey
from shared.words import deadlines, periods, vietnamese

REPORT = "report"
CONFIRM = "confirm"
OFFICIAL = "official"
TASKS = {REPORT: "Nộp báo cáo", CONFIRM: "Duyệt và chốt", OFFICIAL: "Nộp số liệu chính thức thay số ước"}
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class DutyState(StrEnum):
    """The states by which duties can be filtered. `owed` includes overdue and returned duties, `received` (reports, and official
    figures) includes late ones.
    """

    OWED = "owed"
    OVERDUE = "overdue"
    RETURNED = "returned"
    RECEIVED = "received"
    LATE = "late"
    CONFIRMED = "confirmed"


WORDS = {
    DutyState.OWED: "Chưa nộp",
    DutyState.OVERDUE: "Quá hạn",
    DutyState.RETURNED: "Bị trả lại",
    DutyState.RECEIVED: "Đã nộp",
    DutyState.LATE: "Nộp muộn",
    DutyState.CONFIRMED: "Đã chốt",
}
NOT_CONFIRMED = "Chưa chốt"  # for a view that must still be confirmed
BADGES = {
    DutyState.OWED: "missing",
    DutyState.OVERDUE: "overdue",
    DutyState.RETURNED: "returned",
    DutyState.RECEIVED: "on_time",
    DutyState.LATE: "late",
    DutyState.CONFIRMED: "on_time",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A duty's state on the page: CSS class, label (`Quá hạn 307 ngày`), and a note beside it (`còn 3 ngày`), which may be empty."""

    colour: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One unit's task as notify stored it. The unit's names are those of the period's cut-off day.

    `deadline` is the first late instant, extensions included; `due` is the deadline that applies now: for a returned report its fix-by
    date. `first_at` is when the task was first done, even if the report was withdrawn or returned later.
    """

    id: str
    regime: str
    period: str
    unit_code: str
    unit_name: str
    task: str
    deadline: datetime
    due: datetime
    is_owed: bool
    is_late: bool
    is_returned: bool
    first_at: datetime | None
    fix_by: datetime | None
    extended_to: datetime | None
    confirmed_at: datetime | None
    view_id: str = ""
    """The id of the unit whose view is to be confirmed, if it is another unit's."""
    why_returned: str = ""
    """The recipient's reason, while the report is returned."""
    revision: int = 0
    """The revision of the report that stands; 0 if none does."""

    @property
    def of_id(self) -> str:
        """The id of the unit whose report or view it is about."""
        return self.view_id or self.unit_id

    @property
    def view_key(self) -> str:
        """The id of the view that is to be confirmed."""
        return ViewKey(self.regime, self.period, self.of_id).text

    @property
    def unit_id(self) -> str:
        return self.id.split("/")[2]

    @property
    def is_report(self) -> bool:
        return self.task == REPORT

    @property
    def task_word(self) -> str:
        return TASKS[self.task]

    @property
    def is_confirmation(self) -> bool:
        return self.task == CONFIRM

    @property
    def received_at(self) -> datetime | None:
        """When the report or the official figures were first received; None for a confirmation."""
        return None if self.is_confirmation else self.first_at

    @property
    def path(self) -> str:
        """The address of the page about the report or view."""
        return f"/{'bang' if self.is_confirmation else 'bao-cao'}/{self.regime}/{self.period}/{self.view_id or self.unit_code}"

    @property
    def late_by(self) -> str:
        """`2 ngày`, `3 giờ`; empty when it was not late or was never done."""
        return elapsed(self.deadline, self.first_at) if self.is_late and self.first_at is not None else ""

    def states(self, now: datetime) -> list[DutyState]:
        """Every state whose filter includes the duty, the most general first."""
        if self.is_owed:
            states = [DutyState.OWED]
            return states + [DutyState.RETURNED] * self.is_returned + [DutyState.OVERDUE] * (now >= self.due)
        if self.is_confirmation:
            return [DutyState.CONFIRMED]
        return [DutyState.RECEIVED] + [DutyState.LATE] * self.is_late

    def shown_states(self, now: datetime) -> list[DutyState]:
        """The states that a page shows. A returned or late duty does not also show the general state."""
        states = self.states(now)
        is_narrower = DutyState.RETURNED in states or DutyState.LATE in states
        return states[1:] if is_narrower else states

    def words(self, now: datetime) -> list[str]:
        return [self._word(state) for state in self.shown_states(now)]

    def state_text(self, now: datetime) -> str:
        """`Chưa nộp, quá hạn`."""
        return vietnamese.sentence(", ".join(self.words(now)).lower())

    def badge(self, now: datetime) -> Badge:
        """The narrowest state; a returned duty is returned, even if it is overdue too."""
        states = self.states(now)
        state = DutyState.RETURNED if DutyState.RETURNED in states else states[-1]
        if state is DutyState.OVERDUE:
            return Badge(BADGES[state], vietnamese.sentence(self.countdown(now)), "")
        if state is DutyState.LATE:
            return Badge(BADGES[state], f"{WORDS[state]} {self.late_by}".rstrip(), "")
        return Badge(BADGES[state], self._word(state), self.countdown(now) or (f"muộn {self.late_by}" if self.late_by else ""))

    def _word(self, state: DutyState) -> str:
        return NOT_CONFIRMED if state is DutyState.OWED and self.is_confirmation else WORDS[state]

    def countdown(self, now: datetime) -> str:
        """`còn 3 ngày`, `quá hạn 2 ngày`; empty when nothing is owed."""
        return countdown(self.due, now) if self.is_owed else ""


def urgency(duty: Duty) -> tuple[bool, bool, datetime, str, tuple[int, int, int], str, str]:
    """A sort key: returned duties first, then the other owed ones by deadline (so the longest overdue first), then what is done."""
    return not duty.is_owed, not duty.is_returned, duty.due, duty.regime, periods.order(duty.period), duty.unit_code, duty.id


def is_settled(duty: Duty, newest: Mapping[str, str]) -> bool:
    """Whether a duty is done and its regime has a newer period. `newest` is the newest period with duties, by regime."""
    return not duty.is_owed and periods.order(duty.period) < periods.order(newest.get(duty.regime, duty.period))


def countdown(deadline: datetime, now: datetime) -> str:
    """The time until or since the deadline: in days, on the last day in hours, in the last hour in minutes."""
    if now >= deadline:
        return f"quá hạn {elapsed(deadline, now)}"
    days = (deadlines.last_day(deadline) - periods.local_day(now)).days
    return f"còn {days} ngày" if days >= 1 else f"còn {_span(deadline - now)}"


def elapsed(deadline: datetime, at: datetime) -> str:
    """The time from a deadline until `at`."""
    days = (periods.local_day(at) - deadlines.last_day(deadline)).days
    return f"{days} ngày" if days >= 1 else _span(at - deadline)


def _span(span: timedelta) -> str:
    """A time below one day in whole hours or whole minutes, at least one minute."""
    return f"{span // HOUR} giờ" if span >= HOUR else f"{max(span // MINUTE, 1)} phút"
