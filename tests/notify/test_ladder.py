from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import ladder
from services.notify.domain.ladder import Due, Rung
from shared import calendar, deadlines, periods
from shared.regimes import DeadlineRule, Ladder
from tests.notify.builders import LOADED, vn

BEFORE_05_12 = deadlines.due(DeadlineRule(before="12-05"), 2026)
BEFORE_20_12 = deadlines.due(DeadlineRule(before="12-20"), 2026)


def _dates(deadline: datetime) -> list[str]:
    return [f"{rung.name} {rung.at:%d/%m %H:%M}" for rung in ladder.rungs(deadline, Ladder())]


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
    (rung, *_) = ladder.rungs(vn("2026-12-09"), Ladder(before_days=[14], last_day=[], after_days=[]))
    assert rung.at == vn("2026-11-23 08:00")


def test_an_overdue_step_in_tet_2027_goes_out_after_it() -> None:
    rungs = ladder.rungs(vn("2027-02-04"), Ladder(before_days=[], last_day=["08:00"], after_days=[1, 3, 7]))
    assert [(rung.name, rung.at) for rung in rungs] == [("last-day-0800", vn("2027-02-03 08:00")), ("after-7", vn("2027-02-11 08:00"))]


def test_a_last_day_in_tet_is_reminded_on_the_working_day_before_at_its_hours() -> None:
    rungs = ladder.rungs(vn("2027-02-09"), Ladder(before_days=[1], after_days=[]))
    assert [(rung.name, rung.at) for rung in rungs] == [
        ("last-day-0800", vn("2027-02-03 08:00")),
        ("last-day-1400", vn("2027-02-03 14:00")),
    ]


def test_no_reminder_comes_after_a_deadline_in_the_middle_of_a_day() -> None:
    rungs = ladder.rungs(vn("2026-12-16 12:00"), Ladder(before_days=[], after_days=[1]))
    assert [rung.name for rung in rungs] == ["last-day-0800", "after-1"]


LADDERS = st.builds(
    Ladder,
    before_days=st.lists(st.integers(1, 60), max_size=6),
    last_day=st.lists(st.sampled_from(["07:30", "08:00", "14:00", "16:00"]), max_size=3),
    after_days=st.lists(st.integers(1, 30), max_size=5),
)
DEADLINES = st.dates(vn("2026-01-15").date(), vn("2030-12-01").date()).map(periods.start_of)
NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(periods.VIETNAM))  # noqa: DTZ001


@given(DEADLINES, LADDERS)
def test_rungs_are_in_order_on_working_days_and_on_distinct_instants(deadline: datetime, steps: Ladder) -> None:
    rungs = ladder.rungs(deadline, steps)
    assert [rung.at for rung in rungs] == sorted({rung.at for rung in rungs})
    assert all(calendar.is_working_day(rung.at.date()) for rung in rungs)
    assert all((rung.at < deadline) == (not rung.name.startswith("after")) for rung in rungs)


@given(DEADLINES, LADDERS, NOWS, st.sets(st.integers(0, 12)))
def test_at_most_the_newest_reached_rung_goes_out_and_never_on_a_day_off(
    deadline: datetime, steps: Ladder, now: datetime, done: set[int]
) -> None:
    rungs = ladder.rungs(deadline, steps)
    alerted = {rung.name for index, rung in enumerate(rungs) if index in done}
    due = ladder.due_rungs(rungs, alerted, LOADED, now)
    if due.send is not None:
        assert due.send == [rung for rung in rungs if rung.at <= now][-1]
        assert due.send.at >= LOADED
        assert now - due.send.at <= timedelta(days=7)
        assert calendar.is_working_day(now.date())
    assert not alerted & {rung.name for rung in (*due.passed, *([due.send] if due.send else []))}


@given(DEADLINES, LADDERS, st.lists(NOWS, max_size=30).map(sorted))
def test_however_often_the_clock_ticks_each_rung_goes_out_once(deadline: datetime, steps: Ladder, nows: list[datetime]) -> None:
    rungs = ladder.rungs(deadline, steps)
    alerted: set[str] = set()
    sent: list[str] = []
    for now in [now for now in nows for _ in range(2)]:
        due = ladder.due_rungs(rungs, alerted, LOADED, now)
        alerted |= {rung.name for rung in due.passed}
        if due.send is not None:
            alerted.add(due.send.name)
            sent.append(due.send.name)
    assert len(sent) == len(set(sent))


@given(DEADLINES, LADDERS)
def test_a_clock_that_is_never_stopped_sends_every_rung_at_its_instant(deadline: datetime, steps: Ladder) -> None:
    rungs = ladder.rungs(deadline, steps)
    alerted: set[str] = set()
    for rung in rungs:
        due = ladder.due_rungs(rungs, alerted, rungs[0].at, rung.at)
        assert due == Due(rung)
        alerted.add(rung.name)


RUNGS = ladder.rungs(BEFORE_20_12, Ladder())


def _named(name: str) -> Rung:
    return next(rung for rung in RUNGS if rung.name == name)


def test_of_several_missed_rungs_the_last_goes_out_and_the_others_are_passed() -> None:
    due = ladder.due_rungs(RUNGS, set(), LOADED, vn("2026-12-17 10:00"))
    assert due == Due(_named("before-3"), (_named("before-30"), _named("before-14"), _named("before-7")))


def test_a_rung_that_was_overtaken_never_comes_back() -> None:
    assert ladder.due_rungs(RUNGS, {"after-1"}, LOADED, vn("2026-12-18 08:00")) == Due()


def test_a_rung_older_than_seven_days_is_passed() -> None:
    at = _named("after-7").at
    assert ladder.due_rungs(RUNGS[-1:], set(), LOADED, at + timedelta(days=7)).send == _named("after-7")
    assert ladder.due_rungs(RUNGS[-1:], set(), LOADED, vn("2027-01-05 08:00")) == Due(passed=(_named("after-7"),))


def test_a_rung_from_before_the_regime_was_loaded_is_none() -> None:
    loaded_at = vn("2026-12-16 08:01")
    assert ladder.due_rungs(RUNGS, set(), loaded_at, vn("2026-12-16 09:00")) == Due()
    assert ladder.due_rungs(RUNGS, set(), loaded_at, vn("2026-12-18 08:00")) == Due(_named("last-day-0800"))


def test_catching_up_waits_for_eight_o_clock_on_the_next_working_day() -> None:
    assert ladder.due_rungs(RUNGS, set(), LOADED, vn("2026-12-19 10:00")) == Due()
    assert ladder.due_rungs(RUNGS[:6], set(), LOADED, vn("2026-12-21 07:59")) == Due()
    assert ladder.due_rungs(RUNGS[:6], set(), LOADED, vn("2026-12-21 08:00")).send == _named("last-day-1400")
