"""Tables as an Excel workbook (ECMA-376).

A cell of a workbook holds a binary floating-point number, of which a spreadsheet shows 15 digits. A figure with more digits is written as a
text, so that no digit changes. Texts are never read as formulas or addresses.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # the package has no types

from services.portal.domain.tables import Cell, Table
from shared.words import vietnamese
from shared.words.periods import VIETNAM

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS: Final = {"in_memory": True}
DIGITS: Final = 15
WIDTHS: Final = (8, 50)  # characters; longer texts are wrapped
TOP: Final = {"valign": "top", "text_wrap": True}


def written(tables: Sequence[Table], now: datetime) -> bytes:
    """A workbook with a sheet for each table: its lines about it, an empty line."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties({"created": now.astimezone(VIETNAM).replace(tzinfo=None)})
        for table in tables:
            _fill(_Sheet(book, table.name), table)
    return file.getvalue()


def _fill(sheet: "_Sheet", table: Table) -> None:
    for row, text in enumerate(table.about):
        sheet.write(row, 0, text, {"bold": True})
    head = len(table.about) + 1 if table.about else 0
    for column, text in enumerate(table.header):
        sheet.write(head, column, text, TOP | {"bold": True, "bottom": 1})
        sheet.widen(column, [text, *(row[column] for row in table.rows)])
    for row, cells in enumerate(table.rows, head + 1):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell, TOP)
    sheet.freeze(head + 1)


class _Sheet:
    """The sheet of a workbook that is being written. The package behind it has no types."""

    def __init__(self, book: Any, name: str) -> None:
        self._book = book
        self._sheet = book.add_worksheet(name)
        self._formats: dict[str, Any] = {}

    def write(self, row: int, column: int, cell: Cell, look: dict[str, Any]) -> None:
        """Writes a cell; nothing is left blank."""
        match cell:
            case None:
                return
            case str():
                self._sheet.write_string(row, column, vietnamese.shown(cell), self._format(look))
            case _ if _digits(cell) > DIGITS:
                self._sheet.write_string(row, column, format(cell, "f"), self._format(look | {"align": "right"}))
            case _:
                self._sheet.write_number(row, column, cell, self._format(look | {"num_format": _number_format(cell), "text_wrap": False}))

    def widen(self, column: int, cells: Sequence[Cell]) -> None:
        """Makes a column as wide as its texts, within limits."""
        least, most = WIDTHS
        longest = max(len(str(cell)) for cell in cells if cell is not None)
        self._sheet.set_column(column, column, min(max(longest, least), most))

    def freeze(self, rows: int) -> None:
        """Keeps the first rows in sight."""
        self._sheet.freeze_panes(rows, 0)

    def _format(self, look: dict[str, Any]) -> Any:
        name = str(look)
        if name not in self._formats:
            self._formats[name] = self._book.add_format(look)
        return self._formats[name]


def _digits(number: int | Decimal) -> int:
    """The significant digits of a number."""
    return len(Decimal(number).normalize().as_tuple().digits)


def _number_format(number: int | Decimal) -> str:
    """Thousands are grouped, and all decimals are shown; the spreadsheet writes both in its reader's way."""
    decimals = max(0, -int(Decimal(number).as_tuple().exponent))
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"
