"""Duties as commands answer them: who owes what, what came when, how late, what was sent back or given more time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notify.domain import duties
from services.notify.domain.duties import REPORT, Duty
from shared.wire import events
from shared.words import periods
from shared.words.report_state import Standing


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which duties are asked for. `unit` is a code or an id; `late`: done late, or overdue and still owed."""

    unit: str | None = None
    owed: bool = False
    late: bool = False


def select(found: Iterable[Duty], wanted: Wanted, now: datetime) -> list[Duty]:
    """The duties asked for, by regime, period, unit and task."""
    chosen = [
        duty
        for duty in found
        if wanted.unit in (None, duty.unit.code, duty.unit.id)
        and (not wanted.owed or duties.owes(duty))
        and (not wanted.late or duty.late_by(now) is not None)
    ]
    return sorted(chosen, key=lambda duty: (duty.regime, duty.period, duty.unit.code, duty.id))


def entry(duty: Duty, now: datetime) -> dict[str, Any]:
    """One duty: instants in Vietnam, with their offset. `deadline` is the first late instant, an extension included; `late` is
    the views' word, of what was received; `late_by_s` also says how long one that is owed is overdue.
    """
    progress = duty.progress
    standing = progress.standing if duty.task == REPORT else Standing()
    returned, extension, late_by = progress.returned, duty.extension, duty.late_by(now)
    return {
        "regime": duty.regime,
        "period": duty.period,
        "unit": duty.unit.code,
        "unit_id": duty.unit.id,
        "name": duty.unit.name,
        "task": duty.task,
        "deadline": local(duty.deadline),
        "owed": duties.owes(duty),
        "received": standing.counts,
        "received_at": _from_ms(standing.winner[1] if standing.counts else None),
        "first_received_at": _from_ms(standing.first_submitted_ms),
        "revision": standing.winner[0] or None,
        "late": duty.is_late,
        "late_by_s": None if late_by is None else int(late_by.total_seconds()),
        "returned": None
        if not duty.is_returned or returned is None
        else {"revision": returned.revision, "reason": returned.reason, "fix_by": local(returned.fix_by)},
        "extended": None if extension is None else {"until": local(extension.at), "reason": extension.reason, "author": extension.author},
        "confirmed_at": _from_ms(progress.first_confirmed_ms if duty.task != REPORT else None),
    }


def local(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(periods.VIETNAM).isoformat()


def _from_ms(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else local(events.from_ms(milliseconds))
