"""Both sides of a case: the stand-in in made-up time, and the real server of the test run."""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

from shared.plumbing.broker import Streams
from shared.plumbing.mongo import Documents
from tests.simulation.cases.nats_rig import DECLARED
from tests.simulation.rollup.broker import Broker
from tests.simulation.rollup.chance import CALM, Chance
from tests.simulation.rollup.client import Connection, library_time
from tests.simulation.rollup.driver import Database
from tests.simulation.rollup.histories import BEGINS_MS
from tests.simulation.rollup.loop import Process, VirtualLoop
from tests.simulation.rollup.store import Server


def nothing(*_: object) -> None:
    """Nobody listens."""


@contextlib.contextmanager
def _made_up_time() -> Iterator[VirtualLoop]:
    """A loop without a clock, also for the client library's own time-outs."""
    loop = VirtualLoop(Random(1))
    with library_time(loop):
        yield loop


def _run(loop: VirtualLoop, work: Coroutine[Any, Any, None]) -> None:
    try:
        loop.run_until_complete(work)
    finally:
        loop.clear_failure()
        while tasks := [task for task in asyncio.all_tasks(loop) if not task.done()]:
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def on_the_fake_nats(act: Callable[[Streams], Coroutine[Any, Any, None]]) -> None:
    """Runs a case on the stand-in for nats-server."""
    with _made_up_time() as loop:
        chance, numbers = Chance(Random(1), CALM, Counter()), itertools.count(1)
        broker = Broker(loop, chance, nothing, lambda: BEGINS_MS + int(loop.time() * 1000))
        broker.declare(DECLARED, *DECLARED.streams)
        connection = Connection(loop, broker, chance, nothing, Process("case-1"))
        state = SimpleNamespace(connection=connection)
        shell: Any = SimpleNamespace(config=SimpleNamespace(broker_config=SimpleNamespace(connection_state=state)))
        _run(loop, act(Streams(shell, lambda: f"{next(numbers):032x}")))


def on_the_fake_mongo(act: Callable[[Documents], Coroutine[Any, Any, None]]) -> None:
    """Runs a case on the stand-in for MongoDB."""
    with _made_up_time() as loop:
        database: Any = Database(Server(loop, Chance(Random(1), CALM, Counter()), nothing, nothing))
        _run(loop, act(database))
