"""The plan of a reform that is applied, from the units of today and what was stored when it was applied. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from shared.words.reference import Reference
from shared.words.reform import Count, Plan, Reform
from shared.words.units import Area, Registry, Unit

RowKey = tuple[str, date]
"""What identifies a row of a unit or an area: id and first day."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What is stored about a reform that is applied: the rows that it closed, each with its end of before, and those that it began."""

    reform: Reform
    counts: Mapping[Count, Mapping[str, int]]
    closed: Mapping[RowKey, date | None]
    begun: Collection[RowKey]
    areas_closed: Mapping[RowKey, date | None] = field(default_factory=dict)
    areas_begun: Collection[RowKey] = ()
    pins: Mapping[tuple[str, str], date] = field(default_factory=dict)


def plan(applied: Applied, registry: Registry) -> Plan:
    """The plan of a reform that is applied to the units of `registry`."""
    begun, areas_begun = set(applied.begun), set(applied.areas_begun)
    return Plan(
        reform=applied.reform,
        closed=tuple(sorted((_before(row, applied.closed) for row in registry.units if _key(row) in applied.closed), key=_order)),
        begun=tuple(sorted((row for row in registry.units if _key(row) in begun), key=_order)),
        edges=tuple(edge for edge in registry.lineage.edges if edge.reform == applied.reform.id),
        areas_closed=tuple(
            sorted((_area_before(area, applied) for area in registry.areas if _area_key(area) in applied.areas_closed), key=_order)
        ),
        areas_begun=tuple(sorted((area for area in registry.areas if _area_key(area) in areas_begun), key=_order)),
        counts=applied.counts,
    )


def without(reference: Reference, applied: Applied, plan: Plan) -> Reference:
    """The reference data without a reform that is applied to them."""
    others = [edge.day for edge in reference.registry.lineage.edges if edge.reform != plan.reform.id]
    return replace(
        reference,
        registry=plan.reverted(reference.registry),
        pins={pair: day for pair, day in reference.pins.items() if applied.pins.get(pair) != day},
        reform_days=tuple(day for day in reference.reform_days if day != plan.day or day in others),
    )


def _before(row: Unit, closed: Mapping[RowKey, date | None]) -> Unit:
    return replace(row, valid_to=closed[_key(row)])


def _area_before(area: Area, applied: Applied) -> Area:
    return replace(area, valid_to=applied.areas_closed[_area_key(area)])


def _key(row: Unit) -> RowKey:
    return row.id, row.valid_from


def _area_key(area: Area) -> RowKey:
    return area.id, area.valid_from


def _order(row: Unit | Area) -> tuple[str, str]:
    return row.code, row.id
