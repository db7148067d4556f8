"""What the pages about a unit say of its time: which other units had its code, from which units it was formed, and which follow it.

Source: ADR 0050.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from services.portal.domain import elsewhere, succession
from services.portal.domain.address import Address
from services.portal.domain.refused import Link
from shared.words import periods, vietnamese
from shared.words.lineage import Edge
from shared.words.reference import ONE_DAY, Reference
from shared.words.reform import LegalBasis
from shared.words.units import AREA, Registry, Unit

MOST = 15  # units that a note names
DUTIES = "/nghia-vu?unit"


Laws = Mapping[str, Sequence[LegalBasis]]
"""The laws and decisions of reforms, by the reform's id."""


class Note(NamedTuple):
    """A sentence with links: `text`, then the links, then `end`, and `more` behind it. A link without an address is plain text."""

    text: str
    links: Sequence[Link] = ()
    end: str = ""
    more: Link | None = None

    @property
    def plain(self) -> str:
        """The sentence without links."""
        return f"{self.text}{', '.join(link.text for link in self.links)}{self.end}"


def of_page(at: Address, laws: Laws, today: date) -> list[Note]:
    """The notes of a page about a unit in a regime and period."""
    return [*_codes(at), *of_unit(at.reference.registry, at.unit, laws, today)]


def within(notes: Iterable[Note], is_readable: Callable[[str], bool]) -> list[Note]:
    """The notes with links only to duties that are in scope: other units are named without one. `is_readable` is told a unit's id."""
    return [note._replace(links=[_open(link, is_readable) for link in note.links]) for note in notes]


def _open(link: Link, is_readable: Callable[[str], bool]) -> Link:
    page, _, unit_id = link.path.partition("=")
    return link if page != DUTIES or is_readable(unit_id) else Link(link.text, "")


def reforms_of(registry: Registry, unit_id: str) -> set[str]:
    """The reforms whose laws the notes about a unit name."""
    return {edge.reform for edge in registry.lineage.into(unit_id)}


def of_duties(reference: Reference, unit: Unit, laws: Laws, now: datetime) -> list[Note]:
    """The notes of the page of a unit's duties."""
    registry = reference.registry
    codes = [_code(unit, row, _link(row)) for row in succession.others(registry, unit)]
    views = elsewhere.views_of_area(reference, unit.id, now) if registry.area(unit.id) is not None else []
    return [
        *codes,
        *of_unit(registry, unit, laws, periods.local_day(now)),
        *([Note("Bảng tổng hợp của địa bàn: ", views, ".")] if views else []),
    ]


def brief(registry: Registry, unit: Unit, today: date) -> str:
    """What a list of units says beside a unit: its end and who acts for it, the day on which a reform formed it, or the size of an area."""
    area = registry.area(unit.id)
    if area is not None:
        return f"địa bàn, {len(area.members)} đơn vị"
    last = succession.last_day(registry, unit.id)
    if last is not None and last < today:
        heir = succession.acting(registry, unit.id, today)
        return f"kết thúc {vietnamese.day(last)}, {'chưa khai đơn vị kế thừa' if heir is None else f'kế thừa: {heir.name}'}"
    if last is not None:
        return f"tới trước ngày {vietnamese.day(last + ONE_DAY)}"
    first = registry.begins(unit.id)
    return f"từ ngày {vietnamese.day(first)}" if succession.formed_from(registry, unit.id, first) else ""


def of_unit(registry: Registry, unit: Unit, laws: Laws, today: date) -> list[Note]:
    """The notes about a unit or an area. `unit` is the row that the page names, `laws` those of the reforms in `reforms_of`."""
    if unit.level == AREA:
        return list(_area(registry, unit))
    return [*_end(registry, unit, today), *_begin(registry, unit, laws), *_taken_over(registry, unit, today)]


def of_end(registry: Registry, unit: Unit, today: date) -> list[Note]:
    """The note about the end of a unit that has ended, and who acts for it."""
    return list(_end(registry, unit, today)) if succession.has_ended(registry, unit.id, today) else []


