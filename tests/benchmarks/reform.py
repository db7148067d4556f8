"""Applying the reform of 1 July 2025 to the national tree, while reports come in.

What: `check_s` is the check of the folder, without starting Python; `apply_s` and `revert_s` are whole commands. Meanwhile communes of the
whole country send 100 reports a second, open loop. `pause_ms` is the longest time from the moment when a report was to be sent until its
receipt, and `p99_ms` the 99th percentile, from the start of the command until three seconds after its end; `quiet_p99_ms` is the same
before it. After the reform most senders have ended, so that their reports are refused: a refusal takes the same way as a receipt.

How: ingest and aggregate as separate processes, everything durable. Seed: 1. Again: `make bench ONLY=reform`.
Last (2 cores, with so much other work on the machine that `quiet_p99_ms` was 870 and 920), two runs: check 2.5 and 2.4 s, apply 23.7 and
21.7 s, revert 8.2 and 19.3 s, longest wait during apply 0.56 and 1.22 s.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson
from nats.aio.msg import Msg

from services.cli.files import reform_check
from services.cli.files.reform_files import Known
from services.cli.known_reforms import REFORM_FILES
from shared.plumbing import tasks
from shared.shell.service import Connections
from tests import seeds
from tests.benchmarks import load, stored
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import YEAR, machine, national_regime
from tests.running import command, running

OFFICES: Final = REFORM_FILES / "2025-03-01-quang-binh"
NATIONAL: Final = REFORM_FILES / "2025-07-01"
RATE: Final = 100
QUIET_S: Final = 5.0
AFTER_S: Final = 3.0
MOST: Final = 60_000


async def measure(size: float) -> Figures:
    """`reform`: `check_s`, and for `apply` and `revert` each `s`, `pause_ms`, `p99_ms`; `quiet_p99_ms`."""
    regime = national_regime()
    with TemporaryDirectory(prefix="tonghop-bench-log-") as name:
        folder = Path(name)
        async with machine(regime) as connections, running(connections.settings, folder, "ingest", "aggregate"):
            await connections.reference.put_regimes([*seeds.changing_regimes(), regime.model_copy(update={"recipient": "20"})])
            await _run(connections, folder, "apply", str(OFFICES))
            check_s = await _check(connections)
            messages = load.sent(regime, YEAR, await stored.communes(connections), MOST)
            async with _sending(connections, messages) as waits:
                await asyncio.sleep(QUIET_S * size)
                quiet = waits.take()
                applied = await _under_load(connections, folder, waits, "apply", str(NATIONAL))
                await asyncio.sleep(QUIET_S * size)
                waits.take()
                reverted = await _under_load(connections, folder, waits, "revert", NATIONAL.name, "--with-reports")
    return {"reform": {"check_s": check_s, "quiet_p99_ms": _ms(percentile(quiet, 99)), "apply": applied, "revert": reverted}}


class Waits:
    """How long each report that was answered waited, in seconds."""

    def __init__(self) -> None:
        self.intended: dict[str, float] = {}
        self._waited: list[float] = []

    async def on_receipt(self, message: Msg) -> None:
        sent = self.intended.pop(orjson.loads(message.data)["event_id"], None)
        if sent is not None:
            self._waited.append(time.perf_counter() - sent)

    def take(self) -> list[float]:
        """The waits since the last call, and those of reports that still wait."""
        taken, self._waited = self._waited, []
        now = time.perf_counter()
        return [*taken, *(now - sent for sent in self.intended.values())]


@asynccontextmanager
async def _sending(connections: Connections, messages: Iterator[tuple[str, bytes]]) -> AsyncIterator[Waits]:
    waits = Waits()
    subscription = await connections.streams.client.subscribe("receipts.*", cb=waits.on_receipt)

    async def send() -> None:
        async for at, (unit, payload) in load.at_rate(messages, RATE):
            waits.intended[orjson.loads(payload)["id"]] = at
            await connections.streams.jetstream.publish_async(f"inbox.{unit}", payload)

    task = asyncio.create_task(send())
    try:
        yield waits
    finally:
        await tasks.end(task)
        await subscription.unsubscribe()


async def _check(connections: Connections) -> float:
    registry = (await connections.reference.current()).registry
    began = time.perf_counter()
    files = reform_check.read_all([NATIONAL])[0]
    reform_check.check(files, Known(registry, {OFFICES.name: ""}))
    return round(time.perf_counter() - began, 2)


async def _under_load(connections: Connections, folder: Path, waits: Waits, *words: str) -> dict[str, float]:
    took = await _run(connections, folder, *words)
    await asyncio.sleep(AFTER_S)
    waited = waits.take()
    return {"s": took, "pause_ms": _ms(max(waited)), "p99_ms": _ms(percentile(waited, 99))}


async def _run(connections: Connections, folder: Path, *words: str) -> float:
    """Seconds that a command took. Raises RuntimeError if it failed."""
    run = command("reform", *words, settings=connections.settings, folder=folder)
    began = time.perf_counter()
    run.launch()
    if await run.ended() != 0:
        raise RuntimeError(run.log.read_text(encoding="utf-8"))
    return round(time.perf_counter() - began, 2)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
