from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.words import calendar

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def test_a_weekend_is_no_working_day() -> None:
    assert not calendar.is_working_day(date(2026, 12, 5))
    assert not calendar.is_working_day(date(2026, 12, 20))
    assert calendar.is_working_day(date(2026, 12, 4))


def test_the_day_of_culture_is_a_holiday_from_2026() -> None:
    assert not calendar.is_working_day(date(2026, 11, 24))
    assert calendar.is_working_day(date(2025, 11, 24))
    assert calendar.working_day_before_or_on(date(2026, 11, 24)) == date(2026, 11, 23)
    assert calendar.working_day_after_or_on(date(2026, 11, 24)) == date(2026, 11, 25)


def test_tet_2027_is_one_stretch_of_days_off() -> None:
    assert calendar.working_day_before_or_on(date(2027, 2, 10)) == date(2027, 2, 3)
    assert calendar.working_day_after_or_on(date(2027, 2, 4)) == date(2027, 2, 11)


def test_a_saturday_that_was_swapped_is_a_working_day() -> None:
    assert calendar.is_working_day(date(2026, 8, 22))
    assert not calendar.is_working_day(date(2026, 8, 31))


@given(DAYS)
def test_moving_a_day_ends_on_a_working_day_and_is_never_far(day: date) -> None:
    before, after = calendar.working_day_before_or_on(day), calendar.working_day_after_or_on(day)
    assert calendar.is_working_day(before)
    assert calendar.is_working_day(after)
    assert day - timedelta(days=10) <= before <= day <= after <= day + timedelta(days=10)
