"""A separate host for one process: a network namespace, with a link that can be cut without informing either side."""

import asyncio
import itertools
import os
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Host:
    """A namespace reached at `address`; whoever runs the tests is at `own_address` of the same cable."""

    name: str
    address: str
    own_address: str

    def inside(self, command: Sequence[str]) -> tuple[str, ...]:
        """The command as it runs on that host."""
        return ("ip", "netns", "exec", self.name, *command)

    async def vanish(self) -> None:
        """Every packet to it, and from it, is dropped from now on; nobody is told."""
        for chain in ("INPUT", "OUTPUT"):
            await _run(*self.inside(("iptables", "-I", chain, "-j", "DROP")))


@asynccontextmanager
async def host() -> AsyncIterator[Host]:
    """A new host, gone afterwards."""
    number = next(_numbers)
    name = f"tonghop-{os.getpid()}-{number}"
    near, far, third = f"th{number}n{os.getpid() % 10_000}", f"th{number}f{os.getpid() % 10_000}", os.getpid() % 250
    made = Host(name, f"10.{200 + number}.{third}.2", f"10.{200 + number}.{third}.1")
    await _run("ip", "netns", "add", name)
    try:
        await _run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        await _run("ip", "address", "add", f"{made.own_address}/30", "dev", near)
        await _run("ip", "link", "set", near, "up")
        await _run("ip", "-n", name, "address", "add", f"{made.address}/30", "dev", far)
        for device in (far, "lo"):
            await _run("ip", "-n", name, "link", "set", device, "up")
        yield made
    finally:
        await _run("ip", "netns", "delete", name)


async def _run(*command: str) -> None:
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
