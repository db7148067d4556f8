"""Units and the tree that they form on a day.

A unit's id is stable and never re-used. Its code may be: the 2025 reform gave old codes to other areas. Levels are data: the roll-up code
contains no level name. Source: design, section 5, "Units".
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Contact:
    """A recipient of a unit's alerts."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """Anything that reports or receives reports. It is valid from `valid_from` to the day before `valid_to` (None: no end)."""

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


class Tree:
    """The units of one day, by id and by code, with their parents and children."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.by_id: dict[str, Unit] = {unit.id: unit for unit in units}
        self.by_code: dict[str, Unit] = {unit.code: unit for unit in self.by_id.values()}
        self._children: dict[str, list[Unit]] = {}
        for unit in sorted(self.by_id.values(), key=lambda unit: unit.code):
            if unit.parent is not None:
                self._children.setdefault(unit.parent, []).append(unit)

    def children(self, unit_id: str) -> list[Unit]:
        """The units directly below, by code."""
        return self._children.get(unit_id, [])

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
        """The unit with a code and all units below it: the whole country for "", nothing for an unknown code."""
        if not code:
            tops = sorted((unit for unit in self.by_id.values() if unit.parent not in self.by_id), key=lambda unit: unit.code)
            return [unit for top in tops for unit in self.subtree(top.id)]
        top = self.by_code.get(code)
        return [] if top is None else list(self.subtree(top.id))

    def subtree(self, unit_id: str) -> Iterator[Unit]:
        """The unit and all units below it: parents before children, siblings by code."""
        yield self.by_id[unit_id]
        for child in self.children(unit_id):
            yield from self.subtree(child.id)


class Registry:
    """All units that exist or ever existed."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = tuple(units)
        self.by_id = {unit.id: unit for unit in self.units}
        self._changes = sorted({day for unit in self.units for day in (unit.valid_from, unit.valid_to) if day is not None})
        self._since = lru_cache(maxsize=64)(self._tree)

    def at(self, day: date) -> Tree:
        """The tree on `day`. Days between which no unit begins or ends share one tree."""
        return self._since(self.unchanged_since(day))

    def unchanged_since(self, day: date) -> date:
        """The last day up to `day` on which a unit began or ended; the first day of all if there is none."""
        place = bisect_right(self._changes, day)
        return self._changes[place - 1] if place else date.min

    def _tree(self, day: date) -> Tree:
        return Tree(unit for unit in self.units if unit.is_valid(day))
