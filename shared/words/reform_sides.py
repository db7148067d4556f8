"""The two sides of a reform: the units of the day before, where the lines of its files lead, and which units go on.

Whether a unit goes on is computed, not declared. It goes on if no line of lineage.csv names it as old and units.csv still has its code; or
if its whole territory becomes the whole territory of one unit: one edge, `whole`, out of it, and no other land comes into that unit.
Source: ADR 0042.
"""

from datetime import timedelta
from fractions import Fraction
from typing import Final

from shared.words.reform import Content, Line, NewUnit
from shared.words.units import Registry, Tree, Unit

DAY: Final = timedelta(days=1)


class Sides:
    """The two sides of a reform: the units of the day before, and where each line of its files leads."""

    def __init__(self, content: Content, registry: Registry) -> None:
        day_before = content.reform.valid_from - DAY
        self.tree: Tree = registry.at(day_before)
        """The units of the day before, and its areas."""
        self.before: dict[str, Unit] = {unit.code: unit for unit in registry.units if unit.is_valid(day_before)}
        """The units of the day before, by code."""
        self.out: dict[str, list[Line]] = {}
        self.into: dict[str, list[Line]] = {}
        for line in content.lines:
            self.out.setdefault(line.old, []).append(line)
            self.into.setdefault(line.new, []).append(line)
        self.goes_on = {unit.code: row for unit in content.units if (row := self._same(unit)) is not None}
        """The rows of the day before of the units that go on, by the code that they have from the first day on."""
        going_on = {row.id for row in self.goes_on.values()}
        self.ended = {code for code, unit in self.before.items() if code in self.out and unit.id not in going_on}
        """Codes of the units that end."""

    def land_into(self, code: str) -> list[Line]:
        """The lines that bring land into a unit."""
        return [line for line in self.into.get(code, ()) if line.share != "none"]

    def fraction(self, line: Line) -> Fraction:
        """The share of the old unit's land that a line passes on."""
        return Fraction(line.weight, sum(other.weight for other in self.out[line.old] if other.share != "none"))

    def _same(self, unit: NewUnit) -> Unit | None:
        land = self.land_into(unit.code)
        if len(land) == 1 and land[0].share == "whole" and len(self.out[land[0].old]) == 1:
            return self.before.get(land[0].old)
        return self.before.get(unit.code) if unit.code not in self.out else None
