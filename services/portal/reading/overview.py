"""Collects what the page of a view shows: the view, which units below it have reported, and whether it is confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.portal.domain import comparison, figures, outliers, progress
from services.portal.domain.address import Address
from services.portal.domain.comparison import Base, Change
from services.portal.domain.figures import Section, Segment
from services.portal.domain.outliers import Outlier
from services.portal.domain.standing import Entry, State, Status
from services.portal.reading import children, earlier, statuses
from services.portal.reading.children import Below
from services.portal.reading.store import PortalStore
from shared.wire import events, view_hash
from shared.wire.events import Logged
from shared.wire.views import Official, View
from shared.words import deadlines, periods
from shared.words.report_state import ReportState
from shared.words.units import Unit

MOST_COMPARED: Final = 200  # units whose figures are compared on a page; more are compared on the pages below


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether `by` has confirmed a view that it must confirm. `is_current`: the figures are still the confirmed ones.

    `is_untouched`: no report was received since. If the hash of a confirmation from data format 4 then differs, names or targets have
    changed, which that hash covered too.
    """

    by: Unit
    deadline: datetime
    confirmed_at: datetime | None
    is_current: bool
    is_untouched: bool


@dataclass(frozen=True)
class Overview:
    view: View
    sections: Sequence[Section]
    progress: tuple[Segment, ...]
    missing: Sequence[Status]
    late: Sequence[Status]
    below: Below
    deadlines: Sequence[tuple[str, datetime]]
    confirmations: Sequence[Confirmation]
    """Of all units that must confirm the view, the lowest first."""
    outliers: Sequence[Outlier]
    """Figures of the units directly below that are far from the others; only for whoever reads everything below."""
    bases: Sequence[Base]
    """The earlier periods beside whose figures those of the view are shown."""
    uncompared: Sequence[Base]
    """Those of which nothing can be compared, with the reason."""
    changes: Mapping[str, Sequence[Change]]
    """What has changed since each of them, by the indicator's code."""
    now: datetime

    @property
    def overdue(self) -> int:
        """The number of missing units that are past their deadline."""
        return sum(status.is_past(self.now) for status in self.missing)


async def read(address: Address, store: PortalStore, view: View, now: datetime) -> Overview:
    """Everything that the page of `view` shows at `now`."""
    regime = address.regime
    shown = [unit for unit in address.reporters if store.scope.reads_report(address.setting, unit.id)]
    found = await statuses.found(address, store, shown, now)
    states, below = found.states, await children.read(address, store, found)
    read = await earlier.bases(address, store, view)
    bases = [base for base in read if not base.reason]
    missing_codes = set(view.reporting.missing)
    return Overview(
        view,
        figures.view_sections(
            view, regime, {indicator.code: {unit.code for unit in address.asked(indicator)} for indicator in regime.indicators}
        ),
        progress.bar(view.reporting),
        [status for status in states if status.unit.code in missing_codes],
        [status for status in states if status.state is State.LATE],
        below,
        _deadlines(address, states),
        await _confirmations(address, store, view),
        _outliers(address, store, below),
        bases,
        [base for base in read if base.reason],
        comparison.changes(address, view, bases),
        now,
    )


def _outliers(address: Address, store: PortalStore, below: Below) -> list[Outlier]:
    """The outliers among the units directly below. A unit's figures are those of its view; without a view, those that it reported."""
    units = [child.unit for child in below.units]
    if not store.scope.reads_below(address.setting, address.unit.id) or not outliers.LEAST <= len(units) <= MOST_COMPARED:
        return []
    return outliers.found(address.regime.indicators, units, {child.unit.id: child.figures for child in below.units})


def _deadlines(address: Address, states: Sequence[Status]) -> list[tuple[str, datetime]]:
    """The usual deadline of each group below the unit, which is the deadline of most of its units (an extension is for one unit).

    Each has the group's label; if all groups have the same deadline, there is one entry without a label.
    """
    by_group: dict[str, list[datetime]] = {}
    for status in states:
        if status.deadline is not None:
            by_group.setdefault(address.group_of[status.unit.id], []).append(status.deadline)
    usual = {name: max(set(due), key=lambda at: (due.count(at), at)) for name, due in by_group.items()}
    if len(set(usual.values())) == 1:
        return [("", next(iter(usual.values())))]
    return [(address.regime.reporters[name].label, due) for name, due in usual.items()]


async def _confirmations(address: Address, store: PortalStore, view: View) -> list[Confirmation]:
    """The state of each confirmation of the view. Whoever reads only its totals is told which version is official: not by whom, if several
    units confirm it.
    """
    required = [found for found in address.setting.version.confirmations if found.of.id == address.unit.id]
    if not required:
        return []
    due = deadlines.confirm_deadlines(address.regime, address.period, address.reference.working_days)
    if not store.scope.reads_report(address.setting, address.unit.id):
        return [_official(found.by, due[found.rule.who], view.official) for found in required] if len(required) == 1 else []
    entries = (await store.entries(address.setting, [address.unit.id]))[address.unit.id]
    logged = await store.logged([entry.id for entry in entries if entry.type == events.CONFIRMED])
    return [
        _confirmation(found.by, due[found.rule.who], view, entries, [event for event in logged if _is_by(address, found.by, event)])
        for found in required
    ]


def _official(by: Unit, due: datetime, official: Official | None) -> Confirmation:
    """The confirmation of a view as its totals tell it, for whoever does not read the events about it."""
    at = None if official is None else datetime.fromisoformat(official.at)
    return Confirmation(by, due, at, is_current=official is not None and not official.moved, is_untouched=False)


def _is_by(address: Address, unit: Unit, event: Logged) -> bool:
    """Whether a unit, or its heir on the day of receipt, sent an event."""
    day = periods.local_day(events.from_ms(event.received_ms))
    return event.sender == unit.id or address.reference.registry.acts_for(event.sender, unit.id, day)


def _confirmation(by: Unit, due: datetime, view: View, entries: Sequence[Entry], logged: Sequence[Logged]) -> Confirmation:
    """The state of the confirmation by one unit, from the events that it sent."""
    state = ReportState()
    for event in logged:
        state.apply(event)
    if (last := state.confirmation) is None:
        return Confirmation(by, due, None, is_current=False, is_untouched=False)
    has_figures = any(event.event_id == last.event_id and "figures" in event.data for event in logged)
    sequence = max(entry.sequence for entry in entries if entry.event_id == last.event_id)
    return Confirmation(
        by,
        due,
        events.from_ms(last.received_ms),
        is_current=view_hash.is_of(view.model_dump(exclude_unset=True), last.view_hash),
        is_untouched=not has_figures and sequence >= view.position.sequence,
    )
