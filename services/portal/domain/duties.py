"""One unit's duty as people read it: its state, how long until it is due, by how much it was late.

Days are counted in Vietnam's days from the last day that is on time, as the reminder ladder counts them: of "trước ngày
20/12" the last day is 19/12, so 16/12 says "còn 3 ngày" and 21/12 "quá hạn 2 ngày".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.words import deadlines, periods

REPORT = "report"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class DutyState(StrEnum):
    """What can be asked for. `owed` includes overdue and returned ones, `received` those that came late."""

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
NOT_CONFIRMED = "Chưa chốt"  # the word for a view that is owed
BADGES = {
    DutyState.OWED: "missing",
    DutyState.OVERDUE: "overdue",
    DutyState.RETURNED: "returned",
    DutyState.RECEIVED: "on_time",
    DutyState.LATE: "late",
    DutyState.CONFIRMED: "on_time",
}


@dataclass(frozen=True, slots=True)
class Duty:
    """One unit's task as notify wrote it down; its names are those of its period's cut-off.

    `deadline` is the first late instant, extensions included; `due` the one that counts now: the fix-by date of a returned
    report. `first_at` is when the task was done first, even if that was withdrawn or returned since.
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

    @property
    def is_report(self) -> bool:
        return self.task == REPORT

    @property
    def task_word(self) -> str:
        return "Nộp báo cáo" if self.is_report else "Duyệt và chốt"

    @property
    def received_at(self) -> datetime | None:
        """When the report came first; None for a view that is to be confirmed."""
        return self.first_at if self.is_report else None

    @property
    def path(self) -> str:
        """The page of what is to be done."""
        return f"/{'bao-cao' if self.is_report else 'bang'}/{self.regime}/{self.period}/{self.unit_code}"

    @property
    def late_by(self) -> str:
        """`2 ngày`, `3 giờ`; empty when it was not late or was never done."""
        return elapsed(self.deadline, self.first_at) if self.is_late and self.first_at is not None else ""

    def states(self, now: datetime) -> list[DutyState]:
        """Every state under which the duty is found, the widest first."""
        if self.is_owed:
            found = [DutyState.OWED]
            return found + [DutyState.RETURNED] * self.is_returned + [DutyState.OVERDUE] * (now >= self.due)
        if not self.is_report:
            return [DutyState.CONFIRMED]
        return [DutyState.RECEIVED] + [DutyState.LATE] * self.is_late

    def shown_states(self, now: datetime) -> list[DutyState]:
        """What a reader is told: what was returned is that, what else is owed is so by its one word, be it overdue or not."""
        found = self.states(now)
        is_narrower = DutyState.RETURNED in found or DutyState.LATE in found
        return found[1:] if is_narrower else found

    def words(self, now: datetime) -> list[str]:
        return [self._word(state) for state in self.shown_states(now)]

    def state_text(self, now: datetime) -> str:
        """`Chưa nộp, quá hạn`."""
        return ", ".join(self.words(now)).capitalize()

    def badges(self, now: datetime) -> list[tuple[str, str]]:
        """Class and word of each label on the page."""
        return [(BADGES[state], self._word(state)) for state in self.shown_states(now)]

    def _word(self, state: DutyState) -> str:
        return NOT_CONFIRMED if state is DutyState.OWED and not self.is_report else WORDS[state]

    def countdown(self, now: datetime) -> str:
        """`còn 3 ngày`, `quá hạn 2 ngày`; empty when nothing is owed."""
        return countdown(self.due, now) if self.is_owed else ""


def first_owed(duty: Duty) -> tuple[bool, datetime, str, str, str, str]:
    """What is owed first, the nearest deadline before."""
    return not duty.is_owed, duty.due, duty.regime, duty.period, duty.unit_code, duty.id


def countdown(deadline: datetime, now: datetime) -> str:
    """How long until the first late instant, or since; to the hour, then the minute, within its last day."""
    if now >= deadline:
        return f"quá hạn {elapsed(deadline, now)}"
    days = (deadlines.last_day(deadline) - periods.local_day(now)).days
    return f"còn {days} ngày" if days >= 1 else f"còn {_span(deadline - now)}"


def elapsed(deadline: datetime, at: datetime) -> str:
    """How long `at` is after a deadline."""
    days = (periods.local_day(at) - deadlines.last_day(deadline)).days
    return f"{days} ngày" if days >= 1 else _span(at - deadline)


def _span(span: timedelta) -> str:
    """Less than a day; whole hours, or whole minutes but never none."""
    return f"{span // HOUR} giờ" if span >= HOUR else f"{max(span // MINUTE, 1)} phút"
