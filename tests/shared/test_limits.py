"""The limit of a key: 20 uses a second, 200 at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.shell.limits import BURST, PER_SECOND, Limits

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def taken(limits: Limits, times: int, now: datetime, key: str = "a") -> int:
    """How many of so many uses at one instant are within the limit."""
    return sum(limits.wait(key, now) is None for _ in range(times))


def test_at_once_a_key_can_be_used_as_often_as_the_burst() -> None:
    assert taken(Limits(), 1000, NOW) == BURST


def test_afterwards_it_can_be_used_at_the_rate() -> None:
    limits = Limits()
    taken(limits, BURST, NOW)

    assert [taken(limits, 100, NOW + second * SECOND) for second in range(1, 4)] == [PER_SECOND] * 3


def test_the_wait_is_until_the_next_use_is_allowed() -> None:
    limits = Limits()
    taken(limits, BURST, NOW)

    wait = limits.wait("a", NOW)

    assert wait == SECOND / PER_SECOND
    assert limits.wait("a", NOW + wait - timedelta(microseconds=1)) is not None
    assert limits.wait("a", NOW + wait) is None


def test_refused_uses_cost_nothing() -> None:
    limits = Limits()
    taken(limits, 10_000, NOW)

    assert taken(limits, 100, NOW + SECOND) == PER_SECOND


def test_after_a_pause_the_burst_is_there_again() -> None:
    limits = Limits()
    taken(limits, BURST, NOW)

    assert taken(limits, 1000, NOW + SECOND * BURST / PER_SECOND) == BURST


def test_keys_do_not_share_a_limit() -> None:
    limits = Limits()

    assert [taken(limits, 1000, NOW, key) for key in "abc"] == [BURST] * 3


def test_a_clock_that_goes_back_gives_no_uses_and_takes_none() -> None:
    limits = Limits()
    taken(limits, 100, NOW)

    assert taken(limits, 1000, NOW - timedelta(seconds=1)) == 80
    assert taken(limits, 1000, NOW + timedelta(seconds=20)) == BURST


def test_keys_that_are_not_used_are_forgotten() -> None:
    limits = Limits()
    for number in range(1000):
        limits.wait(number, NOW)

    for number in range(1000):
        limits.wait(number % 2, NOW + timedelta(hours=1))

    assert len(limits) == 2


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 500)), max_size=400))
def test_memory_is_bounded_and_no_key_exceeds_its_limit(uses: list[tuple[int, int]]) -> None:
    limits, now, allowed = Limits(most_keys=100), NOW, dict[int, int]()
    for key, ms in uses:
        now += timedelta(milliseconds=ms)
        allowed[key] = allowed.get(key, 0) + (limits.wait(key, now) is None)
        assert len(limits) <= 100
    assert all(count <= BURST + PER_SECOND * ((now - NOW) / SECOND) for count in allowed.values())


@pytest.mark.parametrize(("per_second", "burst"), [(1, 1), (5, 3), (1000, 2)])
def test_other_limits_hold_as_well(per_second: int, burst: int) -> None:
    limits = Limits(per_second, burst)

    assert taken(limits, 5000, NOW) == burst
    assert taken(limits, 5000, NOW + SECOND) == min(per_second, burst)
