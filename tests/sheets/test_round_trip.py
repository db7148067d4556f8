"""The form goes out as a workbook, is filled, and comes back as the same report that software would send as JSON."""

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from services.ingest.domain import figures
from shared.sheets import finding, layout, markers, reading, workbook
from shared.sheets.guard import Package
from shared.sheets.stamp import Core
from shared.words.forms import Asked, Content
from tests.sheets import files
from tests.sheets.files import REPORTED, About


def normal(one: Asked, values: dict[str, object]) -> dict[str, object]:
    """Values as ingest logs them."""
    found = {}
    for indicator in one.indicators:
        if indicator.code in values:
            judged, faults = figures.judge(indicator, values[indicator.code])
            assert not faults, faults
            found[indicator.code] = judged
    return found


@pytest.mark.parametrize("about", REPORTED, ids=lambda about: about[0])
def test_a_filled_form_is_the_same_report_as_json(about: About) -> None:
    one = files.asked(about)
    sent = files.report(one)
    back = files.read(files.filled(files.blank(about), files.typed(one, sent)), one)
    assert back.faults == []
    assert normal(one, back.values) == normal(one, sent["values"])
    assert back.narratives == sent.get("narratives", {})
    assert back.notes == sent.get("notes", {})


@pytest.mark.parametrize("about", REPORTED, ids=lambda about: about[0])
def test_a_form_that_is_filled_by_us_says_what_it_was_filled_with(about: About) -> None:
    one = files.asked(about)
    sent = files.report(one)
    content = Content(normal(one, sent["values"]), sent.get("narratives", {}), sent.get("notes", {}))
    back = files.read(files.written(files.form(about), content), one)
    assert back.faults == []
    assert normal(one, back.values) == content.values
    assert (back.narratives, back.notes) == (content.narratives, content.notes)


def test_every_kind_of_figure_is_tried() -> None:
    kinds = {(indicator.kind, min(indicator.decimals, 1)) for about in REPORTED for indicator in files.asked(about).indicators}
    assert {("quantity", 0), ("quantity", 1), ("ratio", 0), ("flag", 0), ("choice", 0)} <= kinds


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_what_a_file_says_comes_out_of_its_process_as_it_was_found(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    one = files.asked()
    found = finding.find(workbook.read(Package(files.filled(files.blank(), files.typed(one, files.report(one))))))
    monkeypatch.setattr(finding, "SLICE", size)
    lines = finding.written(found)
    assert finding.read(lines) == found
    assert lines.count(b"\n") >= len(found.fields) // size


def test_a_form_that_is_not_filled_says_nothing() -> None:
    back = files.read(files.blank())
    assert (back.parts, back.faults, back.remarks) == ({}, [], [])


def test_estimates_are_marked_where_they_are_taken() -> None:
    about = ("quy-dau-tu-cong-binh-dinh", "2026-Q1", "", date(2026, 4, 5))
    one = files.asked(about)
    code = next(indicator.code for indicator in one.indicators if indicator.kind == "quantity")
    given = files.written(files.form(about), now=datetime(2026, 4, 5, tzinfo=UTC))
    back = files.read(files.filled(given, {f"v.{code}": 12, f"u.{code}": "X"}), one)
    assert (back.values, back.status, back.faults) == ({code: "12"}, {code: "estimate"}, [])
    wrong = files.read(files.filled(given, {f"v.{code}": 12, f"u.{code}": "gần đúng"}), one)
    assert [fault.code for fault in wrong.faults] == ["sheet.estimate_mark"]


def test_the_form_says_what_officials_expect_of_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(files.written(files.form(last={"gd_tien_tai_tro": "118.250"}))))
    sheet = book["Biểu"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    one = files.asked()
    for expected in (
        one.regime.title,
        f"Căn cứ: {one.regime.legal_basis[0]}",
        "Đơn vị báo cáo: Thị trấn Văn Quan (mã 06253)",
        "Kỳ báo cáo: năm 2024 (15/12/2023 – 14/12/2024)",
        "Hạn nộp: trước ngày 20/12/2024. Lần nộp: 1.",
        *(indicator.label for indicator in one.indicators),
        *(indicator.section for indicator in one.indicators),
    ):
        assert expected in texts, expected
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (9, "landscape", 0)
    assert sheet.print_title_rows
    assert "Trang &P/&N" in files.parts_of(files.blank())["xl/worksheets/sheet1.xml"].decode().replace("&amp;", "&")
    where = files.cells(book)
    money = sheet[where["v.gd_tien_tai_tro"]]
    assert (money.protection.locked, money.number_format) == (False, "#,##0.000")
    assert sheet.cell(money.row, money.column - 1).value == 118.25
    assert sheet.cell(money.row, money.column - 1).protection.locked
    assert sheet.column_dimensions["A"].hidden
    assert sheet.row_dimensions[1].hidden
    assert sheet.data_validations.dataValidation


def test_no_text_of_a_regime_or_a_report_becomes_a_formula() -> None:
    content = Content({}, {"kho_khan": "=1+1"}, {"gd_lop": "=HYPERLINK(1)"})
    given = files.written(files.form(), content)
    assert b"<f>" not in b"".join(part for name, part in files.parts_of(given).items() if "worksheets" in name)
    back = files.read(given)
    assert back.narratives.get("kho_khan", "=1+1") == "=1+1"


def test_a_correction_begins_with_the_figures_that_were_sent() -> None:
    form = files.form()
    assert layout.of_form(form, files.NOW).lines == layout.of_form(form, files.NOW, form.held.content).lines


def test_the_event_of_a_file_has_the_same_id_as_long_as_its_figures_are_the_same() -> None:
    core = Core("ct27-van-quan", "2024", "06253", "0" * 12, 1)
    first = reading.event_id(core, {"values": {"a": "12.50", "b": {"numerator": "1", "denominator": "2"}}})
    assert first == reading.event_id(core, {"values": {"b": {"denominator": "2", "numerator": "1.0"}, "a": "12.5"}})
    assert len(first) == 32
    others = [
        reading.event_id(core, {"values": {"a": "12.51"}}),
        reading.event_id(core, {"notes": {"a": "12.50"}}),
        reading.event_id(core._replace(revision=2), {"values": {"a": "12.50"}}),
        reading.event_id(core._replace(version="1" * 12), {"values": {"a": "12.5"}}),
        reading.event_id(core, {"values": {"a": "12.5"}}),
    ]
    assert first not in others
    assert others[3] == others[4]


def test_the_fingerprint_of_an_indicator_changes_with_what_it_means() -> None:
    indicator = files.asked().indicators[0]
    first = markers.of_indicator(indicator)
    assert first == markers.of_indicator(indicator.model_copy(update={"label": "Tên khác", "min": "1"}))
    for update in ({"measure": "nghìn đồng"}, {"decimals": 2}, {"kind": "ratio"}, {"code": "khac"}):
        assert markers.of_indicator(indicator.model_copy(update=update)) != first
