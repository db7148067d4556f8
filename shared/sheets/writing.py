"""Draws the workbook of a form with xlsxwriter. Texts are never read as formulas or addresses."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # the package has no types

from shared.sheets import markers
from shared.sheets.grid import reference
from shared.sheets.layout import Box, Layout, Line
from shared.sheets.stamp import PROPERTY
from shared.words import vietnamese

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET, LISTS = "Biểu", "Danh mục"
OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FONT: Final = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
FRAMED: Final = {"border": 1, "border_color": "#7F7F7F"}
INPUT: Final = FRAMED | {"bg_color": "#FFF8DC", "locked": False}
HEAD: Final = FRAMED | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#E7E6E6"}
DIGITS: Final = 15
LETTERS_A_LINE: Final = 50  # of a label
NOTE_LETTERS: Final = 26
LINE_POINTS: Final = 16.5
TEXT_POINTS: Final = 90
MOST_LIST: Final = 200  # letters of a list inside its validation; a longer one stands on a sheet of its own
GUIDE: Final = "Chỉ ghi vào các ô nền vàng. Ghi 0 nếu không phát sinh; để trống nếu chưa có số liệu. Không xóa hàng, cột của biểu."


def written(layout: Layout) -> bytes:
    """The file."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        _Drawing(book, layout).draw()
    return file.getvalue()


