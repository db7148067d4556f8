"""Waiting for a verdict: receipts pass by on core NATS, the HTTP door takes the one it waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import orjson
from faststream import Path
from faststream.nats import NatsMessage, NatsRouter

Key = tuple[str, str]  # unit code, event id


class Waiting:
    """Who waits for which receipt. Several may wait for the same one."""

    def __init__(self) -> None:
        self._futures: dict[Key, set[asyncio.Future[dict[str, Any]]]] = {}

    @asynccontextmanager
    async def for_receipt(self, unit: str, event_id: str) -> AsyncIterator[asyncio.Future[dict[str, Any]]]:
        """The receipt to come; entered before the event is published, so that it cannot be missed."""
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._futures.setdefault((unit, event_id), set()).add(future)
        try:
            yield future
        finally:
            waiting = self._futures.get((unit, event_id), set())
            waiting.discard(future)
            if not waiting:
                self._futures.pop((unit, event_id), None)

    def hand_out(self, receipt: dict[str, Any]) -> None:
        """Gives a receipt to all who wait for it."""
        for future in self._futures.get((receipt["unit"], receipt["event_id"]), ()):
            if not future.done():
                future.set_result(receipt)


def router(waiting: Waiting) -> NatsRouter:
    """The subscriber to receipts."""
    routes = NatsRouter()

    @routes.subscriber("receipts.{unit}", decoder=_raw)
    async def on_receipt(receipt: bytes, unit: Annotated[str, Path()]) -> None:
        """A verdict on an event of a unit."""
        waiting.hand_out(orjson.loads(receipt))

    return routes


async def _raw(message: NatsMessage) -> bytes:
    return bytes(message.body)
