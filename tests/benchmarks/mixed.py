"""The aggregator compared with the raw limit, on reports with the kinds of figures that the real regimes ask for.

What: national regimes of 20, 40 and 60 indicators. The indicators are taken evenly from the regimes in `deploy/regimes`, so that every kind
keeps its share (quantities with and without decimals, ratios, flags, choices). Every commune is asked for all of them, and for the four
narratives of 10 to 80 words each. 30,000 reports of each width. How: like `throughput.py`, `limit_mixed` and `aggregate_mixed` on the same
messages, with new servers for each width. Seed: 1. Again: `make bench ONLY=mixed`. Figures: docs/benchmarks.md.
"""

from typing import Any, Final

from shared.wire import subjects
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from tests import seeds
from tests.benchmarks import load, stored
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import NATIONAL, YEAR, machine, national_regime
from tests.benchmarks.throughput import aggregate_s, limit_s

REPORTS: Final = 30_000
WIDTHS: Final = (20, 40, 60)


async def measure(size: float) -> Figures:
    """`limit_mixed.<width>.per_s`; `aggregate_mixed.<width>.per_s`, `.over_limit`, `.report_bytes`."""
    found: dict[str, dict[str, Any]] = {"limit_mixed": {}, "aggregate_mixed": {}}
    for width in WIDTHS:
        count, regime = round(REPORTS * size), mixed_regime(width)
        async with machine(regime) as connections:
            units, partitions = await stored.communes(connections), connections.declaration.partitions
            await stored.fill(connections, load.logged(regime, YEAR, units, count, partitions, has_narratives=True))
            state = (await connections.streams.jetstream.stream_info(subjects.REPORTS)).state
            limit = count / await limit_s(connections, count)
            rate = count / await aggregate_s(connections, regime, count)
        found["limit_mixed"][str(width)] = {"per_s": round(limit)}
        about = {"per_s": round(rate), "over_limit": round(rate / limit, 3), "report_bytes": round(state.bytes / count)}
        found["aggregate_mixed"][str(width)] = about
    return found


def mixed_regime(width: int) -> Regime:
    """A national regime of so many indicators of the real regimes, every kind with its share, asked of all; and narratives."""
    real = [regime for regime in seeds.first_regimes() if regime.indicators]
    pool = sorted((indicator for regime in real for indicator in regime.indicators), key=lambda indicator: indicator.kind)
    indicators = [_asked_of_all(pool[number * len(pool) // width], number) for number in range(width)]
    national = national_regime(f"{NATIONAL}-{width}")
    return national.model_copy(update={"indicators": indicators, "narratives": real[0].narratives})


def _asked_of_all(found: Indicator, number: int) -> Indicator:
    return found.model_copy(update={"code": f"x{number}_{found.code}"[:40], "asked": [], "target": None})
