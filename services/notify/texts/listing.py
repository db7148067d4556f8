"""Duties and alerts in the JSON form of commands: instants are in Vietnam time, with their offset."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.notify.domain import duties
from services.notify.domain.alerts import EMAIL, Alert
from services.notify.domain.duties import CONFIRM, Duty
from services.notify.domain.reach import Reach
from services.notify.texts import wording
from shared.wire import events
from shared.words import periods
from shared.words.instants import Given
from shared.words.report_state import Return
from shared.words.units import Unit


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which duties to list. `unit` is a code or an id; `late` selects duties that were done late, or are overdue and still owed."""

    unit: str | None = None
    owed: bool = False
    late: bool = False


def select(all_duties: Iterable[Duty], wanted: Wanted, now: datetime) -> list[Duty]:
    """The duties to list, sorted by regime, period, unit and task."""
    chosen = [
        duty
        for duty in all_duties
        if wanted.unit in (None, duty.unit.code, duty.unit.id)
        and (not wanted.owed or duties.owes(duty))
        and (not wanted.late or duty.late_by(now) is not None)
    ]
    return sorted(chosen, key=lambda duty: (duty.regime, periods.order(duty.period), duty.unit.code, duty.id))


def duty_entry(duty: Duty, acting: Unit | None, now: datetime) -> dict[str, object]:
    """One duty. `acting` is the unit that acts for the duty's unit: itself, or its heir; None if nobody does. `deadline` is the first late
    instant, extensions included. `received` is whether the report counts, for official figures: without estimates. `late` has the same
    meaning as in views and concerns what was received; `late_by_s` also covers an owed duty that is overdue.
    """
    late_by = duty.late_by(now)
    report = duty.report_state
    return {
        "regime": duty.regime,
        "period": duty.period,
        "unit": duty.unit.code,
        "unit_id": duty.unit.id,
        "name": duty.unit.name,
        "acting": _named(acting),
        "task": duty.task,
        "view": _named(duty.view),
        "deadline": _local(duty.deadline),
        "owed": duties.owes(duty),
        "received": duty.is_received,
        "received_at": _from_ms(report.winner.received_ms if duty.is_received else None),
        "first_received_at": _from_ms(duty.first_received_ms),
        "revision": report.winner.number or None,
        "late": duty.is_late,
        "late_by_s": None if late_by is None else int(late_by.total_seconds()),
        "returned": _returned(duty.returned),
        "extended": _extended(duty.extension),
        "confirmed_at": _from_ms(duty.state.first_confirmed_ms if duty.task == CONFIRM and duty.is_done else None),
    }


def alert_entry(alert: Alert) -> dict[str, object]:
    """One alert as JSON: `unit` is the id of the unit that it goes to, `of` the unit that has the duty."""
    matter = alert.matter
    return {
        "unit": alert.unit_id,
        "of": {"id": matter.unit_id, "code": matter.unit, "name": matter.unit_name},
        "regime": matter.regime,
        "period": matter.period,
        "rung": alert.rung.name,
        "at": wording.with_offset(alert.rung.at),
        "deadline": wording.with_offset(matter.deadline),
    }


def reach_entry(reach: Reach) -> dict[str, object]:
    """One alert as JSON, with the channels by which it was or would be sent."""
    return {
        **alert_entry(reach.alert),
        "cause": reach.alert.matter.cause,
        "channels": list(reach.channels),
        "reachable": EMAIL in reach.channels,
        **({"unreached": reach.unreached} if reach.unreached else {}),
        **({"refused_addresses": reach.refused} if reach.refused else {}),
    }


def _named(unit: Unit | None) -> dict[str, object] | None:
    return None if unit is None else {"id": unit.id, "code": unit.code, "name": unit.name}


def _returned(returned: Return | None) -> dict[str, object] | None:
    return None if returned is None else {"revision": returned.revision, "reason": returned.reason, "fix_by": _local(returned.fix_by)}


def _extended(extension: Given | None) -> dict[str, object] | None:
    return None if extension is None else {"until": _local(extension.at), "reason": extension.reason, "author": extension.author}


def _local(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(periods.VIETNAM).isoformat()


def _from_ms(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else _local(events.from_ms(milliseconds))
