"""Judges one figure against its indicator, by its text as sent, and returns the normal form for the log.

The normal form of a quantity is an integer if the indicator has no decimals, otherwise a decimal text with all decimals.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from shared.words import numbers
from shared.words.numbers import MAX_SCALED, NumberText
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import Indicator

PARTS: Final = dict.fromkeys(("numerator", "denominator"))  # the parts of a ratio, in order
PART_BOUNDS: Final = (0, MAX_SCALED)
FINE: Final = ()
Judged = tuple[Any, Sequence[Refusal]]  # the normal form, and the faults

WANTED: Final = {
    "quantity": Both("một số", "a number"),
    "ratio": Both("một cặp {numerator, denominator}", "a pair {numerator, denominator}"),
    "flag": Both("true hoặc false", "true or false"),
    "choice": Both("một mã lựa chọn", "the code of an option"),
}


def judge(indicator: Indicator, value: Any) -> Judged:
    """The normal form of `value`, or all its faults."""
    return JUDGES[indicator.kind](indicator, value)


def _quantity(indicator: Indicator, value: Any) -> Judged:
    scaled = _scaled(indicator, value, indicator.bounds)
    return (None, [scaled]) if isinstance(scaled, Refusal) else (_normal(scaled, indicator.decimals), FINE)


def _ratio(indicator: Indicator, value: Any) -> Judged:
    if not isinstance(value, dict):
        return None, [_wrong_kind(indicator)]
    wrong = [] if value.keys() == PARTS.keys() else list(_strange_parts(indicator, value))
    parts: dict[str, int] = {}
    for name in PARTS:
        if name in value:
            scaled = _scaled(indicator, value[name], PART_BOUNDS, f".{name}")
            if isinstance(scaled, Refusal):
                wrong.append(scaled)
            else:
                parts[name] = scaled
    if wrong:
        return None, wrong
    if indicator.share and parts["numerator"] > parts["denominator"]:
        shown = {name: value[name] for name in PARTS}
        return None, [refusal("report.share_above_one", _path(indicator), **shown)]
    return {name: _normal(scaled, indicator.decimals) for name, scaled in parts.items()}, FINE


def _strange_parts(indicator: Indicator, value: dict[str, Any]) -> Iterator[Refusal]:
    for name in PARTS:
        if name not in value:
            yield refusal("event.missing_field", _path(indicator, f".{name}"), field=name)
    for name in sorted(value.keys() - PARTS.keys()):
        yield refusal("event.unknown_field", _path(indicator, f".{name[:40]}"), field=name)


def _flag(indicator: Indicator, value: Any) -> Judged:
    return (value, FINE) if isinstance(value, bool) else (None, [_wrong_kind(indicator)])


def _choice(indicator: Indicator, value: Any) -> Judged:
    if not isinstance(value, str) or isinstance(value, NumberText):
        return None, [_wrong_kind(indicator)]
    if value not in indicator.options:
        return None, [refusal("report.unknown_option", _path(indicator), options=list(indicator.options))]
    return value, FINE


def _scaled(indicator: Indicator, value: Any, bounds: tuple[int, int], part: str = "") -> int | Refusal:
    """The value scaled by the indicator's decimals, or its fault."""
    decimals = indicator.decimals
    if isinstance(value, str):
        parts = numbers.parts(value)
        if parts is None:
            return refusal("report.not_a_number", _path(indicator, part), text=value)
        whole, fraction = parts
        if len(fraction) > decimals:
            return refusal("report.too_many_decimals", _path(indicator, part), text=value, found=len(fraction), decimals=decimals)
        scaled = int(whole + fraction.ljust(decimals, "0"))
    elif isinstance(value, int) and not isinstance(value, bool):
        scaled = value * 10**decimals
    else:
        return _wrong_kind(indicator, part)
    least, most = bounds
    if not least <= scaled <= most:
        shown = {"least": numbers.unscaled(least, decimals), "most": numbers.unscaled(most, decimals)}
        return refusal("report.out_of_range", _path(indicator, part), text=value, **shown)
    return scaled


def _normal(scaled: int, decimals: int) -> int | str:
    return scaled if decimals == 0 else numbers.plain(scaled, decimals)


def _wrong_kind(indicator: Indicator, part: str = "") -> Refusal:
    return refusal("report.wrong_kind", _path(indicator, part), wanted=WANTED[indicator.kind])


def _path(indicator: Indicator, part: str = "") -> str:
    return f"data.values.{indicator.code}{part}"


JUDGES: Final[dict[str, Callable[[Indicator, Any], Judged]]] = {
    "quantity": _quantity,
    "ratio": _ratio,
    "flag": _flag,
    "choice": _choice,
}
