"""Working days of Vietnam: weekends, public holidays, substitute days and swapped Saturdays; an agency's own days win.

Years ahead of the government's yearly notice are estimates of the package `holidays`. The agency's days are read once, when
a process connects (`shared/plumbing/agency_days.py`).
Source: Bộ luật Lao động 2019, art. 111, 112; design, section 5, "Deadlines".
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AgencyDays:
    """Days on which an agency does not work, or works, whatever the common calendar says."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


_agency = AgencyDays()


def use(days: AgencyDays) -> None:
    """Makes an agency's days those of this process."""
    global _agency
    _agency = days


def agency_days() -> AgencyDays:
    """The agency's days of this process."""
    return _agency


@lru_cache(maxsize=32)
def _year(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)


def is_working_day(day: date) -> bool:
    """Whether offices work on `day`."""
    if day in _agency.working:
        return True
    return day not in _agency.off and is_common_working_day(day)


def is_common_working_day(day: date) -> bool:
    """Whether offices work on `day` by the common calendar, whatever the agency's own days are."""
    return bool(_year(day.year).is_working_day(day))


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
