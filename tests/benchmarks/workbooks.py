"""Every commune sends its form as a workbook: how fast are they read, and how long does another unit wait for its receipt meanwhile?

What: a filled form of 22 indicators is read and judged 10,035 times, two at a time as in ingest, in processes with limits: the rate, and
the memory of the process from which they are forked. Meanwhile one unit sends a report, waits for its receipt and sends the next one 20 ms
later: before, during and after.
How: nats-server and mongod of the benchmarks, ingest as a process of its own; the workbooks are read in this process's jobs.
Again: `make bench-workbooks` (3 minutes; WORKBOOKS=1000 for fewer). Figures: docs/adr/0083-read-workbooks-in-a-process-with-limits.md.
"""

import asyncio
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from shared.plumbing import inbox
from shared.plumbing.inbox import Outgoing
from shared.plumbing.sheet_desk import SheetDesk
from shared.sheets import reading
from shared.shell.service import Connections
from tests.benchmarks import cpu, load, stored
from tests.benchmarks.machine import YEAR, national_regime, servers
from tests.benchmarks.spoiled import PAUSE_S, Sent
from tests.running import running
from tests.sheets import files

WORKBOOKS: Final = int(os.environ.get("WORKBOOKS", "10035"))
AT_ONCE: Final = 2
ALONE_S: Final = 5.0


async def waits(connections: Connections, reports: Sent, until: asyncio.Event) -> list[float]:
    """How long each report waited for its receipt, in milliseconds, ascending."""
    found = []
    while not until.is_set() and reports:
        unit, body = reports.pop()
        began = time.perf_counter()
        await inbox.send(connections.streams, Outgoing(unit, orjson.loads(body)["id"], body), 10.0)
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE_S)
    return sorted(found)


async def alone(connections: Connections, reports: Sent) -> list[float]:
    """The same without workbooks, for some seconds."""
    end = asyncio.Event()
    asyncio.get_running_loop().call_later(ALONE_S, end.set)
    return await waits(connections, reports, end)


async def read_all(desk: SheetDesk, given: bytes) -> None:
    """Reads and judges the workbooks, as many at once as ingest does."""
    left = iter(range(WORKBOOKS))
    asked = files.asked()

    async def worker() -> None:
        for _ in left:
            assert reading.read(asked, await desk.read(given)).faults == []

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def _say(name: str, found: list[float]) -> None:
    middle, p99 = found[len(found) // 2], found[int(len(found) * 0.99)]
    print(f"   {name}: {len(found)} reports, p50 {middle:.1f} ms, p99 {p99:.1f} ms, longest {found[-1]:.1f} ms", flush=True)


async def measure() -> None:
    one = files.asked()
    given = files.filled(files.blank(), files.typed(one, files.report(one)))
    regime, desk = national_regime(), SheetDesk(AT_ONCE)
    async with servers(regime) as machine, desk.confined:
        connections = machine.connections
        units = await stored.communes(connections)
        reports = list(load.sent(regime, YEAR, units[1:], 20_000))
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            async with running(connections.settings, Path(folder), "ingest"):
                await alone(connections, reports)  # warm
                _say("alone", await alone(connections, reports))
                done = asyncio.Event()
                waiting = asyncio.create_task(waits(connections, reports, done))
                began = time.perf_counter()
                await read_all(desk, given)
                took = time.perf_counter() - began
                done.set()
                _say(f"beside {WORKBOOKS:,} workbooks", await waiting)
                _say("alone again", await alone(connections, reports))
        process = desk.confined._process
        assert process is not None
        print(f"   {WORKBOOKS:,} workbooks of {len(given):,} bytes in {took:.1f} s: {WORKBOOKS / took:.0f} a second", flush=True)
        print(f"   the process they are forked from: {cpu.rss_mib(process.pid):.0f} MiB", flush=True)


if __name__ == "__main__":
    asyncio.run(measure())
