"""Reports for benchmarks: made by a seeded generator, as commune software would send them."""

import random
from collections.abc import Iterator

import orjson

from shared import events, subjects
from shared.broker import Message
from shared.regimes import Indicator, Regime
from shared.units import Unit

FIRST_RECEIVED_MS = 1_790_000_000_000


def value(indicator: Indicator, rng: random.Random) -> object:
    """A plausible value of an indicator."""
    match indicator.kind:
        case "quantity":
            whole = rng.randrange(5000)
            return whole if indicator.decimals == 0 else f"{whole}.{rng.randrange(10**indicator.decimals):0{indicator.decimals}d}"
        case "ratio":
            denominator = rng.randrange(1, 400)
            return {"numerator": rng.randrange(denominator + 1), "denominator": denominator}
        case "flag":
            return rng.random() < 0.7
        case _:
            return rng.choice(list(indicator.options))


def event(regime: Regime, period: str, unit: Unit, revision: int, rng: random.Random, group: str = "xa") -> dict[str, object]:
    """A submitted report of a unit."""
    asked = [indicator for indicator in regime.indicators if regime.is_asked(indicator, group, unit.code)]
    return {
        "specversion": "1.0",
        "id": f"bench-{regime.id}-{unit.code}-{revision}"[:64],
        "source": f"/units/{unit.code}",
        "type": events.SUBMITTED,
        "time": "2026-11-20T08:00:00+07:00",
        "data": {
            "regime": regime.id,
            "period": period,
            "unit": unit.code,
            "revision": revision,
            "values": {indicator.code: value(indicator, rng) for indicator in asked},
        },
    }


def logged(regime: Regime, period: str, units: list[Unit], count: int, partitions: int, seed: int = 1) -> Iterator[Message]:
    """`count` accepted reports as the log holds them: every unit's first revision, then every unit's second, and so on."""
    rng = random.Random(seed)
    partition = subjects.partition_of(regime.id, period, partitions)
    for number in range(count):
        unit, revision = units[number % len(units)], number // len(units) + 1
        made = event(regime, period, unit, revision, rng)
        payload = orjson.dumps({**made, "unitid": unit.id, "receivedms": FIRST_RECEIVED_MS + number})
        yield Message(subjects.reports(partition, regime.id), payload, f"{unit.code}/{made['id']}")
