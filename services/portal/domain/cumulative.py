"""Lũy kế: the sum of a unit's figures from the beginning of the year through a period, added up from its views.

Only periods of the same length are added: for `2026-05` the months `2026-01` to `2026-05`. A sum over another territory would be wrong, so
there is none if the unit had no view in one of these periods. Sums are exact: figures are scaled integers.
Source: design, section 5, "Year to date"; ADR-0040.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.portal.domain import elsewhere, period_runs
from services.portal.domain.address import Address
from shared.wire.answers import Cumulative, RatioTotal
from shared.wire.published import WholeOrDecimal
from shared.wire.views import QuantityFigure, RatioFigure, View
from shared.words import numbers, periods, refusals
from shared.words.refusals import Both, Refusal
from shared.words.regime_parts import Indicator

NO_VIEW: Final = Both(
    "khi chốt kỳ đó đơn vị này chưa có, hoặc không có đơn vị báo cáo trực thuộc",
    "at that cut-off the unit did not exist, or had no reporting unit below it",
)
"""Why a unit has no view in another period, if no reform is the reason."""


@dataclass(frozen=True, slots=True)
class Part:
    """One period of the year so far.

    `view` is None if the period is not reported: the regime does not have it, or an on-call period was not opened. `missing` is the number
    of units without a report that counts, by the code of the indicator that they must report.
    """

    period: str
    view: View | None
    missing: Mapping[str, int]

    def is_complete(self, indicator: Indicator) -> bool:
        """Whether the period is reported, and by every unit that must report the indicator."""
        return self.view is not None and not self.missing[indicator.code]


@dataclass(frozen=True, slots=True)
class YearToDate:
    """The periods of the year up to one period, in the order of time. If they cannot be summed, there are no parts and `refusal` says
    why.
    """

    indicators: tuple[Indicator, ...]
    parts: tuple[Part, ...] = ()
    refusal: Refusal | None = None

    def figure(self, indicator: Indicator) -> Cumulative | None:
        """The sum of one indicator; None if there is none."""
        if self.refusal is not None or indicator not in self.indicators:
            return None
        summed = [(part.period, part.view) for part in self.parts if part.view is not None]
        codes, is_complete = [code for code, _ in summed], not self.incomplete(indicator)
        figures = [view.indicators.get(indicator.code) for _, view in summed]
        if indicator.kind == "ratio":
            ratios = [figure for figure in figures if isinstance(figure, RatioFigure)]
            upper = _sum([ratio.numerator for ratio in ratios], indicator.decimals)
            lower = _sum([ratio.denominator for ratio in ratios], indicator.decimals)
            share = numbers.percent(upper, lower)
            total = RatioTotal(
                numerator=_number(upper, indicator.decimals),
                denominator=_number(lower, indicator.decimals),
                percent=None if share is None else str(share),
            )
            return Cumulative(total=total, periods=codes, complete=is_complete)
        totals = [figure.total for figure in figures if isinstance(figure, QuantityFigure) and figure.total is not None]
        summed_up = _number(_sum(totals, indicator.decimals), indicator.decimals) if totals else None
        return Cumulative(total=summed_up, periods=codes, complete=is_complete)

    def figures(self) -> dict[str, Cumulative | None]:
        """The sum of every cumulative indicator, by code; None for each if they cannot be summed."""
        return {indicator.code: self.figure(indicator) for indicator in self.indicators}

    def incomplete(self, indicator: Indicator) -> list[str]:
        """The periods that are not reported, or not by every unit that must report the indicator."""
        return [part.period for part in self.parts if not part.is_complete(indicator)]


def codes(at: Address) -> list[str]:
    """The periods of the year up to this one that the regime has; only this one if the regime has no cumulative indicator."""
    if not _indicators(at):
        return [at.period.code]
    return [code for code in periods.year_to_date(at.period.code) if at.regime.period(code) is not None]


def is_shown(at: Address) -> bool:
    """Whether the regime has cumulative indicators."""
    return bool(_indicators(at))


def is_mixed(views: Collection[View]) -> bool:
    """Whether views are of several generations: units or regimes have changed, and some views are not computed again yet."""
    return len({view.position.generation for view in views}) > 1


def year_to_date(at: Address, views: Mapping[str, View], opened: Collection[str] | None) -> YearToDate:
    """The year up to a period. `views` are the unit's views by period; `opened` the periods that were opened, None if the regime is not on
    call.
    """
    indicators = _indicators(at)
    if not indicators:
        return YearToDate(indicators)
    expected = [code for code in codes(at) if opened is None or code in opened or code in views]
    lost = [code for code in expected if code not in views or at.in_period(code) is None]
    if differing := [code for code in lost if not _has_view(at, code)]:
        named = Both(period_runs.named_in_year(differing), ", ".join(differing))
        reasons = (elsewhere.absent(at.reference, at.unit.id, _day(at, code)) for code in differing)
        why = next((reason for reason in reasons if reason is not None), NO_VIEW)
        return YearToDate(indicators, refusal=refusals.refusal("door.cumulative_unit_differs", unit=at.unit.name, periods=named, why=why))
    if lost or is_mixed(views.values()):
        return YearToDate(indicators, refusal=refusals.refusal("door.cumulative_not_computed"))
    parts = [_part(at, code, views.get(code), indicators) for code in periods.year_to_date(at.period.code)]
    return YearToDate(indicators, tuple(parts))


def _day(at: Address, code: str) -> date:
    """The reference day of another period."""
    period = at.regime.period(code)
    return at.reference.day(at.regime, at.period if period is None else period)


def _indicators(at: Address) -> tuple[Indicator, ...]:
    return tuple(indicator for indicator in at.regime.indicators if indicator.cumulative)


def _has_view(at: Address, code: str) -> bool:
    """Whether the unit was above a reporter of the regime at the cut-off of another period, so that it has a view in that period."""
    earlier = at.in_period(code)
    return earlier is not None and any(unit.id != earlier.unit.id for unit in earlier.reporters)


def _part(at: Address, code: str, view: View | None, indicators: Sequence[Indicator]) -> Part:
    earlier = at.in_period(code)
    if view is None or earlier is None:
        return Part(code, None, {})
    groups = earlier.groups_of(view.reporting.missing)
    return Part(
        code,
        view,
        {
            indicator.code: sum(at.regime.is_asked(indicator, group, unit) for unit, group in groups.items())
            if indicator.asked
            else len(groups)
            for indicator in indicators
        },
    )


def _sum(values: Sequence[WholeOrDecimal], decimals: int) -> int:
    return sum(numbers.scaled(value, decimals) for value in values)


def _number(value: int, decimals: int) -> WholeOrDecimal:
    return value if decimals == 0 else numbers.plain(value, decimals)
