"""Working days of Vietnam: weekends, public holidays, substitute days and swapped Saturdays. An agency's own days override them.

For years that the government's yearly notice does not cover yet, the days are estimates of the package `holidays`. Source: Bộ luật Lao động
2019, art. 111, 112; design, section 5, "Deadlines".
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which an agency works: the common calendar, minus the agency's days `off`, plus its `working` days."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def includes(self, day: date) -> bool:
        """Whether the agency works on `day`."""
        if day in self.working:
            return True
        return day not in self.off and is_common_working_day(day)

    def before_or_on(self, day: date) -> date:
        """The last working day on or before `day`."""
        while not self.includes(day):
            day -= ONE_DAY
        return day

    def after_or_on(self, day: date) -> date:
        """The first working day on or after `day`."""
        while not self.includes(day):
            day += ONE_DAY
        return day

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself does not count."""
        for _ in range(count):
            day = self.after_or_on(day + ONE_DAY)
        return day


COMMON: Final = WorkingDays()
"""The common calendar, for an agency without days of its own."""


@lru_cache(maxsize=32)
def _year(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)


@lru_cache(maxsize=8192)  # far more days than there are in use
def is_common_working_day(day: date) -> bool:
    """Whether `day` is a working day in the common calendar, without any agency's own days."""
    return bool(_year(day.year).is_working_day(day))
