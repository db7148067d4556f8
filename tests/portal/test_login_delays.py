"""Failed logins delay the next ones."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.portal.domain import login_delay
from services.portal.domain.login_delay import Counter, Delay
from services.portal.sessions.delay_store import DelayStore
from shared.plumbing import mongo
from shared.shell.settings import Settings

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
ACCOUNT, ADDRESS = login_delay.of_account("lan"), login_delay.of_address("10.0.0.1")


def seconds(delay: Delay) -> list[float]:
    return [delay.after(failures).total_seconds() for failures in range(12)]


def test_delays_grow_and_have_an_end() -> None:
    assert seconds(login_delay.ACCOUNT) == [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30]
    assert login_delay.ACCOUNT.after(10_000) == timedelta(seconds=30)
    assert login_delay.CODE.after(10_000) == timedelta(minutes=5)


def test_the_addresses_of_one_ipv6_connection_count_as_one() -> None:
    one, other = "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"
    assert login_delay.of_address(one) == login_delay.of_address(other)
    assert login_delay.turn("lan", one) == login_delay.turn("lan", other)
    keys = {login_delay.of_address(address).key for address in (one, "2001:db8:1:3::1", "10.0.0.1", "10.0.0.2", "-")}
    assert len(keys) == 5
    assert login_delay.of_address("::ffff:10.0.0.1") == login_delay.of_address("10.0.0.1")


def test_a_key_shows_no_login() -> None:
    assert "lan" not in ACCOUNT.key
    assert login_delay.of_account("lan2") != ACCOUNT


@pytest_asyncio.fixture
async def delays(settings: Settings) -> AsyncIterator[DelayStore]:
    client = mongo.connect(settings.mongo_url)
    store = DelayStore(client[settings.database])
    await store.prepare()
    yield store
    await mongo.close(client)


async def fail(delays: DelayStore, times: int, now: datetime = NOW, *counters: Counter) -> datetime:
    """Fails this often, each time after the wait. Returns when the next attempt may come."""
    for _ in range(times):
        assert await delays.count(counters or [ACCOUNT], now)
        now += await delays.wait(counters or [ACCOUNT], now)
    return now


async def test_the_stored_delays_are_those_of_the_rule(delays: DelayStore) -> None:
    now, waits = NOW, []
    for _ in range(12):
        assert await delays.count([ACCOUNT], now)
        waits.append((await delays.wait([ACCOUNT], now)).total_seconds())
        now += timedelta(seconds=waits[-1])

    assert waits == [login_delay.ACCOUNT.after(failures).total_seconds() for failures in range(1, 13)]


async def test_an_attempt_during_the_wait_is_not_taken(delays: DelayStore) -> None:
    now = await fail(delays, 4)

    assert not await delays.count([ACCOUNT], now - timedelta(milliseconds=1))
    assert await delays.count([ACCOUNT], now)


async def test_of_many_attempts_at_once_only_the_free_ones_are_taken(delays: DelayStore) -> None:
    await fail(delays, 1)
    taken = await asyncio.gather(*[delays.count([ACCOUNT], NOW) for _ in range(30)])

    assert sum(taken) == login_delay.ACCOUNT.free


async def test_a_success_is_forgiven_for_the_account_and_taken_back_for_the_address(delays: DelayStore) -> None:
    await fail(delays, 21, NOW, ADDRESS)
    later = NOW + timedelta(seconds=1)
    await delays.count([ACCOUNT, ADDRESS], later)
    await delays.forgive([ACCOUNT])
    await delays.take_back(ADDRESS, later)

    assert await delays.wait([ACCOUNT, ADDRESS], later) == timedelta()
    await delays.count([ADDRESS], later)
    assert (await delays.wait([ADDRESS], later)).total_seconds() == 2


async def test_failures_are_forgotten_after_an_hour(delays: DelayStore) -> None:
    now = await fail(delays, 9) + login_delay.FORGOTTEN
    await delays.count([ACCOUNT], now)

    assert await delays.wait([ACCOUNT], now) == timedelta()


async def test_a_turn_can_be_taken_once_and_not_before_its_time(delays: DelayStore) -> None:
    turn, at = login_delay.turn("lan", "10.0.0.2"), NOW + timedelta(seconds=30)

    assert await delays.give_turn(turn, at) == at
    assert await delays.give_turn(turn, at + timedelta(seconds=9)) == at
    assert not await delays.has_turn(turn, NOW)
    assert await delays.has_turn(turn, at)
    assert not await delays.has_turn(turn, at)
