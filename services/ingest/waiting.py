"""Waiting for a verdict: receipts pass by on core NATS, the HTTP door takes the one it waits for.

A receipt names the INBOX message that it answers: of two requests that send one id at the same time each gets its own verdict.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import orjson
from faststream import Path
from faststream.nats import NatsMessage, NatsRouter

ANSWERS: Final = "Inbox-Sequence"  # header of a receipt: the sequence of the message that it answers

Key = tuple[str, str]  # unit code, event id
Receipts = asyncio.Queue[tuple[str | None, dict[str, Any]]]  # which message is answered, and the receipt


class Waiting:
    """Who waits for which receipt. Several may wait for receipts of the same event."""

    def __init__(self) -> None:
        self._queues: dict[Key, set[Receipts]] = {}

    @asynccontextmanager
    async def for_receipts(self, unit: str, event_id: str) -> AsyncIterator[Receipts]:
        """The receipts to come; entered before the event is published, so that none can be missed."""
        queue: Receipts = asyncio.Queue()
        self._queues.setdefault((unit, event_id), set()).add(queue)
        try:
            yield queue
        finally:
            waiting = self._queues.get((unit, event_id), set())
            waiting.discard(queue)
            if not waiting:
                self._queues.pop((unit, event_id), None)

    def hand_out(self, answers: str | None, receipt: dict[str, Any]) -> None:
        """Gives a receipt to all who wait for one of its event."""
        for queue in self._queues.get((receipt["unit"], receipt["event_id"]), ()):
            queue.put_nowait((answers, receipt))


async def verdict(receipts: Receipts, sequence: int, within_s: float) -> dict[str, Any] | None:
    """The receipt that answers the INBOX message `sequence`; None when it has not come in time."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                answers, receipt = await receipts.get()
                if answers == str(sequence):
                    return receipt
    except TimeoutError:
        return None


def router(waiting: Waiting) -> NatsRouter:
    """The subscriber to receipts."""
    routes = NatsRouter()

    @routes.subscriber("receipts.{unit}", decoder=_raw)
    async def on_receipt(receipt: bytes, unit: Annotated[str, Path()], message: NatsMessage) -> None:
        """A verdict on an event of a unit."""
        waiting.hand_out(message.headers.get(ANSWERS), orjson.loads(receipt))

    return routes


async def _raw(message: NatsMessage) -> bytes:
    return bytes(message.body)
