"""What is sent in one seed, what goes wrong meanwhile, and what the operator does about it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from services.aggregate.feed import plain
from shared.wire import subjects
from tests.simulation.rollup import histories
from tests.simulation.rollup.chance import CALM
from tests.simulation.rollup.histories import LASTS_S, History
from tests.simulation.rollup.loop import Process
from tests.simulation.rollup.streams import Consumer
from tests.simulation.rollup.world import WENT_BACK, Instance, World

SERVICES: Final = ("ingest", "aggregate")


class Trouble:
    """The story of one seed, planned beforehand from its random numbers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng
        self.asked: list[Callable[[], Awaitable[None]]] = []  # what the operator will do, one after the other
        self.is_feed_cut = False  # and not repaired by a start since
        self.is_restored = False  # and not rebuilt since
        self._is_for_good = False  # the instance that the power cut ends is not started again
        self._history = History(world.rng, world.is_reforming, world.is_undoing)
        self._breaks_in = 0  # messages of the log that are yet to be sent to aggregators before their connections break
        self._mended_from_s = 0.0  # what ingest did last has landed by then

    def plan(self) -> None:
        """What is sent and what goes wrong, each at its time."""
        world, rng = self.world, self.rng
        world.server.on_half = self._crash_half_way
        world.server.on_power_cut = self._power_cut
        world.broker.on_pulled = self._pulled
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
        for at_s in histories.moments(rng, rng.randint(1, 4)) if world.is_reforming else ():
            world.loop.later(at_s, self._change)
        for at_s in histories.moments(rng, rng.randint(0, 7)):
            world.loop.later(at_s, rng.choices([act for _, act in trouble], [weight for weight, _ in trouble])[0])

    def _send(self, sending: histories.Sending) -> None:
        """A unit's software tries until the broker takes it."""
        world = self.world
        if not world.broker.is_up:
            return world.loop.later(0.5, self._send, sending)
        if (row := world.server.table("views").rows.get(sending.confirms)) is not None:
            sending = sending.stating(plain(row[0]))
        world.sent.append(sending)
        world.broker.receive(subjects.INBOX, subjects.inbox(sending.sender), sending.payload)

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
            for one in self.world.alive(where[0]):  # asleep meanwhile, so that all of it is one batch
                if not one.process.is_paused:
                    self.world.loop.pause(one.process)
                    self.world.loop.later(0.3, self._go_on, one)
            self.world.loop.later(0.15 * self.rng.random(), setattr, self.world.server, "cut_in", where)
        else:
            self._breaks_in = self.rng.randint(1, count)

    def _part_for_good(self) -> None:
        """Of two aggregators that take up a period opened now, one is gone for good in the middle of the first views, and these land
        while the other inserts its own.
        """
        self._is_for_good = self.world.server.is_cut_late = True
        while len(self.world.alive("aggregate")) < 2:
            self.world.start("aggregate")
        self.world.loop.later(0.6, self._open_last)

    def _open_last(self) -> None:
        """One takes up the opening alone, the others were asleep and take it up with the reports."""
        opening, *reports = self._history.opening(self.world.loop.time())
        self._send(opening)
        for sending in reports:
            self.world.loop.later(0.1, self._send, sending)
        for one in [one for one in self.world.alive("aggregate") if not one.process.is_paused][1:]:
            self.world.loop.pause(one.process)
            self.world.loop.later(0.3, self._go_on, one)
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
        self.world.loop.later(3.0 * self.rng.random() ** 2, self.world.start, one.kind, one.connections.settings.partitions)

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
            one.is_replaced = True
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
                self.is_feed_cut = world.judge.is_feed_cut = True
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
        """Views of before sometimes land after it."""
        if self.world.odds is not CALM and self.rng.random() < 0.5:
            self.world.server.late_in = "views"
        self.asked.append(self.world.change_reference)

    def _rebuild(self) -> None:
        self.asked.append(self.world.rebuild)

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
        world.judge.went_back = self.is_restored = True
        self._down()
        self._mended_from_s = world.chance.late_until_s
        for one in [one for one in world.instances if one.kind == "ingest"]:
            one.process.is_cut_off = True  # it is stopped before: nothing of it is on its way any more
            world.end(one)
        world.broker.restore(world.copy)
        self.is_feed_cut = world.judge.is_feed_cut = True
        world.loop.later(0.2 + self.rng.random(), self._up)
        world.loop.later(2.0, world.start, "ingest")

    async def operate(self) -> None:
        """One command after the other. After a restore: as soon as an instance asks for it, or at the latest after a while."""
        world, waited = self.world, 0
        while True:
            await asyncio.sleep(0.25)
            if self.is_restored:
                waited += 1
                if world.loop.time() >= self._mended_from_s and (self._is_said() or waited > 40):
                    world.counts["WentBack was said"] += self._is_said()
                    self.is_restored, waited = False, 0
                    self._send_meanwhile()
                    await world.rebuild()
            elif self.asked:
                await self.asked.pop(0)()

    def _send_meanwhile(self) -> None:
        """Units do not wait until views are rebuilt."""
        for _ in range(4):
            at_s = self.world.loop.time() + self.rng.random()
            for sending in self._history.burst(at_s, 2):
                self.world.loop.later(at_s - self.world.loop.time(), self._send, sending)

    def _is_said(self) -> bool:
        return any(WENT_BACK in why for one in self.world.alive("aggregate") for why in one.readiness.waiting_for.values())

    def end(self) -> None:
        """Nothing more breaks; whoever is paused goes on."""
        self.world.server.cut_in, self.world.server.late_in, self._breaks_in = ("", ""), "", 0
        for one in self.world.instances:
            self._go_on(one)
