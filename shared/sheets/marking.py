"""Marks the wrong cells of a sender's own file, and adds a sheet that lists what is wrong. Through openpyxl, as a confined job.

Macros never get in (`guard`). Links to other files are left out, and a formula that points there becomes the result that was saved.
"""

import io
import warnings
from collections.abc import Mapping
from typing import Any, Final

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from shared.sheets.grid import place, points_outside
from shared.sheets.marks import Marks
from shared.words import vietnamese
from shared.words.failures import PermanentError
from shared.words.refusals import refusal

SHEET: Final = "Lỗi"
AUTHOR: Final = "Tổng Hợp"
WRONG: Final = PatternFill("solid", fgColor="FFC7CE")
RIGHT: Final = PatternFill("solid", fgColor="FFF8DC")
HEAD: Final = PatternFill("solid", fgColor="E7E6E6")
FONT: Final = "Times New Roman"
UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, InvalidFileException)
MOST_COMMENT: Final = 1_000
LINE_POINTS: Final = 16.5
MOST_MARKS: Final = 2_000


def marked(given: bytes, marks: Marks) -> bytes:
    """The file with marks. Raises `PermanentError` if it cannot be written."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl says what it leaves out
            return _marked(given, marks)
    except UNREADABLE as error:
        raise PermanentError(refusal("sheet.not_marked")) from error


def _marked(given: bytes, marks: Marks) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(given), keep_vba=False, keep_links=False)
    _cut_links(book, given)
    _clear(book)
    for mark in marks.marks[:MOST_MARKS]:
        for sheet, cell, _ in mark.cells:
            _mark(book, sheet, cell, mark.message)
    _list(book, marks)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cut_links(book: Workbook, given: bytes) -> None:
    """Replaces formulas that point out of the workbook by the results that were saved."""
    pointing = [
        (sheet.title, cell.coordinate) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if _points(cell.value)
    ]
    if not pointing:
        return
    results = openpyxl.load_workbook(io.BytesIO(given), keep_vba=False, keep_links=False, data_only=True)
    for title, where in pointing:
        book[title][where].value = results[title][where].value


def _points(value: object) -> bool:
    text = getattr(value, "text", value)  # of an array formula
    return isinstance(text, str) and text.startswith("=") and points_outside(text)


def _clear(book: Workbook) -> None:
    """Takes away what was marked before."""
    if SHEET in book.sheetnames:
        del book[SHEET]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and cell.comment is not None and cell.comment.author == AUTHOR:
                    cell.comment = None
                    cell.fill = RIGHT


def _mark(book: Workbook, sheet: str, where: str, message: str) -> None:
    if sheet not in book.sheetnames or place(where) is None:
        return
    cell = book[sheet][where]
    if not isinstance(cell, Cell):  # not the first one of a merged range
        return
    cell.fill = WRONG
    before = "" if cell.comment is None or cell.comment.author != AUTHOR else cell.comment.text + "\n"
    text = (before + message)[:MOST_COMMENT]
    comment = Comment(text, AUTHOR, width=320, height=40 + 18 * (len(text) // 40 + 1))
    cell.comment = comment


def _list(book: Workbook, marks: Marks) -> None:
    """The sheet of errors, first in the file. Nothing in it is read as a formula."""
    sheet = book.create_sheet(SHEET, 0)
    sheet.sheet_properties.tabColor = "C00000"
    for column, width in {"A": 5, "B": 16, "C": 46, "D": 76}.items():
        sheet.column_dimensions[column].width = width
    _write(sheet, 1, 1, marks.title, {"bold": True, "size": 14})
    _write(sheet, 2, 1, "Sửa các ô tô đỏ ở biểu rồi gửi lại chính tệp này.", {"italic": True, "size": 12})
    for place_of, text in enumerate(("TT", "Ô", "Chỉ tiêu", "Cần sửa"), 1):
        _write(sheet, 4, place_of, text, {"bold": True, "size": 12}).fill = HEAD
    row = 5
    for number, mark in enumerate(marks.marks[:MOST_MARKS], 1):
        for part, (name, where, label) in enumerate(mark.cells or [("", "", "")]):
            _write(sheet, row, 3, label, {"size": 12})
            said = mark.message if part == 0 else ""
            sheet.row_dimensions[row].height = LINE_POINTS * max(1, -(-len(label) // 44), -(-len(said) // 74)) + 2
            if part == 0:
                _write(sheet, row, 1, str(number), {"size": 12})
                _write(sheet, row, 4, mark.message, {"size": 12})
            if where and name in book.sheetnames:
                quoted = name.replace("'", "''")
                link = _write(sheet, row, 2, f"{name}!{where}", {"size": 12, "underline": "single", "color": "0563C1"})
                link.hyperlink = f"#'{quoted}'!{where}"
                _style(link, {"size": 12, "underline": "single", "color": "0563C1"})
            row += 1
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet


def _write(sheet: Worksheet, row: int, column: int, text: str, look: Mapping[str, Any]) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = vietnamese.shown(text)
    cell.data_type = "s"
    _style(cell, look)
    return cell


def _style(cell: Cell, look: Mapping[str, Any]) -> None:
    cell.font = Font(name=FONT, **look)
    cell.alignment = Alignment(vertical="top", wrap_text=cell.column in (3, 4) and cell.row > 4)
