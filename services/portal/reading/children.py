"""Reads the units directly below a unit for its table: their views, or their reports if they have no view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.portal.domain import content
from services.portal.domain.address import Address
from services.portal.domain.content import Content
from services.portal.domain.matrix import Child
from services.portal.domain.standing import Status
from services.portal.reading import statuses
from services.portal.reading.statuses import Found
from services.portal.reading.store import PortalStore
from shared.wire.views import View
from shared.words.units import Unit


@dataclass(frozen=True)
class Below:
    """The units directly below a unit that have a view or report, and the areas that it holds, by code."""

    units: Sequence[Child]
    areas: Sequence[Child]


async def read(at: Address, store: PortalStore, found: Found) -> Below:
    """What is below the unit. The views are one query; the contents of reports that no view sums are another. `found` are the reports at or
    below the unit that are in scope.
    """
    units, areas = at.tree.children(at.unit.id), _areas(at)
    views = {view.unit.id: view for view in await store.views(at.regime.id, at.period.code, [unit.id for unit in (*units, *areas)])}
    states = {status.unit.id: status for status in found.states}
    alone = [unit for unit in units if unit.id not in views and unit.id in states]
    reports = await statuses.contents_of(store, alone, found.entries)
    children = [_child(unit, views.get(unit.id), states, reports) for unit in units]
    held = [_of_view(unit, views[unit.id], None) for unit in areas if unit.id in views]
    return Below([child for child in children if child.reporting or child.status], held)


def _areas(at: Address) -> list[Unit]:
    """The areas of the regime that the unit holds, by code."""
    named = (at.tree.by_code.get(code) for code in {*at.regime.groupings, at.regime.within})
    held = [unit for unit in named if unit is not None and unit.id in at.tree.members and unit.parent == at.unit.id]
    return sorted(held, key=lambda unit: unit.code)


def _child(unit: Unit, view: View | None, states: Mapping[str, Status], reports: Mapping[str, Content]) -> Child:
    status = states.get(unit.id)
    if view is not None:
        return _of_view(unit, view, status)
    said = reports.get(unit.id, content.NOTHING)
    return Child(unit, None, status, {code: content.value_sent(value) for code, value in said.values.items()}, said.estimates)


def _of_view(unit: Unit, view: View, status: Status | None) -> Child:
    estimated = frozenset(code for code, figure in view.indicators.items() if figure.estimated)
    reported = {code: figure for code, figure in view.indicators.items() if figure.reported}
    return Child(unit, view.reporting, status, reported, estimated)
