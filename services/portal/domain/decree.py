"""How an administrative document looks and what its fixed parts say: Nghị định 30/2020/NĐ-CP, Phụ lục I and III.

Names and places are those of the day of issue, which may be after a reform that ended the unit of the period.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.words import vietnamese
from shared.words.units import Registry, Unit

ALPHABET: Final = "abcdđeghiklmnopqrstuvxy"
"""The letters of points (điểm): the Vietnamese alphabet, which has no f, j, w and z, and counts đ."""
COMMITTEE: Final = "Ủy ban nhân dân"
HEADS: Final = (
    ("Phòng", "TRƯỞNG PHÒNG"),
    ("Văn phòng", "CHÁNH VĂN PHÒNG"),
    ("Ban cán sự", "BÍ THƯ"),
    ("Ban", "TRƯỞNG BAN"),
    ("Chi cục", "CHI CỤC TRƯỞNG"),
    ("Cục", "CỤC TRƯỞNG"),
    ("Thanh tra", "CHÁNH THANH TRA"),
    ("Sở", "GIÁM ĐỐC"),
    ("Trung tâm", "GIÁM ĐỐC"),
    ("Bảo hiểm xã hội", "GIÁM ĐỐC"),
)
"""The head of an office, by how the office's name begins."""
KINDS: Final = ("Tỉnh", "Thành phố", "Huyện", "Quận", "Thị xã", "Xã", "Phường", "Thị trấn", "Đặc khu")
NUMBERED: Final = re.compile(r"\d+|[IVX]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues a document, as its parts name it. `superior` is "" where there is none; `signature` has the lines above the name."""

    superior: str
    header: str
    name: str
    place: str
    abbreviation: str
    signature: Sequence[str]


def points(count: int) -> list[str]:
    """The letters of so many points; dashes if the alphabet has too few."""
    return [f"{letter})" for letter in ALPHABET[:count]] if count <= len(ALPHABET) else ["-"] * count


def issue_day(day: date) -> str:
    """The day as art. 4 writes it: a zero before days below 10 and before January and February only."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def listed(items: Sequence[str]) -> list[str]:
    """Lines of a list: each ends with a semicolon, the last one with a full stop."""
    bare = [item.rstrip(" .;,") for item in items]
    return [f"{item}{'.' if place == len(bare) else ';'}" for place, item in enumerate(bare, 1)]


def numeral(number: int) -> str:
    """A Roman number up to 39, for appendices and sections."""
    return "X" * (number // 10) + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[number % 10]


def full_name(unit: Unit) -> str:
    """A unit as an agency: a people's committee for an area, else the office itself."""
    return f"{COMMITTEE} {_lower(unit.name)}" if unit.kind == "peoples_committee" else _dashes(unit.name)


def acting(registry: Registry, unit_id: str, day: date) -> Unit | None:
    """The unit itself on a day, or its heir; the last row of a unit without an heir. None for an unknown id."""
    return registry.acting(unit_id, day) or registry.row(unit_id, day)


def issuer(unit: Unit, registry: Registry, day: date) -> Issuer:
    """How the documents of a unit name it on a day. `unit` is its row of that day."""
    above = None if unit.parent is None else acting(registry, unit.parent, day)
    place = unit if unit.kind == "peoples_committee" or above is None else _territory(above, registry, day)
    if unit.kind == "peoples_committee":
        header, signature, short = f"{COMMITTEE}\n{unit.name}".upper(), (f"TM. {COMMITTEE.upper()}", "CHỦ TỊCH"), "UBND"
        return Issuer("", header, full_name(unit), _place(place), short, signature)
    own = _own_name(unit, above)
    superior = "" if above is None else f"UBND {_lower(above.name)}".upper()
    return Issuer(superior, own.upper(), _dashes(unit.name), _place(place), _abbreviation(unit, own), (_head(own),))


def _territory(unit: Unit, registry: Registry, day: date) -> Unit:
    """The area of a unit: that of the people's committee to which it belongs."""
    while unit.kind != "peoples_committee" and unit.parent is not None:
        above = acting(registry, unit.parent, day)
        if above is None:
            break
        unit = above
    return unit


def _place(unit: Unit) -> str:
    """The name of a place without its kind, but for numbered ones: `Văn Quan`, `Quận 1`."""
    kind = next((kind for kind in KINDS if unit.name.startswith(f"{kind} ")), "")
    rest = unit.name[len(kind) :].strip()
    return unit.name if NUMBERED.fullmatch(rest) else rest


def _own_name(unit: Unit, above: Unit | None) -> str:
    """An office's name without the area that follows it: `Phòng Tài chính - Kế hoạch` of `… huyện Văn Quan`."""
    name = _dashes(unit.name)
    for kind in KINDS if above is not None else ():
        head, found, tail = name.rpartition(f" {kind.lower()} ")
        if found and tail and above is not None and (_lower(above.name) == f"{kind.lower()} {tail}" or tail[:1].isupper()):
            return head
    return name


def _abbreviation(unit: Unit, own: str) -> str:
    """What stands in the symbol: the end of the unit's code if it has letters, else the initials."""
    ending = unit.code.rpartition("-")[2]
    if ending.isalpha():
        return ending
    return "".join(word[0] for word in re.findall(r"\w+", own) if word[0].isalpha()).upper()


def _head(own: str) -> str:
    return next((head for begin, head in HEADS if own.startswith(f"{begin} ")), "THỦ TRƯỞNG ĐƠN VỊ")


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _dashes(name: str) -> str:
    return vietnamese.line(name).replace(" – ", " - ")
