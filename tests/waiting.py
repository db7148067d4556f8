"""Waits until a condition holds, for work that a real server or process does in its own time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from shared.shell.service import Connections
from shared.wire import subjects

LIMIT_S: Final = 30.0


async def until(is_so: Callable[[], Awaitable[bool]], within_s: float = LIMIT_S) -> None:
    """Returns when an awaited condition holds. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await is_so():
            await asyncio.sleep(0.05)


async def until_inbox_is_done(connections: Connections, within_s: float = LIMIT_S) -> None:
    """Returns when every message of INBOX is acknowledged or terminated; a server takes acks in its own time. Raises TimeoutError."""

    async def is_done() -> bool:
        found = await connections.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        return not found.num_ack_pending and not found.num_pending

    await until(is_done, within_s)
