"""The aggregator against the raw limit, on the same stored reports.

What: 60,000 reports of 12 indicators from 10,035 communes stand in REPORTS. `limit` fetches them in batches of 2,000 and
inserts the same raw bytes, unordered, majority and journal, fetch and insert overlapped, and does nothing else. `aggregate`
folds them until all events and all district and province views are in MongoDB and the checkpoint is at the end.
How: one process each in turn, servers beside it. Again: `make bench ONLY=throughput`. Figures: docs/benchmarks.md.
"""

import asyncio
import time
from typing import Any

from nats.js.api import AckPolicy, ConsumerConfig

from services.aggregate.app import aggregate
from shared import subjects, tasks
from shared.observability import Readiness
from shared.service import Connections
from tests.benchmarks import load
from tests.benchmarks.machine import YEAR, machine, national_regime

REPORTS = 60_000
BATCH = 2_000
DEADLINE_S = 300.0


async def measure() -> dict[str, Any]:
    """`limit_per_s`, `aggregate_per_s`, `aggregate_over_limit`."""
    regime = national_regime()
    async with machine(regime) as held:
        partition = await prefill(held, REPORTS)
        limit = REPORTS / await limit_s(held)
        rate = REPORTS / await aggregate_s(held, partition)
        return {"limit_per_s": round(limit), "aggregate_per_s": round(rate), "aggregate_over_limit": round(rate / limit, 3)}


async def prefill(held: Connections, count: int) -> int:
    """Publishes the reports; their partition."""
    regime = national_regime()
    units = [unit for unit in (await held.reference.current()).registry.units if unit.level == "commune"]
    messages = list(load.logged(regime, YEAR, units, count, held.declaration.partitions))
    for first in range(0, count, BATCH):
        await held.streams.publish_together(subjects.REPORTS, messages[first : first + BATCH])
    return subjects.partition_of(regime.id, YEAR, held.declaration.partitions)


async def limit_s(held: Connections) -> float:
    """Seconds to fetch and insert the raw bytes."""
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, mem_storage=True, num_replicas=1)
    consumer = await held.streams.jetstream.pull_subscribe("reports.>", stream=subjects.REPORTS, config=config)
    collection = held.database["raw"]
    began, done = time.perf_counter(), 0
    writing: asyncio.Future[Any] | None = None
    while done < REPORTS:
        messages = await consumer.fetch(BATCH, timeout=5)
        documents = [{"_id": done + number, "raw": message.data} for number, message in enumerate(messages)]
        done += len(documents)
        if writing is not None:
            await writing
        writing = asyncio.ensure_future(collection.insert_many(documents, ordered=False))
    if writing is not None:
        await writing
    took = time.perf_counter() - began
    await collection.drop()
    return took


async def aggregate_s(held: Connections, partition: int) -> float:
    """Seconds until everything is stored and the checkpoint is at the end."""
    end = await held.streams.last_sequence(subjects.REPORTS)
    readiness = Readiness()
    began = time.perf_counter()
    task = asyncio.create_task(aggregate(held, readiness))
    try:
        while time.perf_counter() - began < DEADLINE_S:
            found = await held.database["checkpoints"].find_one({"_id": f"aggregate/{partition}"})
            if found is not None and found["sequence"] >= end:
                took = time.perf_counter() - began
                await _require_right(held)
                return took
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
        raise TimeoutError("the aggregator did not reach the end")
    finally:
        await tasks.end(task)


async def _require_right(held: Connections) -> None:
    """What was timed is what is wanted: all events, all views, everybody received."""
    stored = await held.database["reports"].count_documents({})
    views = [document async for document in held.database["views"].find({"regime": "do-toc-do"}, {"reporting": 1, "unit": 1})]
    provinces = [view for view in views if view["unit"]["level"] == "province"]
    received = sum(view["reporting"]["received"] for view in provinces)
    if (stored, len(views), received) != (REPORTS, 63 + 691, 10_035):  # five island districts have no commune
        raise AssertionError(f"stored {stored}, views {len(views)}, received {received}")
