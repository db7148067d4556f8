"""The form as a table: filled and read back it says what the same report says as JSON, whatever program has saved it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.ingest.domain import figures
from services.ingest.doors import table_events
from shared.sheets import table, table_form, table_reports
from shared.sheets.table_reports import Report
from shared.words import typed_numbers
from shared.words.forms import Asked
from shared.words.regime_parts import Indicator
from tests.sheets import files
from tests.sheets.files import About


def filled(given: bytes, one: Asked, parts: Mapping[str, Mapping[str, Any]], **keys: str) -> bytes:
    """The table as a person fills it, saved by a program that knows CSV and not us. `keys` are written over those of each row."""
    rows = list(csv.DictReader(io.StringIO(given.decode("utf-8-sig")), delimiter=";"))
    by_code = {indicator.code: indicator for indicator in one.indicators}
    for row in rows:
        code = row["indicator"]
        row |= typed(by_code[code], parts["values"].get(code)) if code in by_code else {"value": parts.get("narratives", {}).get(code, "")}
        row |= {"note": parts.get("notes", {}).get(code, ""), **({"status": "x"} if code in parts.get("status", {}) else {}), **keys}
    saved = io.StringIO()
    writer = csv.DictWriter(saved, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return saved.getvalue().encode("utf-8-sig")


def typed(indicator: Indicator, value: Any) -> dict[str, str]:
    match value:
        case None:
            return {}
        case bool():
            return {"value": "có" if value else "không"}
        case dict():
            return {part: typed_numbers.written(number, indicator.decimals) for part, number in value.items()}
        case _ if indicator.kind == "choice":
            return {"value": indicator.options[value]}
    return {"value": typed_numbers.written(value, indicator.decimals)}


def read(given: bytes, one: Asked) -> list[Report]:
    return table_reports.read(table.read(given), table_events.finder(one.reference, one.unit.id, one.day))


def normal(one: Asked, values: Mapping[str, Any]) -> dict[str, Any]:
    by_code = {indicator.code: indicator for indicator in one.indicators}
    return {code: figures.judge(by_code[code], value) for code, value in values.items()}


@pytest.mark.parametrize("about", files.REPORTED, ids=lambda about: str(about[0]))
def test_a_filled_table_is_the_same_report_as_json(about: About) -> None:
    one = files.asked(about)
    parts = files.report(one)
    [report] = read(filled(table_form.written(one), one, parts), one)
    assert report.faults == []
    assert report.asked == one
    assert normal(one, report.values) == normal(one, parts["values"])
    assert (report.narratives, report.notes) == (parts.get("narratives", {}), parts.get("notes", {}))


def test_a_table_that_is_not_filled_says_nothing() -> None:
    one = files.asked()
    given = table_form.written(one)
    assert given.startswith(b"\xef\xbb\xbfregime;period;unit;indicator;")
    [report] = read(given, one)
    assert (report.faults, report.parts) == ([], {})


def test_a_spreadsheet_takes_no_month_for_a_date_and_drops_only_zeros() -> None:
    one = next(asked for about in files.REPORTED if (asked := files.asked(about)).period.code == "2026-01")
    assert b";k\xe1\xbb\xb3 2026-01;" in table_form.written(one)
    commune = files.asked()
    assert commune.unit.id.startswith("0")
    [report] = read(filled(table_form.written(commune), commune, {"values": {}}, unit=commune.unit.id.lstrip("0")), commune)
    assert (report.faults, report.asked) == ([], commune)


def test_no_label_of_a_regime_is_a_formula() -> None:
    one = files.asked()
    label = {"label": "=HYPERLINK(A1)"}
    wild = one.regime.model_copy(update={"indicators": [each.model_copy(update=label) for each in one.regime.indicators]})
    version = replace(one.setting.version, regime=wild)
    given = table_form.written(replace(one, setting=one.setting._replace(version=version)))
    rows = list(csv.DictReader(io.StringIO(given.decode("utf-8-sig")), delimiter=";"))
    assert {row["tên chỉ tiêu"] for row in rows if row["đơn vị tính"] != "văn bản"} == {"'=HYPERLINK(A1)"}


@pytest.mark.parametrize(("name", "said"), [("regime", "kl62-binh-dinh"), ("period", "2023"), ("unit", "06280")])
def test_where_one_form_is_filled_rows_of_another_one_are_refused_by_line(name: str, said: str) -> None:
    one = files.asked()
    given = filled(table_form.written(one), one, files.report(one))
    lines = given.decode("utf-8-sig").splitlines()
    own = {"regime": one.regime.id, "period": one.period.code, "unit": one.unit.id}[name]
    lines.insert(2, lines[1].replace(f"{own};", f"{said};", 1))
    found = table.read("\r\n".join(lines).encode())
    own_table = table_form.read(found, one)
    column = {"regime": 1, "period": 2, "unit": 3}[name]
    assert [(why.code, why.path) for why in own_table.faults] == [("table.other_form", f"3:{column}")]


def test_where_one_form_is_filled_rows_need_not_name_it() -> None:
    found = table_form.read(table.read("chỉ tiêu;giá trị;lý do\ngd_ngay_cong;1.234;Đếm thiếu\n".encode()), files.asked())
    assert (found.faults, found.content.values, found.reason) == ([], {"gd_ngay_cong": "1234"}, "Đếm thiếu")
