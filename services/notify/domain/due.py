"""Which rung is due now: the one place that answers it. Source: design, section 5, "Deadlines"."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notify.domain.notices import LAST_HOUR, NOW
from shared.words import periods
from shared.words.calendar import WorkingDays
from shared.words.ladder import OFFICE_OPENS, Rung

OLDEST: Final = timedelta(days=7)  # an older rung is passed, not sent


@dataclass(frozen=True, slots=True)
class DueRungs:
    """What becomes of the rungs that have come: at most one goes out, those that it overtook are passed."""

    send: Rung | None = None
    passed: tuple[Rung, ...] = ()


def due_rungs(rungs: Sequence[Rung], alerted: Set[str], loaded_at: datetime, now: datetime, working_days: WorkingDays) -> DueRungs:
    """What `now` makes due of the rungs, oldest first, that were not alerted (sent or passed) yet.

    Of several missed rungs only the last goes out; not when it is older than 7 days. A rung from before the regime was
    loaded (`loaded_at`) does not count. Nothing is decided while nothing may go out.
    """
    known = max((index for index, rung in enumerate(rungs) if rung.name in alerted), default=-1)
    missed = [rung for rung in rungs[known + 1 :] if loaded_at <= rung.at <= now]
    if not missed or not may_go_out(missed[-1], now, working_days):
        return DueRungs()
    if is_too_old(missed[-1], now):
        return DueRungs(passed=tuple(missed))
    return DueRungs(missed[-1], tuple(missed[:-1]))


def newest(rungs: Sequence[Rung], loaded_at: datetime, now: datetime) -> Rung | None:
    """The newest rung that has come: the only one that may be due. None when it came before the regime was loaded."""
    come = next((rung for rung in reversed(rungs) if rung.at <= now), None)
    return None if come is None or come.at < loaded_at else come


def is_too_old(rung: Rung, now: datetime) -> bool:
    """Whether it is too late to catch up on a rung."""
    return now - rung.at > OLDEST


def may_go_out(rung: Rung, now: datetime, working_days: WorkingDays) -> bool:
    """Whether a rung may be sent at `now`: on its own day, else from 08:00 on a working day; a notice in office hours only."""
    today, hour = periods.local_day(now), now.astimezone(periods.VIETNAM).time()
    if rung.name == NOW and hour >= LAST_HOUR:
        return False
    if today == periods.local_day(rung.at):
        return now >= rung.at
    return now > rung.at and working_days.includes(today) and hour >= OFFICE_OPENS
