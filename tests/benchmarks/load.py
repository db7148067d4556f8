"""Load for benchmarks: a seeded generator of reports, as commune software would send them, and a sender with a fixed rate."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import orjson

from shared.plumbing.broker import Message
from shared.wire import envelope, events, subjects
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.units import Unit

FIRST_RECEIVED_MS = 1_790_000_000_000
TEXT: Final = "Ủy ban nhân dân xã đã triển khai kế hoạch, huy động nhân dân đóng góp ngày công, kinh phí còn khó khăn, đề nghị hỗ trợ."
WORDS: Final = tuple(TEXT.split(" "))
SENT_AT: Final = datetime(2026, 11, 20, 1, tzinfo=UTC)

Item = TypeVar("Item")


def value(indicator: Indicator, rng: random.Random) -> object:
    """A plausible value of an indicator."""
    match indicator.kind:
        case "quantity":
            whole = rng.randrange(5000 if indicator.max is None else min(5000, int(float(indicator.max))))
            return whole if indicator.decimals == 0 else f"{whole}.{rng.randrange(10**indicator.decimals):0{indicator.decimals}d}"
        case "ratio":
            denominator = rng.randrange(1, 400)
            return {"numerator": rng.randrange(denominator + 1), "denominator": denominator}
        case "flag":
            return rng.random() < 0.7
        case _:
            return rng.choice(list(indicator.options))


def event(
    regime: Regime, period: str, unit: Unit, revision: int, rng: random.Random, group: str = "xa", *, has_narratives: bool = False
) -> dict[str, object]:
    """A submitted report of a unit; its narratives, if the regime has any and they are wanted, are 10 to 80 words each."""
    asked = [indicator for indicator in regime.indicators if regime.is_asked(indicator, group, unit.code)]
    texts = {code: " ".join(rng.choices(WORDS, k=rng.randrange(10, 80))) for code in regime.narratives} if has_narratives else {}
    data = {
        "regime": regime.id,
        "period": period,
        "unit": unit.code,
        "revision": revision,
        "values": {indicator.code: value(indicator, rng) for indicator in asked},
        **({"narratives": texts} if texts else {}),
    }
    event_id = f"bench-{regime.id}-{period}-{unit.code}-{revision}"[:64]
    return {**envelope.of_unit(unit.code, event_id, events.SUBMITTED, data, at=SENT_AT)}


def logged(
    regime: Regime,
    period: str,
    units: Sequence[Unit],
    count: int,
    partitions: int,
    seed: int = 1,
    *,
    first: int = 0,
    has_narratives: bool = False,
    received_ms: int = FIRST_RECEIVED_MS,
) -> Iterator[Message]:
    """`count` accepted reports as the log holds them: every unit's first revision, then every unit's second, and so on.

    The first `first` of that order are left out. The reports are received one millisecond after the other, the first at `received_ms`.
    """
    rng = random.Random(seed + first)
    partition = subjects.partition_of(regime.id, period, partitions)
    for number in range(first, first + count):
        unit, revision = units[number % len(units)], number // len(units) + 1
        made = event(regime, period, unit, revision, rng, has_narratives=has_narratives)
        payload = envelope.encode(envelope.logged(made, unit.id, received_ms + number))
        yield Message(subjects.reports(partition, regime.id), payload, f"{unit.code}/{made['id']}")


def sent(regime: Regime, period: str, units: Sequence[Unit], count: int, seed: int = 1, *, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """The same reports as units send them: the sender's code, and the payload."""
    rng = random.Random(seed + first)
    for number in range(first, first + count):
        unit, revision = units[number % len(units)], number // len(units) + 1
        yield unit.code, orjson.dumps(event(regime, period, unit, revision, rng))


async def at_rate(items: Iterable[Item], per_s: float) -> AsyncIterator[tuple[float, Item]]:
    """Open loop: each item at its intended time (`time.perf_counter`), whatever became of those before; late ones at once."""
    began = time.perf_counter() + 0.1
    for number, item in enumerate(items):
        at = began + number / per_s
        if (early := at - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        yield at, item
