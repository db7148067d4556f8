"""Periods: the calendar days that their figures cover."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.wire import events
from shared.words import periods
from shared.words.periods import VIETNAM


@pytest.mark.parametrize(
    ("code", "calendar", "begins", "cut_off"),
    [
        ("2024", "year", "2024-01-01", "2024-12-31"),
        ("2024-H1", "year", "2024-01-01", "2024-06-30"),
        ("2024-H2", "year", "2024-07-01", "2024-12-31"),
        ("2024-Q1", "year", "2024-01-01", "2024-03-31"),
        ("2024-Q3", "year", "2024-07-01", "2024-09-30"),
        ("2024-Q4", "year", "2024-10-01", "2024-12-31"),
        ("2024-02", "year", "2024-02-01", "2024-02-29"),
        ("2025-02", "year", "2025-02-01", "2025-02-28"),
        ("2024-12", "year", "2024-12-01", "2024-12-31"),
        ("2024-M9", "year", "2024-01-01", "2024-09-30"),
        ("2024", "report_year", "2023-12-15", "2024-12-14"),
        ("2024-H1", "report_year", "2023-12-15", "2024-06-14"),
        ("2024-H2", "report_year", "2024-06-15", "2024-12-14"),
        ("2024-M9", "report_year", "2023-12-15", "2024-09-14"),
        ("2024-Q1", "report_year", "2023-12-15", "2024-03-14"),
        ("2024-Q4", "report_year", "2024-09-15", "2024-12-14"),
        ("2024-01", "report_year", "2023-12-15", "2024-01-14"),
        ("2024-03", "report_year", "2024-02-15", "2024-03-14"),
        ("2024", "11-20", "2023-11-21", "2024-11-20"),
        ("2024", "07-24", "2023-07-25", "2024-07-24"),
        ("2024", "12-31", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_period_covers_the_days_of_its_calendar(code: str, calendar: str, begins: str, cut_off: str) -> None:
    period = periods.parse(code, calendar)

    assert period == periods.Period(code, date.fromisoformat(begins), date.fromisoformat(cut_off))


@pytest.mark.parametrize("calendar", ["report_year", "11-20"])
def test_a_year_begins_on_the_day_after_the_cut_off_of_the_year_before(calendar: str) -> None:
    before, after = periods.parse("2023", calendar), periods.parse("2024", calendar)

    assert before is not None
    assert after is not None
    assert after.begins == before.cut_off + timedelta(days=1)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "24",
        "1999",
        "2100",
        "2024-",
        "2024-H3",
        "2024-Q0",
        "2024-Q5",
        "2024-00",
        "2024-13",
        "2024-1",
        "2024-12-01",
        "２０２４",
        "2024\n",
        "2024-h1",
        "2024-M6",
        "2024-m9",
    ],
)
def test_anything_else_is_no_period(code: str) -> None:
    assert periods.parse(code, "year") is None


@pytest.mark.parametrize("code", ["2024-H1", "2024-M9", "2024-Q3", "2024-05"])
def test_a_calendar_with_a_cut_off_day_of_its_own_has_whole_years_only(code: str) -> None:
    assert periods.parse(code, "11-20") is None


def test_the_year_to_date_is_every_period_of_the_same_length_so_far() -> None:
    assert periods.year_to_date("2026-03") == ["2026-01", "2026-02", "2026-03"]
    assert periods.year_to_date("2026-Q2") == ["2026-Q1", "2026-Q2"]
    assert periods.year_to_date("2026-H2") == ["2026-H1", "2026-H2"]
    assert periods.year_to_date("2026-M9") == ["2026-M9"]
    assert periods.year_to_date("2026") == ["2026"]


def test_a_range_has_every_period_of_its_length() -> None:
    assert periods.through("2026-11", "2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert periods.through("2026-M9", "2028-M9") == ["2026-M9", "2027-M9", "2028-M9"]
    assert periods.through("2026", "2026") == ["2026"]


@pytest.mark.parametrize(("first", "last"), [("2026-01", "2026-Q4"), ("2026-05", "2026-04"), ("2026-13", "2027-01"), ("", "2026")])
def test_two_periods_that_are_not_of_one_length_and_in_order_are_no_range(first: str, last: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        periods.through(first, last)


def test_periods_are_ordered_by_their_end_and_the_shorter_first() -> None:
    shuffled = ["2027-01", "2026", "2026-M9", "2026-12", "2026-Q3", "2026-09", "2026-H2", "2026-Q4"]
    assert sorted(shuffled, key=periods.order) == ["2026-09", "2026-Q3", "2026-M9", "2026-12", "2026-Q4", "2026-H2", "2026", "2027-01"]


def test_a_period_begins_at_midnight_in_vietnam() -> None:
    period = periods.parse("2025", "report_year")
    midnight = datetime(2024, 12, 15, tzinfo=VIETNAM)

    assert period is not None
    assert not period.has_begun(midnight - timedelta(milliseconds=1))
    assert period.has_begun(midnight)
    assert periods.start_ms(period.begins) == events.to_ms(midnight)


def test_the_day_is_vietnams_wherever_the_server_stands() -> None:
    assert periods.local_day(datetime(2024, 12, 14, 17, 0, tzinfo=UTC)) == date(2024, 12, 15)
    assert periods.local_day(datetime(2024, 12, 14, 16, 59, tzinfo=UTC)) == date(2024, 12, 14)
    assert periods.start_of(date(2024, 12, 15)) == datetime(2024, 12, 14, 17, 0, tzinfo=UTC)
