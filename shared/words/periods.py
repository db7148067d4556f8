"""Periods and calendars: the days that a period's figures cover, and the period's cut-off.

`2026` is a year, `2026-H1` a half-year, `2026-M9` the first nine months, `2026-Q3` a quarter, `2026-05` a month (ISO 8601, DHIS2). The
cut-off is the period's reference date: the units, their tree and who must report are taken as of that day.
Source: NĐ 09/2019/NĐ-CP, art. 12; design, section 5, "Periods".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

ONE_DAY: Final = timedelta(days=1)
VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
YEAR: Final = r"20[0-9]{2}"
CODE: Final = rf"{YEAR}(-(H[12]|Q[1-4]|M9|0[1-9]|1[0-2]))?"
PERIOD: Final = re.compile(CODE, re.ASCII)
FORM: Final = (
    "mã kỳ báo cáo như 2024, 2024-H1, 2024-M9, 2024-Q3 hoặc 2024-05",
    "a period such as 2024, 2024-H1, 2024-M9, 2024-Q3 or 2024-05",
)
"""How a period's code is written, for people who wrote something else: in Vietnamese and in English."""
REPORT_MONTH_CUT_OFF: Final = 14  # NĐ 09/2019, art. 12: a month's figures are those of the 15th of the month before to the 14th

Length = Literal["year", "nine_months", "half_year", "quarter", "month"]
PARTS: Final[Mapping[Length, tuple[str, ...]]] = {
    "year": ("",),
    "nine_months": ("-M9",),
    "half_year": ("-H1", "-H2"),
    "quarter": ("-Q1", "-Q2", "-Q3", "-Q4"),
    "month": tuple(f"-{month:02}" for month in range(1, 13)),
}
"""How the code of a period of each length continues after its year, in the order of time."""
LENGTH: Final[Mapping[str, Length]] = {part: length for length, parts in PARTS.items() for part in parts}


@dataclass(frozen=True, slots=True)
class Period:
    """One period of one calendar: the days that its figures cover, first and last day included."""

    code: str
    begins: date
    cut_off: date

    @property
    def year(self) -> int:
        return int(self.code[:4])

    @property
    def length(self) -> Length:
        """How much of a year the period covers."""
        return length_of(self.code)

    def has_begun(self, at: datetime) -> bool:
        """Whether the period's first day has begun in Vietnam at the instant `at`."""
        return local_day(at) >= self.begins


def local_day(at: datetime) -> date:
    """The day in Vietnam at the instant `at`."""
    return at.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """The instant at which `day` begins in Vietnam."""
    return datetime.combine(day, time(), VIETNAM)


@lru_cache(4096)
def start_ms(day: date) -> int:
    """The instant at which `day` begins in Vietnam, in milliseconds since 1970."""
    return round(start_of(day).timestamp()) * 1000


@lru_cache(4096)  # far more than there are in use
def parse(code: str, calendar: str) -> Period | None:
    """The period `code` in `calendar`; None if the calendar has no such period.

    `calendar` is `year`, `report_year`, or the yearly cut-off day as `MM-DD`. In `year`, months are those of the calendar. In `report_year`
    a month begins on the 15th of the month before and ends on the 14th, and longer periods consist of such months. A calendar with a
    cut-off day of its own has whole years only.
    """
    if PERIOD.fullmatch(code) is None:
        return None
    year, part = int(code[:4]), code[5:]
    if calendar == "year":
        first, last = _months(part)
        return Period(code, date(year, first, 1), last_of_month(year, last))
    if calendar == "report_year":
        first, last = _months(part)
        return Period(code, _report_month_cut_off(year, first - 1) + ONE_DAY, _report_month_cut_off(year, last))
    if part:
        return None
    month, day = int(calendar[:2]), int(calendar[3:])
    return Period(code, date(year - 1, month, day) + ONE_DAY, date(year, month, day))


def length_of(code: str) -> Length:
    """How much of a year the period `code` covers. `code` is a period's code."""
    return LENGTH[code[4:]]


def year_to_date(code: str) -> list[str]:
    """The periods of the same length from the beginning of the year up to `code`, in the order of time."""
    parts = PARTS[length_of(code)]
    return [f"{code[:4]}{part}" for part in parts[: parts.index(code[4:]) + 1]]


def following(code: str) -> str:
    """The next period of the same length: 2027-Q1 after 2026-Q4, 2027-M9 after 2026-M9."""
    parts = PARTS[length_of(code)]
    place = parts.index(code[4:]) + 1
    return f"{code[:4]}{parts[place]}" if place < len(parts) else f"{int(code[:4]) + 1}{parts[0]}"


def preceding(code: str) -> str:
    """The period of the same length before: 2026-Q4 before 2027-Q1, 2026-M9 before 2027-M9."""
    parts = PARTS[length_of(code)]
    place = parts.index(code[4:])
    return f"{code[:4]}{parts[place - 1]}" if place else f"{int(code[:4]) - 1}{parts[-1]}"


def compared_with(code: str) -> list[str]:
    """The periods beside whose figures those of `code` are judged: the one of the same length before and, for a part of a year, the same
    part a year before (cùng kỳ).
    """
    return list(dict.fromkeys((preceding(code), f"{int(code[:4]) - 1}{code[4:]}")))


def through(first: str, last: str) -> list[str]:
    """All periods of one length from `first` through `last`. Raises ValueError if these are not two periods of one length in that order."""
    if PERIOD.fullmatch(first) is None or PERIOD.fullmatch(last) is None:
        raise ValueError(f"no period: {first} or {last}")
    if length_of(first) != length_of(last) or order(first) > order(last):
        raise ValueError(f"no periods from {first} through {last}")
    codes = [first]
    while codes[-1] != last:
        codes.append(following(codes[-1]))
    return codes


def order(code: str) -> tuple[int, int, int]:
    """Sorts periods by year, then by their last month, the shorter one of two that end together first."""
    first, last = _months(code[5:])
    return int(code[:4]), last, -first


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - ONE_DAY


def _months(part: str) -> tuple[int, int]:
    """The first and the last month of a part of a year: `Q3` is 7 and 9; the empty part is the whole year."""
    if not part:
        return 1, 12
    if part == "M9":
        return 1, 9
    if part[0] == "H":
        return (1, 6) if part == "H1" else (7, 12)
    if part[0] == "Q":
        last = 3 * int(part[1])
        return last - 2, last
    return int(part), int(part)


def _report_month_cut_off(year: int, month: int) -> date:
    """The last day of a month of the report year. Month 0 is December of the year before."""
    return date(year, month, REPORT_MONTH_CUT_OFF) if month else date(year - 1, 12, REPORT_MONTH_CUT_OFF)
