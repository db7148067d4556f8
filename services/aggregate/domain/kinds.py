"""Kinds: how each kind of indicator is stored in integer columns, and how its figure is computed from their sums.

| kind | columns | a view holds |
|---|---|---|
| quantity | reported, scaled value | total by aggregation |
| ratio | reported, scaled numerator, scaled denominator | the sums, percent of the sums |
| flag | reported, true | how many true, percent of the reported |
| choice | reported, one per option | count per option |

Every value is at most 10^14 in magnitude, so the sums of 90,000 units fit an int64; longer columns are summed in parts. Source: design,
section 5, "Indicator kinds".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, assert_never

import numpy as np
import numpy.typing as npt

from shared.wire.documents.views import FigureDocument, FlagDocument, QuantityDocument, RatioDocument, TargetDocument
from shared.words import numbers
from shared.words.regime_parts import Indicator, Target

Matrix = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
ROWS_AT_ONCE: Final = 90_000  # this many of the largest value add up to less than 2^63
DAMAGED = (ValueError, TypeError, AttributeError, KeyError, OverflowError)


@dataclass(frozen=True, slots=True)
class Column:
    """The position of one indicator in a row: the column `reported` is at index `first`, the columns of its value follow."""

    indicator: Indicator
    first: int

    @property
    def end(self) -> int:
        match self.indicator.kind:
            case "quantity" | "flag":
                return self.first + 2
            case "ratio":
                return self.first + 3
            case "choice":
                return self.first + 1 + len(self.indicator.options)
            case _:
                assert_never(self.indicator.kind)


def encode(columns: Mapping[str, Column], values: Mapping[str, Any], row: list[int]) -> None:
    """Writes logged values into a row of zeros. A value that does not fit its indicator counts as "not reported", and a value of an unknown
    indicator is ignored: the fold never raises.
    """
    for code, value in values.items():
        column = columns.get(code)
        if column is None:
            continue
        indicator, first = column.indicator, column.first
        try:
            match indicator.kind:
                case "quantity":
                    row[first + 1] = _scaled(value, indicator.decimals)
                case "ratio":
                    row[first + 1] = _scaled(value["numerator"], indicator.decimals)
                    row[first + 2] = _scaled(value["denominator"], indicator.decimals)
                case "flag":
                    row[first + 1] = 1 if value is True else 0
                case "choice":
                    row[first + 1 + list(indicator.options).index(value)] = 1
                case _:
                    assert_never(indicator.kind)
        except DAMAGED:
            row[first : column.end] = [0] * (column.end - first)
        else:
            row[first] = 1


def estimated(column: Column, sums: list[int], rows: Matrix, marks: Marks) -> Decimal | None:
    """How much of a figure is estimated, in percent with one decimal: of a sum the share of the absolute amount, of a ratio the share of
    the denominator, otherwise the share of the units that reported it. None if nothing is.

    `marks` says for each row whether the indicator is an estimate in it. Source: design, section 5, "Estimates".
    """
    first, indicator = column.first, column.indicator
    marked = rows[marks & (rows[:, first] > 0)]
    if indicator.kind == "ratio":
        part, whole = _amount(marked[:, first + 2]), sums[first + 2]
    elif indicator.is_summed:
        part, whole = _amount(marked[:, first + 1]), _amount(rows[:, first + 1])
    else:
        part, whole = len(marked), sums[first]
    return numbers.percent(part, whole) if part else None


def _amount(values: Matrix) -> int:
    """The exact sum of the absolute values of a column."""
    return column_sums(np.abs(values).reshape(-1, 1))[0]


def column_sums(rows: Matrix) -> list[int]:
    """The exact sum of every column, for any number of rows: partial sums that fit an int64 are added as Python integers."""
    parts = [rows[first : first + ROWS_AT_ONCE].sum(axis=0).tolist() for first in range(0, max(1, len(rows)), ROWS_AT_ONCE)]
    return parts[0] if len(parts) == 1 else [sum(column) for column in zip(*parts, strict=True)]


def _scaled(value: Any, decimals: int) -> int:
    if value == "":  # otherwise it would be parsed as 0
        raise ValueError
    scaled: int = value if decimals == 0 and isinstance(value, int) else numbers.scaled(value, decimals)
    if -numbers.MAX_SCALED <= scaled <= numbers.MAX_SCALED:
        return scaled
    raise OverflowError


def figure(column: Column, sums: list[int], rows: Matrix, *, level: str, is_complete: bool) -> FigureDocument:
    """One indicator of a view, computed from the sums over its rows; minimum and maximum are computed from the rows themselves.

    `level` is the level of the view's unit. A target is met only if no unit is missing (`is_complete`).
    """
    indicator, first = column.indicator, column.first
    reported, decimals = sums[first], indicator.decimals
    target: TargetDocument | None
    match indicator.kind:
        case "quantity":
            value, divisor = _quantity(column, sums, rows)
            is_count = decimals == 0 and indicator.aggregation != "mean"
            total = numbers.quotient(value, divisor, decimals) if not is_count else value if reported else None
            quantity: QuantityDocument = {"kind": "quantity", "total": total, "measure": indicator.measure, "reported": reported}
            if target := _target(indicator.target, value, divisor, level=level, is_complete=is_complete):
                quantity["target"] = target
            return quantity
        case "ratio":
            numerator, denominator = sums[first + 1], sums[first + 2]
            ratio: RatioDocument = {
                "kind": "ratio",
                "numerator": _number(numerator, decimals),
                "denominator": _number(denominator, decimals),
                "reported": reported,
                "percent": numbers.percent(numerator, denominator),
            }
            if target := _target(indicator.target, 100 * numerator, denominator, level=level, is_complete=is_complete):
                ratio["target"] = target
            return ratio
        case "flag":
            true = sums[first + 1]
            flag: FlagDocument = {"kind": "flag", "true": true, "reported": reported, "percent": numbers.percent(true, reported)}
            if target := _target(indicator.target, 100 * true, reported, level=level, is_complete=is_complete):
                flag["target"] = target
            return flag
        case "choice":
            counts = dict(zip(indicator.options, sums[first + 1 : column.end], strict=True))
            return {"kind": "choice", "counts": counts, "reported": reported}
        case _:
            assert_never(indicator.kind)


def _quantity(column: Column, sums: list[int], rows: Matrix) -> tuple[int, int]:
    """The aggregated value as an exact quotient of integers; the divisor is 0 if nobody reported."""
    reported, scale = sums[column.first], 10**column.indicator.decimals
    match column.indicator.aggregation:
        case "sum":
            return sums[column.first + 1], scale if reported else 0
        case "mean":
            return sums[column.first + 1], reported * scale
        case "max" | "min" as extreme:
            values = rows[rows[:, column.first] > 0, column.first + 1]
            return (int(values.max() if extreme == "max" else values.min()), scale) if reported else (0, 0)
        case unknown:
            assert_never(unknown)


def _number(value: int, decimals: int) -> int | Decimal:
    """An integer if there are no decimals, otherwise a decimal."""
    return value if decimals == 0 else numbers.unscaled(value, decimals)


def _target(target: Target | None, value: int, divisor: int, *, level: str, is_complete: bool) -> TargetDocument | None:
    """The target, and whether value / divisor reaches it: compared exactly, without rounding. None if there is no target for this level."""
    if target is None or target.level not in (None, level):
        return None
    is_met = is_complete and divisor > 0 and Fraction(value, divisor) >= Fraction(target.at_least)
    return {"at_least": target.at_least, "by": target.by, "met": is_met}


def columns(indicators: Mapping[str, Indicator], first: int) -> dict[str, Column]:
    """The columns of all indicators, one after the other, starting at index `first`."""
    placed: dict[str, Column] = {}
    for code, indicator in indicators.items():
        placed[code] = Column(indicator, first)
        first = placed[code].end
    return placed
