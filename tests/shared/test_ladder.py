from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words import deadlines, ladder, periods
from shared.words.calendar import COMMON
from shared.words.ladder import Steps
from shared.words.obligations import DeadlineRule, Ladder
from shared.words.periods import Length
from tests.notify.builders import vn

BEFORE_05_12 = deadlines.due(DeadlineRule(before="12-05"), 2026)
BEFORE_20_12 = deadlines.due(DeadlineRule(before="12-20"), 2026)


def _dates(deadline: datetime) -> list[str]:
    return [f"{rung.name} {rung.at:%d/%m %H:%M}" for rung in ladder.rungs(deadline, Steps(), COMMON)]


def test_the_ladder_before_05_12_2026() -> None:
    assert _dates(BEFORE_05_12) == [
        "before-30 04/11 08:00",
        "before-14 20/11 08:00",
        "before-7 27/11 08:00",
        "before-3 01/12 08:00",
        "before-1 03/12 08:00",
        "last-day-0800 04/12 08:00",
        "last-day-1400 04/12 14:00",
        "after-3 07/12 08:00",
        "after-7 11/12 08:00",
    ]


def test_the_ladder_before_20_12_2026() -> None:
    assert _dates(BEFORE_20_12) == [
        "before-30 19/11 08:00",
        "before-14 04/12 08:00",
        "before-7 11/12 08:00",
        "before-3 16/12 08:00",
        "last-day-0800 18/12 08:00",
        "last-day-1400 18/12 14:00",
        "after-1 21/12 08:00",
        "after-3 22/12 08:00",
        "after-7 28/12 08:00",
    ]


def test_the_last_day_before_05_12_2026_is_friday_to_its_last_millisecond() -> None:
    last_instant = BEFORE_05_12 - timedelta(milliseconds=1)
    assert last_instant.isoformat() == "2026-12-04T23:59:59.999000+07:00"
    assert deadlines.last_day(BEFORE_05_12) == last_instant.date()
    assert last_instant.weekday() == 4


def test_a_reminder_on_the_holiday_of_24_11_2026_goes_out_the_day_before() -> None:
    (rung, *_) = ladder.rungs(vn("2026-12-09"), Steps(before_days=(14,), last_day=(), after_days=()), COMMON)
    assert rung.at == vn("2026-11-23 08:00")


def test_an_overdue_step_in_tet_2027_goes_out_after_it() -> None:
    rungs = ladder.rungs(vn("2027-02-04"), Steps(before_days=(), last_day=("08:00",), after_days=(1, 3, 7)), COMMON)
    assert [(rung.name, rung.at) for rung in rungs] == [("last-day-0800", vn("2027-02-03 08:00")), ("after-7", vn("2027-02-11 08:00"))]


def test_a_last_day_in_tet_is_reminded_on_the_working_day_before_at_its_hours() -> None:
    rungs = ladder.rungs(vn("2027-02-09"), Steps(before_days=(1,), after_days=()), COMMON)
    assert [(rung.name, rung.at) for rung in rungs] == [
        ("last-day-0800", vn("2027-02-03 08:00")),
        ("last-day-1400", vn("2027-02-03 14:00")),
    ]


def test_no_reminder_comes_after_a_deadline_in_the_middle_of_a_day() -> None:
    rungs = ladder.rungs(vn("2026-12-16 12:00"), Steps(before_days=(), after_days=(1,)), COMMON)
    assert [rung.name for rung in rungs] == ["last-day-0800", "after-1"]


@pytest.mark.parametrize(
    ("length", "before"),
    [("year", (30, 14, 7, 3, 1)), ("nine_months", (14, 7, 3, 1)), ("half_year", (14, 7, 3, 1)), ("quarter", (7, 3, 1)), ("month", (3, 1))],
)
def test_what_a_file_leaves_out_follows_the_length_of_the_period(length: Length, before: tuple[int, ...]) -> None:
    assert ladder.steps_of(Ladder(), length) == Steps(before, ("08:00", "14:00"), (1, 3, 7))
    assert ladder.steps_of(Ladder(before_days=[5], after_days=[]), length) == Steps((5,), ("08:00", "14:00"), ())


LADDERS = st.builds(
    Steps,
    before_days=st.lists(st.integers(1, 60), max_size=6).map(tuple),
    last_day=st.lists(st.sampled_from(["07:30", "08:00", "14:00", "16:00"]), max_size=3).map(tuple),
    after_days=st.lists(st.integers(1, 30), max_size=5).map(tuple),
)
DEADLINES = st.dates(vn("2026-01-15").date(), vn("2030-12-01").date()).map(periods.start_of)


@given(DEADLINES, LADDERS)
def test_rungs_are_in_order_on_working_days_and_on_distinct_instants(deadline: datetime, steps: Steps) -> None:
    rungs = ladder.rungs(deadline, steps, COMMON)
    assert [rung.at for rung in rungs] == sorted({rung.at for rung in rungs})
    assert all(COMMON.includes(rung.at.date()) for rung in rungs)
    assert all((rung.at < deadline) == (not rung.name.startswith("after")) for rung in rungs)
