"""One seed from beginning to end: some seconds of trouble, then quiet, then the verdict."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from shared import subjects
from tests.simulation.rollup import histories
from tests.simulation.rollup.chance import CALM
from tests.simulation.rollup.histories import LASTS_S, History
from tests.simulation.rollup.judge import Found
from tests.simulation.rollup.loop import NeverEndsError, Process
from tests.simulation.rollup.streams import Consumer, Stream
from tests.simulation.rollup.world import DECLARED, WENT_BACK, WINDOW_S, Instance, Result, World, made_up

QUIET_WITHIN_S: Final = 150.0  # after trouble everything is quiet by then, or never
STAYS_S: Final = 2.5  # quiet stays quiet: a new generation is noticed within a second
FEED_S: Final = 30.0  # changed views are in FEED, although a publisher waits for a lost answer as long as 10 s
REPAIRED_S: Final = 100.0  # FEED is repaired every minute
SERVICES: Final = ("ingest", "aggregate")


def run(seed: int, *, is_first_enough: bool = False, is_told: bool = False) -> Result:
    """Simulates one seed. The same seed gives the same trace."""
    world = World(seed, is_first_enough=is_first_enough)
    world.judge.lines = [] if is_told else None
    asyncio.set_event_loop(None)
    with made_up(world):
        try:
            world.loop.run_until_complete(Season(world).live())
        except Found:
            pass
        except NeverEndsError as error:
            world.judge.counts["violations"] += 1
            world.judge.told.append(f"it comes to an end: {error}")
        finally:
            world.counts["steps"] = world.loop.steps
            _clear(world)
    return Result(seed, world.judge.trace.hexdigest(), world.counts, world.judge.told, world.judge.lines or [])


def _clear(world: World) -> None:
    """Ends what still runs; what it would still say does not count."""
    world.chance.is_on = False
    world.judge.is_first_enough = False
    told, violations, lines = list(world.judge.told), world.counts["violations"], world.judge.lines
    world.judge.lines, trace, world.judge.trace = None, world.judge.trace, world.judge.trace.copy()
    loop = world.loop
    loop.clear_failure()
    for instance in [*world.instances, *world.operators]:
        world.end(instance)
    while tasks := [task for task in asyncio.all_tasks(loop) if not task.done()]:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(Found, asyncio.CancelledError):
            loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    world.judge.told, world.counts["violations"], world.judge.lines, world.judge.trace = told, violations, lines, trace


class Season:
    """What happens in one seed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng
        self._asked: list[Callable[[], Awaitable[None]]] = []  # what the operator will do, one after the other
        self._is_feed_cut = False
        self._is_restored = False
        self._is_for_good = False  # the instance that the power cut ends is not started again
        self._history = History(world.rng)
        self._breaks_in = 0  # messages of the log that are yet to be sent to aggregators before their connections break
        self._mended_from_s = 0.0  # what ingest did last has landed by then

    async def live(self) -> None:
        world, rng = self.world, self.rng
        self._declare()
        await self._load()
        world.judge.first_generation = world.judge.generation
        for kind in SERVICES:
            for _ in range(rng.choice([1, 2])):
                world.start(kind)
        world.chance.is_on = True
        world.server.on_half = self._crash_half_way
        world.server.on_power_cut = self._power_cut
        world.broker.on_pulled = self._pulled
        self._plan()
        operator = asyncio.create_task(self._operate())
        await asyncio.sleep(LASTS_S + 3.0)
        world.chance.is_on = False
        await self._heal()
        await self._quiet()
        await self._fed(REPAIRED_S if self._is_feed_cut else FEED_S, world.judge.feed_lacks)
        world.judge.end(world.changes, world.sent, world.clock_ms())
        await self._fed(REPAIRED_S, world.judge.feed_lags)
        if world.judge.feed_lags():
            world.judge.violated("FEED has the newest of each view", *world.judge.feed_lags())
        operator.cancel()

    def _declare(self) -> None:
        broker = self.world.broker
        for name in (subjects.INBOX, subjects.REPORTS, subjects.FEED, subjects.PARKED):
            config = DECLARED.stream_config(name)
            if name == subjects.REPORTS:
                config.duplicate_window = WINDOW_S
            broker.streams[name] = Stream(name, config, "2024-01-01T00:00:00Z")
        durable = {**DECLARED.consumer_config(subjects.INGEST_DURABLE).as_dict(), "ack_policy": "explicit"}
        key = (subjects.INBOX, subjects.INGEST_DURABLE)
        broker.consumers[key] = Consumer(subjects.INGEST_DURABLE, broker.streams[subjects.INBOX], durable, 1)

    async def _load(self) -> None:
        await self.world.operate("units changed", lambda held: held.reference.put_units(histories.UNITS))
        await self.world.operate("regimes changed", lambda held: held.reference.put_regimes(histories.regimes()))

    def _plan(self) -> None:
        """What is sent and what goes wrong, each at its time."""
        world, rng = self.world, self.rng
        for sending in self._history.write():
            world.loop.later(sending.at_s, self._send, sending)
        if world.odds is CALM:
            trouble: list[tuple[int, Callable[[], None]]] = [(1, self._change)]
        else:
            trouble = [
                (4, self._crash),
                (3, self._pause),
                (3, self._replace),
                (2, self._second),
                (2, self._restart),
                (3, self._disconnect),
                (1, self._drop_consumer),
                (3, self._change),
                (1, self._rebuild),
            ]
            if rng.random() < 0.15:
                at_s = rng.random() * LASTS_S
                world.loop.later(at_s, self._keep_copy)
                world.loop.later(at_s + rng.random() * 6.0, self._restore)
            if rng.random() < 0.5:
                world.loop.later(LASTS_S + 1.0 + rng.random(), self._last_moment)
        for at_s in histories.moments(rng, rng.randint(0, 7)):
            world.loop.later(at_s, rng.choices([act for _, act in trouble], [weight for weight, _ in trouble])[0])

    def _send(self, sending: histories.Sending) -> None:
        """A unit's software tries until the broker takes it."""
        world = self.world
        if not world.broker.is_up:
            return world.loop.later(0.5, self._send, sending)
        world.sent.append(sending)
        world.broker.receive(subjects.INBOX, subjects.inbox(sending.sender), sending.payload)

    # trouble

    def _one(self) -> Instance | None:
        alive = [one for kind in SERVICES for one in self.world.alive(kind) if not one.process.is_paused]
        return self.rng.choice(alive) if alive else None

    def _crash(self) -> None:
        one = self._one()
        if one is not None:
            self.world.counts["crashes"] += 1
            self._restart_one(one)

    def _crash_half_way(self, process: Process) -> None:
        """Killed in the middle of a bulk write."""
        for one in self.world.instances:
            if one.process is process and one.is_alive:
                self.world.counts["crashes half-way"] += 1
                self._restart_one(one)

    def _last_moment(self) -> None:
        """Something breaks while the last reports are on their way: the power in the middle of a write, or connections."""
        if self.world.seed % 10 in (1, 2):
            return self._part_for_good()
        count = self.rng.choice([1, 3, 5, 8])
        for sending in self._history.burst(self.world.loop.time(), count):
            self._send(sending)
        if self.rng.random() < 0.6:
            where = self.rng.choice([("ingest", "receipts"), *[("aggregate", "reports")] * 4])
            self.world.loop.later(0.15 * self.rng.random(), setattr, self.world.server, "cut_in", where)
        else:
            self._breaks_in = self.rng.randint(1, count)

    def _part_for_good(self) -> None:
        """Of two aggregators that take up a period opened now, one is gone for good in the middle of the first views."""
        self._is_for_good = True
        while len(self.world.alive("aggregate")) < 2:
            self.world.start("aggregate")
        self.world.loop.later(0.6, self._open_last)

    def _open_last(self) -> None:
        for sending in self._history.opening(self.world.loop.time()):
            self._send(sending)
        self.world.server.cut_in = ("aggregate", "views")

    def _power_cut(self, process: Process) -> None:
        """The machine of a service: its instances are gone at once, with all that they had on the way."""
        self.world.counts["power cuts"] += 1
        if self._is_for_good:
            self.world.counts["gone for good"] += 1
            return self.world.end(next(one for one in self.world.instances if one.process is process))
        for one in self.world.alive(process.name.partition("-")[0]):
            one.process.is_cut_off = True
            one.connection.disconnect()
            self._restart_one(one)

    def _pulled(self, consumer: Consumer) -> None:
        """Aggregators' connections break for a moment, with what was just sent to them."""
        if self._breaks_in and consumer.stream.name == subjects.REPORTS:
            self._breaks_in -= 1
            if not self._breaks_in:
                self.world.counts["breaks in the last moment"] += 1
                for one in self.world.alive("aggregate"):
                    self.world.loop.later(0.0, one.connection.blip)

    def _restart_one(self, one: Instance) -> None:
        self.world.end(one)
        self.world.loop.later(3.0 * self.rng.random() ** 2, self.world.start, one.kind, one.held.settings.partitions)

    def _pause(self) -> None:
        one = self._one()
        if one is not None:
            self.world.counts["pauses"] += 1
            self.world.loop.pause(one.process)
            self.world.loop.later(12.0 * self.rng.random(), self._go_on, one)

    def _go_on(self, one: Instance) -> None:
        if not one.process.is_dead and one.process.is_paused:
            self.world.loop.go_on(one.process)

    def _replace(self) -> None:
        """Held for dead and replaced, it wakes up later and goes on: a zombie."""
        one = self._one()
        if one is not None:
            self.world.counts["zombies"] += 1
            self.world.loop.pause(one.process)
            self.world.start(one.kind)
            woken_s = 10.0 * self.rng.random()
            self.world.loop.later(woken_s, self._go_on, one)
            self.world.loop.later(woken_s + 4.0 * self.rng.random(), self.world.end, one)

    def _second(self) -> None:
        """One more instance; of aggregators sometimes two, each with a partition."""
        self.world.counts["second instances"] += 1
        kind = self.rng.choice(SERVICES)
        if kind == "aggregate" and self.rng.random() < 0.5:
            self.world.start(kind, "0")
            self.world.start(kind, "1")
        elif len(self.world.alive(kind)) < 3:
            self.world.start(kind)

    def _restart(self) -> None:
        """The broker goes away and comes again; what FEED took last was not on disk yet."""
        world = self.world
        if not world.broker.is_up:
            return
        world.counts["broker restarts"] += 1
        self._down()
        if self.rng.random() < 0.5:
            feed = world.broker.streams[subjects.FEED]
            lost = self.rng.randint(1, 6)
            if feed.last > lost:
                world.counts["FEED's end lost"] += 1
                self._is_feed_cut = world.judge.is_feed_cut = True
                feed.cut(feed.last - lost)
        world.loop.later(3.0 * self.rng.random(), self._up)

    def _down(self) -> None:
        self.world.broker.is_up = False
        for connection in self.world.broker.connections:
            connection.disconnect()

    def _up(self) -> None:
        world = self.world
        world.broker.restart()
        for connection in list(world.broker.connections):
            world.loop.later(0.01 + self.rng.random(), connection.reconnect)

    def _disconnect(self) -> None:
        one = self._one()
        if one is not None and self.world.broker.is_up:
            self.world.counts["disconnects"] += 1
            one.connection.disconnect()
            self.world.loop.later(self.rng.choice([0.1, 3.0]) * self.rng.random(), self._reconnect, one)

    def _reconnect(self, one: Instance) -> None:
        if self.world.broker.is_up:
            one.connection.reconnect()

    def _drop_consumer(self) -> None:
        """The broker forgets a reader's consumer."""
        broker = self.world.broker
        passing = [consumer for consumer in broker.consumers.values() if not consumer.is_durable]
        if passing:
            self.world.counts["consumers lost"] += 1
            broker.drop(self.rng.choice(passing))

    def _change(self) -> None:
        self._asked.append(self.world.change_reference)

    def _rebuild(self) -> None:
        self._asked.append(self.world.rebuild)

    def _keep_copy(self) -> None:
        if self.world.broker.is_up:
            self.world.copy = self.world.broker.snapshot()

    def _restore(self) -> None:
        """The broker is lost, and an older copy of it takes its place: sequence numbers are used again.

        As the manual says, ingest is stopped before and started after it.
        """
        world = self.world
        if world.copy is None or not world.broker.is_up:
            return
        world.counts["restored from a copy"] += 1
        world.judge.went_back = self._is_restored = True
        self._down()
        self._mended_from_s = world.chance.late_until_s
        for one in world.alive("ingest"):
            world.end(one)
        world.broker.restore(world.copy)
        self._is_feed_cut = world.judge.is_feed_cut = True
        world.loop.later(0.2 + self.rng.random(), self._up)
        world.loop.later(2.0, world.start, "ingest")

    # the operator

    async def _operate(self) -> None:
        """One command after the other. After a restore: as soon as an instance asks for it, or at the latest after a while."""
        world, waited = self.world, 0
        while True:
            await asyncio.sleep(0.25)
            if self._is_restored:
                waited += 1
                if world.loop.time() >= self._mended_from_s and (self._is_said() or waited > 40):
                    world.counts["WentBack was said"] += self._is_said()
                    self._is_restored, waited = False, 0
                    self._send_meanwhile()
                    await world.rebuild()
            elif self._asked:
                await self._asked.pop(0)()

    def _send_meanwhile(self) -> None:
        """Units do not wait until views are rebuilt."""
        for _ in range(4):
            at_s = self.world.loop.time() + self.rng.random()
            for sending in self._history.burst(at_s, 2):
                self.world.loop.later(at_s - self.world.loop.time(), self._send, sending)

    def _is_said(self) -> bool:
        return any(WENT_BACK in why for one in self.world.alive("aggregate") for why in one.readiness.waiting_for.values())

    # quiet

    async def _heal(self) -> None:
        """The end of all trouble: whoever is paused goes on, somebody does each work."""
        world = self.world
        world.server.cut_in, self._breaks_in = ("", ""), 0
        if not world.broker.is_up:
            await asyncio.sleep(4.0)
        for one in world.instances:
            self._go_on(one)
        for connection in list(world.broker.connections):
            connection.reconnect()
        is_all_new = self.rng.random() < 0.3
        for kind in SERVICES:
            if is_all_new:
                self._is_feed_cut = False  # it is repaired at a start
                for one in world.alive(kind):
                    world.end(one)
            if not any(one.held.settings.partitions == "all" for one in world.alive(kind)):
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
        if self._asked or self._is_restored or any(not one.task.done() for one in world.operators):
            return False
        if world.loop.time() < world.chance.late_until_s:
            return False
        alive = [*world.alive("ingest"), *world.alive("aggregate")]
        if world.judge.older_views():
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
