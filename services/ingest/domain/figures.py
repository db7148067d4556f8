"""Judges one figure against its indicator, by its text as sent; gives the normal form that is logged.

A normal quantity is an integer when the indicator has no decimals, else a decimal text with all its decimals.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from shared import numbers
from shared.errors import Refusal, refusal
from shared.numbers import MAX_SCALED, NumberText
from shared.regimes import Indicator

PARTS: Final = dict.fromkeys(("numerator", "denominator"))  # of a ratio, in their order
Judged = tuple[Any, list[Refusal]]  # the normal form, and what is wrong

WANTED: Final = {
    "quantity": ("một số", "a number"),
    "ratio": ("một cặp {numerator, denominator}", "a pair {numerator, denominator}"),
    "flag": ("true hoặc false", "true or false"),
    "choice": ("một mã lựa chọn", "the code of an option"),
}


def judge(indicator: Indicator, value: Any, path: str) -> Judged:
    """The normal form of `value`, or all that is wrong with it."""
    return JUDGES[indicator.kind](indicator, value, path)


def _quantity(indicator: Indicator, value: Any, path: str) -> Judged:
    scaled, wrong = _number(indicator, value, path, indicator.min, indicator.max)
    return (None, wrong) if scaled is None else (_normal(scaled, indicator.decimals), wrong)


def _ratio(indicator: Indicator, value: Any, path: str) -> Judged:
    if not isinstance(value, dict):
        return None, [_wrong_kind(indicator, path)]
    wrong = [] if value.keys() == PARTS.keys() else list(_strange_parts(value, path))
    parts: dict[str, int] = {}
    for name in PARTS:
        if name in value:
            scaled, found = _number(indicator, value[name], f"{path}.{name}", "0", None)
            wrong += found
            if scaled is not None:
                parts[name] = scaled
    if wrong or len(parts) < 2:
        return None, wrong
    if indicator.share and parts["numerator"] > parts["denominator"]:
        return None, [refusal("report.share_above_one", path, numerator=value["numerator"], denominator=value["denominator"])]
    return {name: _normal(scaled, indicator.decimals) for name, scaled in parts.items()}, []


def _strange_parts(value: dict[str, Any], path: str) -> Iterator[Refusal]:
    for name in PARTS:
        if name not in value:
            yield refusal("event.missing_field", f"{path}.{name}")
    for name in sorted(value.keys() - PARTS.keys()):
        yield refusal("event.unknown_field", f"{path}.{name[:40]}")


def _flag(indicator: Indicator, value: Any, path: str) -> Judged:
    return (value, []) if isinstance(value, bool) else (None, [_wrong_kind(indicator, path)])


def _choice(indicator: Indicator, value: Any, path: str) -> Judged:
    if not isinstance(value, str) or isinstance(value, NumberText):
        return None, [_wrong_kind(indicator, path)]
    if value not in indicator.options:
        return None, [refusal("report.unknown_option", path, options=list(indicator.options))]
    return value, []


def _number(indicator: Indicator, value: Any, path: str, least: str, most: str | None) -> tuple[int | None, list[Refusal]]:
    """The value scaled by the indicator's decimals, or what is wrong with it."""
    decimals = indicator.decimals
    if isinstance(value, str):
        parts = numbers.parts(value)
        if parts is None:
            return None, [refusal("report.not_a_number", path, text=value)]
        whole, fraction = parts
        if len(fraction) > decimals:
            return None, [refusal("report.too_many_decimals", path, text=value, decimals=decimals)]
        scaled = int(whole + fraction.ljust(decimals, "0"))
    elif isinstance(value, int) and not isinstance(value, bool):
        scaled = value * 10**decimals
    else:
        return None, [_wrong_kind(indicator, path)]
    lower, upper = _bounds(least, most, decimals)
    if not lower <= scaled <= upper:
        shown = {"least": numbers.unscaled(lower, decimals), "most": numbers.unscaled(upper, decimals)}
        return None, [refusal("report.out_of_range", path, text=value, **shown)]
    return scaled, []


@lru_cache(maxsize=1024)
def _bounds(least: str, most: str | None, decimals: int) -> tuple[int, int]:
    """The smallest and the largest scaled value that are taken."""
    upper = MAX_SCALED if most is None else numbers.scaled(most, decimals)
    return max(-MAX_SCALED, numbers.scaled(least, decimals)), min(MAX_SCALED, upper)


def _normal(scaled: int, decimals: int) -> int | str:
    return scaled if decimals == 0 else numbers.plain(scaled, decimals)


def _wrong_kind(indicator: Indicator, path: str) -> Refusal:
    wanted, wanted_en = WANTED[indicator.kind]
    return refusal("report.wrong_kind", path, wanted=wanted, wanted_en=wanted_en)


JUDGES: Final[dict[str, Callable[[Indicator, Any, str], Judged]]] = {
    "quantity": _quantity,
    "ratio": _ratio,
    "flag": _flag,
    "choice": _choice,
}
