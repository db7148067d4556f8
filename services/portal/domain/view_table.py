"""The figures of a view as a table for spreadsheets: numbers are numbers, and every row says to which view it belongs."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, assert_never

from services.portal.domain import comparison, figures, period_runs, to_date
from services.portal.domain.address import Address
from services.portal.domain.comparison import Base
from services.portal.domain.cumulative import YearToDate
from services.portal.domain.figures import Row
from services.portal.domain.tables import Cell, Table
from shared.wire.answers import RatioTotal
from shared.wire.views import ChoiceFigure, FlagFigure, QuantityFigure, RatioFigure, View
from shared.words import vietnamese
from shared.words.regime_parts import Indicator

VIEW: Final = ("Kỳ", "Mã kỳ", "Mã đơn vị", "Đơn vị")
INDICATOR: Final = ("Mục", "Chỉ tiêu", "Mã chỉ tiêu", "Đơn vị tính")
VALUES: Final = ("Giá trị", "Tử số", "Mẫu số", "Tỷ lệ (%)")
REPORTED: Final = ("Số đơn vị đã báo cáo", "Số đơn vị được giao")
TO_DATE: Final = ("Lũy kế từ đầu năm", "Lũy kế: tử số", "Lũy kế: mẫu số", "Lũy kế: tỷ lệ (%)", "Lũy kế gồm các kỳ", "Lũy kế: ghi chú")
ESTIMATED: Final = ("Phần ước (%)",)
CHANGE: Final = ("", ": thay đổi", ": thay đổi (%)", ": ghi chú")
WHOLE: Final = "đủ"


def table(at: Address, view: View, year: YearToDate, bases: Sequence[Base], about: tuple[str, ...]) -> Table:
    """All indicators of the regime, in its order; a choice has a row for each option. If the regime has cumulative indicators, columns for
    the sums since the beginning of the year follow; if it takes estimates, a column says how much of a figure is estimated. The last
    columns are what has changed since earlier periods.
    """
    has_estimates = at.regime.estimates is not None or any(figure.estimated for figure in view.indicators.values())
    named = (vietnamese.period_name(view.period), view.period, view.unit.code, view.unit.name)
    rows = [
        (
            *named,
            *cells,
            *(_estimated(view, indicator) if has_estimates else ()),
            *(_sum(year, indicator) if year.indicators else ()),
            *_changes(at, view, indicator, bases),
        )
        for indicator in at.regime.indicators
        for cells in _rows(view, indicator, figures.view_row(view, indicator, {unit.code for unit in at.asked(indicator)}))
    ]
    compared = [f"{base.title}{part}" for base in bases for part in CHANGE]
    more = (*(ESTIMATED if has_estimates else ()), *(TO_DATE if year.indicators else ()), *compared)
    return Table((*VIEW, *INDICATOR, *VALUES, *REPORTED, *more), tuple(rows), about=about)


def _changes(at: Address, view: View, indicator: Indicator, bases: Sequence[Base]) -> Iterator[Cell]:
    for base in bases:
        change = comparison.change(at, view, indicator, base)
        note = comparison.PARTIAL if change.is_partial else change.reason
        points = f"đơn vị thay đổi: {change.unit}" if change.unit and change.amount is not None else ""
        yield from (change.number, change.amount, change.percent, "; ".join(filter(None, (points, note))) or None)


def _estimated(view: View, indicator: Indicator) -> tuple[Cell]:
    figure = view.indicators.get(indicator.code)
    return (None if figure is None else _number(figure.estimated),)


def _rows(view: View, indicator: Indicator, shown: Row) -> Iterator[tuple[Cell, ...]]:
    figure = view.indicators.get(indicator.code)
    about = (indicator.section, indicator.label, indicator.code, shown.measure)
    reported = (shown.reported, shown.asked)
    match figure:
        case None:
            yield (*about, None, None, None, None, *reported)
        case QuantityFigure():
            yield (*about, _number(figure.total), None, None, None, *reported)
        case RatioFigure():
            yield (*about, None, _number(figure.numerator), _number(figure.denominator), _number(figure.percent), *reported)
        case FlagFigure():
            yield (*about, figure.true, None, None, _number(figure.percent), *reported)
        case ChoiceFigure():
            for option, label in indicator.options.items():
                named = (indicator.section, f"{indicator.label}: {label}", indicator.code, "đơn vị")
                yield (*named, figure.counts.get(option, 0), None, None, None, *reported)
        case _:
            assert_never(figure)


def _sum(year: YearToDate, indicator: Indicator) -> tuple[Cell, ...]:
    figure = year.figure(indicator)
    if figure is None:
        return (None, None, None, None, None, year.refusal.message_vi if indicator.cumulative and year.refusal else None)
    if not to_date.is_reported(year, indicator):
        return (None, None, None, None, None, to_date.NOTHING.note)
    about = (period_runs.named_in_year(figure.periods), to_date.cell(year, indicator).note or WHOLE)
    total = figure.total
    if isinstance(total, RatioTotal):
        return (None, _number(total.numerator), _number(total.denominator), _number(total.percent), *about)
    return (_number(total), None, None, None, *about)


def _number(value: int | str | None) -> int | Decimal | None:
    return Decimal(value) if isinstance(value, str) else value
