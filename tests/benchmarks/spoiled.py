"""One unit sends spoiled messages; how long does another unit wait for its receipt?

What: unit B sends a report of 12 indicators, waits for its receipt and sends the next one 20 ms later, for some seconds: alone, then while
unit A sends 200 spoiled messages a second, of 1.2 kB, of which the first 100 are kept whole and the others are counted; alone again; and,
as a control, while unit A sends 200 good reports a second.
How: nats-server and mongod of the benchmarks, ingest as a process of its own. Wanted: a p99 of at most 1.5 times that alone.
Again: `make bench-spoiled` (1 minute; SECONDS=20 for longer). Figures: docs/adr/0066-keep-whole-what-cannot-be-processed.md.
"""

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from shared.plumbing import inbox
from shared.plumbing.inbox import Outgoing
from shared.shell.service import Connections
from shared.wire import subjects
from tests.benchmarks import load, stored
from tests.benchmarks.machine import YEAR, national_regime, servers
from tests.running import running

SECONDS: Final = float(os.environ.get("SECONDS", "10"))
PAUSE_S: Final = 0.02
SPOILED_PER_S: Final = 200
SPOILED: Final = b'{"id": "event-abc", "id": ' + b"x" * 1200
WANTED: Final = 1.5

Sent = list[tuple[str, bytes]]


async def waits(connections: Connections, reports: Sent) -> list[float]:
    """How long each report waited for its receipt, in milliseconds, ascending."""
    found, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        unit, body = reports.pop()
        event = Outgoing(unit, orjson.loads(body)["id"], body)
        began = time.perf_counter()
        await inbox.send(connections.streams, event, 10.0)
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE_S)
    return sorted(found)


async def flood(connections: Connections, messages: Iterator[tuple[str, bytes]]) -> None:
    """Sends messages, each with its unit, until it is cancelled."""
    began, sent = time.perf_counter(), 0
    while True:
        for _ in range(int((time.perf_counter() - began) * SPOILED_PER_S) - sent):
            unit, body = next(messages)
            await connections.streams.client.publish(subjects.inbox(unit), body)
            sent += 1
        await asyncio.sleep(0.01)


async def waits_beside(connections: Connections, reports: Sent, messages: Iterator[tuple[str, bytes]]) -> list[float]:
    """How long each report waited while the messages were sent."""
    task = asyncio.create_task(flood(connections, messages))
    found = await waits(connections, reports)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return found


def _say(name: str, found: list[float]) -> float:
    p99 = found[int(len(found) * 0.99)]
    print(f"   {name}: {len(found)} reports, p50 {found[len(found) // 2]:.1f} ms, p99 {p99:.1f} ms, longest {found[-1]:.1f} ms", flush=True)
    return p99


async def measure() -> None:
    regime = national_regime()
    async with servers(regime) as machine:
        connections = machine.connections
        units = await stored.communes(connections)
        reports = list(load.sent(regime, YEAR, units[1:], int(6 * (SECONDS + 5) / PAUSE_S)))
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            async with running(connections.settings, Path(folder), "ingest"):
                await waits(connections, reports)  # warm
                before = _say("alone", await waits(connections, reports))
                spoiled = itertools.repeat((units[0].id, SPOILED))
                during = _say(f"beside {SPOILED_PER_S} spoiled messages a second", await waits_beside(connections, reports, spoiled))
                after = _say("alone again", await waits(connections, reports))
                good = load.sent(regime, YEAR, units[:1], int(SPOILED_PER_S * (SECONDS + 5)), seed=2)
                control = _say(f"beside {SPOILED_PER_S} good reports a second", await waits_beside(connections, reports, good))
        kept = await connections.database["parked"].count_documents({})
        counted = [one["counted"] async for one in connections.database["parked_counts"].find()]
    alone = (before + after) / 2
    print(f"   kept {kept}, counted {sum(counted)}; p99 {during / alone:.2f} times as alone, wanted at most {WANTED:g}", flush=True)
    print(f"   beside as many good reports: {control / alone:.2f} times", flush=True)


if __name__ == "__main__":
    asyncio.run(measure())
