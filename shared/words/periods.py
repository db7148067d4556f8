"""Periods and calendars: the days that a period's figures cover, and the period's cut-off.

`2024`, `2024-H1`, `2024-Q3`, `2024-05` (ISO 8601, DHIS2). The cut-off is the period's reference date: the units, their tree and who must
report are taken as of that day. Source: NĐ 09/2019/NĐ-CP, art. 12; design, section 5, "Periods".
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
PERIOD: Final = re.compile(r"(20[0-9]{2})(?:-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?", re.ASCII)
REPORT_YEAR_CUT_OFF: Final = (12, 14)  # NĐ 09/2019, art. 12: 15/12 of the year before to 14/12


@dataclass(frozen=True, slots=True)
class Period:
    """One period of one calendar: the days that its figures cover, first and last day included."""

    code: str
    begins: date
    cut_off: date

    @property
    def year(self) -> int:
        return int(self.code[:4])

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

    `calendar` is `year`, `report_year`, or the yearly cut-off day as `MM-DD`. In `year`, half-years, quarters and months are those of the
    calendar year; the other calendars have whole years only.
    """
    match = PERIOD.fullmatch(code)
    if match is None:
        return None
    year, part = int(match[1]), match[2]
    if calendar == "year":
        first, last = _months(part)
        return Period(code, date(year, first, 1), _last_day(year, last))
    if part is not None:
        return None
    month, day = REPORT_YEAR_CUT_OFF if calendar == "report_year" else (int(calendar[:2]), int(calendar[3:]))
    return Period(code, date(year - 1, month, day) + timedelta(days=1), date(year, month, day))


def _months(part: str | None) -> tuple[int, int]:
    if part is None:
        return 1, 12
    if part[0] == "H":
        return (1, 6) if part == "H1" else (7, 12)
    if part[0] == "Q":
        last = 3 * int(part[1])
        return last - 2, last
    return int(part), int(part)


def _last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
