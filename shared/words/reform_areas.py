"""Areas of former units (địa bàn huyện cũ): which of today's units they hold by best fit, and how well these cover the former unit.

Today's units often cross the borders of former districts: an area is what comes nearest, and says how near. Source: ADR 0042.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.words.reform import OFFICE, AreaLine, Content, Line
from shared.words.reform_sides import Sides
from shared.words.units import Unit

TYPES: Final = ("Thành phố", "Thị xã", "Thị trấn", "Quận", "Huyện", "Tỉnh", "Phường", "Xã", "Đặc khu")
"""The words before a place's own name."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How an area fits the former unit that gave it most of its land. Counts are of units of the day before."""

    former: Unit | None
    inside: int
    """Sources of the area's members that were in the former unit."""
    sources: int
    """All sources of the area's members."""
    total: int
    """Units of the lowest level in the former unit."""

    @property
    def is_exact(self) -> bool:
        return self.inside == self.sources == self.total

    @property
    def text(self) -> str:
        """A sentence for readers; "" for an area of units that had no common former unit."""
        if self.former is None:
            return ""
        others = self.sources - self.inside
        rest = f" và {others} đơn vị cũ ở ngoài" if others else ""
        return f"Gồm {self.inside} trong {self.total} đơn vị cũ của {self.former.name}{rest}"


@dataclass(frozen=True, slots=True)
class Part:
    """A unit of today that has land of a former unit: how many of its sources were in the former unit."""

    code: str
    name: str
    inside: int
    sources: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed area of a former unit."""

    code: str
    name: str
    coverage: Coverage
    members: tuple[Part, ...]
    left_out: tuple[Part, ...]
    """Units of today that have land of the former unit, but more of another one."""

    @property
    def lines(self) -> list[AreaLine]:
        """The area's lines in areas.csv."""
        return [AreaLine(self.code, self.name, part.code) for part in self.members]


def coverage(members: Collection[str], sides: Sides, former: str = "") -> Coverage:
    """How an area whose members have these codes from the first day on fits a former unit: the one with this code, else the one that it
    fits best.
    """
    sources = _sources(members, sides)
    inside: Counter[str] = Counter()
    for code in sources:
        inside.update(unit.code for unit in sides.tree.ancestors(sides.before[code].id) if unit.code in sides.ended)
    totals = {code: len(_landed(code, sides)) for code in inside}
    if not former and not inside:
        return Coverage(None, 0, len(sources), 0)
    best = former or max(inside, key=lambda code: (Fraction(inside[code], len(sources) + totals[code] - inside[code]), -totals[code], code))
    return Coverage(sides.before[best], inside[best], len(sources), totals.get(best, 0))


def drafts(content: Content, sides: Sides) -> Iterator[Draft]:
    """An area for every unit that ends and whose units passed land on, in the order of codes.

    A unit of today belongs to the former unit that gave it the most; if two gave the same, to that of the unit that had its code.
    """
    names = {unit.code: unit.name for unit in content.units}
    touching: dict[str, list[Part]] = {}
    members: dict[str, set[str]] = {}
    for code in sorted(sides.into):
        given = _given(code, sides)
        for of_level in given.values():
            members.setdefault(_most(code, of_level, sides), set()).add(code)
            for former, lines in of_level.items():
                touching.setdefault(former, []).append(Part(code, names[code], len(lines), len(sides.land_into(code))))
    for former, codes in sorted(members.items()):
        unit = sides.before[former]
        yield Draft(
            code=f"{former}-{initials(unit.name)}",
            name=f"Địa bàn {unit.name[0].lower()}{unit.name[1:]} (cũ)",
            coverage=coverage(codes, sides, former),
            members=tuple(part for part in touching[former] if part.code in codes),
            left_out=tuple(part for part in touching[former] if part.code not in codes),
        )


def initials(name: str) -> str:
    """The initials of a place's own name in Latin capitals: `VQ` for `Huyện Văn Quan`."""
    own = next((name[len(kind) :] for kind in TYPES if name.startswith(f"{kind} ")), name)
    plain = unicodedata.normalize("NFD", own.replace("Đ", "D").replace("đ", "d"))
    words = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter)).split()
    return "".join(word[0] if word.isalpha() else word for word in words if word.isascii()).upper()


def _given(code: str, sides: Sides) -> dict[str, dict[str, list[Line]]]:
    """The lines that brought land into a unit of today, by the former units above their sources, by level."""
    given: dict[str, dict[str, list[Line]]] = {}
    for line in sides.land_into(code):
        for above in sides.tree.ancestors(sides.before[line.old].id):
            if above.code in sides.ended:
                given.setdefault(above.level, {}).setdefault(above.code, []).append(line)
    return given


def _most(code: str, given: Mapping[str, Sequence[Line]], sides: Sides) -> str:
    """The former unit that gave the most to a unit of today."""
    namesake = sides.before.get(code)
    above_namesake = {unit.code for unit in sides.tree.ancestors(namesake.id)} if namesake is not None else set()
    return min(given, key=lambda former: (-sum(sides.fraction(line) for line in given[former]), former not in above_namesake, former))


def _sources(members: Collection[str], sides: Sides) -> set[str]:
    """The units of the day before from which members have land; a member without lines is its own source."""
    sources: set[str] = set()
    for code in members:
        land = {line.old for line in sides.land_into(code)}
        sources |= land or ({sides.goes_on[code].code} if code in sides.goes_on else set())
    return sources


def _landed(former: str, sides: Sides) -> set[str]:
    """The units below a former unit that passed land on or kept theirs, lowest level only."""
    going_on = {row.code for row in sides.goes_on.values()}
    below = [unit.code for unit in sides.tree.subtree(sides.before[former].id) if unit.kind != OFFICE and not _has_units_below(unit, sides)]
    return {code for code in below if code in going_on or any(line.share != "none" for line in sides.out.get(code, ()))}


def _has_units_below(unit: Unit, sides: Sides) -> bool:
    return any(child.kind != OFFICE for child in sides.tree.children(unit.id))
