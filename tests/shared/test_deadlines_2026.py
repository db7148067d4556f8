"""Every deadline and every reminder of 2026 of the two example regimes that are due each month and each quarter, by name.

The dates were worked out on a paper calendar from NĐ 09/2019/NĐ-CP, art. 12 and 13, and the days off of 2026; no rule of the product was
used. Last days are those on which a report is still on time. Reminders: `-3` is three days before the last day, `0` the last day itself,
`+7` seven days after it; on a day off they go out on the working day before, or after the deadline on the working day after; of two on one
morning only the later one remains.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest

from services.cli.files import regime_files
from shared.check import plain_duties, plain_periods
from shared.plumbing import agency_days
from shared.words import deadlines, ladder
from shared.words.calendar import WorkingDays
from shared.words.periods import VIETNAM, Period
from shared.words.regimes import Regime

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
LAST_DAY_HOURS: Final = ("0800", "1400")
ONE_MS: Final = timedelta(milliseconds=1)
OPEN_END: Final = ", …"  # the row says nothing about later reminders

DAYS_OFF_ON_WEEKDAYS: Final = """
01/01 02/01
16/02 17/02 18/02 19/02 20/02
27/04 30/04
01/05
31/08 01/09 02/09
24/11
"""  # Tết with its weekends is 14/02–22/02; 30/4–1/5 with its weekend is 30/04–03/05; Giỗ Tổ 26/04 is a Sunday
WORKING_SATURDAYS: Final = "10/01 22/08"  # for Friday 02/01 and Monday 31/08

MONTHLY: Final = """
period   begins     cut-off    communes   reminders
2026-01  15/12/2025 14/01/2026 16/01/2026 -3 13/01, -1 15/01, 0 16/01, +3 19/01, +7 23/01
2026-02  15/01/2026 14/02/2026 24/02/2026 -3 13/02, -1 23/02, 0 24/02, +1 25/02, +3 27/02, +7 03/03
2026-03  15/02/2026 14/03/2026 17/03/2026 -3 13/03, -1 16/03, 0 17/03, +1 18/03, +3 20/03, +7 24/03
2026-04  15/03/2026 14/04/2026 16/04/2026 -3 13/04, -1 15/04, 0 16/04, +1 17/04, +3 20/04, +7 23/04
2026-05  15/04/2026 14/05/2026 18/05/2026 -1 15/05, 0 18/05, +1 19/05, +3 21/05, +7 25/05
2026-06  15/05/2026 14/06/2026 16/06/2026 -3 12/06, -1 15/06, 0 16/06, +1 17/06, +3 19/06, +7 23/06
2026-07  15/06/2026 14/07/2026 16/07/2026 -3 13/07, -1 15/07, 0 16/07, +1 17/07, +3 20/07, +7 23/07
2026-08  15/07/2026 14/08/2026 18/08/2026 -3 14/08, -1 17/08, 0 18/08, +1 19/08, +3 21/08, +7 25/08
2026-09  15/08/2026 14/09/2026 16/09/2026 -3 11/09, -1 15/09, 0 16/09, +1 17/09, +3 21/09, +7 23/09
2026-10  15/09/2026 14/10/2026 16/10/2026 -3 13/10, -1 15/10, 0 16/10, +3 19/10, +7 23/10
2026-11  15/10/2026 14/11/2026 17/11/2026 -3 13/11, -1 16/11, 0 17/11, +1 18/11, +3 20/11, +7 25/11
2026-12  15/11/2026 14/12/2026 16/12/2026 -3 11/12, -1 15/12, 0 16/12, +1 17/12, +3 21/12, +7 23/12
"""  # the fourth rung of 2026-11 is due on 24/11, Ngày Văn hóa Việt Nam

MONTHLY_CONFIRMED: Final = """
period   begins     cut-off    province   reminders
2026-01  15/12/2025 14/01/2026 21/01/2026 -3 16/01, -1 20/01, 0 21/01, +1 22/01, +3 26/01, +7 28/01
2026-02  15/01/2026 14/02/2026 27/02/2026 -3 24/02, -1 26/02, 0 27/02, +3 02/03, +7 06/03
2026-03  15/02/2026 14/03/2026 20/03/2026 -3 17/03, -1 19/03, 0 20/03, +3 23/03, +7 27/03
2026-04  15/03/2026 14/04/2026 21/04/2026 -3 17/04, -1 20/04, 0 21/04, +1 22/04, +3 24/04, +7 28/04
2026-05  15/04/2026 14/05/2026 21/05/2026 -3 18/05, -1 20/05, 0 21/05, +1 22/05, +3 25/05, +7 28/05
2026-06  15/05/2026 14/06/2026 19/06/2026 -3 16/06, -1 18/06, 0 19/06, +3 22/06, +7 26/06
2026-07  15/06/2026 14/07/2026 21/07/2026 -3 17/07, -1 20/07, 0 21/07, +1 22/07, +3 24/07, +7 28/07
2026-08  15/07/2026 14/08/2026 21/08/2026 -3 18/08, -1 20/08, 0 21/08, +1 22/08, +3 24/08, +7 28/08
2026-09  15/08/2026 14/09/2026 21/09/2026 -1 18/09, 0 21/09, +1 22/09, +3 24/09, +7 28/09
2026-10  15/09/2026 14/10/2026 21/10/2026 -3 16/10, -1 20/10, 0 21/10, +1 22/10, +3 26/10, +7 28/10
2026-11  15/10/2026 14/11/2026 20/11/2026 -3 17/11, -1 19/11, 0 20/11, +3 23/11, +7 27/11
2026-12  15/11/2026 14/12/2026 21/12/2026 -1 18/12, 0 21/12, +1 22/12, +3 24/12, +7 28/12
"""  # 22/08 is a Saturday on which people work

QUARTERLY: Final = """
period   begins     cut-off    communes   reminders
2026-Q1  01/01/2026 31/03/2026 07/04/2026 -7 31/03, -3 03/04, -1 06/04, 0 07/04, +1 08/04, +3 10/04, +7 14/04
2026-Q2  01/04/2026 30/06/2026 07/07/2026 -7 30/06, -3 03/07, -1 06/07, 0 07/07, +1 08/07, +3 10/07, +7 14/07
2026-Q3  01/07/2026 30/09/2026 07/10/2026 -7 30/09, -3 02/10, -1 06/10, 0 07/10, +1 08/10, +3 12/10, +7 14/10
2026-Q4  01/10/2026 31/12/2026 07/01/2027 -7 31/12, -3 04/01, -1 06/01, 0 07/01, +1 08/01, +3 11/01, +7 14/01
"""

DEPARTMENTS: Final = """
period   begins     cut-off    17:00 on   reminders
2026-Q1  01/01/2026 31/03/2026 09/04/2026 -7 02/04, -3 06/04, -1 08/04, 0 09/04, +1 10/04, +3 13/04, +7 16/04
2026-Q2  01/04/2026 30/06/2026 09/07/2026 -7 02/07, -3 06/07, -1 08/07, 0 09/07, +1 10/07, +3 13/07, +7 16/07
2026-Q3  01/07/2026 30/09/2026 09/10/2026 -7 02/10, -3 06/10, -1 08/10, 0 09/10, +3 12/10, +7 16/10
2026-Q4  01/10/2026 31/12/2026 11/01/2027 -7 04/01, -1 08/01, 0 11/01, +1 12/01, +3 14/01, +7 18/01
"""

QUARTERLY_CONFIRMED: Final = """
period   begins     cut-off    province   reminders
2026-Q1  01/01/2026 31/03/2026 04/05/2026 -7 24/04, -1 29/04, 0 04/05, +1 05/05, +3 07/05, +7 11/05
2026-Q2  01/04/2026 30/06/2026 30/07/2026 -7 23/07, -3 27/07, -1 29/07, 0 30/07, +1 31/07, +3 03/08, +7 06/08
2026-Q3  01/07/2026 30/09/2026 30/10/2026 -7 23/10, -3 27/10, -1 29/10, 0 30/10, +3 02/11, +7 06/11
2026-Q4  01/10/2026 31/12/2026 01/02/2027 -7 25/01, -1 29/01, 0 01/02, …
"""  # 30 days after 31/03 is 30/04: the day moves over 01/05 and the weekend. What follows 01/02/2027 depends on the notice about Tết 2027


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    period: str
    begins: date
    cut_off: date
    last_day: date
    reminders: str


def day(text: str) -> date:
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))


def rows(table: str) -> list[Row]:
    split = [line.split(maxsplit=4) for line in table.strip().splitlines()[1:]]
    return [Row(code, day(begins), day(cut_off), day(last), reminders) for code, begins, cut_off, last, reminders in split]


def loaded(name: str) -> Regime:
    """The version of a regime that all periods of 2026 have."""
    [regime] = regime_files.read_regimes([DEPLOY / "regimes" / f"{name}.yaml"])
    return regime.on(date(2026, 1, 1))


@pytest.fixture(scope="module")
def agency() -> WorkingDays:
    return agency_days.read(str(DEPLOY / "calendar" / "days.yaml"))


def reminders(regime: Regime, period: Period, due: datetime, agency: WorkingDays) -> str:
    """The rungs of a deadline as the tables write them. All go out at 08:00, those of the last day at 08:00 and 14:00."""
    assert regime.obligation is not None
    found = ladder.rungs(due, ladder.steps_of(regime.obligation.ladder, period.length), agency)
    local = {rung.name: rung.at.astimezone(VIETNAM) for rung in found}
    for name, at in local.items():
        assert at.time() == (time(14) if name == "last-day-1400" else time(8))
    assert local["last-day-0800"].date() == local.pop("last-day-1400").date()
    signs = {"before-": "-", "last-day-0800": "0", "after-": "+"}
    written = [f"{name} {at:%d/%m}" for name, at in local.items()]
    for prefix, sign in signs.items():
        written = [text.replace(prefix, sign, 1) for text in written]
    return ", ".join(written)


def assert_table(regime: Regime, table: str, group: str | None, agency: WorkingDays, hour: time | None = None) -> None:
    """Compares the dates of a group, or without one of whoever confirms: those of the product and those of verify's own rules."""
    assert regime.obligation is not None
    rule = regime.obligation.confirm[0] if group is None else regime.obligation.deadlines[group]
    for row in rows(table):
        period = Period(row.period, row.begins, row.cut_off)
        expected = (
            datetime.combine(row.last_day + timedelta(days=1), time(), VIETNAM)
            if hour is None
            else datetime.combine(row.last_day, hour, VIETNAM) + ONE_MS
        )
        assert regime.period(row.period) == plain_periods.period(regime, row.period) == period
        due = next(iter(deadlines.confirm_deadlines(regime, period, agency).values()), None)
        if group is not None:
            due = deadlines.group_deadline(regime, group, period, None, agency)
        assert due == plain_duties.late_from(rule, regime.obligation, period, agency) == expected, row.period
        found = reminders(regime, period, due, agency)
        known = row.reminders.removesuffix(OPEN_END)
        assert (row.period, found if known == row.reminders else found[: len(known)]) == (row.period, known)


