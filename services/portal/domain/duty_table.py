"""Duties as a table for a spreadsheet, in which each cell is a text, a number or nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from services.portal.domain.duties import Duty
from services.portal.domain.tables import Cell, Table
from shared.words import vietnamese

HEADER: Final = (
    "Đơn vị",
    "Mã đơn vị",
    "Chế độ báo cáo",
    "Mã chế độ",
    "Kỳ",
    "Mã kỳ",
    "Việc",
    "Hạn (trước)",
    "Còn lại",
    "Tình trạng",
    "Nhận lần đầu",
    "Muộn",
    "Sửa và nộp lại (trước)",
    "Gia hạn (trước)",
    "Đã chốt",
    "Đơn vị hiện nay",
)


def cells(duty: Duty, titles: Mapping[str, str], name_today: str, now: datetime) -> tuple[str, ...]:
    """The row of one duty. Instants are in Vietnam time, to the minute; a missing instant is an empty cell. `name_today` says what the unit
    is today, if that differs.
    """
    return (
        duty.unit_name,
        duty.unit_code,
        titles.get(duty.regime, duty.regime),
        duty.regime,
        vietnamese.period_name(duty.period),
        duty.period,
        duty.task_word,
        _moment(duty.deadline),
        duty.countdown(now),
        duty.state_text(now),
        _moment(duty.received_at),
        duty.late_by,
        _moment(duty.fix_by),
        _moment(duty.extended_to),
        _moment(duty.confirmed_at),
        name_today,
    )


def table(
    duties: Sequence[Duty], titles: Mapping[str, str], name_today: Callable[[Duty], str], about: Sequence[str], now: datetime
) -> Table:
    """The table of these duties. `about` are the lines above it."""
    rows: list[tuple[Cell, ...]] = [tuple(cell or None for cell in cells(duty, titles, name_today(duty), now)) for duty in duties]
    return Table(HEADER, tuple(rows), "Nghĩa vụ báo cáo", tuple(about))


def about(chosen: Sequence[str], found: int, everything: int, now: datetime) -> list[str]:
    """The lines above the table: what it is, the filter, when it was made, how many of how many."""
    filtered = "; ".join(chosen) or "không lọc"
    counted = f"{vietnamese.number(str(found))} trong {vietnamese.number(str(everything))} nghĩa vụ"
    return ["Nghĩa vụ báo cáo", f"Bộ lọc: {filtered}", f"Xuất lúc {vietnamese.moment(now)}: {counted}"]


def _moment(at: datetime | None) -> str:
    return "" if at is None else vietnamese.moment(at)
