from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.words.calendar import COMMON

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def test_a_weekend_is_no_working_day() -> None:
    assert not COMMON.includes(date(2026, 12, 5))
    assert not COMMON.includes(date(2026, 12, 20))
    assert COMMON.includes(date(2026, 12, 4))


def test_the_day_of_culture_is_a_holiday_from_2026() -> None:
    assert not COMMON.includes(date(2026, 11, 24))
    assert COMMON.includes(date(2025, 11, 24))
    assert COMMON.before_or_on(date(2026, 11, 24)) == date(2026, 11, 23)
    assert COMMON.after_or_on(date(2026, 11, 24)) == date(2026, 11, 25)


def test_tet_2027_is_one_stretch_of_days_off() -> None:
    assert COMMON.before_or_on(date(2027, 2, 10)) == date(2027, 2, 3)
    assert COMMON.after_or_on(date(2027, 2, 4)) == date(2027, 2, 11)


def test_a_saturday_that_was_swapped_is_a_working_day() -> None:
    assert COMMON.includes(date(2026, 8, 22))
    assert not COMMON.includes(date(2026, 8, 31))


@given(DAYS)
def test_moving_a_day_ends_on_a_working_day_and_is_never_far(day: date) -> None:
    before, after = COMMON.before_or_on(day), COMMON.after_or_on(day)
    assert COMMON.includes(before)
    assert COMMON.includes(after)
    assert day - timedelta(days=10) <= before <= day <= after <= day + timedelta(days=10)
