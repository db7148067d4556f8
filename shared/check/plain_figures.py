"""Figures of a view, computed from the reports' values in the plain way: with decimals, one unit after the other.

Only checks use it (`tonghop verify`, and the explanation of a total), and it shares no code with the fold. Decimals are texts, as in JSON.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Final

from shared.words.regime_parts import Indicator

Json = dict[str, Any]
DIGITS: Final = 60  # more digits than any sum of reports, or ratio of two sums, can have
NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
LARGEST: Final = Decimal(10**14)  # digits of a value, without the decimal point


def is_figure(indicator: Indicator, value: Any) -> bool:
    """Whether a logged value is valid for the indicator. Ingest logs only valid values; an invalid one from elsewhere counts as "not
    reported".
    """
    match indicator.kind:
        case "quantity":
            return _is_number(indicator, value)
        case "ratio":
            return isinstance(value, dict) and all(_is_number(indicator, value.get(part)) for part in ("numerator", "denominator"))
        case "choice":
            return isinstance(value, str) and value in indicator.options
        case _:
            return True


def _is_number(indicator: Indicator, value: Any) -> bool:
    if not isinstance(value, int | str) or NUMBER.fullmatch(str(int(value)) if isinstance(value, int) else value) is None:
        return False
    with localcontext(prec=DIGITS):
        return abs(Decimal(value).scaleb(indicator.decimals)) <= LARGEST


def figure(indicator: Indicator, values: Sequence[Any], estimates: Sequence[Any] = ()) -> Json:
    """One indicator of a view, without its target, from the logged values of the reports that count and contain it. `estimates` are those
    of the values that are estimates.
    """
    document: Json = {"kind": indicator.kind, "reported": len(values)}
    if share := estimated(indicator, values, estimates):
        document["estimated"] = share
    match indicator.kind:
        case "quantity":
            total = aggregate(indicator, values)
            decimals = None if indicator.decimals == 0 and indicator.aggregation != "mean" else indicator.decimals
            return document | {"total": None if total is None else _number(total, decimals), "measure": indicator.measure}
        case "ratio":
            numerator, denominator = ratio(values)
            decimals = indicator.decimals or None
            parts = {"numerator": _number(numerator, decimals), "denominator": _number(denominator, decimals)}
            return document | parts | {"percent": percent(numerator, denominator)}
        case "flag":
            true = sum(value is True for value in values)
            return document | {"true": true, "percent": percent(true, len(values))}
        case _:
            return document | {"counts": {option: list(values).count(option) for option in indicator.options}}


def estimated(indicator: Indicator, values: Sequence[Any], estimates: Sequence[Any]) -> str | None:
    """Which percentage of a figure is estimated; None if nothing is."""
    with localcontext(prec=DIGITS):
        if indicator.kind == "ratio":
            part, whole = (sum((Decimal(value["denominator"]) for value in some), Decimal(0)) for some in (estimates, values))
        elif indicator.kind == "quantity" and indicator.aggregation == "sum":
            part, whole = (sum((abs(Decimal(value)) for value in some), Decimal(0)) for some in (estimates, values))
        else:
            part, whole = Decimal(len(estimates)), Decimal(len(values))
    return percent(part, whole) if part else None


def aggregate(indicator: Indicator, values: Sequence[Any]) -> Decimal | None:
    """A quantity's total (a mean is computed to 60 digits); None if nobody reported it."""
    decimals = [Decimal(value) for value in values]
    if not decimals:
        return None
    with localcontext(prec=DIGITS):
        match indicator.aggregation:
            case "max":
                return max(decimals)
            case "min":
                return min(decimals)
            case "mean":
                return sum(decimals, Decimal(0)) / len(decimals)
            case _:
                return sum(decimals, Decimal(0))


def ratio(values: Sequence[Any]) -> tuple[Decimal, Decimal]:
    """The sums of numerators and of denominators."""
    with localcontext(prec=DIGITS):
        numerators = sum((Decimal(value["numerator"]) for value in values), Decimal(0))
        return numerators, sum((Decimal(value["denominator"]) for value in values), Decimal(0))


def percent(part: int | Decimal, whole: int | Decimal) -> str | None:
    """`part` as a percentage of `whole`, one decimal, half-even; None if `whole` is 0."""
    if whole == 0:
        return None
    with localcontext(prec=DIGITS):
        return format((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_EVEN), "f")


def _number(value: Decimal, decimals: int | None) -> int | str:
    """An integer if there are no decimals, otherwise a text with all decimals."""
    if decimals is None:
        return int(value)
    with localcontext(prec=DIGITS):
        return format(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN), "f")
