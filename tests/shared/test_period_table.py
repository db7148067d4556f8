"""The first day and the cut-off of every period of 2024–2030, as the law says them.

`year`: calendar years. `report_year`: NĐ 09/2019/NĐ-CP, art. 12. A month is from the 15th of the month before to the 14th. A quarter begins
on the 15th of the month before it and ends on the 14th of its last month. Six months are 15/12 of the year before to 14/6, and 15/6 to
14/12; nine months are 15/12 of the year before to 14/9; a year is 15/12 of the year before to 14/12.
"""

import itertools
from datetime import date, timedelta

import pytest

from shared.check import plain_periods
from shared.words import periods
from shared.words.periods import Period
from tests.aggregate.drawn_regimes import regime

YEARS = range(2024, 2031)
LEAP_YEARS = (2024, 2028)
CALENDARS = ("year", "report_year")
ONE_DAY = timedelta(days=1)

YEAR = """
     01/01 31/12
-H1  01/01 30/06
-H2  01/07 31/12
-M9  01/01 30/09
-Q1  01/01 31/03
-Q2  01/04 30/06
-Q3  01/07 30/09
-Q4  01/10 31/12
-01  01/01 31/01
-02  01/02 28/02
-03  01/03 31/03
-04  01/04 30/04
-05  01/05 31/05
-06  01/06 30/06
-07  01/07 31/07
-08  01/08 31/08
-09  01/09 30/09
-10  01/10 31/10
-11  01/11 30/11
-12  01/12 31/12
"""
REPORT_YEAR = """
     15/12 14/12
-H1  15/12 14/06
-H2  15/06 14/12
-M9  15/12 14/09
-Q1  15/12 14/03
-Q2  15/03 14/06
-Q3  15/06 14/09
-Q4  15/09 14/12
-01  15/12 14/01
-02  15/01 14/02
-03  15/02 14/03
-04  15/03 14/04
-05  15/04 14/05
-06  15/05 14/06
-07  15/06 14/07
-08  15/07 14/08
-09  15/08 14/09
-10  15/09 14/10
-11  15/10 14/11
-12  15/11 14/12
"""


def expected() -> list[tuple[str, str, date, date]]:
    """Calendar, code, first day and cut-off of every period. In a report year only what begins on 15/12 begins in the year before."""
    rows = []
    for calendar, table in (("year", YEAR), ("report_year", REPORT_YEAR)):
        for line in table.strip("\n").splitlines():
            part, begins, ends = line[:3].strip(), line[5:10], line[11:16]
            for year in YEARS:
                first_year = year - 1 if begins == "15/12" else year
                last = "29/02" if ends == "28/02" and year in LEAP_YEARS else ends
                rows.append((calendar, f"{year}{part}", day(f"{begins}/{first_year}"), day(f"{last}/{year}")))
    return rows


def day(text: str) -> date:
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))


def found(calendar: str, code: str) -> Period:
    period = periods.parse(code, calendar)
    assert period is not None
    return period


def days_of(calendar: str, code: str) -> list[date]:
    period = found(calendar, code)
    return [period.begins + number * ONE_DAY for number in range((period.cut_off - period.begins).days + 1)]


def all_days(calendar: str, codes: list[str]) -> list[date]:
    return [one for code in codes for one in days_of(calendar, code)]


def test_the_table_has_every_period_of_seven_years() -> None:
    assert len(expected()) == len(CALENDARS) * len(YEARS) * (1 + 2 + 1 + 4 + 12)
    assert ("report_year", "2026-01", date(2025, 12, 15), date(2026, 1, 14)) in expected()
    assert ("report_year", "2026-11", date(2026, 10, 15), date(2026, 11, 14)) in expected()
    assert ("year", "2024-02", date(2024, 2, 1), date(2024, 2, 29)) in expected()
    assert ("year", "2028-02", date(2028, 2, 1), date(2028, 2, 29)) in expected()
    assert ("year", "2030-02", date(2030, 2, 1), date(2030, 2, 28)) in expected()


def test_every_period_has_the_days_of_the_law() -> None:
    for calendar, code, begins, cut_off in expected():
        assert periods.parse(code, calendar) == Period(code, begins, cut_off)
        assert plain_periods.period(regime(calendar=calendar, periods=[code]), code) == Period(code, begins, cut_off)


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("parts", [[""], ["-H1", "-H2"], ["-Q1", "-Q2", "-Q3", "-Q4"], [f"-{month:02}" for month in range(1, 13)]])
def test_periods_of_one_length_follow_each_other_without_gap_or_overlap(calendar: str, parts: list[str]) -> None:
    codes = [f"{year}{part}" for year in YEARS for part in parts]
    together = all_days(calendar, codes)

    assert together == [together[0] + number * ONE_DAY for number in range(len(together))]
    assert together == all_days(calendar, [str(year) for year in YEARS])
    for earlier, later in itertools.pairwise(codes):
        assert periods.following(earlier) == later
    assert periods.through(codes[0], codes[-1]) == codes


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("year", YEARS)
def test_the_parts_of_a_year_are_the_year(calendar: str, year: int) -> None:
    def together(*parts: str) -> list[date]:
        return all_days(calendar, [f"{year}-{part}" for part in parts])

    months = [f"{month:02}" for month in range(1, 13)]
    assert together("H1", "H2") == together("Q1", "Q2", "Q3", "Q4") == together(*months) == days_of(calendar, str(year))
    assert together("M9") == together("Q1", "Q2", "Q3") == together(*months[:9])
    assert together("H1") == together("Q1", "Q2")
    for number in range(4):
        assert together(f"Q{number + 1}") == together(*months[3 * number : 3 * number + 3])


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("year", YEARS)
def test_each_month_lies_in_exactly_one_quarter_and_one_half(calendar: str, year: int) -> None:
    for month in range(1, 13):
        of_month = set(days_of(calendar, f"{year}-{month:02}"))
        for parts in (["Q1", "Q2", "Q3", "Q4"], ["H1", "H2"]):
            inside = [part for part in parts if of_month & set(days_of(calendar, f"{year}-{part}"))]
            assert len(inside) == 1
            assert of_month <= set(days_of(calendar, f"{year}-{inside[0]}"))
