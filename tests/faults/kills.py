"""Faults of whole processes: killed, several at once or one after the other; stopped and continued.

A fault is called while reports arrive, and returns when the servers are back.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from os import kill
from typing import Final

from tests.faults.world import SERVERS, SERVICES, World
from tests.running import process, second_instance, until_ready

Fault = Callable[[World, random.Random], Awaitable[None]]
STOPPED_S: Final = 4.0
SECOND: Final = "aggregate-2"


def killed(*names: str) -> Fault:
    """`kill -9` of some at once; started again after a moment."""

    async def fault(world: World, rng: random.Random) -> None:
        for name in names:
            world.kill(name)
        await asyncio.sleep(rng.uniform(0.0, 1.0))
        await world.revive(*names)

    return fault


def in_turn(*faults: Fault) -> Fault:
    """One fault after the other, so that the next falls while the system still comes back from the last."""

    async def fault(world: World, rng: random.Random) -> None:
        for one in faults:
            await one(world, rng)
            await asyncio.sleep(rng.uniform(0.0, 0.7))

    return fault


def together(*faults: Fault) -> Fault:
    """Faults at the same time."""

    async def fault(world: World, rng: random.Random) -> None:
        await asyncio.gather(*[one(world, rng) for one in faults])

    return fault


def stopped(name: str, seconds: float = STOPPED_S) -> Fault:
    """SIGSTOP, and SIGCONT after some seconds: a process that sleeps through what happens, then goes on as if nothing had."""

    async def fault(world: World, _: random.Random) -> None:
        kill(world.process(name).pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        kill(world.process(name).pid, signal.SIGCONT)

    return fault


async def zombie(world: World, rng: random.Random) -> None:
    """An aggregator sleeps while a second instance does its work, wakes up, and both go on for a while."""
    other = second_instance("aggregate", world.settings)
    second = process("aggregate", other, world.folder / SECOND)
    kill(world.services["aggregate"].pid, signal.SIGSTOP)
    try:
        second.launch()
        await until_ready("aggregate", other)
        await asyncio.sleep(1.0)
        kill(world.services["aggregate"].pid, signal.SIGCONT)
        await asyncio.sleep(1.0)
        if rng.random() < 0.5:  # who stays
            world.kill("aggregate")
            await asyncio.sleep(0.5)
            await world.revive("aggregate")
    finally:
        await second.kill()


EVERYTHING: Final = (*SERVICES, *SERVERS)

KILLS: Final[dict[str, Fault]] = {
    **{f"kill {name}": killed(name) for name in EVERYTHING},
    "kill the servers": killed(*SERVERS),
    "kill the services": killed(*SERVICES),
    "kill everything": killed(*EVERYTHING),
    "kill ingest and nats-server": killed("ingest", "nats-server"),
    "kill aggregate and mongod": killed("aggregate", "mongod"),
    "kill nats-server, mongod in turn": in_turn(*[killed(name) for name in SERVERS]),
    "kill the services in turn": in_turn(*[killed(name) for name in (*SERVICES, *SERVICES)]),
}
STOPS: Final[dict[str, Fault]] = {**{f"stop {name}": stopped(name) for name in EVERYTHING}, "zombie aggregate": zombie}
