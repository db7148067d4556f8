"""How soon a report is readable in its view and in FEED: publish to INBOX → ingest → REPORTS → aggregate → view → FEED.

What: 100 and 500 reports a second from the 145 communes of Quảng Bình, open loop: each report is sent at its intended time even if earlier
ones are slow, and its latency is measured from that time. A change stream watches the province's view. It shows only data that a majority
has, so never earlier than a reader can see it. The view's subject in FEED is subscribed to as well. A report counts as readable when the
view's position has passed its event's place in REPORTS. Meanwhile an unrelated small file is synced twenty times a second. `sync_most_ms`
is the longest such sync, which distinguishes a disk that stalls from a slow system.

How: ingest and aggregate as separate processes, everything durable (`sync_interval: always`, majority and journal). Seed: the rate. Again:
`make bench ONLY=freshness`. Figures: docs/benchmarks.md.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson
from nats.aio.msg import Msg

from services.aggregate.feed_stream import POSITION
from shared.plumbing import mongo, tasks
from shared.plumbing.mongo import Document
from shared.shell.service import Connections
from shared.wire import subjects
from tests.benchmarks import load
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import YEAR, machine
from tests.running import running

REGIME: Final = "nq68-quang-binh"
PROVINCE: Final = "44"
VIEW: Final = f"{REGIME}/{YEAR}/{PROVINCE}"
FEED: Final = subjects.feed(PROVINCE, REGIME, YEAR, PROVINCE)
RATES: Final = (100, 500)
DURATION_S: Final = 15.0
SETTLE_S: Final = 20.0
PROBE_S: Final = 0.05
CHANGES: Final[list[Document]] = [{"$match": {"documentKey._id": VIEW}}, {"$project": {"fullDocument.position.sequence": 1}}]

Seen = list[tuple[float, int]]  # when the view was seen, and its position then


async def measure(size: float) -> Figures:
    """`freshness.<rate>`: `view_p50_ms`, `view_p99_ms`, `feed_p50_ms`, `feed_p99_ms`, `sent_late_p99_ms` (the generator's own),
    `sync_most_ms`.
    """
    found = {}
    with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
        async with machine() as connections, running(connections.settings, Path(folder), "ingest", "aggregate"):
            await _Run(connections, 50, first=0).figures(3.0)  # warm up
            for rate in RATES:
                synced: list[float] = []
                probing = asyncio.create_task(_probe(Path(folder) / "probe", synced))
                figures = await _Run(connections, rate, first=145_000 * rate).figures(DURATION_S * size)
                await tasks.end(probing)
                found[str(rate)] = figures | {"sync_most_ms": round(1000 * max(synced), 1)}
    return {"freshness": found}


async def _probe(path: Path, synced: list[float]) -> None:
    """Syncs a small file over and over; how long each took."""
    with path.open("ab", buffering=0) as file:
        while True:
            began = time.perf_counter()
            file.write(b"x")
            await asyncio.to_thread(os.fsync, file.fileno())
            synced.append(time.perf_counter() - began)
            await asyncio.sleep(PROBE_S)


class _Run:
    """One rate: sends, listens to receipts for the places of events, and watches the province's view and its FEED subject."""

    def __init__(self, connections: Connections, rate: int, first: int) -> None:
        self._connections = connections
        self._rate = rate
        self._first = first
        self._intended: dict[str, float] = {}  # event id: when it was to be sent
        self._late: list[float] = []
        self._places: dict[str, int] = {}  # event id: sequence in REPORTS
        self._views: Seen = []
        self._feed: Seen = []

    async def figures(self, duration_s: float) -> dict[str, float]:
        """Milliseconds from the intended send time until the event was in what was read."""
        client = self._connections.streams.client
        subscriptions = [await client.subscribe("receipts.*", cb=self._on_receipt), await client.subscribe(FEED, cb=self._on_feed)]
        views: Any = self._connections.database["views"]
        async with await mongo.awaited(views.watch(CHANGES)) as changes:
            await changes.try_next()  # from now on
            watching = asyncio.create_task(self._watch(changes))
            await self._send(max(1, int(self._rate * duration_s)))
            await self._settle()
            await tasks.end(watching)
        for subscription in subscriptions:
            await subscription.unsubscribe()
        views, feed = self._latencies(self._views), self._latencies(self._feed)
        shares = {
            "view_p50": (views, 50),
            "view_p99": (views, 99),
            "feed_p50": (feed, 50),
            "feed_p99": (feed, 99),
            "sent_late_p99": (self._late, 99),
        }
        return {f"{name}_ms": round(1000 * percentile(times, percent), 1) for name, (times, percent) in shares.items()}

    async def _send(self, count: int) -> None:
        reference = await self._connections.reference.current()
        regime = reference.regimes[REGIME]
        period = regime.period(YEAR)
        assert period is not None
        units = regime.group_members(reference.registry.at(period.cut_off))["xa"]
        made = list(load.sent(regime, YEAR, units, count, self._rate, first=self._first))
        async for at, (unit, payload) in load.at_rate(made, self._rate):
            self._intended[str(orjson.loads(payload)["id"])] = at
            self._late.append(time.perf_counter() - at)
            await self._connections.streams.jetstream.publish_async(subjects.inbox(unit), payload)

    async def _on_receipt(self, message: Msg) -> None:
        receipt = orjson.loads(message.data)
        if receipt["errors"]:
            raise AssertionError(f"refused: {receipt['errors']}")
        self._places[receipt["event_id"]] = receipt["position"]["sequence"]

    async def _on_feed(self, message: Msg) -> None:
        self._feed.append((time.perf_counter(), int((message.headers or {})[POSITION].rpartition(".")[2])))

    async def _watch(self, changes: AsyncIterable[Document]) -> None:
        async for change in changes:
            self._views.append((time.perf_counter(), change["fullDocument"]["position"]["sequence"]))

    async def _settle(self) -> None:
        deadline = time.perf_counter() + SETTLE_S
        while time.perf_counter() < deadline:
            if len(self._places) >= len(self._intended):
                last = max(self._places.values())
                if all(seen and seen[-1][1] >= last for seen in (self._views, self._feed)):
                    return
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{len(self._places)} of {len(self._intended)} reports have a place, or the view or FEED stays behind")

    def _latencies(self, seen: Seen) -> Sequence[float]:
        """Seconds from the intended time of each event until it was first seen."""
        times, reading = [], 0
        for place, intended in sorted((place, self._intended[event_id]) for event_id, place in self._places.items()):
            while seen[reading][1] < place:
                reading += 1
            times.append(seen[reading][0] - intended)
        return times
