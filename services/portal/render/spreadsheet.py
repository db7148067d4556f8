"""Duties as a CSV table for a spreadsheet (RFC 4180, UTF-8 with BOM, so that Excel reads the Vietnamese letters)."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from services.portal.domain.duties import Duty
from shared.words import vietnamese

BOM: Final = "\ufeff"
SIGNS: Final = r"[=+\-@＝＋－＠﹦﹢﹣﹫]"  # signs that begin a formula, with their full-width and small forms: OWASP, "CSV injection"
PASSED_OVER: Final = r"[\s\"\u00ad\u200b-\u200d\u2060\ufeff]*"  # characters before the sign that are invisible or that a program may strip
FORMULA: Final = re.compile(f"{PASSED_OVER}{SIGNS}")
SPLIT: Final = re.compile(f"([;|\t\n]{PASSED_OVER})(?={SIGNS})")  # a program with another separator begins a cell after these
HEADER: Final = (
    "Đơn vị",
    "Mã đơn vị",
    "Chế độ báo cáo",
    "Mã chế độ",
    "Kỳ",
    "Việc",
    "Hạn (trước)",
    "Còn lại",
    "Tình trạng",
    "Nhận lần đầu",
    "Muộn",
    "Sửa và nộp lại (trước)",
    "Gia hạn (trước)",
    "Đã chốt",
)


def head() -> str:
    """The beginning of the file: byte-order mark and header row."""
    return BOM + _line(HEADER)


def line(duty: Duty, titles: Mapping[str, str], now: datetime) -> str:
    """The row of one duty. Instants are in Vietnam time, to the minute; a missing instant is an empty cell."""
    return _line(
        [
            duty.unit_name,
            duty.unit_code,
            titles.get(duty.regime, duty.regime),
            duty.regime,
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
        ]
    )


def harmless(text: str) -> str:
    """A cell that no spreadsheet interprets as a formula, whatever its separator is."""
    cell = vietnamese.shown(text)
    return ("'" if FORMULA.match(cell) else "") + SPLIT.sub(r"\1'", cell)


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    safe: Sequence[str] = [harmless(cell) for cell in cells]
    csv.writer(written).writerow(safe)
    return written.getvalue()


def _moment(at: datetime | None) -> str:
    return "" if at is None else vietnamese.moment(at)
