"""What the pages of reforms show: the units of a reform, found by name or code, and where each leads or comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from services.portal.domain import search
from services.portal.domain.search import Index
from shared.words import reform_applied, reform_effects
from shared.words.lineage import Edge
from shared.words.reference import ONE_DAY, Reference
from shared.words.reform_applied import Applied
from shared.words.reform_effects import Effects, Owed
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit

State = Literal["ended", "begun", "goes_on"]


@dataclass(frozen=True, slots=True)
class Other:
    """The unit at the other end of an edge."""

    unit: Unit
    edge: Edge


@dataclass(frozen=True, slots=True)
class Found:
    """A unit of a reform: a row that ended, or that began. `was` is the row of before of a unit that goes on."""

    key: str
    unit: Unit
    state: State
    others: Sequence[Other]
    was: Unit | None = None


@dataclass(frozen=True)
class Shown:
    """A reform that is applied, with what it did. `after` is the reference data of today."""

    applied: Applied
    effects: Effects
    after: Reference

    @property
    def registry(self) -> Registry:
        return self.after.registry

    @cached_property
    def states(self) -> dict[str, State]:
        """Every unit of the reform, by id."""
        return {
            **{one.unit.id: "ended" for one in self.effects.ended},
            **{row.id: "begun" for row in self.effects.begun},
            **{row.id: "goes_on" for row in self.effects.goes_on},
        }

    @cached_property
    def rows(self) -> list[Unit]:
        """The units of the reform, by code; the one that ended first."""
        rows = [*(one.unit for one in self.effects.ended), *self.effects.begun, *self.effects.goes_on]
        return sorted(rows, key=lambda row: (row.code, row.valid_from, row.id))

    @cached_property
    def index(self) -> Index:
        return search.index(self.rows)

    @property
    def changed_regimes(self) -> list[Regime]:
        """The regimes that say something else from the first day on, or end with it."""
        day = self.effects.plan.day
        changed = [one for one in self.after.regimes.values() if day in one.change_days or one.ends == day.isoformat()]
        return sorted(changed, key=lambda regime: regime.id)

    def with_owed(self, owed: Sequence[Owed]) -> Effects:
        """The effects with the duties that are not done."""
        return reform_effects.with_owed(self.effects, owed, self.after)

    def matching(self, query: str) -> list[Found]:
        """The units that match a query, or all units of the reform without one."""
        if not search.words(query):
            return [self._found(f"{number:06}", row) for number, row in enumerate(self.rows)]
        return [self._found(hit.key, hit.unit) for hit in search.find(self.index, query)]

    def _found(self, key: str, row: Unit) -> Found:
        state, day, lineage = self.states[row.id], self.effects.plan.day, self.registry.lineage
        if state == "ended":
            edges = [(edge, self.registry.row(edge.new, day)) for edge in lineage.out_of(row.id)]
        else:
            edges = [(edge, self.registry.row(edge.old, day - ONE_DAY)) for edge in lineage.into(row.id) if edge.day == day]
        was = self.registry.row(row.id, day - ONE_DAY) if state == "goes_on" else None
        return Found(key, row, state, [Other(unit, edge) for edge, unit in edges if unit is not None], was)


def of_applied(after: Reference, applied: Applied) -> Shown:
    """What a reform did that is applied to the reference data `after`. This takes about a second for all units of the country."""
    plan = reform_applied.plan(applied, after.registry)
    before = reform_applied.without(after, applied, plan)
    effects = reform_effects.of_plan(before, reform_effects.Rules(()), plan, pinned=applied.pins)
    return Shown(applied, effects, after)
