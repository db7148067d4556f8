"""Which figures of the units directly below a unit are far from the others: a hint for the reviewer, and never a refusal.

The rule is robust, so that a few wrong figures do not hide themselves: a figure is marked if it is further from the median than five times
the spread. The spread is the median distance from the median, but at least a tenth of the median, so that figures that are nearly
all equal do not mark small differences. Fewer than five figures are not judged, and neither are figures without any spread, such as mostly
zeros. Everything is exact. Source: ADR 0068.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from services.portal.domain import sizes
from services.portal.domain.sizes import Ratio
from shared.words.regime_parts import Indicator
from shared.words.units import Unit

LEAST: Final = 5  # figures that are compared at least
TIMES: Final = 5  # the spread; 5.2 for a normal distribution is 3.5 standard deviations
SHARE: Final = 10  # the spread is at least this part of the median
HELP: Final = (
    "So với trung vị của các đơn vị cùng cấp: một số được nêu khi cách trung vị quá 5 lần độ phân tán (trung vị của các khoảng cách, ít"
    " nhất bằng 1/10 trung vị). Tỷ lệ so theo phần trăm. Dưới 5 đơn vị có số thì không so. Chỉ để xem lại, không phải lỗi; đơn vị khác"
    " không thấy mục này."
)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A unit's figure that is far from the median of all. Of ratios both are percentages."""

    indicator: Indicator
    unit: Unit
    value: Fraction
    median: Fraction


def median(values: Sequence[int]) -> int:
    """The middle one in order of size, or half of the sum of the two middle ones, which is even. There is at least one value."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def far(values: Mapping[str, Ratio]) -> tuple[Fraction, list[str]]:
    """The median, and the names of the values that are far from it."""
    if len(values) < LEAST:
        return Fraction(0), []
    whole, factor = sizes.whole(values, 4)  # the median is then even, and the median distance a whole number
    middle = median(list(whole.values()))
    distances = {name: abs(value - middle) for name, value in whole.items()}
    spread = max(median(list(distances.values())) * SHARE, abs(middle))
    return Fraction(middle, factor), [name for name, distance in distances.items() if spread and distance * SHARE > TIMES * spread]


def found(indicators: Sequence[Indicator], units: Sequence[Unit], figures: Mapping[str, Mapping[str, Any]]) -> list[Outlier]:
    """The outliers of each indicator, in the regime's order. `figures` are the units' figures by unit id and indicator: those of their
    views, or as they reported them.
    """
    return [outlier for indicator in indicators for outlier in _of(indicator, units, figures)]


def _of(indicator: Indicator, units: Sequence[Unit], figures: Mapping[str, Mapping[str, Any]]) -> Iterator[Outlier]:
    compared = {unit.id: _number(indicator, figures.get(unit.id, {}).get(indicator.code)) for unit in units}
    values = {unit_id: value for unit_id, value in compared.items() if value is not None}
    middle, names = far(values)
    for unit in units:
        if unit.id in names:
            yield Outlier(indicator, unit, Fraction(*values[unit.id]), middle)


def _number(indicator: Indicator, figure: object) -> Ratio | None:
    """The number that is compared: a quantity, or the percentage of a ratio; None if there is none."""
    return sizes.ratio(indicator, figure) if indicator.kind in ("quantity", "ratio") else None