class _Drawing:
    """The sheet while it is drawn. Column A, hidden, has the markers; B to H are the form."""

    def __init__(self, book: Any, layout: Layout) -> None:
        self._book, self._layout = book, layout
        self._sheet = book.add_worksheet(SHEET)
        self._formats: dict[str, Any] = {}
        names = ["number", "label", "measure", "last", "value", *(["estimate"] if layout.has_estimates else []), "note"]
        self._columns = {name: place for place, name in enumerate(names, 1)}
        self._last = len(names)
        self._row = 0
        self._lists: dict[tuple[str, ...], str] = {}

    def draw(self) -> None:
        layout = self._layout
        self._book.set_properties({"title": layout.title, "created": datetime.fromisoformat(layout.issued).replace(tzinfo=None)})
        self._book.set_custom_property(PROPERTY, layout.stamp, "text")
        self._set_up()
        self._mark_columns()
        self._draw_title()
        self._draw_header()
        for line in layout.lines:
            self._draw_line(line)
        self._draw_signatures()
        self._draw_lists()

    def _set_up(self) -> None:
        sheet = self._sheet
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.7)
        sheet.set_footer(f'&L&"Times New Roman"&9{self._layout.stamp_line.replace("&", "&&")}&R&"Times New Roman"&9Trang &P/&N')
        widths = {"number": 5, "label": 46, "measure": 13, "last": 16, "value": 18, "estimate": 6, "note": 34}
        sheet.set_column(0, 0, 12, None, {"hidden": True})
        for name, column in self._columns.items():
            sheet.set_column(column, column, widths[name])
        sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})

    def _mark_columns(self) -> None:
        named = {
            markers.FIGURES_COLUMN: "value",
            markers.ESTIMATE_COLUMN: "estimate",
            markers.NOTE_COLUMN: "note",
            markers.TEXT_COLUMN: "number",
        }
        for mark, name in named.items():
            if name in self._columns:
                self._write(0, self._columns[name], markers.column(mark), {})
        self._write(0, 0, markers.STAMP + self._layout.stamp, {})
        self._sheet.set_row(0, None, None, {"hidden": True})
        self._row = 1

    def _draw_title(self) -> None:
        layout, middle = self._layout, self._columns["measure"]
        centred = {"align": "center", "text_wrap": True}
        for left, right, look in (
            (layout.unit.upper(), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", {"bold": True}),
            ("", "Độc lập - Tự do - Hạnh phúc", {"bold": True, "underline": 1}),
        ):
            self._merge(self._row, 1, middle - 1, left, centred | look)
            self._merge(self._row, middle, self._last, right, centred | look)
            self._row += 1
        self._row += 1
        self._across("BIỂU BÁO CÁO", centred | {"bold": True, "font_size": 15})
        self._across(layout.title, centred | {"bold": True, "font_size": 13}, letters=100)
        for text in layout.about:
            self._across(text, {"align": "left", "text_wrap": True}, letters=145)
        self._across(layout.stamp_line, {"align": "left", "font_color": "#595959"})
        self._across(GUIDE, {"align": "left", "italic": True, "text_wrap": True}, letters=125)
        self._row += 1

    def _draw_header(self) -> None:
        texts = {
            "number": "TT",
            "label": "Chỉ tiêu",
            "measure": "Đơn vị tính",
            "last": f"Kỳ trước\n({self._layout.last_period})" if self._layout.last_period else "Kỳ trước",
            "value": f"Kỳ này\n({self._layout.this_period})",
            "estimate": "Số ước",
            "note": "Giải trình",
        }
        for name, column in self._columns.items():
            self._write(self._row, column, texts[name], HEAD)
        self._sheet.set_row(self._row, LINE_POINTS * 2.2)
        self._sheet.repeat_rows(self._row)
        self._row += 1
        self._sheet.freeze_panes(self._row, 0)

    def _draw_line(self, line: Line) -> None:
        row = self._row
        if line.marker:
            self._write(row, 0, line.marker, {})
        if line.kind == "section":
            self._merge(row, 1, self._last, line.label, FRAMED | {"bold": True, "text_wrap": True, "bg_color": "#F2F2F2"})
            self._sheet.set_row(row, LINE_POINTS * _height(line.label, 130) + 3)
        elif line.kind == "text":
            self._draw_text(line)
        else:
            self._draw_figure(line)
        self._row += 1

    def _draw_figure(self, line: Line) -> None:
        row, columns, is_part = self._row, self._columns, line.kind == "part"
        self._write(row, columns["number"], line.number, FRAMED | {"align": "center"})
        self._write(row, columns["label"], line.label, FRAMED | {"text_wrap": True, "indent": 1 if is_part else 0})
        self._write(row, columns["measure"], line.measure, FRAMED | {"align": "center", "text_wrap": True})
        self._figure(row, columns["last"], line.last, line.box, FRAMED | {"font_color": "#595959"})
        for name, box in (("value", line.box), ("estimate", line.estimate), ("note", line.note)):
            if name in columns:
                self._input(row, columns[name], box)
        width = max(
            _height(line.label, LETTERS_A_LINE), _height(line.note.filled if line.note else "", NOTE_LETTERS), _height(line.measure, 11)
        )
        self._sheet.set_row(row, LINE_POINTS * width + 3)

    def _draw_text(self, line: Line) -> None:
        """The heading of a text, and below it the cell in which it is written."""
        box = line.box
        assert box is not None
        self._write(self._row, 0, "", {})
        self._merge(self._row, 1, self._last, f"{line.number}. {line.label}", FRAMED | {"text_wrap": True})
        self._sheet.set_row(self._row, LINE_POINTS * _height(line.label, 130) + 3)
        self._row += 1
        self._write(self._row, 0, line.marker, {})
        self._merge(self._row, 1, self._last, box.filled, INPUT | {"text_wrap": True, "valign": "top", "num_format": "@"})
        self._name(box, self._row, 1)
        self._sheet.set_row(self._row, max(TEXT_POINTS, LINE_POINTS * _height(box.filled, 130)))

    def _input(self, row: int, column: int, box: Box | None) -> None:
        if box is None:
            self._write(row, column, "", FRAMED)
            return
        self._figure(row, column, box.filled, box, INPUT)
        self._name(box, row, column)
        self._validate(row, column, box)

    def _figure(self, row: int, column: int, shown: str, box: Box | None, look: dict[str, Any]) -> None:
        """A figure: as a number if it is one of at most 15 digits."""
        if box is None or box.decimals is None:
            is_note = box is not None and not box.options
            place = {"text_wrap": True, "num_format": "@"} if is_note else {"align": "center", "text_wrap": True}
            self._write(row, column, shown, look | place)
            return
        look = look | {"align": "right", "num_format": "General" if box.is_percent else _number_format(box.decimals)}
        if shown and len(Decimal(shown).as_tuple().digits) <= DIGITS:
            self._sheet.write_number(row, column, Decimal(shown), self._format(look))
        else:
            self._write(row, column, shown, look)

    def _validate(self, row: int, column: int, box: Box) -> None:
        rule: dict[str, Any] = {"validate": "any"}
        if box.options:
            rule = {"validate": "list", "source": self._list(tuple(box.options)), "error_type": "warning"}
        elif box.decimals is not None:
            rule = {"validate": "decimal" if box.decimals or box.is_percent else "integer", "criteria": ">=", "error_type": "warning"}
            rule |= {"value": float(box.least) if box.least else -1e14}
            if box.most:
                rule |= {"criteria": "between", "minimum": rule.pop("value"), "maximum": float(box.most)}
        said = {"input_message": box.hint[:255], "error_title": "Kiểm tra lại", "error_message": box.hint[:255]}
        self._sheet.data_validation(row, column, row, column, rule | (said if box.hint else {}))

    def _list(self, options: tuple[str, ...]) -> list[str] | str:
        """The list of a validation: inside it, or a range on a sheet of lists."""
        if sum(map(len, options)) + len(options) < MOST_LIST and not any("," in one or '"' in one for one in options):
            return list(options)
        if options not in self._lists:
            column = reference(1, len(self._lists) + 1)[:-1]
            self._lists[options] = f"='{LISTS}'!${column}$1:${column}${len(options)}"
        return self._lists[options]

    def _draw_lists(self) -> None:
        if self._lists:
            sheet = self._book.add_worksheet(LISTS)
            for column, options in enumerate(self._lists):
                for row, option in enumerate(options):
                    sheet.write_string(row, column, vietnamese.shown(option))
            sheet.hide()

    def _draw_signatures(self) -> None:
        self._row += 1
        look, middle = {"align": "center", "bold": True}, self._columns["last"]
        for left, right, more in (
            ("", "……, ngày …… tháng …… năm ……", {"bold": False, "italic": True}),
            ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ", {}),
            ("(Ký, ghi rõ họ tên)", "(Ký, đóng dấu)", {"bold": False, "italic": True}),
        ):
            self._merge(self._row, 1, middle - 1, left, look | more)
            self._merge(self._row, middle, self._last, right, look | more)
            self._row += 1
        self._sheet.print_area(0, 1, self._row + 3, self._last)

    def _name(self, box: Box, row: int, column: int) -> None:
        letters = reference(row + 1, column + 1).rstrip("0123456789")
        self._book.define_name(markers.name(box.field), f"='{SHEET}'!${letters}${row + 1}")

    def _across(self, text: str, look: dict[str, Any], letters: int = 150) -> None:
        self._merge(self._row, 1, self._last, text, look)
        size = look.get("font_size", 12) / 12
        self._sheet.set_row(self._row, LINE_POINTS * size * _height(text, letters) + 2)
        self._row += 1

    def _merge(self, row: int, first: int, last: int, text: str, look: dict[str, Any]) -> None:
        self._sheet.merge_range(row, first, row, last, "", self._format(look))
        self._write(row, first, text, look)

    def _write(self, row: int, column: int, text: str, look: dict[str, Any]) -> None:
        if text:
            self._sheet.write_string(row, column, vietnamese.shown(text), self._format(look))
        else:
            self._sheet.write_blank(row, column, None, self._format(look))

    def _format(self, look: dict[str, Any]) -> Any:
        name = str(sorted(look.items()))
        if name not in self._formats:
            self._formats[name] = self._book.add_format(FONT | look)
        return self._formats[name]


def _number_format(decimals: int) -> str:
    """Thousands are grouped, and all decimals are shown; the program writes both as its reader has chosen (1.234,5 in Vietnam)."""
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def _height(text: str, letters: int) -> int:
    """In how many lines a text is written."""
    return max(1, sum(-(-len(part) // letters) for part in text.split("\n")))
