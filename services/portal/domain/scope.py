"""Which duties stand below a unit: the tree is that of each period's cut-off, so it may differ from period to period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.words.reference import Reference
from shared.words.units import Tree


@dataclass(frozen=True, slots=True)
class Scope:
    """Units whose duties are asked for in some regimes and periods."""

    unit_ids: frozenset[str]
    periods: tuple[tuple[str, str], ...]


def scopes(known: Reference, periods: Mapping[str, Sequence[str]], unit: str, *, only: bool) -> list[Scope]:
    """The units at and below `unit` (a code at the cut-off, or an id) in each regime's periods; just itself with `only`.

    Periods in which the same units are below stand together. None when nobody bears the code.
    """
    by_day: dict[date, frozenset[str]] = {}
    by_units: dict[frozenset[str], list[tuple[str, str]]] = {}
    for regime_id, codes in periods.items():
        regime = known.regimes.get(regime_id)
        for code in codes:
            period = regime.period(code) if regime else None
            if period is None:
                continue
            if period.cut_off not in by_day:
                by_day[period.cut_off] = _unit_ids(known.registry.at(period.cut_off), unit, only=only)
            by_units.setdefault(by_day[period.cut_off], []).append((regime_id, code))
    return [Scope(unit_ids, tuple(pairs)) for unit_ids, pairs in by_units.items() if unit_ids]


def _unit_ids(tree: Tree, unit: str, *, only: bool) -> frozenset[str]:
    found = tree.by_code.get(unit) or tree.by_id.get(unit)
    if found is None:
        return frozenset()
    return frozenset([found.id] if only else [below.id for below in tree.subtree(found.id)])
