"""One round: reports arrive, a fault happens, the system recovers, and the outcome is judged."""

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Final

from shared.plumbing import tasks
from tests.faults.kills import Fault
from tests.faults.outcome import Outcome, judge
from tests.faults.sending import Season, Sender
from tests.faults.world import LIMIT_S, World

LOAD_S: Final = 6.0


@dataclass(frozen=True)
class Round:
    """What happened. `back_s` counts from the moment when the servers were back until all that had come in was in the views."""

    sent_again: int
    back_s: float
    outcome: Outcome

    def __str__(self) -> str:
        return f"back after {self.back_s:5.1f} s; {self.outcome}; sent again {self.sent_again}"


class Rounds:
    """Rounds on one world, which keeps what earlier rounds left."""

    def __init__(self, world: World, season: Season, rng: random.Random) -> None:
        self.world = world
        self.sender = Sender(world.connections.streams.jetstream, season.next)
        self._rng = rng

    async def round(self, fault: Fault, load_s: float = LOAD_S) -> Round:
        """A fault at a random moment of the load. Raises TimeoutError when the system does not come back."""
        again = self.sender.again
        loading = asyncio.create_task(self.sender.send_for(load_s))
        try:
            await asyncio.sleep(self._rng.uniform(0.1, 0.3) * load_s)
            await fault(self.world, self._rng)
            back_at = time.monotonic()
            await self.world.until_caught_up()
            back_s = time.monotonic() - back_at
            async with asyncio.timeout(LIMIT_S):
                await loading
        finally:
            await tasks.end(loading)
        return Round(self.sender.again - again, back_s, await self.judged())

    async def judged(self) -> Outcome:
        """What came of all rounds so far, once the system has caught up."""
        await self.world.until_caught_up()
        return await judge(self.world, self.sender.acknowledged.keys())
