"""The early block of a period that spans the first day of a reform: what units that have ended reported before it.

It is shown by itself and never added to the period's figures. Source: ADR 0050.
"""

from datetime import date
from http import HTTPStatus

from services.portal.domain import succession
from services.portal.domain.refused import Refused
from shared.words import refusals
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Registry, Tree, Unit


def block(reference: Reference, regime: Regime, period: Period, day: date) -> date | None:
    """The day of the early block that a period has by the units of `day`; None if they are those of the reference day.

    Raises `Refused` with 400 if the figures would have to be computed for units of another time.
    """
    at = reference.day(regime, period)
    if period.begins <= day < at:
        return next((early for early in reference.early_days(regime, period) if day <= early), None)
    if not any(min(day, at) < first <= max(day, at) for first in reference.reform_days):
        return None
    days = {"period": period.code, "day": refusals.day(day), "at": refusals.day(at)}
    if day < at:
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("view.cannot_recut_backwards", "units", **days))
    raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("view.not_recut", "units", **days))


def sources(reference: Reference, unit_id: str, early: date) -> list[str]:
    """The ids of the units of an early block whose figures belong beside those of a unit: the unit itself, those that it follows, and for
    an area the units whose land is all in it.
    """
    registry, tree = reference.registry, reference.registry.at(early)
    area = registry.area(unit_id)
    if area is None:
        return [found for found in (unit_id, *succession.predecessors(registry, unit_id, early)) if found in tree.by_id]
    members = set(area.members)
    before = {found for member in members for found in (member, *succession.predecessors(registry, member, early)) if found in tree.by_id}
    above = {parent.id: parent for found in sorted(before) for parent in tree.ancestors(found)}
    return [unit.id for unit in above.values() if _land(registry, tree, unit, area.valid_from) <= members]


def _land(registry: Registry, tree: Tree, unit: Unit, day: date) -> set[str]:
    """The units that have the land of a unit and of those below it on a day."""
    below = (_land(registry, tree, child, day) for child in tree.children(unit.id))
    return set(registry.lineage.targets(unit.id, day)).union(*below)
