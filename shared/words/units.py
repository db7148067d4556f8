"""Units and the tree that they form on a day.

A unit is one territory (or one office). Its id is stable and never re-used. Its code may be: the 2025 reform gave old codes to other areas.
A unit may have several dated rows under one id, for example before and after a change of name, parent or code. Levels are data: the roll-up
code contains no level name. Source: design, section 5, "Units"; ADR 0043.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

from shared.words.lineage import Lineage

AREA: Final = "area"
"""Level and kind of a grouping, such as the area of a former district."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A recipient of a unit's alerts."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of a unit, which is anything that reports or receives reports: what it is from `valid_from` to the day before `valid_to`
    (None: no end).
    """

    id: str
    code: str
    name: str
    level: str
    kind: str
    parent: str | None
    valid_from: date
    valid_to: date | None = None
    contacts: tuple[Contact, ...] = field(default=(), compare=False)

    def is_valid(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Area:
    """A grouping: a dated set of units, such as the communes of a former district. It has a view, but is nobody's parent and never reports.

    `covers` describes what the area covers, for readers; `members` are unit ids.
    """

    id: str
    code: str
    name: str
    members: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None
    covers: str = ""

    def is_valid(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Tree:
    """The units of one day, by id and by code, with their parents and children.

    Areas are in `by_id` and `by_code` too, as units of the level `area` whose parent is the nearest unit that holds all members; they are
    nobody's children.
    """

    def __init__(self, units: Iterable[Unit], areas: Iterable[Area] = ()) -> None:
        self.by_id: dict[str, Unit] = {unit.id: unit for unit in units}
        self._children: dict[str, list[Unit]] = {}
        for unit in sorted(self.by_id.values(), key=lambda unit: unit.code):
            if unit.parent is not None:
                self._children.setdefault(unit.parent, []).append(unit)
        self.members: dict[str, tuple[Unit, ...]] = {}
        """The members of each area, by the area's id, ordered by code."""
        for area in areas:
            members = sorted((self.by_id[member] for member in area.members if member in self.by_id), key=lambda unit: unit.code)
            self.members[area.id] = tuple(members)
            self.by_id[area.id] = Unit(area.id, area.code, area.name, AREA, AREA, self._holder(members), area.valid_from, area.valid_to)
        self.by_code: dict[str, Unit] = {unit.code: unit for unit in self.by_id.values()}

    def named(self, name: str) -> Unit | None:
        """The unit or area with a code, else with an id."""
        return self.by_code.get(name) or self.by_id.get(name)

    def children(self, unit_id: str) -> Sequence[Unit]:
        """The units directly below, by code: the members of an area."""
        return self.members.get(unit_id) or self._children.get(unit_id, [])

    def ancestors(self, unit_id: str) -> Iterator[Unit]:
        """The units above, nearest first. A unit whose parent is not valid on this day has no ancestors."""
        seen = {unit_id}
        parent = self.by_id[unit_id].parent
        while parent is not None and parent in self.by_id and parent not in seen:
            seen.add(parent)
            yield self.by_id[parent]
            parent = self.by_id[parent].parent

    def top(self, unit_id: str) -> Unit:
        """The highest unit above `unit_id`, or the unit itself if it has no parent. In practice this is the province."""
        return [self.by_id[unit_id], *self.ancestors(unit_id)][-1]

    def within(self, code: str) -> list[Unit]:
        """The unit or area with a code and all units below it: the whole country for "", nothing for an unknown code."""
        if not code:
            tops = [unit for unit in self.by_id.values() if unit.parent not in self.by_id and unit.id not in self.members]
            return [unit for top in sorted(tops, key=lambda unit: unit.code) for unit in self.subtree(top.id)]
        top = self.by_code.get(code)
        return [] if top is None else list(self.subtree(top.id))

    def subtree(self, unit_id: str) -> Iterator[Unit]:
        """The unit and all units below it: parents before children, siblings by code."""
        yield self.by_id[unit_id]
        for child in self.children(unit_id):
            yield from self.subtree(child.id)

    def _holder(self, members: Sequence[Unit]) -> str | None:
        """The nearest unit above all members; None if there is none."""
        if not members:
            return None
        above = [[unit.id for unit in self.ancestors(member.id)] for member in members]
        shared = set(above[0]).intersection(*above[1:])
        return next((unit_id for unit_id in above[0] if unit_id in shared), None)