def _codes(at: Address) -> Iterator[Note]:
    """The other units that had the code before, or have it after."""
    regime = at.reference.regimes[at.regime.id]
    for row in succession.others(at.reference.registry, at.unit):
        link = elsewhere.page(at.reference, regime, at.period, row)
        yield _code(at.unit, row, link)


def _code(unit: Unit, other: Unit, link: Link) -> Note:
    """That another unit had the code before, or has it after."""
    if other.valid_to is not None and other.valid_to <= unit.valid_from:
        return Note(f"Mã {other.code} trước ngày {vietnamese.day(other.valid_to)} là ", [link], ".")
    return Note(f"Mã {other.code} từ ngày {vietnamese.day(other.valid_from)} là ", [link], ".")


def _end(registry: Registry, unit: Unit, today: date) -> Iterator[Note]:
    last = succession.last_day(registry, unit.id)
    if last is None or last >= today:
        name = succession.today_name(registry, unit, today)
        if name:
            yield Note(f"{name[0].upper()}{name[1:]}.")
        return
    heir = succession.acting(registry, unit.id, today)
    targets = [edge.new for edge in registry.lineage.out_of(unit.id)]
    kept = "" if heir is None else "kế thừa: "
    yield Note(
        f"Đơn vị kết thúc hoạt động ngày {vietnamese.day(last)}, {kept or 'chưa khai đơn vị kế thừa'}",
        [] if heir is None else [_link(heir)],
        "." if len(targets) < 2 else f"; địa bàn nay thuộc {', '.join(row.name for row in succession.rows(registry, targets, today))}.",
    )


def _begin(registry: Registry, unit: Unit, laws: Laws) -> Iterator[Note]:
    first = registry.begins(unit.id)
    edges = succession.formed_from(registry, unit.id, first)
    if edges:
        law = _law(registry, unit, laws.get(edges[0].reform, ()))
        yield Note(f"Hình thành từ ngày {vietnamese.day(first)}, từ ", _sources(registry, edges), f"{law}.", _reform(edges[0].reform))


def _reform(reform_id: str) -> Link:
    """The page of a reform."""
    return Link(f"đợt sắp xếp {reform_id}", f"/sap-xep/{reform_id}")


def _law(registry: Registry, unit: Unit, laws: Sequence[LegalBasis]) -> str:
    """` theo 1672/NQ-UBTVQH15`: the laws about the units within one above the unit, or, if there are none, those about all units."""
    tree = registry.at(registry.begins(unit.id))
    above = {row.code for row in tree.ancestors(unit.id)} if unit.id in tree.by_id else set()
    named = [law.number for law in laws if law.within in above] or [law.number for law in laws if law.within is None]
    return f" theo {', '.join(named)}" if named else ""


def _taken_over(registry: Registry, unit: Unit, today: date) -> Iterator[Note]:
    edges = [edge for edge in succession.taken_over(registry, unit.id) if edge.day <= today]
    if edges:
        yield Note("Làm thay phần việc còn lại của các đơn vị đã kết thúc hoạt động: ", _sources(registry, edges), ".")


def _area(registry: Registry, unit: Unit) -> Iterator[Note]:
    area = registry.area(unit.id)
    if area is not None:
        covers = f" {area.covers}." if area.covers else ""
        yield Note(f"Địa bàn gồm {len(area.members)} đơn vị.{covers} Địa bàn không phải là đơn vị hành chính: không nộp báo cáo.")


def _sources(registry: Registry, edges: Iterable[Edge]) -> list[Link]:
    named = [(registry.row(edge.old, edge.day - ONE_DAY), edge.share == "part") for edge in edges]
    links = [_link(row, " (một phần)" if is_part else "") for row, is_part in named if row is not None]
    return links if len(links) <= MOST else [*links[:MOST], Link(f"và {len(links) - MOST} đơn vị khác", "")]


def _link(unit: Unit, after: str = "") -> Link:
    return Link(f"{unit.name}{after}", f"{DUTIES}={unit.id}")
