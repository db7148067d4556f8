"""What people put into the cells of a form, and what breaks in such forms elsewhere."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from shared.sheets import cells, reading
from shared.sheets.finding import Found
from shared.words.refusals import refusal
from shared.words.regime_parts import Indicator
from tests.sheets import files

QUANTITY = "v.gd_ngay_cong"  # no decimals, measured in `công`
MONEY = "v.gd_tien_tai_tro"  # three decimals, `triệu đồng`
FLAG = "v.vh_nha_van_hoa_xa"
NUMERATOR, DENOMINATOR = "n.vh_nha_van_hoa_thon", "d.vh_nha_van_hoa_thon"
NBSP = "\u00a0"


def value(name: str, typed: object) -> object:
    """What is read of one cell."""
    back = files.read(files.put(files.blank(), {name: typed}))
    assert back.faults == [], back.faults
    return back.values.get(name[2:])


def faults(said: dict[str, object], more: Callable[[Workbook], None] | None = None) -> list[tuple[str, str]]:
    is_plain = more is None and not any(isinstance(typed, date) for typed in said.values())
    given = files.put(files.blank(), said) if is_plain else files.filled(files.blank(), said, more)
    back = files.read(given)
    return [(fault.code, fault.path) for fault in back.faults]


def cell(name: str) -> str:
    return files.read(files.blank()).paths[name]


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        (QUANTITY, 120, "120"),
        (QUANTITY, 120.0, "120"),
        (QUANTITY, "120", "120"),
        (QUANTITY, "1.234", "1234"),
        (QUANTITY, "1 234", "1234"),
        (QUANTITY, f"{NBSP}1{NBSP}234{NBSP}", "1234"),
        (QUANTITY, "120 công", "120"),
        (QUANTITY, "-0", "0"),
        (QUANTITY, 0, "0"),
        (QUANTITY, "0", "0"),
        (QUANTITY, None, None),
        (QUANTITY, "", None),
        (QUANTITY, " ", None),
        (QUANTITY, NBSP, None),
        (QUANTITY, "\u200b \n", None),
        (QUANTITY, 1e3, "1000"),
        (MONEY, 0.1 + 0.2, "0.3"),
        (MONEY, 1234.5, "1234.5"),
        (MONEY, "1.234,5", "1234.5"),
        (MONEY, "1234,5 triệu đồng", "1234.5"),
        (MONEY, "1,5 triệu", "1.5"),
        (MONEY, "1234.5", "1234.5"),
        (MONEY, 1e-7, "0.0000001"),
        (MONEY, 123456789.123, "123456789.123"),
        (FLAG, "Có", True),
        (FLAG, " không ", False),
        (FLAG, "KHÔNG", False),
        (FLAG, "co", True),
        (FLAG, "x", True),
        (FLAG, True, True),
        (FLAG, False, False),
        (FLAG, " ", None),
    ],
)
def test_a_cell_is_read_as_people_mean_it(name: str, typed: object, expected: object) -> None:
    assert value(name, typed) == expected


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        (MONEY, "1.234", "report.ambiguous_number"),
        (MONEY, "1,5 tỷ", "report.other_measure"),
        (QUANTITY, "1,5", "report.whole_number"),
        (QUANTITY, "khoảng 20", "report.unreadable_number"),
        (QUANTITY, "'=1+1", "report.unreadable_number"),
        (QUANTITY, "20 trường", "report.other_measure"),
        (QUANTITY, date(2024, 2, 1), "sheet.date"),
        (QUANTITY, True, "report.unreadable_number"),
        (QUANTITY, "#REF!", "sheet.error_value"),
        (QUANTITY, "=1+1", "sheet.not_computed"),
        (QUANTITY, "=[1]Sheet1!A1", "sheet.foreign_formula"),
        (QUANTITY, "='C:\\so\\[thang 5.xlsx]Bieu'!B2", "sheet.foreign_formula"),
        (QUANTITY, "=cmd|'/c calc'!A0", "sheet.foreign_formula"),
        (QUANTITY, '=WEBSERVICE("http://x.vn")', "sheet.foreign_formula"),
        (FLAG, "có lẽ", "sheet.not_a_flag"),
        (FLAG, 3, "sheet.not_a_flag"),
    ],
)
def test_a_wrong_cell_is_named_with_what_to_do(name: str, typed: object, code: str) -> None:
    assert faults({name: typed}) == [(code, cell(name))]
    assert re.fullmatch(r"Biểu![A-Z]+[0-9]+", cell(name))


def _computed(given: bytes, where: str, formula: str, result: str) -> bytes:
    """A workbook in which a cell has a formula with a result, as a program saves it."""
    part = files.parts_of(given)[files.SHEET]
    pattern = re.compile(rb'<c r="' + where.encode() + rb'"([^>]*?)(?:/>|>.*?</c>)')
    assert pattern.search(part)
    made = pattern.sub(lambda found: f'<c r="{where}"'.encode() + found[1] + f"><f>{formula}</f><v>{result}</v></c>".encode(), part)
    return files.with_parts(given, **{files.SHEET: made})


def test_a_formula_with_a_result_is_taken_and_shown_as_such() -> None:
    where = cell(QUANTITY)
    back = files.read(_computed(files.blank(), where.partition("!")[2], "120+35", "155"))
    assert (back.values, back.faults) == ({QUANTITY[2:]: "155"}, [])
    assert [(one.code, one.path) for one in back.remarks] == [("sheet.from_formula", where)]


def test_a_formula_that_gives_an_empty_text_is_no_figure() -> None:
    where = cell(QUANTITY).partition("!")[2]
    given = _computed(files.blank(), where, 'IF(TRUE,"",1)', "")
    typed = re.sub(rb'(<c r="%s"[^>]*)>' % where.encode(), rb'\1 t="str">', files.parts_of(given)[files.SHEET])
    back = files.read(files.with_parts(given, **{files.SHEET: typed}))
    assert (back.values, back.faults, back.remarks) == ({}, [], [])


def test_a_formula_to_another_sheet_of_the_same_file_is_taken_and_a_table_is_no_other_file() -> None:
    where = cell(QUANTITY)
    for formula in ("SUM(Sheet2!A1:A3)", "SUM(Bang1[Cot])", "SUM(Bang1[[#All],[Cot]])", "'Số liệu'!A1", 'IF(A1="[1]",1,2)'):
        back = files.read(_computed(files.blank(), where.partition("!")[2], formula.replace('"', "&quot;"), "7"))
        assert (back.values, back.faults) == ({QUANTITY[2:]: "7"}, []), formula


def test_percent_is_understood_where_the_figure_is_a_percentage() -> None:
    percent = Indicator(code="ty_le", label="Tỷ lệ", kind="quantity", measure="%", decimals=1)
    money = Indicator(code="tien", label="Tiền", kind="quantity", measure="triệu đồng", decimals=1)
    assert cells.number(Found("Biểu", "F2", "percent", "0.125"), percent) == "12.5"
    assert cells.number(Found("Biểu", "F2", "percent", "0.28999999999999998"), percent) == "29"
    assert cells.number(Found("Biểu", "F2", "text", "12 %"), percent) == "12"
    assert cells.number(Found("Biểu", "F2", "text", "12,5%"), percent) == "12.5"
    assert cells.number(Found("Biểu", "F2", "number", "0.125"), percent) == "0.125"
    assert cells.number(Found("Biểu", "F2", "percent", "0.125"), money) == refusal("sheet.percent", "Biểu!F2", measure="triệu đồng")


def test_an_option_is_read_by_its_words_or_its_code_also_if_it_is_a_number() -> None:
    years = Indicator(code="nam", label="Năm", kind="choice", options={"nam_1": "1", "nam_2": "2", "loai_a": "Loại A"})
    for kind, text, code in (
        ("text", "Loại A", "loai_a"),
        ("text", "  loại a", "loai_a"),
        ("text", "loai_a", "loai_a"),
        ("number", "1", "nam_1"),
        ("number", "2.0", "nam_2"),
        ("text", "Loa\u0323i A", "loai_a"),
    ):
        assert cells.option(Found("Biểu", "F2", kind, text), years) == code, text  # type: ignore[arg-type]
    wrong = cells.option(Found("Biểu", "F2", "text", "Loại B"), years)
    assert wrong == refusal("sheet.not_an_option", "Biểu!F2", text="Loại B", options=["1", "2", "Loại A"])


def test_options_that_read_alike_are_told_apart_by_their_codes() -> None:
    alike = Indicator(code="muc", label="Mức", kind="choice", options={"a": "Đạt", "b": "Đạt", "c": "Không đạt"})
    assert cells.option(Found("Biểu", "F2", "text", "Đạt (b)"), alike) == "b"
    assert cells.option(Found("Biểu", "F2", "text", "Không đạt"), alike) == "c"
    assert not isinstance(cells.option(Found("Biểu", "F2", "text", "Đạt"), alike), str)


@pytest.mark.parametrize("text", ["1e999", "0x10", "1_000", "NaN", "inf", "-inf", "1e-300", "9" * 40, "١٢٣", "--1", "", "1e", "1.2.3"])
def test_what_is_no_number_of_a_sane_size_is_refused_or_blank(text: str) -> None:
    count = Indicator(code="a", label="A", kind="quantity")
    read = cells.number(Found("Biểu", "F2", "number", text), count)
    assert not isinstance(read, str)


def test_notes_and_texts_are_taken_as_they_are_shown() -> None:
    back = files.read(files.put(files.blank(), {"g.gd_tien_tai_tro": 12.5, "t.kho_khan": "  Thiếu vốn.\r\nHết. "}))
    assert back.notes == {"gd_tien_tai_tro": "12,5"}
    assert back.narratives == {"kho_khan": "Thiếu vốn.\nHết."}


def unmerge(book: Workbook) -> None:
    """openpyxl does not move merged ranges with their rows."""
    for one in list(book["Biểu"].merged_cells.ranges):
        book["Biểu"].unmerge_cells(str(one))


def test_rows_are_found_when_they_were_moved() -> None:
    where = files.blank_cells()

    def more(book: Workbook) -> None:
        sheet = book["Biểu"]
        first, second = sheet[where[QUANTITY]].row, sheet[where[MONEY]].row
        for column in range(1, 9):
            one, other = sheet.cell(first, column), sheet.cell(second, column)
            one.value, other.value = other.value, one.value
        sheet.cell(400, 3).value = "ghi chú riêng"
        sheet.title = "Biểu của xã"

    back = files.read(files.filled(files.blank(), {QUANTITY: 7, MONEY: 8}, more))
    assert back.values == {QUANTITY[2:]: "7", MONEY[2:]: "8"}
    assert back.paths[QUANTITY] == f"Biểu của xã!{where[MONEY]}"


def test_an_inserted_row_and_a_cleared_one_are_no_trouble() -> None:
    def more(book: Workbook) -> None:
        unmerge(book)
        book["Biểu"].insert_rows(3, 4)

    back = files.read(files.filled(files.blank(), {QUANTITY: 7}, more))
    assert back.values == {QUANTITY[2:]: "7"}


def test_without_markers_the_defined_names_say_where_the_fields_are() -> None:
    def more(book: Workbook) -> None:
        for row in book["Biểu"].iter_rows(max_col=1):
            row[0].value = None

    back = files.read(files.filled(files.blank(), {QUANTITY: 7, NUMERATOR: 2, DENOMINATOR: 3}, more))
    assert (back.values, back.faults) == ({QUANTITY[2:]: "7", NUMERATOR[2:]: {"numerator": "2", "denominator": "3"}}, [])


def test_markers_win_over_names_that_point_elsewhere() -> None:
    def more(book: Workbook) -> None:
        book.defined_names["TH.v.gd_ngay_cong"] = DefinedName("TH.v.gd_ngay_cong", attr_text="'Biểu'!$A$1")
        book.defined_names["TH.v.la"] = DefinedName("TH.v.la", attr_text="#REF!")

    assert files.read(files.filled(files.blank(), {QUANTITY: 7}, more)).values == {QUANTITY[2:]: "7"}


def test_a_row_that_is_gone_is_named() -> None:
    def more(book: Workbook) -> None:
        unmerge(book)
        book["Biểu"].delete_rows(book["Biểu"][files.cells(book)[QUANTITY]].row)
        del book.defined_names["TH.v.gd_ngay_cong"]

    back = files.read(files.filled(files.blank(), {MONEY: 7}, more))
    label = files.asked().regime.by_code["gd_ngay_cong"].label
    assert [(fault.code, label in fault.message_vi) for fault in back.faults] == [("sheet.lost_rows", True)]


def test_a_row_that_is_there_twice_is_refused_unless_both_say_the_same() -> None:
    def copied(number: int) -> Callable[[Workbook], None]:
        def more(book: Workbook) -> None:
            sheet, row = book["Biểu"], book["Biểu"][files.cells(book)[QUANTITY]].row
            for column in range(1, 9):
                sheet.cell(300, column).value = sheet.cell(row, column).value
            sheet.cell(300, 6).value = number

        return more

    back = files.read(files.filled(files.blank(), {QUANTITY: 7}, copied(7)))
    assert (back.values, back.faults) == ({QUANTITY[2:]: "7"}, [])
    [(code, path)] = faults({QUANTITY: 7}, copied(8))
    assert (code, path) == ("sheet.twice", cell(QUANTITY))


def test_figures_that_were_sorted_without_their_markers_are_refused() -> None:
    """What people see, B to H, was moved; column A is hidden."""

    def swap(book: Workbook) -> None:
        sheet, where = book["Biểu"], files.cells(book)
        first, second = (sheet[where[name]].row for name in (QUANTITY, MONEY))
        for column in range(2, 9):
            one, other = sheet.cell(first, column), sheet.cell(second, column)
            one.value, other.value = other.value, one.value

    assert sorted(code for code, _ in faults({QUANTITY: 7, MONEY: 5}, swap)) == ["sheet.moved_row"] * 2


def test_a_label_that_somebody_has_changed_is_no_trouble() -> None:
    def rename(book: Workbook) -> None:
        book["Biểu"].cell(int(cell(QUANTITY).removeprefix("Biểu!F")), 3).value = "Ngày công (đã rà soát)"

    back = files.read(files.filled(files.blank(), {QUANTITY: 7}, rename))
    assert (back.values, back.faults) == ({QUANTITY[2:]: "7"}, [])


def test_the_last_of_many_copies_of_a_row_or_a_sheet_is_read() -> None:
    def rows(book: Workbook) -> None:
        sheet = book["Biểu"]
        marker = sheet.cell(int(cell(QUANTITY).removeprefix("Biểu!F")), 1).value
        for row in range(300, 307):
            sheet.cell(row, 1).value = marker
        sheet.cell(306, 6).value = 77

    def sheets(book: Workbook) -> None:
        copies = [book.copy_worksheet(book["Biểu"]) for _ in range(7)]
        copies[-1][cell(QUANTITY).removeprefix("Biểu!")].value = 77

    for more in (rows, sheets):
        back = files.read(files.filled(files.blank(), {}, more))
        assert (back.values, back.faults) == ({QUANTITY[2:]: "77"}, [])
        assert [code for code, _ in faults({QUANTITY: 7}, more)] == ["sheet.twice"]


def test_a_column_that_was_copied_is_read_too() -> None:
    def copied(book: Workbook) -> None:
        sheet = book["Biểu"]
        for row in range(1, sheet.max_row + 1):
            sheet.cell(row, 12).value = sheet.cell(row, 6).value
        sheet.cell(int(cell(QUANTITY).removeprefix("Biểu!F")), 12).value = 77

    back = files.read(files.filled(files.blank(), {}, copied))
    assert (back.values, back.faults) == ({QUANTITY[2:]: "77"}, [])
    assert [code for code, _ in faults({QUANTITY: 7}, copied)] == ["sheet.twice"]


def test_how_a_text_is_read_aloud_is_none_of_it() -> None:
    given = files.put(files.blank(), {QUANTITY: "1"})
    text = b'<t xml:space="preserve">1</t>'
    aloud = text + b'<rPh sb="0" eb="1"><t>9</t></rPh>'
    assert files.read(files.changed(given, files.SHEET, text, aloud)).values == {QUANTITY[2:]: "1"}


def test_a_day_in_a_note_is_the_day_that_the_program_showed() -> None:
    """Also in a workbook that counts days from 1904, as old programs for the Mac do."""
    given = files.filled(files.blank(), {QUANTITY: 7, "g.gd_ngay_cong": date(2026, 11, 20)})
    assert files.read(given).notes == {"gd_ngay_cong": "20/11/2026"}
    part = files.parts_of(given)["xl/worksheets/sheet1.xml"]
    early = files.with_parts(given, **{"xl/worksheets/sheet1.xml": part.replace(b">46346<", b">44884<")})
    mac = files.changed(early, "xl/workbook.xml", b"<workbookPr", b'<workbookPr date1904="1"')
    assert files.read(mac).notes == {"gd_ngay_cong": "20/11/2026"}


def test_merged_cells_are_read_and_refused_only_if_it_is_not_known_whose_content_it_is() -> None:
    where = files.blank_cells()
    row = int(where[QUANTITY][1:])

    def merged(*ranges: str, **said: object) -> Callable[[Workbook], None]:
        def more(book: Workbook) -> None:
            for one in ranges:
                book["Biểu"].merge_cells(one)
            for at, typed in said.items():
                book["Biểu"][at].value = typed

        return more

    with_note = files.read(files.filled(files.blank(), {QUANTITY: 7}, merged(f"F{row}:G{row}")))
    assert (with_note.values, with_note.notes, with_note.faults) == ({QUANTITY[2:]: "7"}, {}, [])
    assert faults({}, merged(f"E{row}:F{row}", **{f"E{row}": 7})) == [("sheet.merged", f"Biểu!F{row}")]
    assert faults({}, merged(f"E{row}:F{row}")) == []
    above = next(name for name, at in where.items() if at == f"F{row - 1}")
    assert faults({above: 7}, merged(f"F{row - 1}:F{row}")) == [("sheet.merged", f"Biểu!F{row}")]
    assert faults({}, merged(f"F{row - 1}:F{row}")) == []


def test_more_decimals_than_allowed_are_not_rounded() -> None:
    assert value(MONEY, 1.23456) == "1.23456"  # ingest refuses it, and the refusal gets the cell
    back = files.read(files.put(files.blank(), {MONEY: 1.23456, NUMERATOR: 1, "g.gd_tien_tai_tro": "a"}))
    named = back.at_cells(
        [
            refusal("report.too_many_decimals", "data.values.gd_tien_tai_tro", text="1.23456", found=5, decimals=3),
            refusal("report.too_many_decimals", f"data.values.{NUMERATOR[2:]}.denominator", text="1", found=5, decimals=3),
            refusal("report.too_many_decimals", f"data.values.{NUMERATOR[2:]}", text="1", found=5, decimals=3),
            refusal("report.too_many_decimals", "data.notes.gd_tien_tai_tro", text="1", found=5, decimals=3),
            refusal("report.unknown_regime", "regime", regime="x"),
        ]
    )
    assert [one.path for one in named] == [
        cell(MONEY),
        cell(DENOMINATOR),
        cell(NUMERATOR),
        cell("g.gd_tien_tai_tro"),
        "regime",
    ]


def test_one_part_of_a_ratio_goes_on_to_ingest_which_names_the_other() -> None:
    back = files.read(files.put(files.blank(), {NUMERATOR: 3}))
    assert (back.values, back.faults) == ({NUMERATOR[2:]: {"numerator": "3"}}, [])


def test_zero_and_empty_are_two_things() -> None:
    back = files.read(files.put(files.blank(), {QUANTITY: 0, NUMERATOR: 0, DENOMINATOR: 5}))
    assert back.values == {QUANTITY[2:]: "0", NUMERATOR[2:]: {"numerator": "0", "denominator": "5"}}


def test_like_messages_are_said_once_over_their_cells() -> None:
    said: dict[str, Any] = {QUANTITY: "hai", MONEY: "hai", FLAG: "có lẽ"}
    groups = reading.grouped(files.read(files.put(files.blank(), said)).faults)
    assert [(group.reason.code, list(group.cells)) for group in groups] == [
        ("report.unreadable_number", [cell(MONEY), cell(QUANTITY)]),
        ("sheet.not_a_flag", [cell(FLAG)]),
    ]


def test_wrong_dimensions_of_a_sheet_are_not_believed() -> None:
    given = files.put(files.blank(), {QUANTITY: 7})
    part = files.parts_of(given)[files.SHEET]
    wrong = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', part)
    assert wrong != part
    assert files.read(files.with_parts(given, **{files.SHEET: wrong})).values == {QUANTITY[2:]: "7"}


def test_files_with_other_prefixes_and_without_positions_read_alike() -> None:
    given = files.put(files.blank(), {QUANTITY: 7})
    parts = files.parts_of(given)
    sheet = parts[files.SHEET]
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strict = sheet.replace(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    prefixed = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", re.sub(rb"^<\?xml[^>]*\?>\s*", b"", strict)).replace(b"xmlns=", b"xmlns:x=")
    assert files.read(files.zipped(parts | {files.SHEET: prefixed})).values == {QUANTITY[2:]: "7"}
