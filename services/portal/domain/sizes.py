"""The number by which figures of one indicator are put in order, tinted and compared with one another. Exact, never a float."""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from shared.wire.answers import RatioSent
from shared.wire.views import FlagFigure, QuantityFigure, RatioFigure
from shared.words.regime_parts import Indicator

Ratio = tuple[int, int]
"""A numerator and a positive denominator, which may have a factor in common. Thousands of these are made in a third of the time that it
takes to make fractions.
"""


def size(indicator: Indicator, figure: object) -> Fraction | None:
    """The number of a view's figure or of a figure as a unit reported it: a quantity, the percentage of a ratio, the percentage of those
    that said yes (100 or 0 of one unit). None of a choice, and where there is no number.
    """
    found = ratio(indicator, figure)
    return None if found is None else Fraction(*found)


def ratio(indicator: Indicator, figure: object) -> Ratio | None:
    """As `size`, as a ratio of integers."""
    match figure:
        case bool():
            return (100 if figure else 0, 1) if indicator.kind == "flag" else None
        case int() | str():
            return _integers(figure) if indicator.kind == "quantity" else None
        case QuantityFigure():
            return None if figure.total is None else _integers(figure.total)
        case RatioFigure() | RatioSent():
            (over, of_over), (under, of_under) = _integers(figure.numerator), _integers(figure.denominator)
            sign = -1 if under < 0 else 1
            return (sign * over * 100 * of_under, sign * of_over * under) if under else None
        case FlagFigure():
            return (figure.true * 100, figure.reported) if figure.reported else None
        case _:
            return None


def whole(sizes: Mapping[str, Ratio], multiple: int = 1) -> tuple[dict[str, int], int]:
    """The numbers as integers in the same proportion, and the factor between: many exact comparisons are far faster with integers. Each is
    a multiple of `multiple`.
    """
    factor = math.lcm(*(under for _, under in sizes.values())) * multiple
    return {name: over * (factor // under) for name, (over, under) in sizes.items()}, factor


def ratios(sizes: Mapping[str, Fraction]) -> dict[str, Ratio]:
    """Exact numbers as ratios of integers."""
    return {name: size.as_integer_ratio() for name, size in sizes.items()}


def _integers(value: int | str) -> Ratio:
    return (value, 1) if isinstance(value, int) else Decimal(value).as_integer_ratio()


def exact(value: int | str) -> Fraction:
    """An integer or a plain decimal text as an exact number."""
    return Fraction(*_integers(value))
