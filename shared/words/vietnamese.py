"""Dates, deadlines and numbers as Vietnamese readers expect them: Vietnam time, dd/mm/yyyy, 1.234,5."""

import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from shared.words import deadlines, numbers, texts
from shared.words.periods import VIETNAM, Period

PARTS: Final = {
    "": "",
    "H1": "6 tháng đầu ",
    "H2": "6 tháng cuối ",
    "M9": "9 tháng đầu ",
    "Q1": "quý I ",
    "Q2": "quý II ",
    "Q3": "quý III ",
    "Q4": "quý IV ",
}
"""The words before the year, by the part of the year."""
LEVELS: Final = {"province": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã", "area": "địa bàn"}
Number = int | str | None
"""A figure of a view or a report, as in JSON: an integer, a plain decimal text, or None."""


def shown(text: str) -> str:
    """A stored text, made safe to show: without control characters (except tab and newline) and without bidi controls.

    Texts stored since data format 5 contain no such characters; older names and texts may.
    """
    if text.isprintable() and (text.isascii() or (len(text) <= texts.UNCHECKED and unicodedata.is_normalized("NFC", text))):
        return text  # no control, no bidi control and no code point without a character is printable
    return texts.NO_CHARACTER.sub("\ufffd", texts.FORBIDDEN.sub("", texts.normal(text)))


def line(text: str) -> str:
    """A stored text, made safe to show and put on one line."""
    return " ".join(shown(text).split())


def day(value: date) -> str:
    return value.strftime("%d/%m/%Y")


def level(name: str) -> str:
    """A level of units in words; a level that an agency has defined is shown as it is."""
    return LEVELS.get(name, name)


def moment(at: datetime | None) -> str:
    """An instant to the minute, in Vietnam time; a dash if there is none."""
    return "–" if at is None else at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def time_of_day(at: datetime) -> str:
    """An instant to the minute inside a sentence: `08:00 ngày 11/12/2026`."""
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def machine(at: datetime) -> str:
    """An instant for the `datetime` attribute of an HTML element."""
    return at.astimezone(VIETNAM).isoformat(timespec="seconds")


def deadline(at: datetime) -> str:
    """A deadline (the first instant that is late) as documents write it: `trước ngày 20/12/2024`, `trước 17:00 ngày 18/12/2024`, or `đến
    17:00 ngày 18/12/2024` if a report at the stroke is still on time.
    """
    local = at.astimezone(VIETNAM)
    if local.time() == time():
        return f"trước ngày {day(local.date())}"
    stroke = local - deadlines.SMALLEST
    word = "đến" if stroke.second == stroke.microsecond == 0 else "trước"
    return f"{word} {local:%H:%M} ngày {day(local.date())}"


def through(at: datetime) -> str:
    """The end of an extension or a fix-by date (the first instant that is late), written with its last day: `đến hết ngày 28/12/2024`."""
    if at.astimezone(VIETNAM).time() == time():
        return f"đến hết ngày {day(deadlines.last_day(at))}"
    return deadline(at)


def period(value: Period) -> str:
    """A period's name and the days that its figures cover."""
    return f"{period_name(value.code)} ({day(value.begins)} – {day(value.cut_off)})"


def period_name(code: str) -> str:
    """`năm 2026`, `6 tháng đầu năm 2026`, `9 tháng đầu năm 2026`, `quý III năm 2026`, `tháng 5 năm 2026`."""
    year, part = code[:4], code[5:]
    if part.isdigit():
        return f"tháng {int(part)} năm {year}"
    return f"{PARTS[part]}năm {year}"


def part_name(code: str) -> str:
    """A period's name within its year: `Cả năm`, `6 tháng đầu`, `9 tháng đầu`, `Quý III`, `Tháng 5`."""
    part = code[5:]
    name = f"tháng {int(part)}" if part.isdigit() else PARTS[part].strip() or "cả năm"
    return sentence(name)


def sentence(text: str) -> str:
    """The text as a sentence begins: `Quý III năm 2026`. The rest stays as it is; `str.capitalize` would make `Quý iii` of it."""
    return text[:1].upper() + text[1:]


def number(value: Number) -> str:
    return numbers.vietnamese(Decimal(value) if isinstance(value, str) else value)


def percent(value: Number) -> str:
    """A percentage with its sign; a dash if there is none."""
    return "–" if value is None else f"{number(value)} %"


def file_size(size: int) -> str:
    """The size of a file: `471 KB`, `1,4 MB`."""
    if size < 1_000_000:
        return f"{number(str(max(1, round(size / 1000))))} KB"
    return f"{number(f'{size / 1_000_000:.1f}')} MB"
