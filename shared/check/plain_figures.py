"""Figures of a view, computed from the reports' values the plain way: decimals, one unit after the other.

For whoever checks the fold, and shares no code with it: `tonghop verify`, and the explanation of a total. Decimals are texts,
as JSON holds them.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Final

from shared.words.regimes import Indicator

Json = dict[str, Any]
DIGITS: Final = 60  # more than any sum of reports, or percentage of two, can have
NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
LARGEST: Final = Decimal(10**14)  # of a value without its decimal point


def is_figure(indicator: Indicator, value: Any) -> bool:
    """Whether a logged value is one of the indicator. Ingest logs no other; what somebody else wrote into the log is "not reported"."""
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


def figure(indicator: Indicator, values: Sequence[Any]) -> Json:
    """One indicator of a view, without its target, from the logged values of the reports that count and report it."""
    found: Json = {"kind": indicator.kind, "reported": len(values)}
    match indicator.kind:
        case "quantity":
            total = aggregate(indicator, values)
            decimals = None if indicator.decimals == 0 and indicator.aggregation != "mean" else indicator.decimals
            return found | {"total": None if total is None else _number(total, decimals), "measure": indicator.measure}
        case "ratio":
            numerator, denominator = ratio(values)
            decimals = indicator.decimals or None
            parts = {"numerator": _number(numerator, decimals), "denominator": _number(denominator, decimals)}
            return found | parts | {"percent": percent(numerator, denominator)}
        case "flag":
            true = sum(value is True for value in values)
            return found | {"true": true, "percent": percent(true, len(values))}
        case _:
            return found | {"counts": {option: list(values).count(option) for option in indicator.options}}


def aggregate(indicator: Indicator, values: Sequence[Any]) -> Decimal | None:
    """A quantity's total, a mean to 60 digits; None when nobody reported it."""
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
    """Percent with one decimal, half-even; None of nothing."""
    if whole == 0:
        return None
    with localcontext(prec=DIGITS):
        return format((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_EVEN), "f")


def _number(value: Decimal, decimals: int | None) -> int | str:
    """An integer for counts of whole things, else a text with all its decimals."""
    if decimals is None:
        return int(value)
    with localcontext(prec=DIGITS):
        return format(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN), "f")
