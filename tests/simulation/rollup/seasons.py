"""One seed from beginning to end: some seconds of trouble, then quiet, then the verdict."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from shared.wire import subjects
from tests.simulation.collecting import uncollected
from tests.simulation.rollup import histories
from tests.simulation.rollup.histories import LASTS_S
from tests.simulation.rollup.loop import NeverEndsError
from tests.simulation.rollup.trouble import SERVICES, Trouble
from tests.simulation.rollup.world import DECLARED, World, made_up
from tests.simulation.verdict import Result, ViolationFound

QUIET_WITHIN_S: Final = 150.0  # after trouble everything is quiet by then, or never
STAYS_S: Final = 1.5  # quiet stays quiet: a new generation is noticed within a second
FEED_S: Final = 30.0  # changed views are in FEED, although a publisher waits for a lost answer as long as 10 s
REPAIRED_S: Final = 100.0  # FEED is repaired every minute


@uncollected()
def run(seed: int, *, is_first_enough: bool = False, is_traced: bool = False) -> Result:
    """Simulates one seed. The same seed gives the same trace."""
    world = World(seed, is_first_enough=is_first_enough)
    world.judge.lines = [] if is_traced else None
    asyncio.set_event_loop(None)
    with made_up(world):
        try:
            world.loop.run_until_complete(Season(world).live())
        except ViolationFound:
            pass
        except NeverEndsError as error:
            world.judge.is_first_enough = False
            world.judge.violated("it comes to an end", error)
        finally:
            world.counts["steps"] = world.loop.steps
            _clear(world)
    return world.judge.result(seed)


def _clear(world: World) -> None:
    """Ends what still runs; what it would still say does not count."""
    world.chance.is_on = False
    world.judge.is_first_enough = False
    judge = world.judge
    findings, counts, lines, trace = list(judge.findings), judge.counts.copy(), judge.lines, judge.trace.copy()
    judge.lines = None
    loop = world.loop
    loop.clear_failure()
    for instance in [*world.instances, *world.operators]:
        world.end(instance)
    while tasks := [task for task in asyncio.all_tasks(loop) if not task.done()]:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(ViolationFound, asyncio.CancelledError):
            loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    judge.findings, judge.counts, judge.lines, judge.trace = findings, counts, lines, trace


class Season:
    """What happens in one seed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng
        self.trouble = Trouble(world)

    async def live(self) -> None:
        world, rng = self.world, self.rng
        world.broker.declare(DECLARED, subjects.INBOX, subjects.REPORTS, subjects.FEED, subjects.PARKED)
        await self._load()
        world.judge.first_generation = world.judge.generation
        for kind in SERVICES:
            for _ in range(rng.choice([1, 2])):
                world.start(kind)
        world.chance.is_on = True
        self.trouble.plan()
        operator = asyncio.create_task(self.trouble.operate())
        await asyncio.sleep(LASTS_S + 3.0)
        world.chance.is_on = False
        await self._heal()
        await self._quiet()
        await self._fed(REPAIRED_S if self.trouble.is_feed_cut else FEED_S, world.judge.feed_lacks)
        world.judge.end(world.changes, world.sent, world.clock_ms())
        await self._fed(REPAIRED_S, world.judge.feed_lags)
        if world.judge.feed_lags():
            world.judge.violated("FEED has the newest of each view", *world.judge.feed_lags())
        operator.cancel()

    async def _load(self) -> None:
        await self.world.operate("units changed", lambda connections: connections.reference.put_units(histories.UNITS))
        await self.world.operate("regimes changed", lambda connections: connections.reference.put_regimes(histories.regimes()))

    async def _heal(self) -> None:
        """The end of all trouble: whoever is paused goes on, somebody does each work."""
        world = self.world
        if not world.broker.is_up:
            await asyncio.sleep(4.0)
        self.trouble.end()
        for connection in list(world.broker.connections):
            connection.reconnect()
        is_all_new = self.rng.random() < 0.3
        for kind in SERVICES:
            if is_all_new:
                if world.loop.time() >= world.chance.late_until_s:
                    self.trouble.is_feed_cut = False  # it is repaired at a start; what the dead sent may land after it
                for one in world.alive(kind):
                    world.end(one)
            if not any(one.connections.settings.partitions == "all" and not one.is_replaced for one in world.alive(kind)):
                world.start(kind)

    async def _quiet(self) -> None:
        """Waits until nothing is left to do."""
        world, waited, quiet_s = self.world, 0.0, 0.0
        while quiet_s < STAYS_S:
            await asyncio.sleep(0.5)
            waited += 0.5
            quiet_s = quiet_s + 0.5 if self._is_quiet() else 0.0
            if waited > QUIET_WITHIN_S:
                waiting = {one.process.name: one.readiness.waiting_for for one in [*world.alive("ingest"), *world.alive("aggregate")]}
                world.judge.violated("everything is worked off", self._behind(), waiting)
                return

    async def _fed(self, within_s: float, lacks: Callable[[], list[str]]) -> None:
        """Waits until FEED has what the views say, or the time is over."""
        waited = 0.0
        while lacks() and waited < within_s:
            await asyncio.sleep(0.5)
            waited += 0.5

    def _is_quiet(self) -> bool:
        world = self.world
        if self.trouble.asked or self.trouble.is_restored or any(not one.task.done() for one in world.operators):
            return False
        if world.loop.time() < world.chance.late_until_s:
            return False
        alive = [*world.alive("ingest"), *world.alive("aggregate")]
        if world.judge.older_views() or any(one.connection.is_waiting for one in alive):
            return False
        return not any(one.readiness.waiting_for for one in alive) and not self._behind()

    def _behind(self) -> list[str]:
        """What is not worked off."""
        world = self.world
        inbox = world.broker.consumers[subjects.INBOX, subjects.INGEST_DURABLE]
        behind = ["INBOX"] if inbox.pending or inbox.next <= inbox.stream.last else []
        stored = world.server.table("checkpoints").rows
        for partition in range(histories.PARTITIONS):
            log = world.broker.streams[subjects.REPORTS].messages.values()
            last = max((one.sequence for one in log if one.subject.split(".")[1] == str(partition)), default=0)
            row = stored.get(f"aggregate/{partition}")
            if last > (row[0]["sequence"] if row else 0):
                behind.append(f"partition {partition}: {row and row[0]['sequence']} of {last}")
        return behind
