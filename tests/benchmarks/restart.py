"""How long an aggregator is away after `kill -9`.

What: 40,000 reports of all communes are stored. The aggregator is killed and started again at once, and a new report is logged meanwhile.
There are five kills. The time of a kill runs until `/readyz` is ready with nothing left to read and the new report is in its district's
view: `caught_up_s` is the median, `worst_s` the longest. `ready_s` is the part until the aggregator is ready. How: the aggregator as a
separate process, so its start and imports count. Seed: 1. Again: `make bench ONLY=restart`. Figures: docs/benchmarks.md.
"""

import asyncio
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from services.devstack import probe
from services.devstack.process import Process
from shared.shell.service import Connections
from shared.wire import subjects
from tests.benchmarks import load, stored
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import YEAR, machine, national_regime
from tests.running import running, with_all_settings

REPORTS: Final = 40_000
KILLS: Final = 5
LIMIT_S: Final = 60.0
POLL_S: Final = 0.01  # a finer look would cost the aggregator its processor


async def measure(size: float) -> Figures:
    """`restart`: `caught_up_s`, `worst_s`, `ready_s`."""
    count, regime = round(REPORTS * size), national_regime()
    async with machine(regime) as connections:
        units, partitions = await stored.communes(connections), connections.declaration.partitions
        await stored.fill(connections, load.logged(regime, YEAR, units, count, partitions))
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            async with running(connections.settings, Path(folder), "aggregate") as processes:
                await stored.until_at(connections, await stored.ends(connections))
                await asyncio.sleep(2.0)  # FEED too has come to rest
                times = [await _kill(connections, processes["aggregate"], count + number) for number in range(KILLS)]
    ready, caught_up = ([pair[part] for pair in times] for part in (0, 1))
    figures = {"caught_up_s": median(caught_up), "worst_s": max(caught_up), "ready_s": median(ready)}
    return {"restart": {name: round(value, 2) for name, value in figures.items()}}


async def _kill(connections: Connections, aggregator: Process, number: int) -> tuple[float, float]:
    """Seconds from the kill until ready, and until caught up with report `number` in its view."""
    regime, units = national_regime(), await stored.communes(connections)
    unit = units[number % len(units)]
    message = list(load.logged(regime, YEAR, units, 1, connections.declaration.partitions, first=number))
    began = time.perf_counter()
    await aggregator.kill()
    aggregator.launch()
    [sequence] = await connections.streams.publish_together(subjects.REPORTS, message)
    async with asyncio.timeout(LIMIT_S):
        ready, seen = await asyncio.gather(
            _until_ready(connections), stored.until_seen(connections, f"{regime.id}/{YEAR}/{unit.parent}", sequence)
        )
    return ready - began, max(ready, seen) - began


async def _until_ready(connections: Connections) -> float:
    while True:
        status, body = await asyncio.to_thread(probe.get, with_all_settings(connections).settings.aggregate_monitor_port, "/readyz")
        if status == 200 and orjson.loads(body)["lag"] == 0:
            return time.perf_counter()
        await asyncio.sleep(POLL_S)
