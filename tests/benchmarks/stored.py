"""Helpers for the log and the database: fill the log, run the aggregator in this process, wait until everything is stored."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from itertools import islice
from typing import Final

import nats.js.errors

from services.aggregate.app import aggregate
from shared.plumbing import tasks
from shared.plumbing.broker import Message
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests.benchmarks.machine import YEAR
from tests.running import with_all_settings

FILL_BATCH: Final = 2000
POLL_S: Final = 0.05
LOOK_S: Final = 0.01  # a finer look would cost the aggregator its processor
VIEWS: Final = 63 + 691  # of a national regime and period: five island districts have no commune

Ends = Mapping[int, int]  # partition: the sequence of its last message


async def communes(connections: Connections) -> list[Unit]:
    """All 10,035 communes."""
    return [unit for unit in (await connections.reference.current()).registry.units if unit.level == "commune"]


async def fill(connections: Connections, messages: Iterable[Message]) -> None:
    """Publishes to the log, in atomic batches."""
    left = iter(messages)
    while part := list(islice(left, FILL_BATCH)):
        await connections.streams.publish_together(subjects.REPORTS, part)


async def ends(connections: Connections) -> Ends:
    """The partitions that have messages, and where each ends."""
    found = {}
    for number in range(connections.declaration.partitions):
        try:
            last = await connections.streams.jetstream.get_last_msg(subjects.REPORTS, subjects.reports_of(number))
        except nats.js.errors.NotFoundError:
            continue
        found[number] = last.seq or 0
    return found


async def until_at(connections: Connections, wanted: Ends, limit_s: float = 600.0) -> float:
    """Waits until the checkpoint of every partition is at its end; when that was, by `time.perf_counter`."""
    query = {"$or": [{"_id": f"aggregate/{number}", "sequence": {"$gte": sequence}} for number, sequence in wanted.items()]}
    give_up_at = time.perf_counter() + limit_s
    while await connections.database["checkpoints"].count_documents(query) < len(wanted):
        if time.perf_counter() > give_up_at:
            raise TimeoutError(f"the aggregator did not reach {dict(wanted)}")
        await asyncio.sleep(POLL_S)
    return time.perf_counter()


async def until_beyond(connections: Connections, partition: int, sequence: int, limit_s: float = 600.0) -> float:
    """Waits until an event of a partition after this sequence of the log is in `reports`; when that was."""
    query = {"partition": partition, "sequence": {"$gt": sequence}}
    give_up_at = time.perf_counter() + limit_s
    while await connections.database["reports"].find_one(query, {"_id": 1}) is None:
        if time.perf_counter() > give_up_at:
            raise TimeoutError(f"the aggregator stored nothing after {sequence}")
        await asyncio.sleep(LOOK_S)
    return time.perf_counter()


@asynccontextmanager
async def aggregating(connections: Connections) -> AsyncIterator[Readiness]:
    """An aggregator inside this process; an error of it ends whoever waits for it."""
    readiness, waiting = Readiness(), asyncio.current_task()
    task = asyncio.create_task(aggregate(with_all_settings(connections), readiness))
    await asyncio.sleep(0)  # by now it waits for its partitions
    readiness.has("start")
    task.add_done_callback(lambda ended: None if ended.cancelled() or waiting is None else waiting.cancel())
    try:
        yield readiness
    finally:
        await tasks.end(task)
        if not task.cancelled():
            task.result()


async def until_ready(readiness: Readiness, limit_s: float = 600.0) -> float:
    """Waits until every partition is loaded; when that was."""
    if not readiness.waiting_for:
        raise AssertionError("nothing was waited for: the loading would not be measured")
    give_up_at = time.perf_counter() + limit_s
    while readiness.waiting_for:
        if time.perf_counter() > give_up_at:
            raise TimeoutError(f"not ready: {readiness.waiting_for}")
        await asyncio.sleep(POLL_S)
    return time.perf_counter()


async def require_right(connections: Connections, regime: Regime, stored: int) -> None:
    """What was timed is what is wanted: all events, all views, every sender received. Each commune reports as often as any other."""
    found = await connections.database["reports"].count_documents({"regime": regime.id})
    views = [
        document
        async for document in connections.database["views"].find({"regime": regime.id, "period": YEAR}, {"reporting": 1, "unit": 1})
    ]
    received = sum(view["reporting"]["received"] for view in views if view["unit"]["level"] == "province")
    wanted = (stored, VIEWS, min(stored, len(await communes(connections))))
    if (found, len(views), received) != wanted:
        raise AssertionError(f"stored, views, received: {(found, len(views), received)}, wanted {wanted}")


async def until_seen(connections: Connections, view: str, sequence: int) -> float:
    """Waits until a view includes the event with this sequence; when that was."""
    query = {"_id": view, "position.sequence": {"$gte": sequence}}
    while await connections.database["views"].count_documents(query) == 0:
        await asyncio.sleep(LOOK_S)
    return time.perf_counter()
