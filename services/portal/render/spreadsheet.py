"""Tables as CSV files for a spreadsheet (RFC 4180, UTF-8 with BOM, so that Excel reads the Vietnamese letters)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from services.portal.domain import duty_table
from services.portal.domain.duties import Duty
from services.portal.domain.tables import Cell, Table
from shared.words.lineage import Edge
from shared.words.reference import ONE_DAY
from shared.words.spreadsheet_texts import BOM, harmless
from shared.words.units import Registry

Point = Literal["comma", "point"]
POINTS: Final[Mapping[Point, str]] = {"comma": ",", "point": "."}
LINEAGE: Final = (
    "Mã định danh cũ",
    "Mã cũ",
    "Đơn vị cũ",
    "Mã định danh mới",
    "Mã mới",
    "Đơn vị mới",
    "Phần địa bàn: whole, part hoặc none",
    "Trọng số",
    "Căn cứ trọng số",
    "Kế thừa",
)


def head() -> str:
    """The beginning of the file: byte-order mark and header row."""
    return BOM + _line(duty_table.HEADER)


def line(duty: Duty, titles: Mapping[str, str], name_today: str, now: datetime) -> str:
    """The row of one duty (`duty_table.cells`)."""
    return _line(duty_table.cells(duty, titles, name_today, now))


def written(table: Table, point: Point) -> str:
    """The whole file of a table. Numbers are plain: no thousands separator, and `point` before the decimals."""
    rows = [[_plain(cell, point) for cell in row] for row in table.rows]
    return "".join([BOM, _line(table.header), *map(_written, rows)])


def lineage(edges: Iterable[Edge], registry: Registry) -> str:
    """The whole file of a reform's edges: each unit that ended, with a unit that follows it."""
    written = [BOM, _line(LINEAGE)]
    for edge in edges:
        old, new = registry.row(edge.old, edge.day - ONE_DAY), registry.row(edge.new, edge.day)
        if old is not None and new is not None:
            heir = "x" if edge.is_heir else ""
            weight = f"{edge.weight}" if edge.share == "part" else ""
            written.append(_line([old.id, old.code, old.name, new.id, new.code, new.name, edge.share, weight, edge.basis, heir]))
    return "".join(written)


def _plain(cell: Cell, point: Point) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case _:
            return format(cell, "f" if isinstance(cell, Decimal) else "d").replace(".", POINTS[point])


def _line(cells: Iterable[str]) -> str:
    return _written([harmless(cell) for cell in cells])


def _written(cells: Sequence[str]) -> str:
    """One row; its cells are harmless already."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
