"""Figures are exact: compared with decimal arithmetic that has enough digits for any figure of a view."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words import numbers
from shared.words.numbers import MAX_SCALED

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
SUMS = st.integers(-(2**63), 2**63 - 1)
DECIMALS = st.integers(0, 9)


@st.composite
def plain_decimals(draw: st.DrawFn) -> tuple[str, int]:
    """A plain decimal text and a number of decimals that suffices for it."""
    decimals = draw(DECIMALS)
    fraction = draw(st.text("0123456789", max_size=decimals))
    zeros = draw(st.text("0", max_size=4))
    text = draw(st.sampled_from(["", "-"])) + draw(st.text("0123456789", min_size=1, max_size=18))
    return (f"{text}.{fraction}{zeros}" if fraction or zeros else text), decimals


@given(plain_decimals())
def test_a_scaled_figure_is_the_decimal_times_a_power_of_ten(given_text: tuple[str, int]) -> None:
    text, decimals = given_text

    assert numbers.scaled(text, decimals) == Decimal(text).scaleb(decimals, EXACT)


@given(SUMS, DECIMALS)
def test_an_integer_is_scaled_like_its_text(value: int, decimals: int) -> None:
    assert numbers.scaled(value, decimals) == numbers.scaled(str(value), decimals)


@given(SUMS, DECIMALS)
def test_scaling_back_gives_the_same_figure_with_all_its_decimals(value: int, decimals: int) -> None:
    figure = numbers.unscaled(value, decimals)

    assert figure.as_tuple().exponent == -decimals
    assert numbers.scaled(numbers.text(figure), decimals) == value


@given(SUMS, st.integers(1, 6))
def test_the_text_of_a_scaled_figure_is_its_decimal_with_all_its_decimals(value: int, decimals: int) -> None:
    assert numbers.plain(value, decimals) == format(numbers.unscaled(value, decimals), "f")


@given(plain_decimals())
def test_the_parts_of_a_number_are_what_it_is_worth(given_text: tuple[str, int]) -> None:
    text, _ = given_text
    whole, fraction = numbers.parts(text) or ("", "")

    assert Decimal(f"{whole}.{fraction}0") == Decimal(text)
    assert len(fraction) == numbers.decimals_of(text)


@given(plain_decimals())
def test_as_many_decimals_are_counted_as_are_written(given_text: tuple[str, int]) -> None:
    text, _ = given_text

    exponent = Decimal(text).as_tuple().exponent
    assert isinstance(exponent, int)
    assert numbers.decimals_of(text) == -exponent


@given(SUMS, SUMS.filter(bool), st.integers(0, 6))
def test_a_quotient_is_rounded_half_even(numerator: int, denominator: int, decimals: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    exact = Context(prec=200).divide(Decimal(numerator), Decimal(denominator))

    assert numbers.quotient(numerator, denominator, decimals) == exact.quantize(step, ROUND_HALF_EVEN, EXACT)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (1, 2000, "0.0"),
        (3, 2000, "0.2"),
        (1, 2001, "0.0"),
        (1, 1999, "0.1"),
        (11, 12, "91.7"),
        (131, 148, "88.5"),
        (0, 5, "0.0"),
        (5, 5, "100.0"),
    ],
)
def test_a_percentage_has_one_decimal_half_even(numerator: int, denominator: int, percent: str) -> None:
    assert str(numbers.percent(numerator, denominator)) == percent


def test_a_share_of_nothing_is_no_percentage() -> None:
    assert numbers.percent(0, 0) is None


@given(st.integers(-MAX_SCALED, MAX_SCALED), st.integers(0, 6))
def test_people_read_points_between_thousands_and_a_comma_before_decimals(value: int, decimals: int) -> None:
    figure = numbers.unscaled(value, decimals)
    shown = numbers.vietnamese(figure)

    whole, _, fraction = shown.removeprefix("-").partition(",")
    assert len(fraction) == decimals
    assert all(len(group) == 3 for group in whole.split(".")[1:])
    assert Decimal(shown.replace(".", "").replace(",", ".")) == figure


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Decimal("1234.5"), "1.234,5"),
        (Decimal("-1234567.000"), "-1.234.567,000"),
        (10_035, "10.035"),
        (Decimal("0E-1"), "0,0"),
        (None, "–"),
    ],
)
def test_figures_are_shown_as_vietnamese_people_write_them(figure: Decimal | int | None, shown: str) -> None:
    assert numbers.vietnamese(figure) == shown


@pytest.mark.parametrize("text", ["0", "-0", "340", "125.5", "-3.25", "007", "9" * 30])
def test_plain_decimals_are_numbers(text: str) -> None:
    assert numbers.parts(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "+1",
        ".5",
        "5.",
        "1e2",
        "1E5",
        "NaN",
        "Infinity",
        "-Infinity",
        "1_000",
        "1,5",
        "1.234.567",
        " 5 ",
        "5\n",
        "٣",
        "１２",
        "½",
        "0x1F",
        "--1",
    ],
)
def test_anything_else_is_no_number(text: str) -> None:
    assert numbers.parts(text) is None


@given(st.text())
def test_what_is_a_number_is_decided_by_ascii_digits_alone(text: str) -> None:
    if numbers.parts(text) is not None:
        assert set(text) <= set("0123456789.-")
        assert Decimal(text).is_finite()


def test_a_stored_decimal_is_written_without_an_exponent() -> None:
    assert [numbers.text(value) for value in (Decimal("1E+3"), Decimal("0E-9"), "1E-7")] == ["1000", "0.000000000", "0.0000001"]
