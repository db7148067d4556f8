from datetime import UTC, date, datetime, timedelta

from services.portal.domain import curve

DEADLINE = datetime(2026, 12, 19, 17, tzinfo=UTC)  # 20/12 00:00 in Vietnam: the last day is 19/12
LAST = date(2026, 12, 19)


def course(expected: int, by_day: dict[int, int], until: int) -> curve.Course:
    days = {LAST + timedelta(days=day): count for day, count in by_day.items()}
    found = curve.course("2026", expected, days, DEADLINE, LAST + timedelta(days=until))
    assert found is not None
    return found


def test_days_are_counted_from_the_last_day_on_time_and_counts_add_up() -> None:
    found = course(10, {-100: 1, -3: 2, 0: 4, 2: 1}, 5)
    assert [found.received[day] for day in (-45, -4, -3, -1, 0, 1, 2, 5)] == [1, 1, 3, 3, 7, 7, 8, 8]
    assert (found.share(-3), found.share(0), found.share(6)) == ("30.0", "70.0", "")


def test_the_present_course_ends_today_and_that_of_last_year_goes_on_while_it_rises() -> None:
    drawn = curve.curve(course(10, {-3: 2}, -2), course(4, {-1: 3, 3: 1}, 300))
    assert drawn is not None
    assert max(drawn.now.received) == -2
    assert (drawn.first, drawn.last) == (-4, 3)
    assert drawn.days == [-4, -3, -2, -1, 0, 3]
    assert drawn.points(drawn.now) == "0.0,100.0 42.9,80.0 85.7,80.0"


def test_a_period_in_which_nothing_is_expected_has_no_course_and_no_curve() -> None:
    assert curve.course("2026", 0, {}, DEADLINE, LAST) is None
    assert curve.course("2026", 3, {}, DEADLINE, LAST - timedelta(days=90)) is None
    assert curve.curve(None, None) is None
    assert curve.curve(course(10, {}, -2), course(10, {}, 300)) is None


def test_a_year_without_reports_is_no_comparison() -> None:
    drawn = curve.curve(course(10, {-3: 2}, -2), course(10, {}, 300))
    assert drawn is not None
    assert drawn.before is None


def test_days_in_words() -> None:
    assert [curve.day_words(day) for day in (-3, 0, 2)] == ["3 ngày trước hạn", "ngày cuối hạn", "muộn 2 ngày"]
    assert [curve.year_before(code) for code in ("2026", "2026-05", "2026-Q1")] == ["2025", "2025-05", "2025-Q1"]
