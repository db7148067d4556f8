"""Which duties a list may show: those of units in scope, at or below the unit that is asked for. Each period has the tree of its reference
day, so the units can differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.portal.domain import refused, succession
from shared.words.reference import Setting
from shared.words.scope import Scope
from shared.words.units import Tree

Periods = Mapping[str, Sequence[str]]
"""Codes of periods, by regime."""


@dataclass(frozen=True, slots=True)
class Part:
    """Units, and the regimes and periods in which their duties are requested."""

    unit_ids: frozenset[str]
    periods: tuple[tuple[str, str], ...]


def in_scope(scope: Scope, there: Periods) -> list[Part] | None:
    """The units in scope in each regime's periods; None if that is everything. Without a period in scope it is nothing."""
    settings = list(_settings(scope, there))
    if scope.principal is None or (settings and all(scope.reach(setting).is_everything for setting in settings)):
        return None
    return _grouped((setting, scope.reach(setting).reports) for setting in settings)


def below(scope: Scope, there: Periods, unit: str, *, only: bool) -> list[Part]:
    """The units in scope that are at or below `unit` (a code on the reference day, or an id) in each regime's periods, and the ended units
    for which today's unit with this name, or one below it, acts today. With `only` the units below do not matter.

    The list is empty when no unit has the code. Raises `Refused` if there are such units and none of them is in scope.
    """
    named = _Named(scope, unit, only)
    found = [(setting, ids, _shown(scope, setting, ids)) for setting in _settings(scope, there) if (ids := named.within(setting.tree))]
    if not any(shown for _, _, shown in found) and _is_outside(scope, named):
        raise refused.out_of_scope()
    return _grouped((setting, shown) for setting, _, shown in found)


def is_readable(scope: Scope, unit: str) -> bool:
    """Whether the list of duties of a unit is not refused as out of scope: `below` without asking which periods have duties."""
    return scope.principal is None or not _is_outside(scope, _Named(scope, unit, only=False))


class _Named:
    """The units that a name means in the tree of each period."""

    def __init__(self, scope: Scope, unit: str, only: bool) -> None:
        registry, today = scope.reference.registry, scope.today
        self._unit, self._only = unit, only
        self._represented = succession.represented(registry, _unit_ids(registry.at(today), unit, only=only), today)
        self._by_tree: dict[Tree, frozenset[str]] = {}

    def within(self, tree: Tree) -> frozenset[str]:
        if tree not in self._by_tree:
            self._by_tree[tree] = _unit_ids(tree, self._unit, only=self._only) | (self._represented & tree.by_id.keys())
        return self._by_tree[tree]


def _shown(scope: Scope, setting: Setting, ids: frozenset[str]) -> frozenset[str]:
    reach = scope.reach(setting)
    return ids if reach.is_everything else ids & reach.reports


def _is_outside(scope: Scope, named: _Named) -> bool:
    """Whether the named units exist in periods that regimes list, and none of them is in scope in any of these."""
    listed = (setting for regime in scope.reference.regimes for setting in scope.reference.settings(regime))
    versions = {setting.version: setting for setting in listed}  # of hundreds of periods
    found = [(setting, ids) for setting in versions.values() if (ids := named.within(setting.tree))]
    return bool(found) and not any(_shown(scope, setting, ids) for setting, ids in found)


def _settings(scope: Scope, there: Periods) -> Iterator[Setting]:
    for regime, codes in there.items():
        for code in codes:
            setting = scope.reference.setting(regime, code)
            if setting is not None:
                yield setting


def _grouped(found: Iterator[tuple[Setting, frozenset[str]]]) -> list[Part]:
    """Periods with the same units share one part."""
    by_units: dict[frozenset[str], list[tuple[str, str]]] = {}
    for setting, unit_ids in found:
        by_units.setdefault(unit_ids, []).append((setting.regime.id, setting.period.code))
    return [Part(unit_ids, tuple(pairs)) for unit_ids, pairs in by_units.items() if unit_ids]


def _unit_ids(tree: Tree, unit: str, *, only: bool) -> frozenset[str]:
    root = tree.named(unit)
    if root is None:
        return frozenset()
    return frozenset([root.id] if only else [below.id for below in tree.subtree(root.id)])
