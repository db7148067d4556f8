"""The form as a workbook in LibreOffice Calc: filled there, it is the same report as JSON; a marked file opens there."""

import asyncio
from pathlib import Path

import orjson
import pytest

from shared.sheets import jobs, judging
from tests.office import calc
from tests.sheets import files
from tests.sheets.files import REPORTED
from tests.sheets.test_round_trip import normal

COUNT, MONEY = "v.gd_ngay_cong", "v.gd_tien_tai_tro"


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every reported form filled by Calc, and some that people have treated badly: all in one run of it."""
    books = {}
    for about in REPORTED:
        one, blank = files.asked(about), files.blank(about)
        where = files.cells_of(blank)
        typed = files.typed(one, files.report(one))
        books[about[0]] = (blank, {where[name]: value for name, value in typed.items()})
    where = files.blank_cells()
    books["as text"] = (files.blank(), {where[COUNT]: "1.234", where[MONEY]: "1.234,5 triệu đồng"})
    books["computed"] = (files.blank(), {where[COUNT]: "=120+35", where[MONEY]: "=0.1+0.2"})
    books["nothing"] = (files.blank(), {})
    books["wrong"] = (files.blank(), {where[COUNT]: "hai", where[MONEY]: "=1/0"})
    folder = tmp_path_factory.mktemp("calc")
    return asyncio.run(calc.filled({name.replace(" ", "-"): book for name, book in books.items()}, Path(folder)))


@pytest.mark.parametrize("about", REPORTED, ids=lambda about: about[0])
def test_a_form_filled_in_calc_is_the_same_report_as_json(back: dict[str, bytes], about: files.About) -> None:
    one = files.asked(about)
    sent = files.report(one)
    found = files.read(back[about[0]], one)
    assert found.faults == []
    assert normal(one, found.values) == normal(one, sent["values"])
    assert found.narratives == sent.get("narratives", {})
    assert found.notes == sent.get("notes", {})


def test_stamps_markers_and_names_come_through_calc(back: dict[str, bytes]) -> None:
    first, then = files.found(files.blank()), files.found(back["nothing"])
    assert sorted(then.stamps) == sorted(first.stamps)
    assert len(then.stamps) == 3
    assert then.fields.keys() == first.fields.keys()
    assert files.read(back["nothing"]).parts == {}


def test_texts_and_formulas_of_calc_are_understood(back: dict[str, bytes]) -> None:
    as_text, computed = files.read(back["as-text"]), files.read(back["computed"])
    assert as_text.values == {COUNT[2:]: "1234", MONEY[2:]: "1234.5"}
    assert computed.values == {COUNT[2:]: "155", MONEY[2:]: "0.3"}
    assert [remark.code for remark in computed.remarks] == ["sheet.from_formula"] * 2


def test_a_file_of_calc_is_marked_and_calc_opens_what_was_marked(back: dict[str, bytes], tmp_path: Path) -> None:
    wrong = files.read(back["wrong"])
    assert [fault.code for fault in wrong.faults] == ["sheet.error_value", "report.unreadable_number"]
    marks = orjson.loads(orjson.dumps(judging.marks(files.form(), wrong, wrong.faults)))
    marked = jobs.mark(back["wrong"], marks)
    again = asyncio.run(calc.filled({"marked": (marked, {})}, tmp_path))["marked"]
    assert [fault.code for fault in files.read(again).faults] == [fault.code for fault in wrong.faults]
