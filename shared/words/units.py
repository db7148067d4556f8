"""Units and the tree they form on a day.

A unit's id is stable and never re-used; its code is: the 2025 reform gave old codes to other areas. Levels are data: no
level name stands in roll-up code. Source: design, section 5, "Units".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom an alert to a unit goes to."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """Anything that reports or receives. Valid from `valid_from` to the day before `valid_to` (None: no end)."""

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
        """The units above, nearest first. A unit whose parent is not of this day is a top."""
        seen = {unit_id}
        parent = self.by_id[unit_id].parent
        while parent is not None and parent in self.by_id and parent not in seen:
            seen.add(parent)
            yield self.by_id[parent]
            parent = self.by_id[parent].parent

    def top(self, unit_id: str) -> Unit:
        """The highest unit above `unit_id` (itself when it has no parent): the province, as the data stand."""
        return [self.by_id[unit_id], *self.ancestors(unit_id)][-1]

    def within(self, code: str) -> list[Unit]:
        """The unit with a code and all below it; the whole country for ""; nothing for a code that nobody bears."""
        if not code:
            tops = sorted((unit for unit in self.by_id.values() if unit.parent not in self.by_id), key=lambda unit: unit.code)
            return [unit for top in tops for unit in self.subtree(top.id)]
        top = self.by_code.get(code)
        return [] if top is None else list(self.subtree(top.id))

    def subtree(self, unit_id: str) -> Iterator[Unit]:
        """The unit and all below it, parents before children, by code."""
        yield self.by_id[unit_id]
        for child in self.children(unit_id):
            yield from self.subtree(child.id)


class Registry:
    """All units of all times."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = tuple(units)
        self.by_id = {unit.id: unit for unit in self.units}
        self.at = lru_cache(maxsize=64)(self._at)

    def _at(self, day: date) -> Tree:
        """The tree of `day`."""
        return Tree(unit for unit in self.units if unit.is_valid(day))
