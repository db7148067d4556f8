"""Judges regime files with the units: every version by the units of the reference days of its periods. Pure.

Codes mean the units of those days, because a reform may give a code to another unit. A change from a day after everything that the registry
knows is only warned about: its reform is not applied yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from services.cli.files import regime_groups, regime_views
from services.cli.files.regime_entries import Found
from shared.words import named_units, refusals, regime_paths, regime_versions
from shared.words.named_units import Named
from shared.words.refusals import Refusal, refusal
from shared.words.regime_paths import Path
from shared.words.regime_versions import ONE_DAY, DatedVersion, DayOf
from shared.words.regimes import Regime
from shared.words.units import AREA, Registry, Tree, Unit

SHOWN: Final = 6  # periods that a sentence names


class FoundSince(NamedTuple):
    """What is wrong, where, and since which day if a later version has it."""

    where: Path
    why: Refusal
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with a regime, and what cannot be judged yet."""

    faults: Sequence[FoundSince]
    warnings: Sequence[FoundSince]


def judge(file: Regime, resolved: Mapping[str, Regime], registry: Registry, today: date, day_of: DayOf) -> Judgement:
    """What does not fit the units. `resolved` holds all regimes, derived ones completed."""
    whole = resolved[file.id]
    if found := [*_strange_narratives(file, resolved[whole.source_id]), *_periods_without_units(file, whole, registry, today, day_of)]:
        return Judgement([FoundSince(*one) for one in found], [])
    faults: dict[Found, FoundSince] = {}
    warnings: list[FoundSince] = []
    for version in regime_versions.dated(whole):
        changes = sum(first <= version.first_day for first in file.change_days)
        trees = [registry.at(day) for day in regime_versions.judged_on(whole, version, today, day_of)]
        wrong = _of_version(file, version, trees, registry)
        change: Path = ("changes", changes - 1) if changes else ("derived_from",)
        if wrong and not version.is_first and version.first_day > registry.last_change:
            warnings.append(FoundSince(change, _not_applied(file, version, wrong, registry)))
            continue
        if not wrong and changes and _says_nothing_new(file, changes, registry):
            wrong = [(change, refusal("regime.change_of_nothing"))]
        for path, why in wrong:
            where = regime_paths.written(file.changes[:changes], list(file.by_code), path)
            faults.setdefault((where, why), FoundSince(where, why, None if version.is_first else version.first_day))
    return Judgement(list(faults.values()), [*warnings, *_of_two_units(file, whole, registry, day_of)])


def _of_version(file: Regime, version: DatedVersion, trees: Sequence[Tree], registry: Registry) -> list[Found]:
    """What does not fit in one version; `version` is completed if the regime is derived."""
    known = {unit.code for unit in registry.units} | {area.code for area in registry.areas}
    named = _named(file, version.first_day)
    if unknown := [(name.where, refusal("regime.unknown_unit", code=name.code)) for name in named if name.code not in known]:
        return unknown
    if not trees:
        return []
    own, gone = file.on(version.first_day), list(_not_of_the_days(named, trees))
    if any(where[-1] == "within" for where, _ in gone):
        return gone  # nothing is inside, and every other check would say so again
    return [*gone, *regime_groups.find(own, version.regime, trees), *regime_views.find(own, version.regime, trees)]


def _named(file: Regime, day: date) -> list[Named]:
    """The codes that a version names, apart from those in `asked`, which are reporters."""
    return [name for name in named_units.on(file, day) if name.field != "asked"]


def _not_of_the_days(named: Sequence[Named], trees: Sequence[Tree]) -> Iterator[Found]:
    """Units that exist in no period of the version, areas in the place of units, and units in the place of areas."""
    for name in named:
        there = [tree.by_code[name.code] for tree in trees if name.code in tree.by_code]
        is_area = any(unit.level == AREA for unit in there)
        if not there:
            yield name.where, refusal("regime.unit_of_no_period", code=name.code)
        elif name.field == "groupings" and not is_area:
            yield name.where, refusal("regime.grouping_is_no_area", code=name.code)
        elif name.field not in ("groupings", "within") and is_area:
            yield name.where, refusal("regime.area_cannot_act", code=name.code)


def _of_two_units(file: Regime, whole: Regime, registry: Registry, day_of: DayOf) -> Iterator[FoundSince]:
    """Codes that the file says once and that mean another unit in later periods. A reform is not applied over such a regime (ADR 0045), but
    a file may be loaded after it.
    """
    first: dict[Named, tuple[Unit, str]] = {}
    later: dict[Named, tuple[Unit, list[str]]] = {}
    for period, day in regime_versions.listed(whole, day_of):
        bearers = registry.at(day).by_code
        for name in named_units.on(file, day):
            unit = bearers.get(name.code)
            if unit is not None and unit.id != first.setdefault(name, (unit, period.code))[0].id:
                later.setdefault(name, (unit, []))[1].append(period.code)
    for name, (unit, codes) in later.items():
        was, then = first[name]
        listed = _shortened(codes)
        why = refusal("regime.code_of_two_units", code=name.code, was=was.name, then=then, now=unit.name, periods=listed)
        yield FoundSince(name.where, why)


def _shortened(codes: list[str]) -> list[str]:
    """The first periods and the last one, if there are many."""
    return codes if len(codes) <= SHOWN else [*codes[: SHOWN - 1], "…", codes[-1]]


def _not_applied(file: Regime, version: DatedVersion, wrong: Sequence[Found], registry: Registry) -> Refusal:
    """A version from a day after everything that is known names what does not exist yet."""
    tree = registry.at(registry.last_change)
    codes = dict.fromkeys(name.code for name in _named(file, version.first_day) if name.code not in tree.by_code)
    names = list(codes) or [".".join(map(str, where)) for where, _ in wrong]
    return refusal("regime.reform_not_applied", day=refusals.day(version.first_day), names=names)


def _says_nothing_new(file: Regime, changes: int, registry: Registry) -> bool:
    """Whether a change repeats what was before, and every code that it has still means the same unit."""
    before, after = (version.model_dump(exclude={"changes", "ends", "legal_basis"}) for version in file.versions[changes - 1 : changes + 1])
    day = file.change_days[changes - 1]
    if before != after or day > registry.last_change:
        return False
    old, new = registry.at(day - ONE_DAY).by_code, registry.at(day).by_code
    codes = [name.code for name in named_units.on(file, day)]
    return all(code in old and code in new and old[code].id == new[code].id for code in codes)


def _periods_without_units(file: Regime, whole: Regime, registry: Registry, today: date, day_of: DayOf) -> Iterator[Found]:
    """The first period on whose reference day there is no unit: a range may have hundreds of them."""
    first = min((unit.valid_from for unit in registry.units), default=None)
    if first is None:
        for name in _named(file, date.min):
            yield name.where, refusal("regime.no_units_imported", code=name.code)
        return
    if isinstance(whole.periods, str):
        if not registry.at(today).by_id:
            yield ("periods",), refusal("regime.no_unit_on_cut_off", day=refusals.day(first))
        return
    for number, code in enumerate(whole.periods):
        period = whole.period(code)
        if period is not None and not registry.at(day_of(whole, period)).by_id:
            where: Path = ("periods", number) if "periods" in file.model_fields_set else ("periods",)
            yield where, refusal("regime.no_unit_on_cut_off", day=refusals.day(first))
            return


def _strange_narratives(file: Regime, source: Regime) -> Iterator[Found]:
    for code in file.narratives:
        if code not in source.narratives:
            yield ("narratives", code), refusal("regime.narrative_not_in_source", source=source.id)
