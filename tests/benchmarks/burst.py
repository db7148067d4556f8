"""A deadline's last minute: all 10,035 communes send their reports for two regimes within 60 seconds.

What: 20,070 reports of 12 indicators, shuffled, are sent to INBOX evenly over one minute (open loop). No report may be refused, and all
views must be right soon after the last publish. `right_after_s` is the time from the last publish until every event and view is in MongoDB
and the checkpoints are at their ends. Afterwards the views are compared with the plain recomputation from the log (`differences`). How:
ingest and aggregate as separate processes, everything durable. Seed: 1. A size below 1 uses fewer communes at the same rate. Again: `make
bench ONLY=burst`. Figures: docs/benchmarks.md.
"""

import asyncio
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from services.aggregate import verify
from services.ingest.domain.claims import ACCEPTED
from shared.shell.service import Connections
from shared.wire import subjects
from tests.benchmarks import load, stored
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import NATIONAL, YEAR, machine, national_regime
from tests.running import running

REGIMES: Final = (NATIONAL, f"{NATIONAL}-hai")
WINDOW_S: Final = 60.0
LIMIT_S: Final = 120.0


async def measure(size: float) -> Figures:
    """`burst`: `reports`, `sent_in_s`, `sent_late_p99_ms`, `right_after_s`, `refused`, `differences`."""
    regimes = [national_regime(regime_id) for regime_id in REGIMES]
    async with machine(*regimes) as connections:
        units = await stored.communes(connections)
        random.Random(1).shuffle(units)
        chosen = units[: round(len(units) * size)]
        messages = [
            sent for pair in zip(*(load.sent(regime, YEAR, chosen, len(chosen)) for regime in regimes), strict=True) for sent in pair
        ]
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            async with running(connections.settings, Path(folder), "ingest", "aggregate"):
                began = time.perf_counter()
                late = await _send(connections, messages, len(messages) / (WINDOW_S * size))
                last = time.perf_counter()
                await _until_logged(connections, len(messages))
                right = await stored.until_at(connections, await stored.ends(connections), LIMIT_S)
                verdict = await verify.verify(connections, lambda _: None)
        refused = await connections.database["receipts"].count_documents({"verdict": {"$ne": ACCEPTED}})
    return {
        "burst": {
            "reports": len(messages),
            "sent_in_s": round(last - began, 1),
            "sent_late_p99_ms": round(1000 * percentile(late, 99), 1),
            "right_after_s": round(max(0.0, right - last), 2),
            "refused": refused,
            "differences": len(verdict.differences),
        }
    }


async def _send(connections: Connections, messages: list[tuple[str, bytes]], per_s: float) -> list[float]:
    """Sends all, acknowledged; how late each was sent."""
    late, futures = [], []
    async for at, (unit, payload) in load.at_rate(messages, per_s):
        late.append(time.perf_counter() - at)
        futures.append(await connections.streams.jetstream.publish_async(subjects.inbox(unit), payload, wait_stall=LIMIT_S))
    async with asyncio.timeout(LIMIT_S):
        await asyncio.gather(*futures)
    return late


async def _until_logged(connections: Connections, wanted: int) -> None:
    """Waits until every message of INBOX was judged; those that were refused do not come to the log."""
    async with asyncio.timeout(LIMIT_S):
        while await connections.database["receipts"].estimated_document_count() < wanted:
            await asyncio.sleep(stored.POLL_S)
        accepted = await connections.database["receipts"].count_documents({"verdict": ACCEPTED})
        while await connections.streams.last_sequence(subjects.REPORTS) < accepted:
            await asyncio.sleep(stored.POLL_S)
