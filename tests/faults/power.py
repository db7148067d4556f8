"""A power cut: strace records every write and fsync of a server. From the record, the server's files are made as they would be after a cut
at any instant.
"""

import asyncio
import math
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from services.devstack.process import Process
from tests.faults.calls import CALLS, UNSEEN, calls
from tests.faults.disk import Disk
from tests.faults.kills import EVERYTHING
from tests.faults.tracing import traced
from tests.faults.world import World


@dataclass
class Recording:
    """What a server writes below a folder from a moment on, when its disk was as given."""

    disk: Disk
    trace: Path

    def disks(self, instants: Sequence[float]) -> Iterator[Disk]:
        """The disk at some instants of the wall clock, in their order: one object that changes, so to be had once."""
        disk, left = self.disk, list(instants)
        for call in calls(self.trace):
            while left and call.ended > left[0]:
                del left[0]
                yield disk
            if not left:
                return
            disk.take(call)
        for _ in left:
            yield disk


@asynccontextmanager
async def recorded(server: Process, folder: Path, scratch: Path) -> AsyncIterator[Recording]:
    """Notes what a server writes below a folder while the block runs; the server stands still while its folder is read."""
    trace = scratch / f"{server.name}.trace"
    options = ("-y", "-ttt", "-T", "-s", "16777216", f"--trace={CALLS},{UNSEEN}", "--signal=none", "-o", str(trace))
    os.kill(server.pid, signal.SIGSTOP)
    await asyncio.to_thread(os.waitid, os.P_PID, server.pid, os.WSTOPPED)
    async with traced(server, scratch / f"{server.name}-strace.log", *options):
        recording = Recording(Disk.of(folder.resolve()), trace)
        os.kill(server.pid, signal.SIGCONT)
        yield recording


async def power_cut(world: World, rng: random.Random) -> None:
    """Everything dies at one instant; both servers start on what was sure to be on their disks, half the time on torn writes."""
    folders = {world.nats: world.folder / "nats", world.mongo: world.folder / "mongo"}
    with TemporaryDirectory(dir=world.folder, prefix="power-") as scratch:
        async with AsyncExitStack() as recordings:
            found = [await recordings.enter_async_context(recorded(server, folder, Path(scratch))) for server, folder in folders.items()]
            await asyncio.sleep(rng.uniform(1.0, 2.0))
            for name in EVERYTHING:
                world.kill(name)
        torn = rng.choice((rng, None))
        for recording in found:
            for disk in recording.disks([math.inf]):
                disk.write_to(Path(disk.folder), torn)
    await world.revive(*EVERYTHING)
