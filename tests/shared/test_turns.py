"""Of each owner one file is taken at a time."""

import asyncio

import pytest

from shared.plumbing.turns import Turns
from shared.words.failures import TransientError


async def test_an_owner_has_one_turn_and_others_have_theirs() -> None:
    turns = Turns()
    async with turns.of("a"), turns.of("b"):
        with pytest.raises(TransientError) as error:
            async with turns.of("a"):
                pass
    assert error.value.codes == ["sheet.one_at_a_time"]
    async with turns.of("a"):
        pass


async def test_as_many_as_may_wait_come_one_after_the_other_and_more_are_refused() -> None:
    turns, at_once, most, refused = Turns(waiting=2), 0, 0, 0

    async def come() -> None:
        nonlocal at_once, most, refused
        try:
            async with turns.of("a"):
                at_once += 1
                most = max(most, at_once)
                await asyncio.sleep(0)
                at_once -= 1
        except TransientError:
            refused += 1

    await asyncio.gather(*(come() for _ in range(5)))
    assert (most, refused) == (1, 2)
    await come()
    assert refused == 2


async def test_a_turn_ends_also_when_what_is_done_in_it_fails_or_is_cancelled() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="x"):
        async with turns.of("a"):
            raise ValueError("x")

    async def wait() -> None:
        async with turns.of("a"):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with turns.of("a"):
        pass