class Registry:
    """All units that exist or ever existed, with their rows, areas and lineage."""

    def __init__(self, units: Iterable[Unit], areas: Iterable[Area] = (), lineage: Lineage | None = None) -> None:
        self.units = tuple(units)
        self.areas = tuple(areas)
        self.lineage = Lineage() if lineage is None else lineage
        self._rows: dict[str, list[Unit]] = {}
        for unit in sorted(self.units, key=lambda unit: unit.valid_from):
            self._rows.setdefault(unit.id, []).append(unit)
        dated: list[Unit | Area] = [*self.units, *self.areas]
        self._changes = sorted({day for entry in dated for day in (entry.valid_from, entry.valid_to) if day is not None})
        self._since = lru_cache(maxsize=64)(self._tree)

    def at(self, day: date) -> Tree:
        """The tree on `day`. Days between which no unit begins or ends share one tree."""
        return self._since(self.unchanged_since(day))

    def unchanged_since(self, day: date) -> date:
        """The last day up to `day` on which a unit began or ended; the first day of all if there is none."""
        place = bisect_right(self._changes, day)
        return self._changes[place - 1] if place else date.min

    @property
    def last_change(self) -> date:
        """The last day on which a unit or area begins or ends, as far as it is known; the first day of all if there is none."""
        return self._changes[-1] if self._changes else date.min

    @property
    def ids(self) -> Mapping[str, Sequence[Unit]]:
        """The rows of every unit, in the order of time, by id."""
        return self._rows

    def bearers(self, name: str) -> Sequence[Unit]:
        """Every row, in the order of time, of the units and areas that ever had a code or that have an id. An area is a unit of the level
        `area` without a parent.
        """
        return self._bearers.get(name, ())

    def area(self, area_id: str) -> Area | None:
        """The area with an id."""
        return self._areas.get(area_id)

    @cached_property
    def _bearers(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        areas = [Unit(area.id, area.code, area.name, AREA, AREA, None, area.valid_from, area.valid_to) for area in self.areas]
        for row in sorted((*self.units, *areas), key=lambda row: row.valid_from):
            for name in {row.code, row.id}:
                found.setdefault(name, []).append(row)
        return found

    @cached_property
    def _areas(self) -> dict[str, Area]:
        return {area.id: area for area in self.areas}

    def valid(self, unit_id: str, day: date) -> Unit | None:
        """The row of a unit that is valid on a day; None if the unit does not exist on that day."""
        return next((row for row in self._rows.get(unit_id, ()) if row.is_valid(day)), None)

    def keeps_valid(self, bound_to: str | None, day: date) -> bool:
        """Whether a role, key or NATS user that is bound to this unit can be valid on a day: the unit exists, or there is none."""
        return bound_to is None or self.valid(bound_to, day) is not None

    def row(self, unit_id: str, day: date) -> Unit | None:
        """The row of a unit on a day, for showing it: after its end its last row, before its begin its first one. None if the id is
        unknown.
        """
        rows = self._rows.get(unit_id, ())
        return next((row for row in reversed(rows) if row.valid_from <= day), rows[0] if rows else None)

    def begins(self, unit_id: str) -> date:
        """The first day of a unit."""
        return self._rows[unit_id][0].valid_from

    def acting(self, unit_id: str, day: date) -> Unit | None:
        """Who acts for a unit on a day: itself, or the heir that is valid on that day; None if nobody may."""
        heir = self.lineage.heir(unit_id, day)
        return None if heir is None else self.valid(heir, day)

    def acts_for(self, actor: str, unit_id: str, day: date) -> bool:
        """Whether `actor` may act for `unit_id` on `day`: it is the unit itself, or its heir, or a predecessor whose heir the unit is.

        Both are ids. The actor must be valid on that day.
        """
        if self.valid(actor, day) is None:
            return False
        if self.lineage.heir(unit_id, day) == actor:
            return True
        rows = self._rows.get(unit_id)
        return rows is not None and day < rows[0].valid_from and self.lineage.heir(actor, rows[0].valid_from) == unit_id

    def _tree(self, day: date) -> Tree:
        return Tree((unit for unit in self.units if unit.is_valid(day)), (area for area in self.areas if area.is_valid(day)))
