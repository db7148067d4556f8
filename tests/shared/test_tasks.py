"""Tasks that are ended, and what must not be cut off half-way."""

import asyncio

import pytest

from shared.plumbing import tasks


async def test_what_must_not_be_cut_off_ends_by_itself_and_the_cancellation_goes_on() -> None:
    ended, goes_on = asyncio.Event(), asyncio.Event()

    async def connect() -> None:
        await goes_on.wait()
        ended.set()

    caller = asyncio.create_task(tasks.uncut(connect()))
    await asyncio.sleep(0)
    caller.cancel()
    asyncio.get_running_loop().call_later(0.01, goes_on.set)

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended.is_set()


async def test_what_does_not_end_is_cut_off_after_its_grace() -> None:
    cut = asyncio.Event()

    async def connect() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    caller = asyncio.create_task(tasks.uncut(connect(), grace_s=0.01))
    await asyncio.sleep(0.001)
    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert cut.is_set()


async def test_an_error_is_that_of_the_action() -> None:
    async def connect() -> None:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await tasks.uncut(connect())


async def test_a_task_that_misses_its_cancellation_is_ended_also_when_the_one_that_ends_it_is_cancelled_again() -> None:
    missed = 0

    async def deaf() -> None:
        nonlocal missed
        while missed < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                missed += 1

    inner = asyncio.create_task(deaf())

    async def ending() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await tasks.end(inner)

    parent = asyncio.create_task(ending())
    await asyncio.sleep(0)
    for _ in range(3):
        parent.cancel()
        await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        await parent
    assert inner.done()
