"""The units below a unit as tables for spreadsheets: with their figures, and those that are missing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.portal.domain import matrix, table_choice
from services.portal.domain.address import Address
from services.portal.domain.matrix import Child, Line, Matrix
from services.portal.domain.standing import Status
from services.portal.domain.table_choice import TableChoice
from services.portal.domain.tables import Cell, Table
from shared.wire.answers import RatioSent
from shared.wire.views import FlagFigure, QuantityFigure, RatioFigure
from shared.words import numbers, vietnamese
from shared.words.regime_parts import Indicator

UNIT: Final = ("Đơn vị", "Mã đơn vị", "Tình trạng", "Số đơn vị đã nộp", "Số đơn vị được giao", "Nhận lần đầu", "Lần nộp")
MISSING: Final = ("Đơn vị", "Mã đơn vị", "Tình trạng", "Hạn (trước)", "Quá hạn", "Lần đã nộp trước đó")
UNITS_SHEET: Final = "Đơn vị trực thuộc"
MISSING_SHEET: Final = "Chưa nộp"
YES: Final = {True: "Có", False: "Không"}


def said(at: Address, choice: TableChoice, shown: Matrix, now: datetime) -> tuple[str, ...]:
    """The lines above a table of units: what it is, what was chosen, how many of how many, when."""
    columns = matrix.sections(at.regime)[shown.section - 1] or "Chỉ tiêu" if shown.section else "Tất cả các mục"
    chosen = [
        f"tình trạng: {table_choice.STATES[choice.state]}" if choice.state else "",
        f"tên hoặc mã có “{choice.q}”" if choice.q else "",
    ]
    return (
        f"Đơn vị trực thuộc: {at.unit.name}",
        at.regime.title,
        f"Kỳ báo cáo: {vietnamese.period(at.period)}",
        f"Mục: {columns}",
        f"Lọc: {'; '.join(filter(None, chosen)) or 'không lọc'}",
        f"{len(shown.lines)}/{shown.all} đơn vị; xuất lúc {vietnamese.moment(now)}",
    )


def units(at: Address, choice: TableChoice, shown: Matrix, now: datetime) -> Table:
    """The table that the reader chose, with every part of a ratio as a number."""
    header = [*UNIT, *(title for indicator in shown.columns for title in _titles(indicator))]
    rows = [tuple(_row(line, shown.columns)) for line in shown.lines]
    return Table(tuple(header), tuple(rows), UNITS_SHEET, said(at, choice, shown, now))


def missing(at: Address, missing_units: Sequence[Status], now: datetime) -> Table:
    """The units whose report does not count."""
    about = (
        f"Đơn vị chưa nộp: {at.unit.name}",
        at.regime.title,
        f"Kỳ báo cáo: {vietnamese.period(at.period)}",
        f"{len(missing_units)}/{len(at.reporters)} đơn vị chưa nộp; xuất lúc {vietnamese.moment(now)}",
    )
    rows = [
        (
            status.unit.name,
            status.unit.code,
            status.word,
            None if status.deadline is None else vietnamese.moment(status.deadline),
            "x" if status.is_past(now) else None,
            status.revision,
        )
        for status in missing_units
    ]
    return Table(MISSING, tuple(rows), MISSING_SHEET, about)


def _titles(indicator: Indicator) -> tuple[str, ...]:
    if indicator.kind == "ratio":
        return tuple(f"{indicator.label}: {part}" for part in ("tử số", "mẫu số", "tỷ lệ (%)"))
    return (f"{indicator.label} ({indicator.measure})" if indicator.measure else indicator.label,)


def _row(line: Line, columns: Sequence[Indicator]) -> Iterator[Cell]:
    child = line.child
    yield from (child.unit.name, child.unit.code, _state(child))
    yield from (child.reporting.received, child.reporting.expected) if child.reporting else (None, None)
    yield from (
        (vietnamese.moment(child.status.received_at) if child.status.received_at else None, child.status.revision)
        if child.status
        else (None, None)
    )
    for indicator in columns:
        yield from _cells(indicator, child.figures.get(indicator.code))


def _state(child: Child) -> str:
    if child.status is not None:
        return child.status.word
    return "" if child.reporting is None else f"{child.reporting.received}/{child.reporting.expected} đơn vị đã nộp"


def _cells(indicator: Indicator, figure: Any) -> tuple[Cell, ...]:
    match figure:
        case QuantityFigure():
            return (_number(figure.total),)
        case RatioFigure():
            return (_number(figure.numerator), _number(figure.denominator), _number(figure.percent))
        case RatioSent():
            upper, lower = (numbers.scaled(value, indicator.decimals) for value in (figure.numerator, figure.denominator))
            return (_number(figure.numerator), _number(figure.denominator), numbers.percent(upper, lower))
        case FlagFigure():
            return (figure.true,)
        case bool():
            return (YES[figure],)
        case int() | str() if indicator.kind == "quantity":
            return (_number(figure),)
        case None:
            return (None, None, None) if indicator.kind == "ratio" else (None,)
        case _:
            return (matrix.short(indicator, figure),)


def _number(value: int | str | None) -> int | Decimal | None:
    return Decimal(value) if isinstance(value, str) else value
