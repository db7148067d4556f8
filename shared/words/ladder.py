"""The reminder ladder of one deadline: the named instants at which a unit that has not reported is reminded.

The notifier uses it to remind, the portal to announce reminders in calendars. Days are counted from the last day on which a report is on
time. Source: design, section 5, "Deadlines".
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from shared.words import deadlines, periods
from shared.words.calendar import WorkingDays
from shared.words.regimes import Ladder

OFFICE_OPENS: Final = time(8, 0)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: its name, and when its reminder goes out."""

    name: str
    at: datetime


def rungs(deadline: datetime, ladder: Ladder, days: WorkingDays) -> tuple[Rung, ...]:
    """The ladder of a deadline (the first instant that is late), earliest rung first.

    A reminder that falls on a day off goes out on the working day before, an overdue step on the working day after. If two rungs fall on
    one instant, only the later rung remains. A reminder that would come after the deadline is left out.
    """
    return _rungs(deadline, tuple(ladder.before_days), tuple(ladder.last_day), tuple(ladder.after_days), days)


@lru_cache(maxsize=4096)
def _rungs(
    deadline: datetime, before: tuple[int, ...], on_last_day: tuple[str, ...], after: tuple[int, ...], working_days: WorkingDays
) -> tuple[Rung, ...]:
    """The ladder, cached: units with the same deadline share it."""
    last = deadlines.last_day(deadline)
    last_office_day = working_days.before_or_on(last)
    before_deadline = [
        (f"before-{days}", _at(working_days.before_or_on(last - timedelta(days=days)), OFFICE_OPENS))
        for days in sorted(before, reverse=True)
    ] + [(f"last-day-{hour.replace(':', '')}", _at(last_office_day, time.fromisoformat(hour))) for hour in sorted(on_last_day)]
    overdue = [(f"after-{days}", _at(working_days.after_or_on(last + timedelta(days=days)), OFFICE_OPENS)) for days in sorted(after)]
    by_instant = {at: name for name, at in before_deadline if at < deadline} | {at: name for name, at in overdue}
    return tuple(Rung(name, at) for at, name in sorted(by_instant.items()))


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, periods.VIETNAM)
