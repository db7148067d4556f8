"""How a typed number is read: the table of the design, and that no usual text silently means a thousand times more or less."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words import numbers, typed_numbers
from shared.words.refusals import Refusal

NBSP, NARROW = "\u00a0", "\u202f"


def code(typed: str, decimals: int, measure: str = "") -> str:
    found = typed_numbers.read(typed, decimals, measure)
    return found.code if isinstance(found, Refusal) else f"= {found}"


WHOLE = {
    "0": "0",
    "1234": "1234",
    "1.234": "1234",
    "1 234": "1234",
    f"1{NBSP}234": "1234",
    f"1{NARROW}234{NARROW}567": "1234567",
    "12.345.678": "12345678",
    " 7 ": "7",
    "007": "7",
    "-5": "-5",
    "\u22125": "-5",
    "\u2013 5": "-5",
    "-0": "0",
    "120 trường": "120",
    "120trường": "120",
    "1.234 TRƯỜNG": "1234",
}


@pytest.mark.parametrize("typed", WHOLE, ids=ascii)
def test_a_whole_number_has_points_or_spaces_between_thousands(typed: str) -> None:
    assert typed_numbers.read(typed, 0, "trường") == WHOLE[typed]


NOT_WHOLE = [
    "1,5",
    "1,234",
    "1,0",
    "1.5",
    "1.50",
    "1234.5",
    "1234.567",
    "0.123",
    "0 123",
    "1.23.456",
    "1.234 567",
    "1..234",
    "1.",
    ",",
    "1 2",
]


@pytest.mark.parametrize("typed", NOT_WHOLE)
def test_a_whole_number_has_no_decimals(typed: str) -> None:
    assert code(typed, 0) in ("report.whole_number", "report.unreadable_number")


DECIMAL = {
    "1234": "1234",
    "1234.5": "1234.5",
    "1234,5": "1234.5",
    "1.234,5": "1234.5",
    "1 234,5": "1234.5",
    f"1{NBSP}234,5": "1234.5",
    "1 234.5": "1234.5",
    "1 234": "1234",
    "1.234.567": "1234567",
    "1.234.567,891": "1234567.891",
    "1,234": "1.234",
    "0,125": "0.125",
    "0.5": "0.5",
    "1.2345": "1.2345",
    "-1,5": "-1.5",
    "\uff0d1,50": "-1.50",
    "12 %": "12",
    "12%": "12",
    "-0,0": "0.0",
}


@pytest.mark.parametrize("typed", DECIMAL, ids=ascii)
def test_with_decimals_a_comma_is_the_decimal_sign_and_a_point_before_other_than_three_digits_too(typed: str) -> None:
    assert typed_numbers.read(typed, 3, "%") == DECIMAL[typed]


@pytest.mark.parametrize("typed", ["1.234", "-1.234", "0.125", "1234.567", "12 345.678", "1.000"])
def test_digits_a_point_and_three_digits_are_asked_about_with_both_readings(typed: str) -> None:
    assert code(typed, 3) == "report.ambiguous_number"


def test_both_readings_are_said_and_each_can_be_typed() -> None:
    found = typed_numbers.read("1.234", 3)

    assert isinstance(found, Refusal)
    assert found.message_vi == "Số “1.234” có hai cách hiểu: 1.234 hoặc 1,234. Gõ 1234 hoặc gõ 1,234 cho rõ."
    assert typed_numbers.read("1234", 3) == "1234"
    assert typed_numbers.read("1,234", 3) == "1.234"


@pytest.mark.parametrize("typed", ["1,234,567", "1,234.5", ",5", "5,", "1.2.3", "0.123.456", "1,2,3", "1. 5", "1 23,4", "1.23,4"])
def test_what_is_no_number_here_is_refused(typed: str) -> None:
    assert code(typed, 3) == "report.unreadable_number"


STRANGE = [
    "１２３",
    "٣",
    "½",
    "1e5",
    "0x10",
    "+5",
    "(5)",
    "5-",
    "-",
    "–",
    "--5",
    "1_000",
    "1'000",
    "NaN",
    "∞",
    "=1+1",
    "1\n2",
    "1\u202e2",
    "9" * 31,
    "1" * 100,
]


@pytest.mark.parametrize("typed", STRANGE, ids=ascii)
@pytest.mark.parametrize("decimals", [0, 2])
def test_other_digits_and_signs_are_refused(typed: str, decimals: int) -> None:
    assert code(typed, decimals).startswith("report.")


@pytest.mark.parametrize("typed", ["", " ", "\t", NBSP, NARROW, "\u200b", "\u3000"], ids=ascii)
def test_what_shows_nothing_is_no_value_and_not_zero(typed: str) -> None:
    assert typed_numbers.read(typed, 0) is None


def test_only_the_measure_of_the_indicator_may_follow_the_number() -> None:
    assert typed_numbers.read("1,5 triệu đồng", 1, "triệu đồng") == "1.5"
    assert typed_numbers.read("1,5 triệu", 1, "triệu đồng") == "1.5"
    assert typed_numbers.read("30 M²", 1, "m2") == "30"
    assert code("1,5 tỷ", 1, "triệu đồng") == "report.other_measure"
    assert code("1500000 đồng", 1, "triệu đồng") == "report.other_measure"
    assert code("1,5 tr", 1, "triệu đồng") == "report.other_measure"
    assert code("5 lớp", 0) == "report.number_only"


@given(st.integers(-(10**14), 10**14), st.integers(0, 9))
def test_what_a_box_is_filled_with_is_read_as_it_was(scaled: int, decimals: int) -> None:
    plain = numbers.text(numbers.unscaled(scaled, decimals)) if decimals else str(scaled)
    expected = plain.lstrip("-") if Decimal(plain) == 0 else plain

    assert typed_numbers.read(typed_numbers.written(plain, decimals), decimals) == expected


@given(st.integers(-(10**14), 10**14), st.integers(0, 9), st.integers(0, 9))
def test_whoever_writes_a_number_in_a_usual_way_is_understood_or_asked(scaled: int, places: int, decimals: int) -> None:
    """Never a factor of 1,000: the readings of usual writings of a number are that number, or a refusal."""
    value = numbers.unscaled(scaled, places)
    vietnamese = numbers.vietnamese(value)
    written = [vietnamese, vietnamese.replace(".", " "), vietnamese.replace(".", NBSP), vietnamese.replace(".", ""), f" {vietnamese} %"]
    if decimals > 0 or places != 3:  # where only whole numbers go, `1.234` is a thousand: the box says so
        written += [f"{value:f}", f"{value:,f}".replace(",", NARROW)]
    for text in written:
        found = typed_numbers.read(text, decimals, "%")
        assert isinstance(found, Refusal) or (found is not None and Decimal(found) == value), text


@given(st.text("0123456789., -\u2212\u00a0%", max_size=20), st.integers(0, 3))
def test_whatever_is_read_is_a_plain_decimal_with_the_digits_that_were_typed(typed: str, decimals: int) -> None:
    found = typed_numbers.read(typed, decimals, "%")
    if isinstance(found, str):
        assert numbers.parts(found) is not None
        assert found.replace(".", "").lstrip("-0") == "".join(filter(str.isdigit, typed)).lstrip("0")
        assert decimals > 0 or "." not in found


def test_what_was_understood_is_shown_with_its_measure() -> None:
    assert typed_numbers.understood("1234.5", "triệu đồng") == "= 1.234,5 triệu đồng"
    assert typed_numbers.understood("-7") == "= -7"
