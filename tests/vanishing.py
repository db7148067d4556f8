"""A client sends much data while its nats-server's host vanishes. Shared by the tests that make a host vanish."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from nats.js.api import StreamConfig

from services.devstack.ports import choose_ports
from services.devstack.servers import Server
from shared.plumbing.broker import Message, Streams
from shared.shell.clock import random_id
from tests import nats_users

STREAM = "LAB"
LIMIT_S = 90.0  # a client that waits for its kernel waits for a quarter of an hour


@asynccontextmanager
async def connected(*urls: str) -> AsyncIterator[Streams]:
    """A client as every service is one."""
    broker = nats_users.create_broker(list(urls))
    await broker.start()
    try:
        yield Streams(broker, random_id)
    finally:
        await broker.stop()


async def start_with_stream(folder: Path) -> Server:
    """A nats-server with an empty stream."""
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(folder, ports.nats, ports.nats_http)
    await add_stream(server.url)
    return server


async def add_stream(url: str) -> None:
    async with connected(url) as streams:
        await streams.jetstream.add_stream(StreamConfig(name=STREAM, subjects=["parked.lab"], allow_atomic=True))


async def send_through(url: str, other: str, vanish: Callable[[], Awaitable[None]]) -> int:
    """Sends much to the server at `url` until it vanishes, and on until the other has taken a batch; how often that was tried.

    Raises TimeoutError when the client does not turn to the other.
    """
    async with asyncio.timeout(LIMIT_S), connected(url, other) as streams:
        await streams.publish_together(STREAM, _batch("first"))
        assert _connected_to(streams) in url
        await vanish()
        tried = 1
        while not await _is_taken(streams, tried):
            tried += 1
            await asyncio.sleep(0.2)
        assert _connected_to(streams) in other
    return tried


async def _is_taken(streams: Streams, number: int) -> bool:
    """Whether batches of 13 MB together, more than the kernel takes for a connection, are acknowledged."""
    batches = [streams.publish_together(STREAM, _batch(f"{number}/{part}"), timeout_s=5.0) for part in range(10)]
    answers = await asyncio.gather(*batches, return_exceptions=True)
    return not any(isinstance(answer, BaseException) for answer in answers)


def _batch(name: str) -> list[Message]:
    return [Message("parked.lab", b"x" * 1300, f"{name}/{number}") for number in range(1000)]


def _connected_to(streams: Streams) -> str:
    found = streams.client.connected_url
    return "" if found is None else str(found.netloc)
