"""Reads early blocks: what units that have ended reported for a period before a reform that began during it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.portal.domain import early, figures, progress, refused
from services.portal.domain.address import Address
from services.portal.domain.figures import Section, Segment
from services.portal.domain.refused import Link
from services.portal.reading import statuses
from services.portal.reading.store import PortalStore
from shared.wire.answers import Series, ViewOfUnits
from shared.wire.views import View
from shared.words import vietnamese
from shared.words.reference import ONE_DAY
from shared.words.units import Unit


@dataclass(frozen=True, slots=True)
class Child:
    """A unit directly below: its view if it has one, otherwise whether its report is part of the block."""

    unit: Unit
    view: View | None
    has_reported: bool
    is_read: bool
    """Whether its page is in scope."""


@dataclass(frozen=True)
class EarlyView:
    """What the page of a view of an early block shows. `before` is the first day of the reform."""

    view: View
    before: date
    sections: Sequence[Section]
    progress: tuple[Segment, ...]
    children: Sequence[Child]


async def answer(at: Address, day: date, store: PortalStore) -> ViewOfUnits:
    """The view of an early block in the API's form. Raises `Refused` if the unit has none."""
    view = await _view(at, day, store)
    return ViewOfUnits.model_validate({**view.model_dump(exclude_unset=True), "series": Series(units=day.isoformat(), basis="reported")})


async def read(at: Address, day: date, store: PortalStore) -> EarlyView:
    """The page of a view of an early block. Raises `Refused` if the unit has none."""
    view = await _view(at, day, store)
    below = at.tree.children(at.unit.id)
    views = {child.unit.id: child for child in await store.early_views(at.regime.id, at.period.code, [unit.id for unit in below], day)}
    missing = set(view.reporting.missing)
    asked = {indicator.code: {unit.code for unit in at.asked(indicator)} for indicator in at.regime.indicators}
    children = [
        Child(unit, found := views.get(unit.id), unit.code not in missing, _is_read(at, unit, store, has_view=found is not None))
        for unit in below
        if unit.id in views or unit.id in at.group_of
    ]
    return EarlyView(view, day + ONE_DAY, figures.view_sections(view, at.regime, asked), progress.bar(view.reporting), children)


def _is_read(at: Address, unit: Unit, store: PortalStore, *, has_view: bool) -> bool:
    return store.scope.reads_view(at.setting, unit.id) if has_view else store.scope.reads_report(at.setting, unit.id)


async def links(at: Address, store: PortalStore) -> list[Link]:
    """The views of early blocks that belong beside a view, in which something was reported: of the same unit, and of those before it."""
    found: list[Link] = []
    for day in at.reference.early_days(at.reference.regimes[at.regime.id], at.period):
        views = await store.early_views(at.regime.id, at.period.code, early.sources(at.reference, at.unit.id, day), day)
        found += [_link(at, view, day) for view in views if view.reporting.received]
    return found


async def reports(at: Address, store: PortalStore) -> list[Link]:
    """The reports that units before this one had sent for the period before a reform."""
    found: list[Link] = []
    for day in at.reference.early_days(at.reference.regimes[at.regime.id], at.period):
        setting = at.reference.setting_on(at.regime, at.period, day)
        if setting is None:
            continue
        sources = [source for source in early.sources(at.reference, at.unit.id, day) if source != at.unit.id]
        entries = await store.entries(setting, sources)
        sent = [source for source in sources if statuses.until(day, entries[source])]
        found += [Link(setting.tree.by_id[source].name, f"/bao-cao/{at.to(setting.tree.by_id[source])}?units={day}") for source in sent]
    return found


async def _view(at: Address, day: date, store: PortalStore) -> View:
    view = await store.early_view(at.regime.id, at.period.code, at.unit.id, day)
    if view is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return view


def _link(at: Address, view: View, day: date) -> Link:
    counts = f"{view.reporting.received}/{view.reporting.expected} đơn vị"
    text = f"{view.unit.name}, trước ngày {vietnamese.day(day + ONE_DAY)}: {counts}"
    return Link(text, f"/bang/{at.regime.id}/{at.period.code}/{view.unit.code}?units={day}")
