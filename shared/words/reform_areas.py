"""Areas of former units (địa bàn huyện cũ): which of today's units they hold by best fit, and how well these cover the former unit.

Today's units often cross the borders of former districts: an area is what comes nearest, and says how near. Source: ADR 0042.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.words.reform import OFFICE, AreaLine
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
    """Units of the former unit that passed land on."""

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
class Draft:
    """A proposed area: its lines in areas.csv, and its coverage."""

    lines: tuple[AreaLine, ...]
    coverage: Coverage


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


def drafts(sides: Sides) -> Iterator[Draft]:
    """An area for every unit that ends and whose units passed land on, in the order of codes.

    A unit of today belongs to the former unit that gave it the most; if two gave the same, to that of the unit that had its code.
    """
    members: dict[str, list[str]] = {}
    for code in sorted(sides.into):
        for former in _formers(code, sides):
            members.setdefault(former, []).append(code)
    for former, codes in sorted(members.items()):
        unit = sides.before[former]
        area, name = f"{former}-{initials(unit.name)}", f"Địa bàn {unit.name[0].lower()}{unit.name[1:]} (cũ)"
        yield Draft(tuple(AreaLine(area, name, code) for code in codes), coverage(codes, sides, former))


def initials(name: str) -> str:
    """The initials of a place's own name in Latin capitals: `VQ` for `Huyện Văn Quan`."""
    own = next((name[len(kind) :] for kind in TYPES if name.startswith(f"{kind} ")), name)
    plain = unicodedata.normalize("NFD", own.replace("Đ", "D").replace("đ", "d"))
    words = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter)).split()
    return "".join(word[0] if word.isalpha() else word for word in words if word.isascii()).upper()


def _formers(code: str, sides: Sides) -> list[str]:
    """The former unit of each level that gave the most to a unit of today."""
    given: dict[str, dict[str, Fraction]] = {}
    for line in sides.land_into(code):
        total = sum(other.weight for other in sides.out[line.old] if other.share != "none")
        for above in sides.tree.ancestors(sides.before[line.old].id):
            if above.code in sides.ended:
                of_level = given.setdefault(above.level, {})
                of_level[above.code] = of_level.get(above.code, Fraction(0)) + Fraction(line.weight, total)
    namesake = sides.before.get(code)
    above_namesake = {unit.code for unit in sides.tree.ancestors(namesake.id)} if namesake is not None else set()
    return [min(parts, key=lambda one: (-parts[one], one not in above_namesake, one)) for parts in given.values()]


def _sources(members: Collection[str], sides: Sides) -> set[str]:
    """The units of the day before from which members have land; a member without lines is its own source."""
    found: set[str] = set()
    for code in members:
        land = {line.old for line in sides.land_into(code)}
        found |= land or ({sides.goes_on[code].code} if code in sides.goes_on else set())
    return found


def _landed(former: str, sides: Sides) -> set[str]:
    """The units below a former unit that passed land on."""
    below = sides.tree.subtree(sides.before[former].id)
    return {unit.code for unit in below if unit.kind != OFFICE and any(line.share != "none" for line in sides.out.get(unit.code, ()))}
