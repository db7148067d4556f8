"""Waiting for a verdict: while somebody waits, the receipts of that unit are listened to.

A receipt names the INBOX message that it answers: of two requests that send one id at the same time each gets its own verdict.
What comes in another shape than a receipt's is ignored: others can publish on core NATS too. Source: design, section 4, "Receipts".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from shared.wire import subjects
from shared.wire.published import Receipt

ANSWERS: Final = "Inbox-Sequence"  # header of a receipt: the sequence of the message that it answers

Receipts = asyncio.Queue[tuple[str, dict[str, Any]]]  # which message is answered, and the receipt


@asynccontextmanager
async def receipts_of(client: Client, unit: str) -> AsyncIterator[Receipts]:
    """The receipts of a unit to come; entered before the event is published, so that none can be missed."""
    queue: Receipts = asyncio.Queue()

    async def on_receipt(message: Msg) -> None:
        if (answers := (message.headers or {}).get(ANSWERS)) and (receipt := _receipt(message.data)) is not None:
            queue.put_nowait((answers, receipt))

    subscription = await client.subscribe(subjects.receipts(unit), cb=on_receipt)
    try:
        yield queue
    finally:
        await subscription.unsubscribe()


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


def _receipt(data: bytes) -> dict[str, Any] | None:
    """The receipt that a message is; None when it is none: a refusal says why."""
    try:
        found = Receipt.model_validate_json(data)
    except ValidationError:
        return None
    receipt: dict[str, Any] = orjson.loads(data)
    return receipt if found.errors or "rejected" not in (found.verdict, found.first_verdict) else None
