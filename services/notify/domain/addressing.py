"""Whom alerts are for: the unit that has the duty while it exists, then its heir (ADR-0049).

Duties of a unit that has ended remain its own: only its alerts go to the unit that acts for it on the day on which they are sent. While no
heir is declared, nobody is alerted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache

from services.notify.domain.alerts import Alert
from shared.words import periods
from shared.words.units import Registry, Unit


@dataclass(frozen=True, slots=True)
class Addressed:
    """Alerts with the unit that each goes to, and alerts for which nobody acts at present."""

    to_units: list[Alert]
    to_nobody: list[Alert]


def addressed(alerts: Iterable[Alert], registry: Registry, at: datetime) -> Addressed:
    """The alerts, each addressed to the unit that acts at the instant `at`, or for which it was raised if that is later."""
    found = Addressed([], [])
    for alert in alerts:
        unit = registry.acting(alert.matter.unit_id, periods.local_day(max(at, alert.raised_at)))
        if unit is None:
            found.to_nobody.append(alert)
        else:
            found.to_units.append(alert if alert.to == unit.id else replace(alert, to=unit.id))
    return found


def first_instant(registry: Registry, unit: Unit) -> datetime:
    """When a unit begins. No rung from before then goes to it."""
    return _midnight(registry.begins(unit.id))


@lru_cache(maxsize=256)  # a reform has many units and one first day
def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), periods.VIETNAM)


def answers(registry: Registry, unit: Unit, day: date) -> Unit | None:
    """Who is to be asked about a unit's duties on a day: whoever acts for it, or a unit itself that has not begun. None if it has ended and
    no heir is declared.
    """
    acting = registry.acting(unit.id, day)
    return unit if acting is None and day < registry.begins(unit.id) else acting
