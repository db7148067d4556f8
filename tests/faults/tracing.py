"""Runs strace on a server, to make its disk slow or full, or to record every write and fsync of its files.

It needs no privileges beyond tracing processes of the same user. Sockets are not affected: both servers write their files with `pwrite64`,
which is never used on a socket.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import which
from typing import Final

from services.devstack.process import Process
from tests.faults.kills import Fault
from tests.faults.world import World

HURT_S: Final = 3.0
DELAYS_MS: Final = {"nats-server": 20, "mongod": 200}  # a fsync each message; one fsync for many writes
ATTACH_S: Final = 10.0


@asynccontextmanager
async def traced(server: Process, log: Path, *options: str) -> AsyncIterator[Process]:
    """The server under strace with some options while the block runs."""
    program = which("strace")
    assert program, "strace is needed: apt-get install strace"
    tracer = Process("strace", (program, "-f", "-p", str(server.pid), *options), log)
    log.unlink(missing_ok=True)
    tracer.launch()
    try:
        async with asyncio.timeout(ATTACH_S):
            while "attached" not in log.read_text():
                assert tracer.is_alive, log.read_text()
                await asyncio.sleep(0.05)
        yield tracer
    finally:
        await tracer.stop()


@asynccontextmanager
async def injected(world: World, name: str, calls: str, injection: str) -> AsyncIterator[None]:
    """Some system calls of a server are tampered with while the block runs; at least one must have been."""
    noted = world.folder / f"{name}-hurt.log"
    options = (f"--trace={calls}", "-s", "0", "-o", str(noted), f"--inject={calls}:{injection}")
    async with traced(world.process(name), world.folder / f"{name}-strace.log", *options):
        yield
    assert re.search(r"\((INJECTED|DELAYED)\)", noted.read_text()), f"{name} was not hurt"


def slow_disk(name: str) -> Fault:
    """Every fsync takes long for some seconds."""

    async def fault(world: World, _: random.Random) -> None:
        async with injected(world, name, "fsync,fdatasync", f"delay_enter={DELAYS_MS[name] * 1000}"):
            await asyncio.sleep(HURT_S)

    return fault


def full_disk(name: str) -> Fault:
    """No write to a file succeeds for some seconds. When there is room again the server is restarted, as an operator would."""

    async def fault(world: World, _: random.Random) -> None:
        async with injected(world, name, "pwrite64", "error=ENOSPC"):
            await asyncio.sleep(HURT_S)
        await world.revive(name)

    return fault


DISKS: Final[dict[str, Fault]] = {
    **{f"slow disk of {name}": slow_disk(name) for name in DELAYS_MS},
    **{f"full disk of {name}": full_disk(name) for name in DELAYS_MS},
}
