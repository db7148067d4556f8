"""The sums since the beginning of the year (lũy kế) as cells and table rows for people."""

from dataclasses import dataclass
from typing import Final

from services.portal.domain import figures, period_runs
from services.portal.domain.cumulative import Part, YearToDate
from services.portal.domain.figures import Row
from shared.wire.answers import Cumulative, RatioTotal
from shared.wire.views import View
from shared.words import vietnamese
from shared.words.regime_parts import Indicator


@dataclass(frozen=True, slots=True)
class Cell:
    """One sum. `value` is a dash if there is none. `note` says which periods are not complete, or that none has a figure."""

    value: str
    percent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """One period of a sum: its view and its figure. A period that is not reported has neither. `missing` is a number of units."""

    period: str
    view: View | None
    figure: Row | None
    missing: int


NOTHING: Final = Cell("–", note="chưa có số liệu của kỳ nào")
"""The cell of an indicator that nobody has reported this year."""


def cells(year: YearToDate) -> dict[str, Cell]:
    """The sum of each cumulative indicator, by code."""
    return {indicator.code: cell(year, indicator) for indicator in year.indicators}


def cell(year: YearToDate, indicator: Indicator) -> Cell:
    """The sum of one indicator."""
    figure = year.figure(indicator)
    if figure is None:
        return Cell("–")
    if not is_reported(year, indicator):
        return NOTHING
    share = vietnamese.percent(figure.total.percent) if isinstance(figure.total, RatioTotal) else ""
    return Cell(_value(figure), share, _note(year, indicator))


def line(year: YearToDate, indicator: Indicator) -> str:
    """The sum of one indicator in one line, with the periods that were summed; empty if the indicator is not cumulative."""
    if indicator not in year.indicators:
        return ""
    figure, shown = year.figure(indicator), cell(year, indicator)
    if figure is None:
        return year.refusal.message_vi if year.refusal else ""
    if not is_reported(year, indicator):
        return f"Lũy kế từ đầu năm: {shown.note}"
    share = f" ({shown.percent})" if shown.percent else ""
    note = f"; {shown.note}" if shown.note else ""
    return f"Lũy kế từ đầu năm: {shown.value} {indicator.measure}{share}, gồm {period_runs.named_in_year(figure.periods)}{note}"


def is_reported(year: YearToDate, indicator: Indicator) -> bool:
    """Whether somebody has reported the indicator in one of the periods."""
    return any(_is_begun(part, indicator) for part in year.parts)


def part_rows(year: YearToDate, indicator: Indicator) -> list[PartRow]:
    """The periods of one indicator's sum, in the order of time."""
    return [
        PartRow(
            part.period,
            part.view,
            None if part.view is None else figures.view_row(part.view, indicator),
            part.missing.get(indicator.code, 0),
        )
        for part in year.parts
    ]


def _value(figure: Cumulative) -> str:
    total = figure.total
    if isinstance(total, RatioTotal):
        return f"{vietnamese.number(total.numerator)} / {vietnamese.number(total.denominator)}"
    return vietnamese.number(total)


def _note(year: YearToDate, indicator: Indicator) -> str:
    """`chưa đủ: thiếu tháng 3; tháng 5 còn thiếu đơn vị`; empty if the sum is complete."""
    open_parts = [part for part in year.parts if not part.is_complete(indicator)]
    absent = [part.period for part in open_parts if not _is_begun(part, indicator)]
    begun = [part.period for part in open_parts if _is_begun(part, indicator)]
    said = [f"thiếu {period_runs.named(absent)}" if absent else "", f"{period_runs.named(begun)} còn thiếu đơn vị" if begun else ""]
    return f"chưa đủ: {'; '.join(filter(None, said))}" if open_parts else ""


def _is_begun(part: Part, indicator: Indicator) -> bool:
    """Whether somebody has reported the indicator in this period."""
    figure = None if part.view is None else part.view.indicators.get(indicator.code)
    return figure is not None and figure.reported > 0
