"""One seed: servers, instances that come and go, units that send, an operator who changes and mends; then quiet, and the verdict.

The product is given this world's clock and ids; its log lines are caught here and nowhere else.
"""

import asyncio
import itertools
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final, cast
from unittest import mock

import structlog
from pymongo.errors import OperationFailure

from services.aggregate import app as aggregate_app
from services.aggregate import recall
from services.aggregate.domain import pace
from services.aggregate.rebuild import Rebuild
from services.ingest import app as ingest_app
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, streams
from shared.plumbing.broker import Streams
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import events, subjects
from shared.words.failures import ConfigurationError
from shared.words.regimes import resolve
from tests.simulation.rollup import histories, reforms
from tests.simulation.rollup.broker import Broker
from tests.simulation.rollup.chance import Chance, profile
from tests.simulation.rollup.client import Connection, library_time
from tests.simulation.rollup.driver import Database
from tests.simulation.rollup.histories import Changes, Sending
from tests.simulation.rollup.judge import Judge
from tests.simulation.rollup.loop import Process, VirtualLoop
from tests.simulation.rollup.reforms import Reforms
from tests.simulation.rollup.store import Server

WINDOW_S: Final = 4.0  # how long REPORTS remembers ids: shorter than a redelivery takes, so that copies come into the log
WENT_BACK: Final = "tonghop rebuild"  # what an instance says that refuses to go on
FOR_EVER_S: Final = 400.0  # by then everything is quiet, or never
_DECLARED = streams.read()
_REPORTS = _DECLARED.streams[subjects.REPORTS].model_copy(update={"duplicate_window_s": WINDOW_S})
DECLARED: Final = _DECLARED.model_copy(
    update={"partitions": histories.PARTITIONS, "streams": {**_DECLARED.streams, subjects.REPORTS: _REPORTS}}
)
REFORMING: Final = (2, 3, 7)  # the last digits of seeds with reforms
UNDOING: Final = (6,)  # of seeds in which confirmations are undone
UNEXPECTED: Final = ("task.failed", "message.failed")  # errors that no rule knows


@dataclass
class Instance:
    """One life of a service."""

    kind: str
    process: Process
    connection: Connection
    connections: Connections[Settings]
    readiness: Readiness = field(default_factory=Readiness)
    task: Any = None
    is_replaced: bool = False  # held for dead: it will be ended when somebody notices that it is not

    @property
    def is_alive(self) -> bool:
        return not self.process.is_dead and not self.task.done()


