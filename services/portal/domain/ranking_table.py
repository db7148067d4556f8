"""The ranking of the units below a unit by one figure, as a page shows it: rank, figure, and a bar with what it is measured against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from services.portal.domain import figures, matrix, ranking, sizes
from services.portal.domain.figures import Segment
from services.portal.domain.matrix import Child
from shared.wire.views import ChoiceFigure, QuantityFigure, TargetMet, View
from shared.words import vietnamese
from shared.words.regime_parts import Indicator
from shared.words.units import Unit

TARGET: Final = "so với mục tiêu"
TOTAL: Final = "tỷ trọng trong tổng"
LARGEST: Final = "so với đơn vị cao nhất"


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """One unit. `share` is a percentage text, `bar` its picture; `is_reached` is None if there is no target."""

    unit: Unit
    rank: int
    value: str
    share: str
    bar: tuple[Segment, ...]
    is_reached: bool | None
    has_view: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """`against` says what the shares are of. `without` units have no such figure."""

    indicator: Indicator
    against: str
    lines: tuple[RankedUnit, ...]
    without: int

    @property
    def has_target(self) -> bool:
        return self.against == TARGET

    @property
    def measure(self) -> str:
        return "%" if self.indicator.kind in ("ratio", "flag") else self.indicator.measure


def ranked(view: View, indicator: Indicator, children: Sequence[Child]) -> Ranking:
    """The ranking by one indicator. Figures are measured against each unit's target, without one against the total of a sum, and otherwise
    against the largest.
    """
    found = {child.unit.id: sizes.size(indicator, child.figures.get(indicator.code)) for child in children}
    values = {unit_id: size for unit_id, size in found.items() if size is not None}
    by_id = {child.unit.id: child for child in children}
    goals = {unit_id: goal for unit_id in values if (goal := _goal(indicator, by_id[unit_id])) is not None}
    against, measured = _against(view, indicator, values, goals)
    lines = [
        RankedUnit(
            by_id[place.unit_id].unit,
            place.rank,
            matrix.short(indicator, by_id[place.unit_id].figures[indicator.code]),
            "" if place.share is None else vietnamese.percent(str(place.share)),
            () if place.share is None else figures.bar([(min(1000, int(place.share * 10)), "share", f"{place.share} %")], 1000),
            place.is_reached if place.unit_id in goals else None,
            by_id[place.unit_id].reporting is not None,
        )
        for place in ranking.places(values, measured)
    ]
    return Ranking(indicator, against, tuple(lines), len(children) - len(lines))


def _against(
    view: View, indicator: Indicator, values: Mapping[str, Fraction], goals: Mapping[str, Fraction]
) -> tuple[str, Mapping[str, Fraction]]:
    if goals:
        return TARGET, goals
    own = view.indicators.get(indicator.code)
    if indicator.kind == "quantity" and indicator.is_summed and isinstance(own, QuantityFigure) and own.total is not None:
        return TOTAL, dict.fromkeys(values, sizes.exact(own.total))
    return LARGEST, dict.fromkeys(values, max(values.values(), default=Fraction(0)))


def _goal(indicator: Indicator, child: Child) -> Fraction | None:
    """A unit's target: that of its view, otherwise that of the plan for units of its level."""
    figure, plan = child.figures.get(indicator.code), indicator.target
    if isinstance(own := getattr(figure, "target", None), TargetMet):
        return Fraction(own.at_least)
    if child.reporting is not None or isinstance(figure, ChoiceFigure) or plan is None or plan.level not in (None, child.unit.level):
        return None
    return Fraction(plan.at_least)
