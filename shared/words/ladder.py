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
from shared.words.obligations import AFTER_DAYS, BEFORE_DAYS, LAST_DAY, Ladder
from shared.words.periods import Length

OFFICE_OPENS: Final = time(8, 0)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: its name, and when its reminder goes out."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Steps:
    """When reminders of one period go out: days before the last day, hours of the last day (HH:MM), days after it."""

    before_days: tuple[int, ...] = BEFORE_DAYS["year"]
    last_day: tuple[str, ...] = LAST_DAY
    after_days: tuple[int, ...] = AFTER_DAYS


def steps_of(ladder: Ladder, length: Length) -> Steps:
    """The steps for a period of this length: those of the regime's file, and the defaults for what it leaves out."""
    return Steps(
        BEFORE_DAYS[length] if ladder.before_days is None else tuple(ladder.before_days),
        LAST_DAY if ladder.last_day is None else tuple(ladder.last_day),
        AFTER_DAYS if ladder.after_days is None else tuple(ladder.after_days),
    )


@lru_cache(maxsize=4096)  # units with the same deadline share the ladder
def rungs(deadline: datetime, steps: Steps, days: WorkingDays) -> tuple[Rung, ...]:
    """The ladder of a deadline (the first instant that is late), earliest rung first.

    A reminder that falls on a day off goes out on the working day before, an overdue step on the working day after. If two rungs fall on
    one instant, only the later rung remains. A reminder that would come after the deadline is left out.
    """
    last = deadlines.last_day(deadline)
    last_office_day = days.before_or_on(last)
    before_deadline = [
        (f"before-{count}", _at(days.before_or_on(last - timedelta(days=count)), OFFICE_OPENS))
        for count in sorted(steps.before_days, reverse=True)
    ] + [(f"last-day-{hour.replace(':', '')}", _at(last_office_day, time.fromisoformat(hour))) for hour in sorted(steps.last_day)]
    overdue = [(f"after-{count}", _at(days.after_or_on(last + timedelta(days=count)), OFFICE_OPENS)) for count in sorted(steps.after_days)]
    by_instant = {at: name for name, at in before_deadline if at < deadline} | {at: name for name, at in overdue}
    return tuple(Rung(name, at) for at, name in sorted(by_instant.items()))


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, periods.VIETNAM)
