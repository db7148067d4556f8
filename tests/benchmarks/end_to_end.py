"""The whole chain (INBOX → ingest → REPORTS → aggregate → views) compared with durable publishing of the same messages alone.

What: 60,000 reports of 12 indicators from all communes. `durable_publish` publishes them to another file stream, declared like INBOX and
synced at each message (`sync_interval: always`), with `IN_FLIGHT` (2,000) unacknowledged messages; messages are counted when the broker
acknowledges them. `end_to_end` publishes the same messages in the same way to INBOX, while ingest and aggregate run as separate processes.
Its time runs from the first publish until every event and view is in MongoDB and the checkpoint is at the end. `prefilled_per_s` leaves out
the publishing: the next 60,000 messages are in INBOX before ingest starts, and the time runs from the moment ingest is ready. Publishing is
measured before and after the chain and averaged, because the disk's speed varies.

How: one process publishes, with the servers on the same machine. `cores` are the processors that each process used meanwhile. Seed: 1.
Again: `make bench ONLY=end_to_end`. Figures: docs/benchmarks.md.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from services.devstack.process import Process
from shared.shell.service import Connections
from shared.wire import subjects
from tests.benchmarks import load, profiles, stored
from tests.benchmarks.cpu import Meter
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import YEAR, Machine, national_regime, servers
from tests.running import running, until_ready

REPORTS: Final = 60_000
WARM_UP: Final = 500
DURABLE: Final = "DURABLE"
STALL_S: Final = 60.0  # a publish waits no longer for room among those in flight

Sent = Sequence[tuple[str, bytes]]


async def measure(size: float) -> Figures:
    """`durable_publish.per_s`; `end_to_end.per_s`, `.over_durable_publish`, `.prefilled_per_s`, `.cores`, `.prefilled_cores`."""
    count, regime = round(REPORTS * size), national_regime()
    async with servers(regime) as machine:
        connections = machine.connections
        units = await stored.communes(connections)
        declared = connections.declaration.stream_config(subjects.INBOX)
        declared.name, declared.subjects = DURABLE, ["durable.*"]
        await connections.streams.jetstream.add_stream(declared)
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            async with running(connections.settings, Path(folder), "ingest", "aggregate") as processes:
                warm_up = list(load.sent(regime, YEAR, units, WARM_UP))
                await _publish(connections, warm_up, "durable")
                await _chain(connections, warm_up, 0)
                messages = list(load.sent(regime, YEAR, units, count, first=WARM_UP))
                before = await _publish(connections, messages, "durable")
                meter = Meter(_pids(machine, processes))
                async with profiles.recording("ingest", processes["ingest"].pid):
                    whole = await _chain(connections, messages, WARM_UP)
                cores = meter.cores()
                after = await _publish(connections, messages, "durable")
                await processes["ingest"].stop()
                await _publish(connections, list(load.sent(regime, YEAR, units, count, first=WARM_UP + count)), "inbox")
                prefilled, prefilled_cores = await _prefilled(machine, processes, WARM_UP + count, count)
        await stored.require_right(connections, regime, WARM_UP + 2 * count)
    durable = 2 * count / (before + after)
    return {
        "durable_publish": {"per_s": round(durable), "before_per_s": round(count / before), "after_per_s": round(count / after)},
        "end_to_end": {
            "per_s": round(count / whole),
            "over_durable_publish": round(count / whole / durable, 3),
            "prefilled_per_s": round(prefilled),
            "cores": cores,
            "prefilled_cores": prefilled_cores,
        },
    }


async def _publish(connections: Connections, messages: Sent, root: str) -> float:
    """Seconds until all are acknowledged, many in flight."""
    began = time.perf_counter()
    publish = connections.streams.jetstream.publish_async
    futures = [await publish(f"{root}.{unit}", payload, wait_stall=STALL_S) for unit, payload in messages]
    async with asyncio.timeout(STALL_S):
        await asyncio.gather(*futures)
    return time.perf_counter() - began


async def _chain(connections: Connections, messages: Sent, before: int) -> float:
    """Seconds from the first publish until all is in MongoDB; the log held `before` events."""
    began = time.perf_counter()
    await _publish(connections, messages, "inbox")
    return await stored.until_at(connections, _end(connections, before + len(messages))) - began


async def _prefilled(machine: Machine, processes: dict[str, Process], before: int, count: int) -> tuple[float, dict[str, float]]:
    """Reports a second from ingest's readiness on, without those that it had logged by then; cores used."""
    connections = machine.connections
    processes["ingest"].launch()
    await until_ready("ingest", connections.settings)
    meter, began = Meter(_pids(machine, processes)), time.perf_counter()
    done = await connections.streams.last_sequence(subjects.REPORTS) - before
    took = await stored.until_at(connections, _end(connections, before + count)) - began
    return (count - done) / took, meter.cores()


def _end(connections: Connections, sequence: int) -> stored.Ends:
    return {subjects.partition_of(national_regime().id, YEAR, connections.declaration.partitions): sequence}


def _pids(machine: Machine, processes: dict[str, Process]) -> dict[str, int]:
    running_now = {name: process.pid for name, process in processes.items()}
    return {"nats": machine.nats.pid, "mongod": machine.mongo.pid, **running_now, "publisher": os.getpid()}
