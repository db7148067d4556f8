"""How much memory the aggregator uses at national size, and whether it grows.

What: four national regimes of 12 indicators with two periods each, for which every commune has reported (80,280 reports). Then all of these
reports are revised in turn, at 200 reports a second, open loop, for 30 minutes. The aggregator's memory (VmRSS) is read every 10 seconds.
`start_mib` is the memory with everything loaded and stored, `most_mib` the maximum, and `growth_mib_per_hour` the slope by least squares
over the load without its first tenth.

How: the aggregator as a separate process; reports are published to REPORTS. Seed: 1. `--size` only shortens the load. Again: `make
bench-long ONLY=memory`. Figures: docs/benchmarks.md.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from shared.plumbing import tasks
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests.benchmarks import load, stored
from tests.benchmarks.cpu import rss_mib
from tests.benchmarks.figures import Figures, slope_per_hour
from tests.benchmarks.machine import NATIONAL, YEAR, machine, national_regime
from tests.running import running

REGIMES: Final = 4
PERIODS: Final = (str(int(YEAR) - 1), YEAR)
MINUTES: Final = 30
PER_S: Final = 200
TOGETHER: Final = 20  # reports published at once
EVERY_S: Final = 10.0

Sample = tuple[float, float]  # seconds since the load began, MiB


async def measure(size: float) -> Figures:
    """`memory`: `start_mib`, `most_mib`, `growth_mib_per_hour`, `behind_s`, and `samples`."""
    regimes = [national_regime(f"{NATIONAL}-{number}").model_copy(update={"periods": list(PERIODS)}) for number in range(REGIMES)]
    duration_s = 60 * MINUTES * size
    async with machine(*regimes) as connections:
        units, each = await stored.communes(connections), round(PER_S * duration_s / (REGIMES * len(PERIODS)))
        await stored.fill(connections, _in_turn(connections, regimes, units, 0, len(units)))
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            async with running(connections.settings, Path(folder), "aggregate") as processes:
                await stored.until_at(connections, await stored.ends(connections))
                samples: list[Sample] = []
                sampling = asyncio.create_task(_sample(processes["aggregate"].pid, samples, min(EVERY_S, duration_s / 10)))
                await _load(connections, _in_turn(connections, regimes, units, len(units), each))
                ended = time.perf_counter()
                behind = await stored.until_at(connections, await stored.ends(connections)) - ended
                await tasks.end(sampling)
    steady = samples[len(samples) // 10 :]
    return {
        "memory": {
            "start_mib": round(samples[0][1], 1),
            "most_mib": round(max(mib for _, mib in samples), 1),
            "growth_mib_per_hour": round(slope_per_hour(steady), 2),
            "behind_s": round(behind, 2),
            "samples": [[round(at), round(mib, 1)] for at, mib in samples],
        }
    }


def _in_turn(connections: Connections, regimes: list[Regime], units: list[Unit], first: int, each: int) -> Iterator[Message]:
    """`each` reports for every regime and period, one of each in turn."""
    partitions = connections.declaration.partitions
    made = [load.logged(regime, period, units, each, partitions, first=first) for regime in regimes for period in PERIODS]
    for together in zip(*made, strict=True):
        yield from (message for message in together)


async def _sample(pid: int, samples: list[Sample], every_s: float) -> None:
    began = time.perf_counter()
    while True:
        samples.append((time.perf_counter() - began, rss_mib(pid)))
        await asyncio.sleep(every_s)


async def _load(connections: Connections, messages: Iterator[Message]) -> None:
    """Open loop: so many together at their intended times."""
    together = zip(*[messages] * TOGETHER, strict=False)
    async for _, part in load.at_rate(together, PER_S / TOGETHER):
        await connections.streams.publish_together(subjects.REPORTS, part)
