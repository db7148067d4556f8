"""Words that people type where words are chosen from mean the same in a workbook and in a table."""

from typing import Any

import pytest

from shared.sheets import cells, table_reports, typed_words
from shared.sheets import table as tables
from shared.sheets.finding import Found
from shared.words.refusals import Refusal
from shared.words.regime_parts import Indicator
from tests.sheets import files

FLAG = "vh_nha_van_hoa_xa"
MARKS = {"a": "Đạt", "b": "Đát", "c": "Không đạt", "d": "–"}


@pytest.mark.parametrize(
    ("text", "means"),
    [
        *((text, True) for text in ("Có", "có", "CÓ ", "x", "X", "v", "1", "✓", "✔", "Đúng", "đúng.", "true", "yes")),
        *((text, False) for text in ("Không", "khong", "0", "sai", "FALSE", "no")),
        *((text, None) for text in ("", "có lẽ", "2", "✗", "–", "xx")),
    ],
)
def test_a_yes_or_no_is_the_same_in_a_workbook_and_in_a_table(text: str, means: bool | None) -> None:
    assert typed_words.flag(text) is means
    by_workbook = cells.flag(Found("Biểu", "F2", "text", text))
    assert by_workbook is means or isinstance(by_workbook, Refusal)
    if text.strip():
        assert by_table(text) == ({FLAG: means} if means is not None else {})


def by_table(text: str) -> dict[str, Any]:
    one = files.asked()
    found = tables.read(f'regime;period;{FLAG}\n{one.regime.id};{one.period.code};"{text}"\n'.encode())
    [report] = table_reports.read(found, lambda _: one)
    assert len(report.faults) == (not report.values)
    return report.values


@pytest.mark.parametrize(("text", "means"), [("ước", True), ("Số ước", True), ("x", True), ("không", False), ("gần đúng", None)])
def test_a_mark_of_an_estimate_has_words_of_its_own(text: str, means: bool | None) -> None:
    assert typed_words.estimate(text) is means


@pytest.mark.parametrize(
    ("text", "code"),
    [("Đạt", "a"), ("Đát", "b"), ("đạt", None), ("KHONG DAT", "c"), (" không  đạt ", "c"), ("c", "c"), ("B", "b"), ("–", "d"), ("e", None)],
)
def test_an_option_is_meant_by_its_words_or_its_code_and_never_one_of_two(text: str, code: str | None) -> None:
    indicator = Indicator(code="muc", label="Mức", kind="choice", options=MARKS)
    assert typed_words.option(text, indicator.options) == code
