"""Two aggregators instead of one, and which resource limits them.

What: eight national regimes, one in each partition, with 60,000 reports of 12 indicators in all, published before the start. `one` is a
single instance with all partitions; `halves` are two instances with four partitions each; `standby` are two instances with all partitions
each, which both do all the work. Each run starts from the log with empty collections. `per_s` counts events from the moment all instances
are ready, without the events stored by then, until all checkpoints are at their ends. `cores` are the processors used meanwhile by
nats-server, mongod and each instance: if their sum is close to the number of the machine's cores, the processor is the limit.

How: instances as separate processes, with the servers on the same machine. Seed: 1. Again: `make bench ONLY=scale`. Figures:
docs/benchmarks.md.
"""

import asyncio
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count as numbers_from
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from services.devstack.process import Process
from shared.plumbing import reader
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.regimes import Regime
from tests.benchmarks import load, stored
from tests.benchmarks.cpu import Meter
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import NATIONAL, YEAR, Machine, national_regime, servers
from tests.running import process, second_instance, until_ready, with_all_settings

REPORTS: Final = 60_000
PARTITIONS: Final = 8  # of the declaration
WAYS: Final = {"one": ("all",), "halves": ("0,1,2,3", "4,5,6,7"), "standby": ("all", "all")}

OURS: Final = {"_id": {"$regex": "^aggregate/"}}  # the aggregator's checkpoints


async def measure(size: float) -> Figures:
    """`scale.<way>`: `per_s`, `cores.<process>`; `scale.halves_over_one`, `scale.standby_over_one`."""
    regimes = one_each()
    found: Figures = {}
    async with servers(*regimes) as machine:
        connections = machine.connections
        units, each = await stored.communes(connections), round(REPORTS * size / PARTITIONS)
        for regime in regimes:
            await stored.fill(connections, load.logged(regime, YEAR, units, each, PARTITIONS))
        places = await _places(connections, each * PARTITIONS)
        for way, instances in WAYS.items():
            found[way] = await _way(machine, instances, places)
            for regime in regimes:
                await stored.require_right(connections, regime, each)
            await connections.database["reports"].drop()
            await connections.database["views"].drop()
            await connections.database["checkpoints"].delete_many(OURS)
    ratios = {f"{way}_over_one": round(found[way]["per_s"] / found["one"]["per_s"], 3) for way in ("halves", "standby")}
    return {"scale": found | ratios}


def one_each() -> list[Regime]:
    """National regimes, one in each partition."""
    found: dict[int, Regime] = {}
    for number in numbers_from():
        regime = national_regime(f"{NATIONAL}-{number}")
        found.setdefault(subjects.partition_of(regime.id, YEAR, PARTITIONS), regime)
        if len(found) == PARTITIONS:
            return list(found.values())
    raise AssertionError


async def _places(connections: Connections, total: int) -> Mapping[int, list[int]]:
    """The sequences of each partition's messages, ascending."""
    found: dict[int, list[int]] = {number: [] for number in range(PARTITIONS)}
    follow = reader.log_reader(connections.streams.client, subjects.REPORTS, "reports.>", 1)
    while sum(map(len, found.values())) < total:
        for delivery in await follow.batch(5000):
            found[int(delivery.subject.split(".")[1])].append(delivery.sequence)
    await follow.close()
    return found


async def _way(machine: Machine, instances: tuple[str, ...], places: Mapping[int, list[int]]) -> Figures:
    connections = machine.connections
    async with _running(connections, instances) as processes:
        pids = {"nats": machine.nats.pid, "mongod": machine.mongo.pid}
        meter = Meter(pids | {f"aggregate_{number}": found.pid for number, found in enumerate(processes)})
        began, done = time.perf_counter(), await _stored(connections, places)
        took = await stored.until_at(connections, {number: found[-1] for number, found in places.items()}) - began
        total = sum(map(len, places.values()))
        return {"per_s": round((total - done) / took), "took_s": round(took, 2), "cores": meter.cores()}


@asynccontextmanager
async def _running(connections: Connections, instances: tuple[str, ...]) -> AsyncIterator[list[Process]]:
    """Ready instances with the partitions named."""
    with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
        chosen = [
            second_instance("aggregate", with_all_settings(connections).settings).model_copy(update={"partitions": partitions})
            for partitions in instances
        ]
        processes = [process("aggregate", settings, Path(folder) / str(number)) for number, settings in enumerate(chosen)]
        try:
            for started in processes:
                started.launch()
            await asyncio.gather(*[until_ready("aggregate", settings) for settings in chosen])
            yield processes
        finally:
            await asyncio.gather(*[started.stop() for started in processes])


async def _stored(connections: Connections, places: Mapping[int, list[int]]) -> int:
    """Events up to the checkpoints."""
    at = {document["_id"]: document["sequence"] async for document in connections.database["checkpoints"].find(OURS)}
    return sum(bisect_right(found, at.get(f"aggregate/{number}", 0)) for number, found in places.items())
