"""The aggregator compared with the raw limit and with a naive handler, on the same stored reports.

What: REPORTS has 60,000 reports of 12 indicators from 10,035 communes. `limit` fetches them in batches of 2,000 and inserts the same raw
bytes (unordered, majority and journal, with fetch and insert overlapping), and does nothing else. `aggregate` folds them until all events
and all 754 district and province views are in MongoDB and the checkpoint is at the end. `naive` is in `naive.py`. How: one after the other
in one process, with the servers on the same machine. Seed: 1. Again: `make bench ONLY=aggregate`. Figures: docs/benchmarks.md.
"""

import asyncio
import time
from typing import Any, Final

from nats.js.api import AckPolicy, ConsumerConfig

from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.regimes import Regime
from tests.benchmarks import load, naive, profiles, stored
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import YEAR, machine, national_regime

REPORTS: Final = 60_000
BATCH: Final = 2_000


async def measure(size: float) -> Figures:
    """`limit.per_s`; `aggregate.per_s`, `.over_limit`, `.over_naive`; `naive.per_s`."""
    count, regime = round(REPORTS * size), national_regime()
    async with machine(regime) as connections:
        await stored.fill(
            connections, load.logged(regime, YEAR, await stored.communes(connections), count, connections.declaration.partitions)
        )
        limit = count / await limit_s(connections, count)
        rate = count / await aggregate_s(connections, regime, count)
        slow = await naive.per_s(connections, size)
    return {
        "limit": {"per_s": round(limit)},
        "aggregate": {"per_s": round(rate), "over_limit": round(rate / limit, 3), "over_naive": round(rate / slow, 1)},
        "naive": {"per_s": round(slow)},
    }


async def limit_s(connections: Connections, count: int) -> float:
    """Seconds to fetch all of the log and insert the raw bytes."""
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, mem_storage=True, num_replicas=1, inactive_threshold=30.0)
    consumer = await connections.streams.jetstream.pull_subscribe("reports.>", stream=subjects.REPORTS, config=config)
    collection = connections.database["raw"]
    began, done = time.perf_counter(), 0
    writing: asyncio.Future[Any] | None = None
    while done < count:
        messages = await consumer.fetch(min(BATCH, count - done), timeout=5)
        documents = [{"_id": done + number, "raw": message.data} for number, message in enumerate(messages)]
        done += len(documents)
        if writing is not None:
            await writing
        writing = asyncio.ensure_future(collection.insert_many(documents, ordered=False))
    if writing is not None:
        await writing
    took = time.perf_counter() - began
    await consumer.unsubscribe()
    await collection.drop()
    return took


async def aggregate_s(connections: Connections, regime: Regime, count: int) -> float:
    """Seconds from nothing until everything is stored and the checkpoint is at the end; what was stored is looked at."""
    wanted = await stored.ends(connections)
    async with profiles.recording(f"aggregate-{regime.id}"):
        began = time.perf_counter()
        async with stored.aggregating(connections):
            took = await stored.until_at(connections, wanted) - began
    await stored.require_right(connections, regime, count)
    return took
