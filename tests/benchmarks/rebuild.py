"""A rebuild of half a million events while reports arrive and views are read.

What: the log has 500,000 reports of 12 indicators. First the aggregator folds them from nothing (`aggregate_per_s`, from the moment it is
ready). Then they are rebuilt, while 50 reports a second are published to REPORTS and folded, and a reader reads a province's and its
districts' views again and again.

`per_s` counts logged events a second from start to end of the rebuild. `progress_gap_s` is the longest time without a progress message. A
read must show one generation only: `mixed_reads` counts reads that did not. `live_p99_ms` is the time from the intended publish of a live
report until a read of its province first shows it, during the whole rebuild. `back_s` is how long after the swap the views lack live
reports that they had shown before. `failed_reads` counts reads that the server refused and that a client would retry. At the end the views
are compared with the plain recomputation (`differences`).

How: the aggregator and the rebuild as separate processes. Seed: 1. Again: `make bench-long ONLY=rebuild`. Figures: docs/benchmarks.md.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson
from pymongo.errors import OperationFailure

from services.aggregate import verify
from services.devstack.process import Process
from services.portal.reading.store import PortalStore
from shared.plumbing import tasks
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words import periods
from shared.words.scope import Scope
from shared.words.units import Tree
from tests.benchmarks import load, profiles, stored
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import YEAR, machine, national_regime
from tests.running import environment_of, process, until_ready

REPORTS: Final = 500_000
LIVE_PER_S: Final = 50
PROVINCE: Final = "38"  # Thanh Hóa: 27 districts, the most
LIMIT_S: Final = 1800.0
PAUSE_S: Final = 0.005  # between reads


async def measure(size: float) -> Figures:
    """`rebuild`: see above."""
    count, regime = round(REPORTS * size), national_regime()
    async with machine(regime) as connections:
        units = await stored.communes(connections)
        await stored.fill(connections, load.logged(regime, YEAR, units, count, connections.declaration.partitions))
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            aggregator = process("aggregate", connections.settings, Path(folder))
            aggregator.launch()
            try:
                aggregate_s = await _aggregated(connections)
                figures = await _rebuilt(connections, count, Path(folder))
            finally:
                await aggregator.stop()
    rate = count / aggregate_s
    return {"rebuild": figures | {"aggregate_per_s": round(rate), "over_aggregate": round(figures["per_s"] / rate, 3)}}


async def _aggregated(connections: Connections) -> float:
    """Seconds from readiness until all is stored."""
    await until_ready("aggregate", connections.settings)
    began = time.perf_counter()
    return await stored.until_at(connections, await stored.ends(connections), LIMIT_S) - began


async def _rebuilt(connections: Connections, count: int, folder: Path) -> dict[str, Any]:
    child = Process(
        "rebuild", (sys.executable, "-m", "tests.benchmarks.rebuilding"), folder / "rebuild.log", environment_of(connections.settings)
    )
    reading, living = _Reading(connections), _Living(connections, count)
    reads, lives = asyncio.create_task(reading.run()), asyncio.create_task(living.run())
    await asyncio.sleep(1.0)
    child.launch()
    try:
        async with profiles.recording("rebuild", child.pid), asyncio.timeout(LIMIT_S):
            code = await child.ended()
    finally:
        await child.kill()
        await tasks.end(lives)
    if code:
        raise AssertionError(child.log.read_text(encoding="utf-8")[-2000:])
    await stored.until_at(connections, await stored.ends(connections), LIMIT_S)
    await reading.until_shown(living.sent[-1][1])
    await tasks.end(reads)
    for ended in (reads, lives):
        if not ended.cancelled():
            ended.result()
    verdict = await verify.verify(connections, lambda _: None)
    first = [str(difference.as_dict()) for difference in verdict.differences[:5]]
    latency = round(1000 * percentile(reading.latencies(living.sent), 99), 1)
    return _told(child.log) | reading.figures() | {"live_p99_ms": latency, "differences": len(verdict.differences), "first": first}


def _told(log: Path) -> dict[str, Any]:
    """Rate and longest silence, from what the rebuild's process wrote."""
    lines = [orjson.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    told = [line["at"] for line in lines]
    gap = max(later - earlier for earlier, later in pairwise(told))
    return {"per_s": round(lines[-1]["events"] / (told[-1] - told[0])), "progress_gap_s": round(gap, 2), "progress_told": len(told) - 2}


class _Living:
    """Reports of the province's communes that come in meanwhile."""

    def __init__(self, connections: Connections, logged: int) -> None:
        self._connections = connections
        self._logged = logged
        self.sent: list[tuple[float, int]] = []  # when it was to be sent, its sequence

    async def run(self) -> None:
        regime, partitions = national_regime(), self._connections.declaration.partitions
        everybody = await stored.communes(self._connections)
        units = [unit for unit in (await _tree(self._connections)).within(PROVINCE) if unit.level == "commune"]
        first = len(units) * (self._logged // len(everybody) + 1)  # revisions that nobody has sent
        coming = load.logged(regime, YEAR, units, int(LIVE_PER_S * LIMIT_S), partitions, first=first)
        async for at, message in load.at_rate(coming, LIVE_PER_S):
            self.sent.append((at, (await self._connections.streams.publish(subjects.REPORTS, message)).seq))


class _Reading:
    """Reads the province's and its districts' views over and over, as the portal does, in one query."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._reads: list[tuple[float, int, int]] = []  # when, generation, and the sequence of the province's view
        self._mixed = self._failed = 0

    async def run(self) -> None:
        known = await self._connections.reference.current()
        scope = Scope.of_command_line(known, periods.local_day(self._connections.clock()))
        store, regime = PortalStore(self._connections.database, scope), national_regime().id
        units = [unit.id for unit in (await _tree(self._connections)).within(PROVINCE) if unit.level != "commune"]
        while True:
            await asyncio.sleep(PAUSE_S)
            try:
                views = await store.views(regime, YEAR, units)
            except OperationFailure:
                self._failed += 1
                continue
            generations = {view.position.generation for view in views}
            province = next((view.position for view in views if view.unit.id == PROVINCE), None)
            if len(generations) != 1 or province is None or len(views) != len(units):
                self._mixed += 1
            else:
                self._reads.append((time.perf_counter(), province.generation, province.sequence))

    async def until_shown(self, sequence: int) -> None:
        """Waits until the new generation shows an event: the aggregator has loaded it, and all views are written again."""
        async with asyncio.timeout(LIMIT_S):
            while self._reads[-1][1] == self._reads[0][1] or self._reads[-1][2] < sequence:
                await asyncio.sleep(stored.POLL_S)

    def figures(self) -> dict[str, Any]:
        return {"reads": len(self._reads), "mixed_reads": self._mixed, "failed_reads": self._failed, "back_s": round(self._back_s(), 2)}

    def _back_s(self) -> float:
        """From the first read of the new generation until a read shows what the last of the old one had."""
        old = [read for read in self._reads if read[1] == self._reads[0][1]]
        new = self._reads[len(old) :]
        if not new:
            raise AssertionError("nobody read the new generation")
        return next(at for at, _, sequence in new if sequence >= old[-1][2]) - new[0][0]

    def latencies(self, sent: Sequence[tuple[float, int]]) -> list[float]:
        """Seconds from the intended publish until a read showed it."""
        times, reading = [], 0
        for at, sequence in sent:
            while self._reads[reading][2] < sequence:
                reading += 1
            times.append(self._reads[reading][0] - at)
        return times


async def _tree(connections: Connections) -> Tree:
    period = national_regime().period(YEAR)
    assert period is not None
    return (await connections.reference.current()).registry.at(period.cut_off)
