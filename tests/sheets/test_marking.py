"""A sender's own file comes back with its wrong cells marked, and a sheet that lists what is wrong."""

import io
from typing import Any

import openpyxl
import orjson
import pytest
from openpyxl.workbook import Workbook

from shared.plumbing.confined import Confined, ConfinedFaultError
from shared.plumbing.sheet_desk import SheetDesk
from shared.sheets import jobs, judging, reading
from shared.sheets.marks import Marks, of_groups
from shared.words.failures import PermanentError
from tests.sheets import files
from tests.sheets.test_cells import MONEY, QUANTITY, cell

SAID: dict[str, object] = {QUANTITY: "hai", MONEY: "hai"}


def marked(given: bytes) -> bytes:
    found = files.read(given)
    return jobs.mark(given, orjson.loads(orjson.dumps(judging.marks(files.form(), found, found.faults))))


def opened(given: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(given))


def at(book: Workbook, path: str) -> Any:
    sheet, _, where = path.partition("!")
    return book[sheet][where]


def test_wrong_cells_are_filled_and_explained_and_listed() -> None:
    given = files.filled(files.blank(), SAID)
    book = opened(marked(given))
    for name in SAID:
        wrong = at(book, cell(name))
        assert (wrong.value, wrong.fill.fgColor.rgb) == ("hai", "00FFC7CE")
        assert "hai" in wrong.comment.text
    rows = [[value.value for value in row] for row in book["Lỗi"].iter_rows(min_row=5)]
    assert [row[1] for row in rows] == [cell(MONEY), cell(QUANTITY)]
    assert [row[2] for row in rows] == [files.asked().regime.by_code[name[2:]].label for name in (MONEY, QUANTITY)]
    assert str(rows[0][3]).startswith("Không đọc được “hai” thành một số.")
    assert rows[1][3] is None
    assert book["Lỗi"]["B5"].hyperlink.location == "'Biểu'!" + cell(MONEY)[5:] or book["Lỗi"]["B5"].hyperlink.target.endswith(
        cell(MONEY)[5:]
    )
    assert book.active is book["Lỗi"]


def test_a_marked_file_is_corrected_and_taken_and_its_marks_go_away() -> None:
    given = marked(files.filled(files.blank(), SAID))
    book = opened(given)
    at(book, cell(QUANTITY)).value = 2
    again = files.saved(book)
    back = files.read(again)
    assert (back.values, [fault.path for fault in back.faults]) == ({QUANTITY[2:]: "2"}, [cell(MONEY)])
    second = opened(marked(again))
    assert second.sheetnames.count("Lỗi") == 1
    assert at(second, cell(QUANTITY)).comment is None
    assert at(second, cell(QUANTITY)).fill.fgColor.rgb == "00FFF8DC"
    assert at(second, cell(MONEY)).comment.text.count("hai") == 1
    assert reading.stamped(files.found(marked(again))) == reading.stamped(files.found(files.blank()))


def test_the_rest_of_the_file_stays_and_a_comment_of_the_sender_too() -> None:
    def more(book: Workbook) -> None:
        book.create_sheet("Nháp của xã")["A1"].value = "=1+1"
        book["Biểu"]["K30"].value = "ghi chú"

    book = opened(marked(files.filled(files.blank(), SAID, more)))
    assert book["Nháp của xã"]["A1"].value == "=1+1"
    assert book["Biểu"]["K30"].value == "ghi chú"
    assert book["Biểu"].protection.sheet
    assert book["Biểu"].column_dimensions["A"].hidden
    assert book.defined_names[f"TH.{QUANTITY}"].attr_text == f"'Biểu'!$F${cell(QUANTITY)[6:]}"
    assert book["Biểu"].data_validations.dataValidation


def test_formulas_that_point_out_of_the_file_become_their_results() -> None:
    given = files.put(files.blank(), SAID | {"v.gd_hien_vat": "='C:\\[so.xlsx]A'!B2"})
    given = files.changed(given, files.SHEET, b"</f></c>", b"</f><v>12</v></c>")
    book = opened(marked(given))
    assert at(book, cell("v.gd_hien_vat")).value == 12
    assert b"so.xlsx" not in b"".join(part for name, part in files.parts_of(marked(given)).items() if "worksheets" in name)


def test_what_is_said_is_never_a_formula() -> None:
    given = files.put(files.blank(), {QUANTITY: "'=HYPERLINK(1)"})
    groups = reading.grouped(files.read(given).faults)
    marks = of_groups("=1+1", groups, {})
    book = opened(jobs.mark(given, orjson.loads(orjson.dumps(marks))))
    assert book["Lỗi"]["A1"].data_type == "s"


def test_a_message_about_the_whole_file_is_listed_without_a_cell() -> None:
    marks = {
        "title": "Biểu có lỗi",
        "marks": [{"message": "Biểu đã mất hàng.", "cells": []}, {"message": "?", "cells": [["Không có", "A1", ""]]}],
    }
    book = opened(jobs.mark(files.blank(), marks))
    assert [row[3].value for row in book["Lỗi"].iter_rows(min_row=5)] == ["Biểu đã mất hàng.", "?"]


def test_a_file_that_openpyxl_cannot_read_is_not_marked() -> None:
    broken = files.changed(files.blank(), files.SHEET, b'orientation="landscape"', b'orientation="sideways"')
    assert files.read(broken).faults == []
    with pytest.raises(PermanentError) as caught:
        jobs.mark(broken, {"title": "", "marks": [{"message": "a", "cells": [["Biểu", "F19", ""]]}]})
    assert caught.value.codes == ["sheet.not_marked"]


async def test_a_file_that_openpyxl_cannot_write_is_not_marked() -> None:
    desk = SheetDesk()
    async with desk.confined:
        with pytest.raises(PermanentError) as caught:
            await desk.mark(files.put(files.blank(), {MONEY: 10**400}), Marks("Biểu", []))
    assert caught.value.codes == ["sheet.not_marked"]


async def test_of_a_file_on_which_the_library_breaks_there_is_no_copy_with_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> bytes:
        raise ConfinedFaultError("Traceback: openpyxl")

    monkeypatch.setattr(Confined, "run", broken)
    with pytest.raises(PermanentError) as error:
        await SheetDesk().mark(files.blank(), Marks("Biểu", []))
    assert error.value.codes == ["sheet.not_marked"]
