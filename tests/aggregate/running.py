"""Runs the aggregator as a task of the test, and puts reports directly into the log."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import orjson

from services.aggregate.app import aggregate
from services.aggregate.verify import Verdict, verify
from shared.check.recompute import expected_views
from shared.plumbing import tasks
from shared.plumbing.broker import Message
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from tests.benchmarks import load
from tests.running import with_all_settings
from tests.waiting import until

REGIME, PERIOD = "nq68-quang-binh", "2026"
PROVINCE = f"{REGIME}/{PERIOD}/44"


@asynccontextmanager
async def aggregating(connections: Connections) -> AsyncIterator[Readiness]:
    """A running aggregator."""
    readiness = Readiness()
    readiness.has("start")
    task = asyncio.create_task(aggregate(with_all_settings(connections), readiness))
    try:
        yield readiness
    finally:
        await tasks.end(task)


async def log_reports(connections: Connections, revisions: Sequence[int] = (1,), seed: int = 7) -> int:
    """Logs one report of every commune of Quảng Bình for each revision; the last sequence."""
    reference = await connections.reference.current()
    regime = reference.regimes[REGIME]
    period = regime.period(PERIOD)
    assert period is not None
    units = regime.group_members(reference.registry.at(period.cut_off))["xa"]
    rng = random.Random(seed)
    messages = []
    for revision in revisions:
        for number, unit in enumerate(units):
            event = load.event(regime, PERIOD, unit, revision, rng)
            payload = orjson.dumps({**event, "unitid": unit.id, "receivedms": load.FIRST_RECEIVED_MS + number})
            partition = subjects.partition_of(REGIME, PERIOD, connections.declaration.partitions)
            messages.append(Message(subjects.reports(partition, REGIME), payload, f"{unit.code}/{event['id']}"))
    return (await connections.streams.publish_together(subjects.REPORTS, messages))[-1]


async def until_stored(connections: Connections, sequence: int) -> None:
    """Waits until the checkpoint has passed a sequence of the log, and every other partition has its first views too."""
    partition = subjects.partition_of(REGIME, PERIOD, connections.declaration.partitions)
    await until(lambda: _is_stored(connections, partition, sequence))
    views = len(list(expected_views(await connections.reference.current(), [], datetime.now(UTC))))
    await until(lambda: _has_views(connections, views))


async def _is_stored(connections: Connections, partition: int, sequence: int) -> bool:
    found = await connections.database["checkpoints"].find_one({"_id": f"aggregate/{partition}"})
    return found is not None and found["sequence"] >= sequence


async def _has_views(connections: Connections, count: int) -> bool:
    return await connections.database["views"].count_documents({}) >= count


async def verdict(connections: Connections) -> Verdict:
    return await verify(connections, lambda _: None)
