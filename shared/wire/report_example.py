"""An example of a report: the `data` of an event that a unit could send for a regime. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.words import numbers
from shared.words.regime_parts import Indicator

Json = dict[str, Any]


def data(
    regime: str, period: str, unit_code: str, indicators: Iterable[Indicator], narratives: Mapping[str, str], revision: int = 1
) -> Json:
    """A report with a figure for each indicator, and the first text. Ingest accepts it."""
    example: Json = {"regime": regime, "period": period, "unit": unit_code, "revision": revision}
    example["values"] = {indicator.code: figure(indicator) for indicator in indicators}
    example["narratives"] = {code: f"{label}: …" for code, label in list(narratives.items())[:1]}
    return example


def figure(indicator: Indicator) -> Any:
    """A figure that the indicator accepts."""
    match indicator.kind:
        case "quantity":
            least, most = indicator.bounds
            return _number(min(max(least, 12 * 10**indicator.decimals + 5 * (indicator.decimals > 0)), most), indicator.decimals)
        case "ratio":
            return {
                "numerator": _number(9 * 10**indicator.decimals, indicator.decimals),
                "denominator": _number(11 * 10**indicator.decimals, indicator.decimals),
            }
        case "flag":
            return True
        case "choice":
            return next(iter(indicator.options))


def _number(scaled: int, decimals: int) -> int | str:
    return numbers.plain(scaled, decimals) if decimals else scaled
