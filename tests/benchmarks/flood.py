"""One unit floods NATS; how long does another unit wait for its acknowledgement?

What: unit B sends a report of 1.2 kB, waits for the broker's acknowledgement and sends the next one 5 ms later, for some seconds: alone;
while unit A sends 20,000 messages a second; as many as it can; and messages of 400 kB as fast as it can. Then without the limit per unit.
How: a nats-server with accounts and `sync_interval: always`, each unit with its own credentials, the flood from a process of its own. The
first 5,000 messages of the flood are stored, each with an fsync, and the other unit's wait in the same queue: that is measured apart (`at
first`). What follows is refused. Again: `make bench-flood`. Figures: docs/adr/0061-keep-units-apart-in-the-inbox.md.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

from shared.plumbing import streams
from shared.wire import subjects
from tests.nats_matrix.installation import Installation, running
from tests.nats_matrix.rules import NEIGHBOUR, UNIT
from tests.nats_matrix.wire import Wire

SECONDS: Final = 8.0
PAUSE_S: Final = 0.005
REPORT: Final = b"x" * 1200
WANTED_MS: Final = 50.0
CHUNK_S: Final = 0.01


class Flood(NamedTuple):
    """What unit A sends: bytes in a message, messages a second (0: as many as it can)."""

    size: int
    per_s: int


class Waits(NamedTuple):
    """How long unit B waited, in milliseconds, and how many messages it sent."""

    sent: int
    p50: float
    p99: float
    longest: float


FLOODS: Final = {
    "20,000 messages a second of 1.2 kB": Flood(1200, 20_000),
    "1.2 kB as fast as it can": Flood(1200, 0),
    "400 kB as fast as it can": Flood(400_000, 0),
}


async def waits(installation: Installation, seconds: float = SECONDS) -> Waits:
    """Sends as unit B, at least once, and measures each acknowledgement."""
    wire = await installation.log_in("another unit")
    answer_to = f"_INBOX_{NEIGHBOUR}.a"
    wire.subscribe(answer_to)
    await wire.settle()
    found: list[float] = []
    end = time.perf_counter() + seconds
    while not found or time.perf_counter() < end:
        wire.heard.clear()
        began = time.perf_counter()
        wire.publish(f"inbox.{NEIGHBOUR}", REPORT, answer_to)
        while not wire.heard and time.perf_counter() - began < SECONDS:
            await asyncio.sleep(0.0002)
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE_S)
    await wire.close()
    found.sort()
    return Waits(len(found), found[len(found) // 2], found[int(len(found) * 0.99)], found[-1])


async def _until_full(installation: Installation) -> None:
    """Waits until unit A has as many messages as a unit may have."""
    most, subject = streams.read().streams[subjects.INBOX].max_msgs_per_subject, f"inbox.{UNIT}"
    while (await installation.stored())[subjects.INBOX].get(subject, 0) < most:
        await asyncio.sleep(0.05)


@asynccontextmanager
async def flooding(installation: Installation, flood: Flood) -> AsyncIterator[None]:
    """Unit A floods from another process."""
    with tempfile.NamedTemporaryFile("w", suffix=".creds") as creds:
        creds.write(str(installation.creds["unit"]))
        creds.flush()
        words = ("-m", "tests.benchmarks.flood", installation.server.url, creds.name, str(flood.size), str(flood.per_s))
        process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()  # it is connected and has begun
        yield
        process.terminate()
        sent, _ = await process.communicate()
        print(f"      the flood: {sent.decode().split()[-1]} messages a second")


async def pour(url: str, creds: Path, flood: Flood) -> None:
    """Floods until the process is terminated; prints the rate once a second."""
    wire = await Wire.log_in(url, creds.read_text(encoding="utf-8"))
    body, sent, began = b"x" * flood.size, 0, time.perf_counter()
    print("begun", flush=True)
    printed = began
    while True:
        count = max(1, 1_200_000 // flood.size // 10)
        if flood.per_s:
            count = min(count, int((time.perf_counter() - began) * flood.per_s) - sent)
        for _ in range(count):
            wire.publish(f"inbox.{UNIT}", body)
        sent += max(count, 0)
        await wire.drain()
        await asyncio.sleep(CHUNK_S / 10 if flood.per_s else 0)
        if time.perf_counter() - printed > 1:
            printed = time.perf_counter()
            print(int(sent / (printed - began)), flush=True)


async def measure(is_limited: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as installation:
            config = streams.read().stream_config(subjects.INBOX)
            if not is_limited:
                config = config.evolve(max_msgs_per_subject=-1, discard_new_per_subject=False)
            await installation.jetstream.update_stream(config)
            alone = await waits(installation)
            _say("alone", alone, alone)
            for name, flood in FLOODS.items():
                await installation.jetstream.purge_stream(subjects.INBOX)
                async with flooding(installation, flood):
                    first = await waits(installation, seconds=0)
                    print(f"   {name}: at first {first.longest:.0f} ms", flush=True)
                    if is_limited:
                        await _until_full(installation)
                    _say(name, await waits(installation), alone)
                await asyncio.sleep(1)


def _say(name: str, found: Waits, alone: Waits) -> None:
    ratio = found.p99 / alone.p99
    verdict = "within" if found.p99 <= WANTED_MS else "NOT within"
    waited = f"p50 {found.p50:.1f} ms, p99 {found.p99:.1f} ms, longest {found.longest:.0f} ms"
    print(f"   {name}: {found.sent} sent, {waited}; p99 {ratio:.1f} times as alone, {verdict} {WANTED_MS:g} ms", flush=True)


async def _all() -> None:
    print("INBOX as declared:", flush=True)
    await measure(is_limited=True)
    print("INBOX without the limit per unit:", flush=True)
    await measure(is_limited=False)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(pour(sys.argv[1], Path(sys.argv[2]), Flood(int(sys.argv[3]), int(sys.argv[4]))))
    else:
        asyncio.run(_all())
