"""Reads how each period of a regime is: for the list of all regimes, and for the strip on a unit's pages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.portal.domain import elsewhere, present_period, strip
from services.portal.domain.address import Address
from services.portal.domain.present_period import Due
from services.portal.domain.progress import Progress
from services.portal.domain.strip import Strip, Year
from services.portal.reading.duty_store import DutyStore
from services.portal.reading.store import PortalStore
from shared.wire.view_key import ViewKey
from shared.words import periods, regime_versions
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Tree, Unit

NARRATIVES: Final = "thuyet-minh"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RegimePeriods:
    """A regime in the list of all regimes. `rows` are the periods with all their counts: the present one first, then those whose deadline
    is still to come, newest first, each followed by its areas; `past` are the others of a regime with one period a year. `years` are all
    periods side by side, the year of the period `present` first; it is empty for a regime with one period a year. `present` is "" before
    the first period begins.
    """

    regime: Regime
    """The version of the present period."""
    recipient: str
    on_behalf_of: str
    """Names of the present period's units; the code if no unit has it."""
    present: str
    rows: Sequence[Progress]
    past: Sequence[Progress]
    years: Sequence[Year]
    ends: date | None
    """The day from which the regime has no more periods."""
    due: datetime | None
    """When the present period is due."""
    is_over: bool
    """Whether the regime is one of the past: even its present period was due long ago."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no view in scope, of whatever period."""
        return not (self.rows or self.past or any(cell.path for year in self.years for cell in year.cells))


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of a regime's own views and of its areas' views, by period."""

    views: dict[str, Progress]
    areas: dict[str, list[Progress]]


async def of_all(known: Reference, store: PortalStore, duties: DutyStore, now: datetime) -> list[RegimePeriods]:
    """Every regime with its periods, by title. The number of queries does not depend on the number of regimes or periods."""
    regimes = sorted(known.regimes.values(), key=lambda regime: regime.title)
    versions = [version for regime in regimes for version in regime.versions]
    read = await store.progress_of(known.regimes, {code for version in versions for code in (version.within, *version.groupings)})
    sources = [known.regimes[regime.source_id] for regime in regimes]
    overdue = await duties.with_overdue({source.id for source in sources if source.is_on_call}, now)
    by_regime = {regime.id: Counted({}, {}) for regime in regimes}
    for progress in read:
        _place(known, by_regime[progress.regime], progress)
    return [_of_regime(known, regime, by_regime[regime.id], overdue, now) for regime in regimes]


async def of_unit(known: Reference, store: PortalStore, duties: DutyStore, unit: Unit, now: datetime) -> list[RegimePeriods]:
    """Every regime in which a unit or area has a view, with that unit's periods, by title; as many queries as for all regimes."""
    rows = {row.code for row in known.registry.bearers(unit.id)} or {unit.code}
    read = [progress for progress in await store.progress_of(known.regimes, rows) if progress.unit_id == unit.id]
    by_regime: dict[str, Counted] = {}
    for progress in read:
        by_regime.setdefault(progress.regime, Counted({}, {})).views[progress.period] = progress
    regimes = sorted((known.regimes[regime] for regime in by_regime), key=lambda regime: regime.title)
    sources = [known.regimes[regime.source_id] for regime in regimes]
    overdue = await duties.with_overdue({source.id for source in sources if source.is_on_call}, now)
    return [_of_regime(known, regime, by_regime[regime.id], overdue, now) for regime in regimes]


def in_order(found: Iterable[RegimePeriods], now: datetime) -> list[RegimePeriods]:
    """What matters now first: the regimes whose deadline is nearest; those of the past, and those without a view in scope, come last."""
    far = timedelta.max
    return sorted(found, key=lambda it: (it.is_empty, it.is_over, far if it.due is None else abs(it.due - now), it.regime.title))


def _place(known: Reference, counted: Counted, progress: Progress) -> None:
    """Adds the counts of a view if it is that of the regime's `within`, or of one of its areas, in its period."""
    setting = known.setting(progress.regime, progress.period)
    unit = setting and setting.tree.by_id.get(progress.unit_id)
    if setting is None or unit is None:
        return
    if unit.code == setting.regime.within:
        counted.views[progress.period] = progress
    elif unit.code in setting.regime.groupings:
        counted.areas.setdefault(progress.period, []).append(progress)


def _of_regime(known: Reference, regime: Regime, counted: Counted, overdue: Collection[Pair], now: datetime) -> RegimePeriods:
    views = counted.views
    of_regime, by_rule = _listed(known, regime, views), present_period.by_rule(known, regime.id, _listed(known, regime, views))
    present = present_period.present(of_regime, by_rule, _complete(views), now)
    code = present.code if present else ""
    newest_first = [views[period.code] for period in reversed(of_regime) if period.code in views]
    expired = _expired(known, regime, of_regime, views, overdue, now)
    shown = sorted((view for view in newest_first if view.period not in expired or view.period == code), key=lambda one: one.period != code)
    past, years = [view for view in newest_first if view not in shown], list[Year]()
    if strip.has_strip(of_regime):
        first_year = (present or of_regime[0]).year
        cells = strip.by_year(strip.view_cells(of_regime, views, expired, now, code))
        past, years = [], sorted(cells, key=lambda year: year.year != first_year)
    rows, before = ([row for view in part for row in (view, *counted.areas.get(view.period, ()))] for part in (shown, past))
    today = periods.local_day(now)
    setting = known.setting(regime.id, code) if code else None
    version = setting.regime if setting else regime.on(today)
    tree = setting.tree if setting else known.registry.at(today)
    ends = date.fromisoformat(regime.ends) if regime.ends else None
    recipient, on_behalf_of = _name(tree, version.recipient), _name(tree, version.on_behalf_of or "")
    due = None if present is None else present_period.due(present, by_rule)
    is_over = present is not None and present_period.is_over(present, by_rule, now)
    return RegimePeriods(version, recipient, on_behalf_of, code, rows, before, years, ends, due, is_over)