def test_the_days_off_of_2026_are_these(agency: WorkingDays) -> None:
    all_days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    off = [f"{one:%d/%m}" for one in all_days if one.isoweekday() <= 5 and not agency.includes(one)]
    working = [f"{one:%d/%m}" for one in all_days if one.isoweekday() > 5 and agency.includes(one)]

    assert off == DAYS_OFF_ON_WEEKDAYS.split()
    assert working == WORKING_SATURDAYS.split()


def test_communes_report_each_month_of_2026_two_working_days_after_the_cut_off(agency: WorkingDays) -> None:
    assert_table(loaded("thang-tthc-quang-binh"), MONTHLY, "xa", agency)


def test_the_recipient_confirms_each_month_of_2026_five_working_days_after_the_cut_off(agency: WorkingDays) -> None:
    assert_table(loaded("thang-tthc-quang-binh"), MONTHLY_CONFIRMED, None, agency)


def test_communes_report_each_quarter_of_2026_before_the_8th_of_the_next_month(agency: WorkingDays) -> None:
    assert_table(loaded("quy-dau-tu-cong-binh-dinh"), QUARTERLY, "xa", agency)


def test_departments_report_each_quarter_of_2026_two_working_days_after_the_communes(agency: WorkingDays) -> None:
    assert_table(loaded("quy-dau-tu-cong-binh-dinh"), DEPARTMENTS, "so", agency, time(17))


def test_the_province_confirms_each_quarter_of_2026_thirty_days_after_the_cut_off(agency: WorkingDays) -> None:
    assert_table(loaded("quy-dau-tu-cong-binh-dinh"), QUARTERLY_CONFIRMED, None, agency)


def test_the_tables_have_every_period_of_2026() -> None:
    months = [f"2026-{month:02}" for month in range(1, 13)]
    quarters = [f"2026-Q{number}" for number in range(1, 5)]
    assert [[row.period for row in rows(table)] for table in (MONTHLY, MONTHLY_CONFIRMED)] == [months] * 2
    assert [[row.period for row in rows(table)] for table in (QUARTERLY, DEPARTMENTS, QUARTERLY_CONFIRMED)] == [quarters] * 3
