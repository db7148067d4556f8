"""What a principal may read on a day. A `Scope` is made once per request, and every read of the portal takes it.

A unit reads its own duties and reports, and those of the units for which it acts. A reviewer or viewer reads the subtree of its unit, and
where the unit receives the reports of a regime, all units of that regime. An operator reads no figures. Subtrees are those of each period's
reference day: after a reform, an heir reads what its sources reported.
Source: design, section 1 of the second part; ADR 0056.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final, Self, assert_never

from shared.words import grants
from shared.words.principals import FeedScope, PersonPrincipal, Principal, ReceiverPrincipal, UnitPrincipal
from shared.words.reference import Reference, Setting, Version
from shared.words.units import Registry, Tree

TREES: Final = 256  # subtrees that are kept in memory


@dataclass(frozen=True, slots=True)
class Reach:
    """What a scope reads in one version of a regime, by unit ids."""

    reports: frozenset[str]
    """The units whose duties and reports are read."""
    whole: frozenset[str]
    """The units and areas whose view is read together with everything below it."""
    views: frozenset[str]
    """The units and areas whose view is read: those of `whole`, and totals without what is below them."""
    is_everything: bool
    """Whether this is all that the version has."""


@dataclass(frozen=True, eq=False)
class Scope:
    """What a principal reads on the day `today`, by the reference data of the request."""

    principal: Principal | None
    """Who asks; None on the machine itself, where the command line reads everything."""
    reference: Reference
    today: date
    own: tuple[str, ...]
    """The units whose own duties and reports are read: that of a key, those of an officer."""
    reviewed: tuple[str, ...]
    """The units whose subtree is read: those of a reviewer or viewer."""
    feeds: tuple[FeedScope, ...]
    _reaches: dict[Version, Reach] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, principal: Principal, reference: Reference, today: date) -> Self:
        """The scope of a principal on a day."""
        registry = reference.registry
        match principal:
            case UnitPrincipal():
                holds = "read" in principal.may and registry.valid(principal.unit, today) is not None
                return cls(principal, reference, today, (principal.unit,) if holds else (), (), ())
            case ReceiverPrincipal():
                return cls(principal, reference, today, (), (), tuple(principal.feeds))
            case PersonPrincipal():
                held = grants.effective(principal.grants, registry, today)
                own = dict.fromkeys(grant.unit for grant in held if grant.role == "officer" and grant.unit)
                reviewed = dict.fromkeys(grant.unit for grant in held if grant.role in ("reviewer", "viewer") and grant.unit)
                return cls(principal, reference, today, tuple(own), tuple(reviewed), ())
            case _:
                assert_never(principal)

    @classmethod
    def of_command_line(cls, reference: Reference, today: date) -> Self:
        """The scope of commands on the machine itself, whose operator has the database anyway."""
        return cls(None, reference, today, (), (), ())

    @property
    def reads_public(self) -> bool:
        """Whether the principal reads what everybody may know who uses the portal: units, regimes, and the history of reforms."""
        return self.principal is None or isinstance(self.principal, PersonPrincipal) or bool(self.own)

    @property
    def reads_figures(self) -> bool:
        """Whether there is any report or view that the principal could read."""
        return self.principal is None or bool(self.own or self.reviewed)

    def reads_report(self, setting: Setting, unit_id: str) -> bool:
        """Whether the duties and the report of a unit are in scope."""
        return unit_id in self.reach(setting).reports

    def reads_duty(self, regime: str, period: str, unit_id: str) -> bool:
        """As `reads_report`, by the names of regime and period. A period that the regime no longer has is only for the command line."""
        setting = self.reference.setting(regime, period)
        return self.principal is None if setting is None else self.reads_report(setting, unit_id)

    def reads_view(self, setting: Setting, unit_id: str) -> bool:
        """Whether the totals of a unit or area are in scope."""
        return unit_id in self.reach(setting).views

    def reads_below(self, setting: Setting, unit_id: str) -> bool:
        """Whether the view of a unit or area is in scope with everything that it is computed from."""
        return unit_id in self.reach(setting).whole

    def reads_feed(self, top_id: str, regime: str) -> bool:
        """Whether the feed of a unit at the top is in scope: all views below it, of all periods."""
        if isinstance(self.principal, ReceiverPrincipal):
            return any(feed.top == top_id and feed.regime in (None, regime) for feed in self.feeds)
        acting = (unit for unit in self.reviewed if top_id in (unit, *acted_for(self.reference.registry, unit, self.today)))
        return self.principal is None or any(acting)

    def reach(self, setting: Setting) -> Reach:
        """What is in scope in one period of a regime."""
        found = self._reaches.get(setting.version)
        if found is None:
            found = self._reaches[setting.version] = self._reach(setting.version)
        return found

    def _reach(self, version: Version) -> Reach:
        tree, registry = version.tree, self.reference.registry
        own = frozenset(unit for first in self.own for unit in (first, *acted_for(registry, first, self.today)) if unit in tree.by_id)
        reviewed = _reviewed(registry, tree, self.reviewed, self.today) if self.principal else _all(tree)
        units = _union(reviewed, self._received(version))
        reports = _union(units, own)
        alone = {unit for unit in own if _below(tree, unit) & version.groups.keys() <= {unit}}  # their view has only their own figures
        whole = _union(units, alone | _areas(tree, reports))
        views = _union(whole, frozenset(self._totals(version, own)))
        return Reach(reports, whole, views, is_everything=len(reviewed - tree.members.keys()) == _size(tree))

    def _received(self, version: Version) -> frozenset[str]:
        """The units of a regime that one of the reviewed units receives, itself or through the recipient that acts for it: those under
        `within`, the reporters that are elsewhere (offices beside an area), and the unit on whose behalf the reports are received.
        """
        behalf = version.tree.by_code.get(version.regime.on_behalf_of or "")
        recipients = {unit.id for unit in (version.tree.by_code.get(version.regime.recipient), behalf) if unit is not None}
        registry = self.reference.registry
        if not any(recipients & {unit, *acted_for(registry, unit, self.today)} for unit in self.reviewed):
            return frozenset()
        if not version.regime.within:
            return _subtrees(version.tree, [unit.id for unit in version.tree.within("")])
        top = version.tree.by_code.get(version.regime.within)
        below = frozenset[str]() if top is None else _below(version.tree, top.id)
        return below.union(version.groups, () if behalf is None else (behalf.id,))

    def _totals(self, version: Version, own: Collection[str]) -> Iterator[str]:
        """The units whose totals are read without what is below them: those above a reporter, where the regime says so, and those that a
        unit's software confirms, because it sends the figures with the confirmation.
        """
        if version.regime.reporters_see == "parent":
            above = (version.tree.by_id[unit].parent for unit in own if unit in version.groups)
            yield from (unit for unit in above if unit in version.tree.by_id)
        if isinstance(self.principal, UnitPrincipal):
            yield from (found.of.id for found in version.confirmations if found.by.id in own)


@lru_cache(maxsize=TREES)
def acted_for(registry: Registry, unit_id: str, today: date) -> frozenset[str]:
    """The other units for which a unit acts today: those that have ended and whose heir it is, and its heirs that have not begun."""
    sources = set(registry.lineage.sources(unit_id, today))
    coming = {edge.new for edge in registry.lineage.out_of(unit_id) if edge.is_heir and edge.day > today}
    return frozenset(other for other in sources | coming if registry.acts_for(unit_id, other, today))


@lru_cache(maxsize=TREES)
def acted_below(registry: Registry, unit_id: str, today: date) -> frozenset[str]:
    """The other units for which a unit, or one below it today, acts today."""
    tree = registry.at(today)
    below = tree.subtree(unit_id) if unit_id in tree.by_id else ()
    return frozenset(other for unit in below if _has_edges(registry, unit.id) for other in acted_for(registry, unit.id, today))


def _has_edges(registry: Registry, unit_id: str) -> bool:
    return bool(registry.lineage.into(unit_id) or registry.lineage.out_of(unit_id))


@lru_cache(maxsize=TREES)
def _reviewed(registry: Registry, tree: Tree, reviewed: tuple[str, ...], today: date) -> frozenset[str]:
    """The subtrees of the reviewed units, and those of ended or coming units for which one of their units acts today."""
    roots = {root for unit in reviewed for root in (unit, *acted_below(registry, unit, today)) if root in tree.by_id}
    return _subtrees(tree, [root for root in roots if tree.by_id[root].parent not in roots])


@lru_cache(maxsize=TREES)
def _all(tree: Tree) -> frozenset[str]:
    return frozenset(tree.by_id.keys() - tree.members.keys())


def _union(first: frozenset[str], second: Collection[str]) -> frozenset[str]:
    """Both; the first itself, which may be the whole country, if the second adds nothing."""
    return first if first.issuperset(second) else first.union(second)


def _subtrees(tree: Tree, roots: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*(_below(tree, root) for root in roots))


@lru_cache(maxsize=TREES)
def _below(tree: Tree, unit_id: str) -> frozenset[str]:
    return frozenset(unit.id for unit in tree.subtree(unit_id))


def _size(tree: Tree) -> int:
    return len(tree.by_id) - len(tree.members)


def _areas(tree: Tree, reports: Collection[str]) -> set[str]:
    """The areas whose members are all in scope."""
    return {area for area, members in tree.members.items() if members and all(unit.id in reports for unit in members)}
