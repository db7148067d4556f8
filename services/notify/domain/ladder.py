"""The reminder ladder of one deadline: when a unit that still owes is reminded.

Counted in days from the last day on which a report is on time. Source: design, section 5, "Deadlines".
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from shared import calendar, deadlines, periods
from shared.calendar import AgencyDays
from shared.regimes import Ladder

OFFICE_OPENS: Final = time(8, 0)
OLDEST: Final = timedelta(days=7)  # an older rung is passed, not sent


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: its name, and when it goes out."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done with the rungs that were reached: one goes out at most, those that it overtook are passed."""

    send: Rung | None = None
    passed: tuple[Rung, ...] = ()


def rungs(deadline: datetime, ladder: Ladder) -> tuple[Rung, ...]:
    """The ladder of a deadline (the first instant that is late), oldest rung first.

    A reminder on a day off goes out on the working day before, an overdue step on the working day after. Rungs on one
    instant are one, the later rung. A reminder that would come after the deadline itself is left out.
    """
    return _rungs(deadline, tuple(ladder.before_days), tuple(ladder.last_day), tuple(ladder.after_days), calendar.agency_days())


@lru_cache(maxsize=4096)
def _rungs(
    deadline: datetime, before: tuple[int, ...], on_last_day: tuple[str, ...], after: tuple[int, ...], _: AgencyDays
) -> tuple[Rung, ...]:
    """One ladder; kept for as long as the calendar stays the same."""
    last = deadlines.last_day(deadline)
    last_office_day = calendar.working_day_before_or_on(last)
    reminders = [
        (f"before-{days}", _at(calendar.working_day_before_or_on(last - timedelta(days=days)), OFFICE_OPENS))
        for days in sorted(before, reverse=True)
    ] + [(f"last-day-{hour.replace(':', '')}", _at(last_office_day, time.fromisoformat(hour))) for hour in sorted(on_last_day)]
    overdue = [
        (f"after-{days}", _at(calendar.working_day_after_or_on(last + timedelta(days=days)), OFFICE_OPENS)) for days in sorted(after)
    ]
    by_instant = {at: name for name, at in reminders if at < deadline} | {at: name for name, at in overdue}
    return tuple(Rung(name, at) for at, name in sorted(by_instant.items()))


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, periods.VIETNAM)


def due_rungs(ladder: Sequence[Rung], alerted: Set[str], loaded_at: datetime, now: datetime) -> Due:
    """What `now` makes due of the rungs that were not alerted (sent or passed) yet.

    Of several missed rungs only the last goes out; not when it is older than 7 days. A rung from before the regime was
    loaded (`loaded_at`) is none. Nothing is decided while nothing may go out.
    """
    known = max((index for index, rung in enumerate(ladder) if rung.name in alerted), default=-1)
    missed = [rung for rung in ladder[known + 1 :] if loaded_at <= rung.at <= now]
    if not missed or not may_go_out(missed[-1].at, now):
        return Due()
    if is_too_old(missed[-1].at, now):
        return Due(passed=tuple(missed))
    return Due(missed[-1], tuple(missed[:-1]))


def is_too_old(at: datetime, now: datetime) -> bool:
    """Whether a rung is not worth catching up any more."""
    return now - at > OLDEST


def may_go_out(at: datetime, now: datetime) -> bool:
    """Whether the rung of the instant `at` may be sent at `now`: on its own day, else from 08:00 on a working day."""
    today = periods.local_day(now)
    if today == periods.local_day(at):
        return now >= at
    return now > at and calendar.is_working_day(today) and now.astimezone(periods.VIETNAM).time() >= OFFICE_OPENS
