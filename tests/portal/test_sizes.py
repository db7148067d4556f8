"""Figures in order: the number of a figure, its class of heat, its rank and its share."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import heat, ranking, sizes
from shared.wire.answers import RatioSent
from shared.wire.views import ChoiceFigure, FlagFigure, QuantityFigure, RatioFigure
from tests.portal import years

THU, RATIO = years.at("2026-01").regime.by_code["thu"], years.at("2026-01").regime.by_code["dung_han"]
SIZES = st.dictionaries(st.text(max_size=4), st.fractions(), max_size=12)


def test_every_kind_of_figure_has_an_exact_number_or_none() -> None:
    assert sizes.size(THU, QuantityFigure(kind="quantity", total="0.10", measure="", reported=1)) == Fraction(1, 10)
    assert sizes.size(THU, "1234.25") == Fraction("1234.25")
    assert sizes.size(RATIO, RatioFigure(kind="ratio", numerator=1, denominator=3, percent="33.3", reported=1)) == Fraction(100, 3)
    assert sizes.size(RATIO, RatioSent(numerator=1, denominator=0)) is None
    assert sizes.size(RATIO, FlagFigure(kind="flag", true=1, percent="50.0", reported=2)) == 50
    assert sizes.size(THU, ChoiceFigure(kind="choice", counts={"a": 1}, reported=1)) is None
    assert sizes.size(THU, True) is None
    assert sizes.size(THU, None) is None


@given(st.dictionaries(st.text(max_size=4), st.tuples(st.integers(-(10**20), 10**20), st.integers(1, 10**6)), min_size=1, max_size=12))
def test_ratios_as_integers_keep_their_proportion(ratios: dict[str, tuple[int, int]]) -> None:
    found, factor = sizes.whole(ratios, 4)
    assert {name: Fraction(value, factor) for name, value in found.items()} == {name: Fraction(*ratio) for name, ratio in ratios.items()}
    assert all(value % 4 == 0 for value in found.values())


def test_figures_are_tinted_by_the_quarter_of_their_rank() -> None:
    assert heat.classes({str(place): Fraction(place) for place in range(8)}) == {str(place): 1 + place // 2 for place in range(8)}


def test_equal_figures_have_one_class_and_all_equal_ones_none() -> None:
    assert heat.classes({"a": Fraction(0), "b": Fraction(0), "c": Fraction(0), "d": Fraction(5)}) == {"a": 1, "b": 1, "c": 1, "d": 4}
    assert heat.classes(dict.fromkeys("abcd", Fraction(3))) == {}
    assert heat.classes({"a": Fraction(1), "b": Fraction(2), "c": Fraction(3)}) == {}


@given(SIZES)
def test_a_larger_figure_never_has_a_lower_class(given_sizes: dict[str, Fraction]) -> None:
    found = heat.classes(given_sizes)
    ordered = [found[name] for name in sorted(found, key=given_sizes.__getitem__)]
    assert ordered == sorted(ordered)
    assert set(ordered) <= {1, 2, 3, 4}


def test_equal_figures_share_a_rank_and_the_next_one_is_left_out() -> None:
    found = ranking.places({"a": Fraction(1), "b": Fraction(5), "c": Fraction(5), "d": Fraction(7)}, {"a": Fraction(3), "d": Fraction(7)})
    assert [(place.unit_id, place.rank) for place in found] == [("d", 1), ("b", 2), ("c", 2), ("a", 4)]
    assert [(place.share, place.is_reached) for place in found] == [
        (Decimal("100.0"), True),
        (None, False),
        (None, False),
        (Decimal("33.3"), False),
    ]


def test_nothing_is_a_share_of_nothing() -> None:
    assert ranking.share(Fraction(1), Fraction(0)) is None
    assert ranking.share(Fraction(1), None) is None
