"""Decides which rung is due now; nothing else decides this. Source: design, section 5, "Deadlines"."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notify.domain.notices import LAST_HOUR, NOW
from shared.words import periods
from shared.words.calendar import WorkingDays
from shared.words.ladder import OFFICE_OPENS, Rung

OLDEST: Final = timedelta(days=7)  # an older rung is marked as passed, not sent


@dataclass(frozen=True, slots=True)
class DueRungs:
    """The decision about the rungs reached so far: at most one is sent, and the missed rungs before it are passed."""

    send: Rung | None = None
    passed: tuple[Rung, ...] = ()


def due_rungs(rungs: Sequence[Rung], alerted: Set[str], loaded_at: datetime, now: datetime, working_days: WorkingDays) -> DueRungs:
    """Decides about the rungs that are not alerted (sent or passed) yet. `rungs` are sorted, oldest first.

    If several rungs were missed, only the last one goes out, and not if it is more than 7 days old. Rungs from before the regime was loaded
    (`loaded_at`) are ignored. At times when nothing may go out, nothing is decided.
    """
    known = max((index for index, rung in enumerate(rungs) if rung.name in alerted), default=-1)
    missed = [rung for rung in rungs[known + 1 :] if loaded_at <= rung.at <= now]
    if not missed or not may_go_out(missed[-1], now, working_days):
        return DueRungs()
    if is_too_old(missed[-1], now):
        return DueRungs(passed=tuple(missed))
    return DueRungs(missed[-1], tuple(missed[:-1]))


def is_too_old(rung: Rung, now: datetime) -> bool:
    """Whether it is too late to catch up on a rung."""
    return now - rung.at > OLDEST


def may_go_out(rung: Rung, now: datetime, working_days: WorkingDays) -> bool:
    """Whether a rung may be sent at `now`: at any time on its own day, otherwise from 08:00 on a working day; a notice only in office
    hours.
    """
    today, hour = periods.local_day(now), now.astimezone(periods.VIETNAM).time()
    if rung.name == NOW and hour >= LAST_HOUR:
        return False
    if today == periods.local_day(rung.at):
        return now >= rung.at
    return now > rung.at and working_days.includes(today) and hour >= OFFICE_OPENS
