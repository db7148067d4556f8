"""`tonghop verify` on half a million reports, beside live load.

What: 500,000 logged events of 10,035 communes in two regimes of three periods with 12 indicators: submissions with corrections, one in
twenty-five withdrawn, one in twenty-five returned, one in fifty extended. All are folded into `reports` and `views`. Then 50 reports a
second pass through ingest and aggregate while `tonghop verify --json` runs as a separate process. `verify_s` is its duration,
`verify_cpu_s` its processor time, `verify_peak_mb` its largest resident memory. Target: 60 s. How: everything durable. Seed: 1. Again:
`make bench ONLY=verify`. Figures: docs/benchmarks.md.
"""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from services.devstack.process import Process
from shared.plumbing import tasks
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests.benchmarks import load
from tests.benchmarks.machine import YEAR, machine, national_regime
from tests.running import command, running

REPORTS = 500_000
PERIODS = [str(int(YEAR) - 2), str(int(YEAR) - 1), YEAR]
REGIMES = [national_regime(name).model_copy(update={"periods": PERIODS}) for name in ("do-kiem-mot", "do-kiem-hai")]
RATE = 50  # live reports a second
BATCH = 10_000
LIMIT_S = 600.0


async def measure(size: float) -> dict[str, Any]:
    """`verify: {"views", "verify_s", "verify_cpu_s", "verify_peak_mb", "live"}`."""
    with TemporaryDirectory(prefix="tonghop-bench-log-") as name:
        async with machine(*REGIMES) as connections:
            units = [unit for unit in (await connections.reference.current()).registry.units if unit.level == "commune"]
            async with running(connections.settings, Path(name), "ingest", "aggregate"):
                await _prefill(connections, units, int(REPORTS * size))
                await _until_folded(connections, int(REPORTS * size))
                return {"verify": await _beside_live_load(connections, units, Path(name))}


async def _prefill(connections: Connections, units: list[Unit], count: int) -> None:
    made = _history(units, count, connections.declaration.partitions)
    while part := [message for _, message in zip(range(BATCH), made, strict=False)]:
        await connections.streams.publish_together(subjects.REPORTS, part)


async def _until_folded(connections: Connections, count: int) -> None:
    """Waits until every event stands in `reports`, and every checkpoint is written."""
    async with asyncio.timeout(LIMIT_S):
        while await connections.database["reports"].estimated_document_count() < count:
            await asyncio.sleep(1)


def _history(units: list[Unit], count: int, partitions: int) -> Iterator[Message]:
    """Every unit's first event in every regime and period, then every unit's second, and so on."""
    rng = random.Random(1)
    blocks = [(regime, period) for regime in REGIMES for period in PERIODS]
    for number in range(count):
        regime, period = blocks[number % len(blocks)]
        turn, place = divmod(number // len(blocks), len(units))
        yield _logged(regime, period, units[place], turn + 1, number, partitions, rng)


def _logged(regime: Regime, period: str, unit: Unit, revision: int, number: int, partitions: int, rng: random.Random) -> Message:
    made = load.event(regime, period, unit, revision, rng)
    concerned = {"regime": regime.id, "period": period, "unit": unit.code}
    match number % 53:
        case 7 | 31:
            made |= {"type": events.WITHDRAWN, "data": {**concerned, "revision": revision}}
        case 11 | 43:
            made |= {"type": events.RETURNED, "data": {**concerned, "revision": revision, "reason": "sai", "fix_by": f"{YEAR}-12-30"}}
        case 17:
            made |= {"type": events.EXTENDED, "data": {**concerned, "until": f"{YEAR}-12-25", "reason": "mưa lũ"}}
    made["id"] = f"{made['id']}-{period}"
    payload = orjson.dumps({**made, "unitid": unit.id, "receivedms": load.FIRST_RECEIVED_MS + number})
    partition = subjects.partition_of(regime.id, period, partitions)
    return Message(subjects.reports(partition, regime.id), payload, f"{unit.code}/{made['id']}")


async def _beside_live_load(connections: Connections, units: list[Unit], folder: Path) -> dict[str, Any]:
    sent: list[int] = []
    sending = asyncio.create_task(_send(connections, units, sent))
    await asyncio.sleep(3)
    verifying = command("verify", "--json", settings=connections.settings, folder=folder)
    before, began = len(sent), time.perf_counter()
    verifying.launch()
    watching = asyncio.create_task(_watch(verifying))
    async with asyncio.timeout(LIMIT_S):
        code = await verifying.ended()
    took = time.perf_counter() - began
    live = len(sent) - before
    await tasks.end(sending)
    verdict = orjson.loads(verifying.log.read_bytes())
    if code != 0 or not verdict["equal"]:
        raise AssertionError(f"exit code {code}, {verdict['views']} views, differences: {verdict['differences'][:5]}")
    peak, used = await watching
    figures = {"verify_s": round(took, 1), "verify_cpu_s": round(used, 1), "verify_peak_mb": peak, "live": live}
    return {"views": verdict["views"], **figures}


async def _send(connections: Connections, units: list[Unit], sent: list[int]) -> None:
    """Corrections of the newest period, one every 20 ms, for ever."""
    rng, began = random.Random(2), time.perf_counter()
    while True:
        number = len(sent)
        made = load.event(REGIMES[number % 2], YEAR, units[(number * 37) % len(units)], 1000 + number, rng)
        if (early := began + number / RATE - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        await connections.streams.jetstream.publish_async(subjects.inbox(units[(number * 37) % len(units)].code), orjson.dumps(made))
        sent.append(number)


async def _watch(process: Process) -> tuple[int, float]:
    """The largest resident memory of a process in MiB, and the seconds of processor that it used, until it ends."""
    peak_kb, ticks = 0, 0
    folder = Path(f"/proc/{process.pid}")
    while process.is_alive:
        with contextlib.suppress(OSError):  # it has just ended
            status, times = (folder / "status").read_text(), (folder / "stat").read_text().rpartition(")")[2].split()
            peak_kb = max([peak_kb, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
            ticks = max(ticks, int(times[11]) + int(times[12]))
        await asyncio.sleep(0.2)
    return peak_kb // 1024, ticks / os.sysconf("SC_CLK_TCK")
