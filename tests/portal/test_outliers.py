"""Which figures are far from those of the other units: the rule, by hand and by properties."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import outliers
from shared.wire.answers import RatioSent
from shared.wire.views import QuantityFigure
from tests.portal import builders

UNITS = [unit for unit in builders.units() if unit.parent == "184" and unit.level == "commune"][:9]


def far(*values: int) -> list[int]:
    named = {str(place): (value, 1) for place, value in enumerate(values)}
    return [values[int(name)] for name in outliers.far(named)[1]]


@pytest.mark.parametrize(
    ("values", "marked"),
    [
        ((100, 110, 90, 105, 95, 1000), [1000]),
        ((100, 110, 90, 105, 95, 1), [1]),
        ((100, 110, 90, 105, 95, 1000, 1100), [1000, 1100]),
        ((7, 7, 7, 7, 7), []),
        ((100, 100, 100, 100, 149), []),  # within half of the median
        ((100, 100, 100, 100, 151), [151]),
        ((0, 0, 0, 0, 5), []),  # zeros have no spread
        ((0, 0, 0, 0, 0), []),
        ((1, 1, 1, 1000), []),  # too few
        ((), []),
        ((-100, -110, -90, -105, 1000), [1000]),
    ],
)
def test_a_figure_is_far_beyond_five_times_the_spread(values: tuple[int, ...], marked: list[int]) -> None:
    assert far(*values) == marked


@given(st.lists(st.integers(0, 10**14), min_size=5, max_size=40))
def test_the_order_and_the_measure_do_not_matter_and_less_than_half_are_marked(values: list[int]) -> None:
    marked = far(*values)
    assert sorted(far(*reversed(values))) == sorted(marked)
    assert far(*[value * 1000 for value in values]) == [value * 1000 for value in marked]
    assert 2 * len(marked) <= len(values)


def test_ratios_are_compared_by_percent_and_what_is_not_reported_is_left_out() -> None:
    indicator = builders.regime().by_code["vh_nha_van_hoa_thon"]
    figures: dict[str, dict[str, Any]] = {
        unit.id: {indicator.code: RatioSent(numerator=9 * place, denominator=10 * place)} for place, unit in enumerate(UNITS, 1)
    }
    figures[UNITS[0].id] = {indicator.code: RatioSent(numerator=1, denominator=10)}
    figures[UNITS[1].id] = {indicator.code: RatioSent(numerator=0, denominator=0)}
    figures[UNITS[2].id] = {}
    [found] = outliers.found([indicator], UNITS, figures)
    assert (found.unit, found.value, found.median) == (UNITS[0], Fraction(10), Fraction(90))


def test_quantities_of_views_and_of_reports_are_compared_exactly() -> None:
    indicator = builders.regime().by_code["gd_tien_tai_tro"]
    figures: dict[str, dict[str, Any]] = {unit.id: {indicator.code: "10.100"} for unit in UNITS}
    figures[UNITS[0].id] = {indicator.code: QuantityFigure(kind="quantity", total="99.125", measure="triệu đồng", reported=3)}
    figures[UNITS[1].id] = {indicator.code: QuantityFigure(kind="quantity", total=None, measure="triệu đồng", reported=0)}
    [found] = outliers.found([indicator], UNITS, figures)
    assert (found.unit, found.value, found.median) == (UNITS[0], Fraction("99.125"), Fraction("10.1"))


def test_answers_that_are_no_numbers_are_not_compared() -> None:
    regime = builders.regime()
    for indicator in regime.indicators:
        if indicator.kind in ("flag", "choice"):
            answers = [True] * 8 + [False] if indicator.kind == "flag" else ["1"] * 9
            figures = {unit.id: {indicator.code: answer} for unit, answer in zip(UNITS, answers, strict=True)}
            assert outliers.found([indicator], UNITS, figures) == []
