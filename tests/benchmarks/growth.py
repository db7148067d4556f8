"""Whether a long history makes the aggregator slower.

What: 60,000 reports of 12 indicators are folded on top of 10,000 stored reports, then on top of 1,000,000 reports of the same communes,
regime and period. Every commune has then sent a hundred revisions, the worst case for all state that is kept per commune. The time runs
from the moment the first of the reports on top is stored until everything is stored and the checkpoint is at the end. `load_s` is the time
before: the aggregator starts, and recalls the period when it reads the first report about it.

How: aggregator and measurement in one process, with the servers on the same machine. Before each part MongoDB flushes its data (`fsync`),
so that writing the history does not slow the measurement. Seed: 1. Again: `make bench-long ONLY=growth`. Figures: docs/benchmarks.md.
"""

import time
from typing import Final

from shared.shell.service import Connections
from shared.words.regimes import Regime
from tests.benchmarks import load, stored
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import YEAR, machine, national_regime

SMALL: Final = 10_000
LARGE: Final = 1_000_000
ON_TOP: Final = 60_000
LIMIT_S: Final = 1800.0


async def measure(size: float) -> Figures:
    """`growth.small_per_s`, `.large_per_s`, `.large_over_small`, `.small_load_s`, `.large_load_s`."""
    regime = national_regime()
    small, large, on_top = (round(count * size) for count in (SMALL, LARGE, ON_TOP))
    async with machine(regime) as connections:
        await _store(connections, regime, 0, small)
        small_load_s, small_s = await _on_top(connections, regime, small, on_top)
        await _store(connections, regime, small + on_top, large - small - on_top)
        large_load_s, large_s = await _on_top(connections, regime, large, on_top)
    return {
        "growth": {
            "small_per_s": round(on_top / small_s),
            "large_per_s": round(on_top / large_s),
            "large_over_small": round(small_s / large_s, 3),
            "small_load_s": round(small_load_s, 2),
            "large_load_s": round(large_load_s, 2),
        }
    }


async def _fill(connections: Connections, regime: Regime, first: int, count: int) -> None:
    units = await stored.communes(connections)
    await stored.fill(connections, load.logged(regime, YEAR, units, count, connections.declaration.partitions, first=first))


async def _store(connections: Connections, regime: Regime, first: int, count: int) -> None:
    """Makes history, and lets it be folded."""
    await _fill(connections, regime, first, count)
    async with stored.aggregating(connections):
        await stored.until_at(connections, await stored.ends(connections), LIMIT_S)


async def _on_top(connections: Connections, regime: Regime, first: int, count: int) -> tuple[float, float]:
    """Seconds to recall, and to fold `count` reports after the first `first`."""
    [(partition, before)] = (await stored.ends(connections)).items()
    await _fill(connections, regime, first, count)
    wanted = await stored.ends(connections)
    await connections.mongo["admin"].command("fsync")
    began = time.perf_counter()
    async with stored.aggregating(connections) as readiness:
        await stored.until_ready(readiness, LIMIT_S)
        loaded = await stored.until_beyond(connections, partition, before, LIMIT_S)
        done = await stored.until_at(connections, wanted, LIMIT_S)
    await stored.require_right(connections, regime, first + count)
    return loaded - began, done - loaded