class World:
    """Everything of one seed."""

    def __init__(self, seed: int, *, is_first_enough: bool = False) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.loop = VirtualLoop(random.Random(seed + 1))
        self.judge = Judge(is_first_enough)
        self.counts: Counter[str] = self.judge.counts
        self.odds = profile(self.rng)
        self.chance = Chance(self.rng, self.odds, self.counts)
        self.server = Server(self.loop, self.chance, self._note, self._watch)
        self.broker = Broker(self.loop, self.chance, self._note, self.clock_ms)
        self.broker.on_stored = self.judge.stored
        self.broker.on_receipt = self.judge.answered
        self.judge.broker, self.judge.server = self.broker, self.server
        self.is_reforming = seed % 10 in REFORMING
        self.is_undoing = seed % 10 in UNDOING
        self.changes = Changes(self.rng, self.is_reforming)
        self.sent: list[Sending] = []
        self.instances: list[Instance] = []
        self.operators: list[Any] = []
        self.copy: Any = None
        self._names: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._is_feed_cut = False

    def clock_ms(self) -> int:
        return histories.BEGINS_MS + int(self.loop.time() * 1000)

    def now(self) -> datetime:
        """The made-up time of day."""
        return events.from_ms(self.clock_ms())

    def new_id(self) -> str:
        return f"{next(self._numbers):032x}"

    def _note(self, *words: object) -> None:
        self.judge.note(round(self.loop.time(), 6), *words)

    def _watch(self, name: str, before: Any, after: Any) -> None:
        self.judge.changed(name, before, after)

    # processes

    def connections(self, kind: str, partitions: str = "all") -> tuple[Process, Connection, Connections[Settings]]:
        """A new process with its connections."""
        self._names[kind] += 1
        process = Process(f"{kind}-{self._names[kind]}")
        connection = Connection(self.loop, self.broker, self.chance, self._note, process)
        if not self.broker.is_up:
            connection.disconnect()
        shell: Any = SimpleNamespace(
            config=SimpleNamespace(broker_config=SimpleNamespace(connection_state=SimpleNamespace(connection=connection)))
        )
        database: Any = Database(self.server)
        settings = Settings.model_construct(partitions=partitions)
        connections = Connections(
            name=kind,
            settings=settings,
            broker=shell,
            streams=Streams(shell, self.new_id),
            mongo=cast(Any, None),
            database=database,
            reference=ReferenceStore(database, self.now),
            declaration=DECLARED,
            clock=self.now,
            new_id=self.new_id,
        )
        return process, connection, connections

    def start(self, kind: str, partitions: str = "all") -> Instance:
        """A new life of a service."""
        process, connection, connections = self.connections(kind, partitions)
        instance = Instance(kind, process, connection, connections)
        instance.readiness.has("start")
        instance.task = self.loop.spawn(process, self._serve(instance))
        self.instances.append(instance)
        self._note("started", process.name)
        return instance

    async def _serve(self, instance: Instance) -> None:
        """What `shared.shell.service` does with a service's work."""
        connections, readiness = instance.connections, instance.readiness

        async def work() -> None:
            if instance.kind == "ingest":
                await ingest_app.ingest(connections, ClaimStore(connections.database), readiness)
            else:
                await aggregate_app.aggregate(connections, readiness)

        try:
            await delivery.keep_trying("work", work, readiness)
        except ConfigurationError as error:
            self.judge.violated("nothing forbids to go on", error)

    def end(self, instance: Instance) -> None:
        """kill -9: nothing more comes from it but what is under way."""
        if instance.process.is_dead:
            return
        self._note("killed", instance.process.name)
        instance.process.is_dead = True
        instance.connection.end()
        if instance.process.is_paused:
            self.loop.go_on(instance.process)
        instance.task.cancel()

    def alive(self, kind: str) -> list[Instance]:
        return [instance for instance in self.instances if instance.kind == kind and instance.is_alive]

    async def operate(self, name: str, act: Callable[[Connections], Awaitable[object]]) -> None:
        """A command of the operator, run again until it succeeds; sometimes it is killed at first."""
        while True:
            process, connection, connections = self.connections(name)
            instance = Instance(name, process, connection, connections)
            instance.task = self.loop.spawn(process, self._command(instance, act))
            self.operators.append(instance)
            if self.chance.is_on and self.rng.random() < 0.3:
                await asyncio.wait([instance.task], timeout=0.5 * self.rng.random())
                if not instance.task.done():
                    self.counts[f"{name} cut off"] += 1
                    self.end(instance)
                    continue
            await asyncio.wait([instance.task])
            self.counts[name] += 1
            return

    async def _command(self, instance: Instance, act: Callable[[Connections], Awaitable[object]]) -> None:
        await delivery.keep_trying(instance.kind, lambda: act(instance.connections), instance.readiness)

    async def change_reference(self) -> None:
        """Units or regimes are imported anew."""
        if self.changes.reforms is not None and self.rng.random() < 0.8:
            await self._reform(self.changes.reforms)
        elif self.changes.reforms is None and self.rng.random() < 0.6:
            units = self.changes.next_units()
            await self.operate("units changed", lambda connections: connections.reference.put_units(units))
        else:
            loaded = self.changes.next_regimes()
            await self.operate("regimes changed", lambda connections: connections.reference.put_regimes(loaded))

    async def _reform(self, changing: Reforms) -> None:
        """A reform is applied, or one that is applied is reverted."""
        reform_id, done = changing.next(resolve(self.changes.regimes.values()))
        if done is None:
            await self.operate("reforms reverted", lambda connections: reforms.revert(connections, reform_id))
        else:
            await self.operate("reforms applied", lambda connections: reforms.apply(connections, done))

    async def rebuild(self) -> None:
        """`tonghop rebuild`."""
        await self.operate(
            "rebuilds", lambda connections: Rebuild(connections, ClaimStore(connections.database).accepted, lambda *_: None).run()
        )

    def logged(self, level: str, event: dict[str, Any]) -> None:
        """What the product says of itself."""
        name = event["event"]
        self._note("log", level, name)
        self.counts[f"log: {name}"] += 1
        error = sys.exc_info()[1]
        if name in UNEXPECTED and not isinstance(error, OperationFailure):
            self.judge.violated("no error that nobody expected", name, repr(error), event)


@contextmanager
def made_up(world: World) -> Iterator[None]:
    """The product's logs and constants are this world's."""

    def on_log(_: Any, level: str, event: MutableMapping[str, Any]) -> Any:
        world.logged(level, dict(event))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[structlog.processors.add_log_level, on_log], wrapper_class=structlog.BoundLogger)
    with ExitStack() as replaced:
        replaced.callback(structlog.configure, **before)
        replaced.enter_context(mock.patch.object(pace, "BEHIND", (2, 5, 200)[world.seed % 3]))
        replaced.enter_context(mock.patch.object(pace, "SHOW_S_EACH", 0.3))
        replaced.enter_context(mock.patch.object(recall, "KEPT", (0, 1, 4)[world.seed % 3]))
        replaced.enter_context(mock.patch.object(recall, "IDLE_S", (0.0, 0.5)[world.seed % 2]))
        replaced.enter_context(library_time(world.loop))
        yield