def _complete(views: Mapping[str, Progress]) -> set[str]:
    return {code for code, view in views.items() if view.received >= view.expected}


def _present(listed: Sequence[Period], dues: Due, complete: Collection[str], now: datetime) -> str:
    """The code of the present period; "" if none has begun."""
    found = present_period.present(listed, dues, complete, now)
    return "" if found is None else found.code


def _name(tree: Tree, code: str) -> str:
    unit = tree.by_code.get(code)
    return code if unit is None else unit.name


def _listed(known: Reference, regime: Regime, seen: Iterable[str]) -> list[Period]:
    """The periods of a regime in the order of time, without those after its end; of one that does not list its periods those in `seen`."""
    return [period for period in regime_versions.periods_of(regime, seen) if known.setting(regime.id, period.code) is not None]


async def of_narratives(at: Address, store: PortalStore, duties: DutyStore, now: datetime) -> Strip | None:
    """The strip of the unit's pages of narratives: by its views, or by its own reports if no unit below it reports."""
    if at.reporters == [at.unit]:
        return await of_reports(at, duties, now, NARRATIVES)
    return await of_views(at, store, duties, now, NARRATIVES)


async def of_views(at: Address, store: PortalStore, duties: DutyStore, now: datetime, folder: str = "bang") -> Strip | None:
    """The strip of the unit's views, or None if there is no other period. `folder` is the first part of the pages' addresses."""
    views = {progress.period: progress for progress in await _same_unit(at, store)}
    of_regime = _listed(at.reference, at.reference.regimes[at.regime.id], {*views, at.period.code})
    source = at.reference.regimes[at.regime.source_id]
    overdue = await duties.with_overdue([source.id] if source.is_on_call else [], now)
    expired = _expired(at.reference, at.regime, of_regime, views, overdue, now)
    present = _present(of_regime, present_period.by_rule(at.reference, at.regime.id, of_regime), _complete(views), now)
    return strip.around(strip.view_cells(of_regime, views, expired, now, present, folder, _absent(at, of_regime)), at.period.code)


async def of_reports(at: Address, duties: DutyStore, now: datetime, folder: str = "bao-cao") -> Strip | None:
    """The strip of the unit's own reports, or None if there is no other period. In a derived regime the states are those of its source."""
    source = at.regime.source_id
    codes = (await duties.periods([source]))[source] if at.regime.periods == "any" else at.regime.periods
    read = await duties.of_keys(ViewKey(source, code, at.unit.id) for code in codes)
    of_regime = _listed(at.reference, at.reference.regimes[at.regime.id], {*codes, at.period.code})
    done, by_rule = {duty.period for duty in read if not duty.is_owed}, present_period.by_rule(at.reference, at.regime.id, of_regime)
    present, duties_of = _present(of_regime, by_rule, done, now), {duty.period: duty for duty in read}
    cells = strip.report_cells(of_regime, at.regime.id, duties_of, now, present, folder, _absent(at, of_regime))
    return strip.around(cells, at.period.code)


async def _same_unit(at: Address, store: PortalStore) -> list[Progress]:
    """The counts of the unit's views in all periods. If the regime does not list its periods, they are looked up by the unit's code."""
    if at.regime.periods == "any":
        return [other for other in await store.progress_of([at.regime.id], [at.unit.code]) if other.unit_id == at.unit.id]
    return await store.progress(ViewKey(at.regime.id, code, at.unit.id) for code in at.regime.periods)


def _absent(at: Address, of_regime: Iterable[Period]) -> dict[str, str]:
    """Why the unit does not exist in a period, by period, where a reform is the reason."""
    days = {period.code: at.reference.day(at.regime, period) for period in of_regime}
    reasons = {code: elsewhere.absent(at.reference, at.unit.id, day) for code, day in days.items()}
    return {code: reason.vi for code, reason in reasons.items() if reason is not None}


def _expired(
    known: Reference,
    regime: Regime,
    of_regime: Iterable[Period],
    views: Mapping[str, Progress],
    overdue: Collection[Pair],
    now: datetime,
) -> set[str]:
    """The periods whose deadline has passed, by the version of each period. In a regime on call each period has its own deadline: a period
    has expired if all units have reported, or if any duty is overdue.
    """
    source = known.regimes[regime.source_id]
    if source.is_on_call:
        return _complete(views) | {period for of, period in overdue if of == source.id}
    return {period.code for period in of_regime if _is_expired(known, regime, period, now)}


def _is_expired(known: Reference, regime: Regime, period: Period, now: datetime) -> bool:
    own, source = known.setting(regime.id, period.code), known.setting(regime.source_id, period.code)
    if own is None or source is None:
        return False
    return strip.is_expired(source.regime, own.regime.reporters, period, known.working_days, now)
