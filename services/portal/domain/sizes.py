"""The number by which figures of one indicator are put in order, tinted and compared with one another. Exact, never a float."""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from shared.wire.answers import RatioSent
from shared.wire.published import FlagFigure, QuantityFigure, RatioFigure
from shared.words.regime_parts import Indicator


def size(indicator: Indicator, figure: object) -> Fraction | None:
    """The number of a view's figure or of a figure as a unit reported it: a quantity, the percentage of a ratio, the percentage of those
    that said yes (100 or 0 of one unit). None of a choice, and where there is no number.
    """
    match figure:
        case QuantityFigure():
            return None if figure.total is None else exact(figure.total)
        case RatioFigure() | RatioSent():
            denominator = exact(figure.denominator)
            return None if denominator == 0 else exact(figure.numerator) * 100 / denominator
        case FlagFigure():
            return Fraction(figure.true * 100, figure.reported) if figure.reported else None
        case bool():
            return Fraction(100 if figure else 0) if indicator.kind == "flag" else None
        case int() | str() if indicator.kind == "quantity":
            return exact(figure)
        case _:
            return None


def whole(sizes: Mapping[str, Fraction], multiple: int = 1) -> tuple[dict[str, int], int]:
    """The numbers as integers in the same proportion, and the factor between: many exact comparisons are far faster with integers. Each is
    a multiple of `multiple`.
    """
    factor = math.lcm(*(size.denominator for size in sizes.values())) * multiple
    return {name: size.numerator * (factor // size.denominator) for name, size in sizes.items()}, factor


def exact(value: int | str) -> Fraction:
    """An integer or a plain decimal text as an exact number."""
    return Fraction(value) if isinstance(value, int) else Fraction(*Decimal(value).as_integer_ratio())
