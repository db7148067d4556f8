"""Working days of Vietnam: weekends, public holidays, substitute days and swapped Saturdays.

Years ahead of the government's yearly notice are estimates of the package `holidays`.
Source: Bộ luật Lao động 2019, art. 111, 112; design, section 5, "Deadlines".
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=32)
def _year(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)


def is_working_day(day: date) -> bool:
    """Whether offices work on `day`."""
    return _year(day.year).is_working_day(day)


def working_day_before_or_on(day: date) -> date:
    """The last working day that is not after `day`."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def working_day_after_or_on(day: date) -> date:
    """The first working day that is not before `day`."""
    while not is_working_day(day):
        day += ONE_DAY
    return day
