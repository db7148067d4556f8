"""How soon a report can be read in its view: publish to INBOX → ingest → REPORTS → aggregate → view in MongoDB.

What: 100 and 500 reports a second of the 145 communes of Quảng Bình, open loop: each is sent at its intended time whatever
came before, and its latency counts from that time. How: ingest and aggregate as processes of their own, everything durable
(`sync_interval: always`, majority and journal); the province's view is read over and over, an event is readable when the
view's position has passed the event's place in REPORTS. Again: `make bench ONLY=freshness`. Figures: docs/benchmarks.md.
"""

import asyncio
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from nats.aio.msg import Msg

from shared import subjects, tasks
from shared.service import Connections
from tests.benchmarks import load
from tests.benchmarks.machine import YEAR, machine
from tests.running import running

REGIME = "nq68-quang-binh"
VIEW = f"{REGIME}/{YEAR}/44"
RATES = (100, 500)
DURATION_S = 15.0
SETTLE_S = 20.0


async def measure() -> dict[str, Any]:
    """`freshness_ms: {"100": {"p50", "p99"}, "500": {…}}`."""
    with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
        async with machine() as held, running(held.settings, Path(folder), "ingest", "aggregate"):
            await _Run(held, 50, first_revision=1).latencies(3.0)  # warm up
            found = {str(rate): await _Run(held, rate, first_revision=1000 * rate).latencies(DURATION_S) for rate in RATES}
    return {"freshness_ms": {rate: {"p50": percentile(times, 50), "p99": percentile(times, 99)} for rate, times in found.items()}}


def percentile(times_s: list[float], percent: int) -> float:
    """A percentile in milliseconds."""
    return round(sorted(times_s)[min(len(times_s) - 1, len(times_s) * percent // 100)] * 1000, 1)


class _Run:
    """One rate: sends, listens to receipts for the places of events, and watches the province's view."""

    def __init__(self, held: Connections, rate: int, first_revision: int) -> None:
        self._held = held
        self._rate = rate
        self._first_revision = first_revision
        self._intended: dict[str, float] = {}  # event id: when it was to be sent
        self._places: dict[str, int] = {}  # event id: sequence in REPORTS
        self._seen: list[tuple[float, int]] = []  # when the view was read, and its position then

    async def latencies(self, duration_s: float) -> list[float]:
        """Seconds from the intended send time until the view was read with the event in it, one per report."""
        subscription = await self._held.streams.client.subscribe("receipts.*", cb=self._on_receipt)
        watching = asyncio.create_task(self._watch())
        await self._send(int(self._rate * duration_s))
        await self._settle()
        await tasks.end(watching)
        await subscription.unsubscribe()
        return self._readable()

    async def _send(self, count: int) -> None:
        reference = await self._held.reference.current()
        regime = reference.regimes[REGIME]
        period = regime.period(YEAR)
        assert period is not None
        units = regime.group_members(reference.registry.at(period.cut_off))["xa"]
        rng, began = random.Random(self._rate), time.perf_counter() + 0.1
        for number in range(count):
            unit = units[number % len(units)]
            event = load.event(regime, YEAR, unit, self._first_revision + number // len(units), rng)
            at = began + number / self._rate
            self._intended[str(event["id"])] = at
            if (early := at - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            await self._held.streams.jetstream.publish_async(subjects.inbox(unit.code), orjson.dumps(event))

    async def _on_receipt(self, message: Msg) -> None:
        receipt = orjson.loads(message.data)
        if receipt["errors"]:
            raise AssertionError(f"refused: {receipt['errors']}")
        self._places[receipt["event_id"]] = receipt["position"]["sequence"]

    async def _watch(self) -> None:
        views = self._held.database["views"]
        while True:
            found = await views.find_one({"_id": VIEW}, {"position.sequence": 1})
            if found is not None:
                self._seen.append((time.perf_counter(), found["position"]["sequence"]))
            await asyncio.sleep(0.001)

    async def _settle(self) -> None:
        deadline = time.perf_counter() + SETTLE_S
        while time.perf_counter() < deadline:
            if len(self._places) >= len(self._intended) and self._seen and self._seen[-1][1] >= max(self._places.values()):
                return
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{len(self._places)} of {len(self._intended)} reports have a place")

    def _readable(self) -> list[float]:
        events = sorted((place, self._intended[event_id]) for event_id, place in self._places.items())
        times, reading = [], 0
        for place, intended in events:
            while self._seen[reading][1] < place:
                reading += 1
            times.append(self._seen[reading][0] - intended)
        return times
