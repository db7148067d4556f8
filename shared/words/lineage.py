"""Lineage: which units follow which after a reform, and who acts for a unit that has ended.

An edge leads from a unit that ends on a day to a unit that has (part of) its territory or its functions from that day on. A unit that keeps
its territory keeps its id, so it has no edge. Source: the mergers of 2025 (NQ 202/2025/QH15 and the 34 resolutions on communes); ADR 0043.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal

Share = Literal["whole", "part", "none"]
"""`whole`: all of the old unit's land; `part`: a part of it, by weight; `none`: no land, for offices, districts and provinces."""
Basis = Literal["", "declared", "derived", "assumed"]
"""Where the weight of a part is from: declared by an authority, derived from a register, or assumed; "" if there is no weight."""
MOST_WEIGHT: Final = 10**7


@dataclass(frozen=True, slots=True)
class Edge:
    """`old` ends on `day`, the first day of `new`. Ids, not codes. `is_heir`: `new` acts for `old` from then on."""

    old: str
    new: str
    day: date
    share: Share
    weight: int = 1
    basis: Basis = ""
    is_heir: bool = False
    reform: str = ""


class Lineage:
    """The edges of all reforms. A unit id ends at most once, so all edges out of it have one day."""

    def __init__(self, edges: Iterable[Edge] = ()) -> None:
        self.edges = tuple(edges)
        self._out: dict[str, list[Edge]] = {}
        self._into: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self._out.setdefault(edge.old, []).append(edge)
            self._into.setdefault(edge.new, []).append(edge)

    def out_of(self, unit_id: str) -> Sequence[Edge]:
        """The edges from a unit to those that follow it."""
        return self._out.get(unit_id, ())

    def into(self, unit_id: str) -> Sequence[Edge]:
        """The edges from the units that a unit follows."""
        return self._into.get(unit_id, ())

    def heir(self, unit_id: str, day: date) -> str | None:
        """Who acts for a unit on a day: the unit itself until it ends, then its heir, the heir's heir, and so on; None if no heir is
        declared.
        """
        acting: str | None = unit_id
        while acting is not None and (out := self.out_of(acting)) and out[0].day <= day:
            acting = next((edge.new for edge in out if edge.is_heir), None)
        return acting

    def sources(self, unit_id: str, day: date) -> Iterator[str]:
        """The ended units whose heir a unit is on a day, directly or through others."""
        for edge in self.into(unit_id):
            if edge.is_heir and edge.day <= day:
                yield edge.old
                yield from self.sources(edge.old, day)

    def targets(self, unit_id: str, day: date) -> Mapping[str, Fraction]:
        """The units that have the territory of a unit on a day, each with its share of it. The shares add up to 1, or to 0 if the land is
        not passed on (an office, a district).
        """
        shares: dict[str, Fraction] = {}
        _spread(self, unit_id, day, Fraction(1), shares)
        return shares


def _spread(lineage: Lineage, unit_id: str, day: date, share: Fraction, shares: dict[str, Fraction]) -> None:
    out = lineage.out_of(unit_id)
    if not out or out[0].day > day:
        shares[unit_id] = shares.get(unit_id, Fraction(0)) + share
        return
    land = [edge for edge in out if edge.share != "none"]
    total = sum(edge.weight for edge in land)
    for edge in land:
        _spread(lineage, edge.new, day, share * Fraction(edge.weight, total), shares)
