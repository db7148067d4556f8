from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import due
from services.notify.domain.due import DueRungs
from shared.words import deadlines, ladder, periods
from shared.words.calendar import COMMON
from shared.words.ladder import Rung, Steps
from shared.words.obligations import DeadlineRule
from tests.notify.builders import LOADED, vn
from tests.shared.test_ladder import DEADLINES, LADDERS

BEFORE_20_12 = deadlines.due(DeadlineRule(before="12-20"), 2026)
NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(periods.VIETNAM))  # noqa: DTZ001  # bounds have none


@given(DEADLINES, LADDERS, NOWS, st.sets(st.integers(0, 12)))
def test_at_most_the_newest_reached_rung_goes_out_and_never_on_a_day_off(
    deadline: datetime, steps: Steps, now: datetime, done: set[int]
) -> None:
    rungs = ladder.rungs(deadline, steps, COMMON)
    alerted = {rung.name for index, rung in enumerate(rungs) if index in done}
    found = due.due_rungs(rungs, alerted, LOADED, now, COMMON)
    if found.send is not None:
        assert found.send == [rung for rung in rungs if rung.at <= now][-1]
        assert found.send.at >= LOADED
        assert now - found.send.at <= timedelta(days=7)
        assert COMMON.includes(now.date())
    assert not alerted & {rung.name for rung in (*found.passed, *([found.send] if found.send else []))}


@given(DEADLINES, LADDERS, st.lists(NOWS, max_size=30).map(sorted))
def test_however_often_the_clock_ticks_each_rung_goes_out_once(deadline: datetime, steps: Steps, nows: list[datetime]) -> None:
    rungs = ladder.rungs(deadline, steps, COMMON)
    alerted: set[str] = set()
    sent: list[str] = []
    for now in [now for now in nows for _ in range(2)]:
        found = due.due_rungs(rungs, alerted, LOADED, now, COMMON)
        alerted |= {rung.name for rung in found.passed}
        if found.send is not None:
            alerted.add(found.send.name)
            sent.append(found.send.name)
    assert len(sent) == len(set(sent))


@given(DEADLINES, LADDERS)
def test_a_clock_that_is_never_stopped_sends_every_rung_at_its_instant(deadline: datetime, steps: Steps) -> None:
    rungs = ladder.rungs(deadline, steps, COMMON)
    alerted: set[str] = set()
    for rung in rungs:
        found = due.due_rungs(rungs, alerted, rungs[0].at, rung.at, COMMON)
        assert found == DueRungs(rung)
        alerted.add(rung.name)


RUNGS = ladder.rungs(BEFORE_20_12, Steps(), COMMON)


def _named(name: str) -> Rung:
    return next(rung for rung in RUNGS if rung.name == name)


def test_of_several_missed_rungs_the_last_goes_out_and_the_others_are_passed() -> None:
    found = due.due_rungs(RUNGS, set(), LOADED, vn("2026-12-17 10:00"), COMMON)
    assert found == DueRungs(_named("before-3"), (_named("before-30"), _named("before-14"), _named("before-7")))


def test_a_rung_that_was_overtaken_never_comes_back() -> None:
    assert due.due_rungs(RUNGS, {"after-1"}, LOADED, vn("2026-12-18 08:00"), COMMON) == DueRungs()


def test_a_rung_older_than_seven_days_is_passed() -> None:
    at = _named("after-7").at
    assert due.due_rungs(RUNGS[-1:], set(), LOADED, at + timedelta(days=7), COMMON).send == _named("after-7")
    assert due.due_rungs(RUNGS[-1:], set(), LOADED, vn("2027-01-05 08:00"), COMMON) == DueRungs(passed=(_named("after-7"),))


def test_a_rung_from_before_the_regime_was_loaded_is_none() -> None:
    loaded_at = vn("2026-12-16 08:01")
    assert due.due_rungs(RUNGS, set(), loaded_at, vn("2026-12-16 09:00"), COMMON) == DueRungs()
    assert due.due_rungs(RUNGS, set(), loaded_at, vn("2026-12-18 08:00"), COMMON) == DueRungs(_named("last-day-0800"))


def test_catching_up_waits_for_eight_o_clock_on_the_next_working_day() -> None:
    assert due.due_rungs(RUNGS, set(), LOADED, vn("2026-12-19 10:00"), COMMON) == DueRungs()
    assert due.due_rungs(RUNGS[:6], set(), LOADED, vn("2026-12-21 07:59"), COMMON) == DueRungs()
    assert due.due_rungs(RUNGS[:6], set(), LOADED, vn("2026-12-21 08:00"), COMMON).send == _named("last-day-1400")
