"""Which duties belong to a unit and the units below it. Each period has the tree of its reference day, so the units can differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.portal.domain import succession
from shared.words.reference import Reference
from shared.words.units import Tree


@dataclass(frozen=True, slots=True)
class Scope:
    """Units, and the regimes and periods in which their duties are requested."""

    unit_ids: frozenset[str]
    periods: tuple[tuple[str, str], ...]


def scopes(known: Reference, periods: Mapping[str, Sequence[str]], unit: str, today: date, *, only: bool) -> list[Scope]:
    """The units at and below `unit` (a code on the reference day, or an id) in each regime's periods, and the ended units for which today's
    unit with this name, or one below it, acts today. With `only` the units below do not matter.

    Periods with the same units share one scope. The list is empty when no unit has the code.
    """
    represented = succession.represented(known.registry, _unit_ids(known.registry.at(today), unit, only=only), today)
    by_tree: dict[int, frozenset[str]] = {}
    by_units: dict[frozenset[str], list[tuple[str, str]]] = {}
    for regime_id, codes in periods.items():
        for code in codes:
            setting = known.setting(regime_id, code)
            if setting is None:
                continue
            if id(setting.tree) not in by_tree:
                by_tree[id(setting.tree)] = _unit_ids(setting.tree, unit, only=only) | (represented & setting.tree.by_id.keys())
            by_units.setdefault(by_tree[id(setting.tree)], []).append((regime_id, code))
    return [Scope(unit_ids, tuple(pairs)) for unit_ids, pairs in by_units.items() if unit_ids]


def _unit_ids(tree: Tree, unit: str, *, only: bool) -> frozenset[str]:
    root = tree.named(unit)
    if root is None:
        return frozenset()
    return frozenset([root.id] if only else [below.id for below in tree.subtree(root.id)])
