"""Reads how each period of a regime is: for the list of all regimes, and for the strip on a unit's pages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.portal.domain import strip
from services.portal.domain.address import Address
from services.portal.domain.progress import Progress
from services.portal.domain.strip import Strip, Year
from services.portal.reading.duty_store import DutyStore
from services.portal.reading.store import PortalStore
from shared.wire.view_key import ViewKey
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regimes import Regime

NARRATIVES: Final = "thuyet-minh"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RegimePeriods:
    """A regime in the list of all regimes. `rows` are the periods with all their counts: the present one and those whose deadline is still
    to come, newest first; of a regime with one period a year all of them. `years` are all periods side by side, the year of the period
    `present` first; it is empty for a regime with one period a year. `present` is "" before the first period begins.
    """

    regime: Regime
    present: str
    rows: Sequence[Progress]
    years: Sequence[Year]


async def of_all(known: Reference, store: PortalStore, duties: DutyStore, now: datetime) -> list[RegimePeriods]:
    """Every regime with its periods, by title. The number of queries does not depend on the number of regimes or periods."""
    regimes = sorted(known.regimes.values(), key=lambda regime: regime.title)
    counted = await store.progress_of(known.regimes, {regime.within for regime in regimes})
    sources = [known.regimes[regime.source_id] for regime in regimes]
    overdue = await duties.with_overdue({source.id for source in sources if source.is_on_call}, now)
    by_regime: dict[str, list[Progress]] = {regime.id: [] for regime in regimes}
    for progress in counted:
        if progress.unit_code == known.regimes[progress.regime].within:
            by_regime[progress.regime].append(progress)
    return [_of_regime(known, regime, by_regime[regime.id], overdue, now) for regime in regimes]


def _of_regime(known: Reference, regime: Regime, counted: Iterable[Progress], overdue: Collection[Pair], now: datetime) -> RegimePeriods:
    views = {progress.period: progress for progress in counted}
    of_regime = strip.listed(regime, views)
    newest_first = [views[period.code] for period in reversed(of_regime) if period.code in views]
    present = strip.present(of_regime, now)
    code = present.code if present else ""
    if not strip.has_strip(of_regime):
        return RegimePeriods(regime, code, newest_first, [])
    expired = _expired(known, regime, of_regime, views, overdue, now)
    rows = [view for view in newest_first if view.period not in expired or view.period == code]
    first_year = (present or of_regime[0]).year
    years = strip.by_year(strip.view_cells(of_regime, views, expired, now))
    return RegimePeriods(regime, code, rows, sorted(years, key=lambda year: year.year != first_year))


async def of_narratives(at: Address, store: PortalStore, duties: DutyStore, now: datetime) -> Strip | None:
    """The strip of the unit's pages of narratives: by its views, or by its own reports if no unit below it reports."""
    if at.reporters == [at.unit]:
        return await of_reports(at, duties, now, NARRATIVES)
    return await of_views(at, store, duties, now, NARRATIVES)


async def of_views(at: Address, store: PortalStore, duties: DutyStore, now: datetime, folder: str = "bang") -> Strip | None:
    """The strip of the unit's views, or None if there is no other period. `folder` is the first part of the pages' addresses."""
    views = {progress.period: progress for progress in await _same_unit(at, store)}
    of_regime = strip.listed(at.regime, {*views, at.period.code})
    source = at.reference.regimes[at.regime.source_id]
    overdue = await duties.with_overdue([source.id] if source.is_on_call else [], now)
    expired = _expired(at.reference, at.regime, of_regime, views, overdue, now)
    return strip.around(strip.view_cells(of_regime, views, expired, now, folder), at.period.code)


async def of_reports(at: Address, duties: DutyStore, now: datetime, folder: str = "bao-cao") -> Strip | None:
    """The strip of the unit's own reports, or None if there is no other period. In a derived regime the states are those of its source."""
    source = at.regime.source_id
    codes = (await duties.periods([source]))[source] if at.regime.periods == "any" else at.regime.periods
    read = await duties.of_keys(ViewKey(source, code, at.unit.id) for code in codes)
    of_regime = strip.listed(at.regime, {*codes, at.period.code})
    cells = strip.report_cells(of_regime, at.regime.id, {duty.period: duty for duty in read}, now, folder)
    return strip.around(cells, at.period.code)


async def _same_unit(at: Address, store: PortalStore) -> list[Progress]:
    """The counts of the unit's views in all periods. If the regime does not list its periods, they are looked up by the unit's code."""
    if at.regime.periods == "any":
        return [other for other in await store.progress_of([at.regime.id], [at.unit.code]) if other.unit_id == at.unit.id]
    return await store.progress(ViewKey(at.regime.id, code, at.unit.id) for code in at.regime.periods)


def _expired(
    known: Reference,
    regime: Regime,
    of_regime: Iterable[Period],
    views: Mapping[str, Progress],
    overdue: Collection[Pair],
    now: datetime,
) -> set[str]:
    """The periods whose deadline has passed. In a regime on call each period has its own deadline: a period has expired if all units have
    reported, or if any duty is overdue.
    """
    source = known.regimes[regime.source_id]
    if source.is_on_call:
        complete = {code for code, view in views.items() if view.received >= view.expected}
        return complete | {period for of, period in overdue if of == source.id}
    return strip.expired(source, regime.reporters, of_regime, known.working_days, now)
