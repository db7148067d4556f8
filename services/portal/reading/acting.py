"""Reads what decides which acts a person can do now: the state of a report, and of the confirmations of a view and of those above it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.portal.domain import acting_versions
from services.portal.domain.acting_offers import ReportFacts, ViewFacts
from services.portal.domain.acting_rights import Matter
from services.portal.domain.acting_versions import Version
from services.portal.domain.address import Address
from services.portal.domain.standing import Entry, Status
from services.portal.reading import statuses
from services.portal.reading.store import PortalStore
from shared.wire import events
from shared.wire.events import Logged
from shared.wire.views import View
from shared.words import confirmers, deadlines, periods
from shared.words.regimes import Confirmation
from shared.words.report_state import ReportState
from shared.words.units import Unit

WHOLE: Final = (events.RETURNED, events.EXTENDED)
"""The events about a report whose content says something about its state."""
NOTHING: Final = ViewFacts(None, 0, 0, ReportState(), (), is_opened=False, owing=0, unasked=0)
NO_REPORT: Final = ReportFacts(ReportState(), None, ())
"""A view and a report of which nothing was read, for whoever has no right to act on them."""


@dataclass(frozen=True, slots=True)
class Owing:
    """A unit below that owes something. `status` is that of its report; None if what it owes is to confirm a view. `is_asked`: it was
    asked today already.
    """

    unit: Unit
    status: Status | None
    is_asked: bool


async def report(at: Address, matter: Matter, store: PortalStore) -> ReportFacts:
    """What decides about acts on a report in scope."""
    entries = (await store.entries_of(at, [at.unit]))[at.unit.id]
    state = (await _states({at.unit.id: entries}, store))[at.unit.id]
    views = dict.fromkeys(right.entry.of.id for right in matter.below if right.entry is not None)
    confirmed = confirmed_of(await store.confirming(matter.setting, views))
    return ReportFacts(state, await due(at, matter, at.unit, store), confirmed)


async def due(at: Address, matter: Matter, unit: Unit, store: PortalStore) -> datetime | None:
    """The deadline of a unit without an extension; None if the period is not opened, or if the unit does not report."""
    group = matter.setting.groups.get(unit.id)
    if group is None:
        return None
    opened = await statuses.opened(at, store) if matter.setting.regime.is_on_call else None
    return deadlines.group_deadline(matter.setting.regime, group, matter.setting.period, opened, at.reference.working_days)


async def states(at: Address, units: Sequence[Unit], store: PortalStore) -> dict[str, ReportState]:
    """The states of reports in scope, by unit id."""
    return await _states(await store.entries_of(at, units), store)


async def _states(entries: Mapping[str, Sequence[Entry]], store: PortalStore) -> dict[str, ReportState]:
    wanted = [entry.id for found in entries.values() for entry in found if entry.type in WHOLE]
    whole = {event.id: event for event in await store.logged(wanted)}
    made: dict[str, ReportState] = {}
    for unit_id, found in entries.items():
        made[unit_id] = ReportState()
        for entry in found:
            made[unit_id].apply(whole.get(entry.id, entry))
    return made


async def view(at: Address, matter: Matter, store: PortalStore, shown: View | None, behind: Sequence[Status]) -> ViewFacts:
    """What decides about acts on a view in scope. `behind` are the states of the reports below that do not count."""
    logged = await store.confirming(matter.setting, _around(matter))
    owing = await owed(matter, store, behind, logged)
    is_opened = not matter.setting.regime.is_on_call or await statuses.opened(at, store) is not None
    return ViewFacts(
        hash=None if shown is None else shown.hash,
        received=0 if shown is None else shown.reporting.received,
        missing=0 if shown is None else len(shown.reporting.missing),
        state=state_of(logged[matter.unit.id]),
        confirmed=confirmed_of(logged) & {entry.of.id for entry in matter.above},
        is_opened=is_opened,
        owing=len(owing),
        unasked=sum(not one.is_asked for one in owing),
    )


async def owed(
    matter: Matter, store: PortalStore, behind: Sequence[Status], logged: Mapping[str, Sequence[Logged]] | None = None
) -> list[Owing]:
    """The units at and below that owe a report, or the confirmation of a view; without those for which the person acts."""
    known = await store.confirming(matter.setting, _around(matter)) if logged is None else logged
    asked = await _asked_today(matter, store)
    tree, confirmed = matter.setting.tree, confirmed_of(known)
    late = {status.unit.id: status for status in behind if status.unit.id in tree.by_id}
    confirmers = [entry.by for entry in _below(matter) if entry.of.id not in confirmed and entry.by.id not in late]
    units = [*(tree.by_id[unit_id] for unit_id in late), *dict.fromkeys(confirmers)]
    return [Owing(unit, late.get(unit.id), unit.code in asked) for unit in units if not matter.acts_for(unit)]


def _below(matter: Matter) -> list[Confirmation]:
    """The confirmations of the views at and below the unit."""
    return [entry for entry in matter.setting.version.confirmations if confirmers.has(matter.setting.tree, matter.unit, entry.of)]


def _around(matter: Matter) -> list[str]:
    """The ids of the units whose confirmations matter: at, below and above the unit."""
    entries = [*_below(matter), *matter.above, *(right.entry for right in matter.below if right.entry is not None)]
    return list(dict.fromkeys([matter.unit.id, *(entry.of.id for entry in entries)]))


async def _asked_today(matter: Matter, store: PortalStore) -> set[str]:
    """The codes of the units that were asked today."""
    events_of_today = await store.asked_since([(matter.setting.regime.source_id, matter.setting.period.code)], periods.start_ms(matter.day))
    return {str(code) for event in events_of_today for code in event.data.get("units") or ()}


def state_of(logged: Iterable[Logged]) -> ReportState:
    """The state of a view's confirmations."""
    state = ReportState()
    for event in logged:
        state.apply(event)
    return state


def confirmed_of(logged: Mapping[str, Sequence[Logged]]) -> set[str]:
    """The ids of the units whose view is confirmed."""
    return {unit_id for unit_id, found in logged.items() if state_of(found).confirmation is not None}


async def versions(at: Address, store: PortalStore) -> list[Version]:
    """The confirmed versions of a view in scope, the latest first."""
    if at.early is not None or not at.setting.version.confirmations:
        return []
    if not store.scope.reads_view(at.setting, at.unit.id):
        return []
    logged = (await store.confirming(at.setting, [at.unit.id]))[at.unit.id]
    early = at.reference.early_days(at.regime, at.period)
    return acting_versions.versions([event for event in logged if not any(event.received_on <= day for day in early)], at.setting)
