"""Which rung of a ladder goes out now. Source: design, section 5, "Deadlines"."""

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
class Due:
    """What is to be done with the rungs that were reached: one goes out at most, those that it overtook are passed."""

    send: Rung | None = None
    passed: tuple[Rung, ...] = ()


def due_rungs(ladder: Sequence[Rung], alerted: Set[str], loaded_at: datetime, now: datetime, working_days: WorkingDays) -> Due:
    """What `now` makes due of the rungs that were not alerted (sent or passed) yet.

    Of several missed rungs only the last goes out; not when it is older than 7 days. A rung from before the regime was
    loaded (`loaded_at`) is none. Nothing is decided while nothing may go out.
    """
    known = max((index for index, rung in enumerate(ladder) if rung.name in alerted), default=-1)
    missed = [rung for rung in ladder[known + 1 :] if loaded_at <= rung.at <= now]
    if not missed or not may_go_out(missed[-1], now, working_days):
        return Due()
    if is_too_old(missed[-1].at, now):
        return Due(passed=tuple(missed))
    return Due(missed[-1], tuple(missed[:-1]))


def is_too_old(at: datetime, now: datetime) -> bool:
    """Whether a rung is not worth catching up any more."""
    return now - at > OLDEST


def may_go_out(rung: Rung, now: datetime, working_days: WorkingDays) -> bool:
    """Whether a rung may be sent at `now`: on its own day, else from 08:00 on a working day; a notice in office hours only."""
    today, hour = periods.local_day(now), now.astimezone(periods.VIETNAM).time()
    if rung.name == NOW and hour >= LAST_HOUR:
        return False
    if today == periods.local_day(rung.at):
        return now >= rung.at
    return now > rung.at and working_days.includes(today) and hour >= OFFICE_OPENS
