"""Reads how the installation is: checkpoints, counts and last times from the database, and lengths of streams from the broker."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, Final

import nats.errors
import nats.js.errors

from services.portal.domain.operation import Seen
from shared.plumbing import mongo
from shared.plumbing.broker import Streams
from shared.plumbing.mongo import Document, Documents
from shared.plumbing.parked_store import ParkedStore
from shared.wire import collection_names, events, subjects

PATIENCE_S: Final = 2.0  # how long the page waits for the broker
AWAY: Final = (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError)
NEWEST: Final = [("_id", -1)]
LAST_STORED: Final = [("$natural", -1)]
HEAD_OF_A_DAY: Final = "head/"


async def read(database: Documents, streams: Streams, generation: int) -> Seen:
    """What the portal sees now."""
    folded, under = await _folded(database)
    noted = await _one(database, collection_names.CHECKPOINTS, {"_id": "notify"})
    alert = await _one(database, collection_names.ALERTS, {}, LAST_STORED)
    head = await _one(database, collection_names.IDENTITY, {"_id": {"$gte": HEAD_OF_A_DAY, "$lt": "head0"}}, NEWEST)
    return Seen(
        generation,
        await _asked(streams.last_sequence(subjects.REPORTS)),
        await _asked(_waiting(streams)),
        folded,
        under,
        noted.get("sequence"),
        noted.get("generation"),
        await ParkedStore(database).waiting(),
        await _last_event(database, folded),
        alert.get("raised_at"),
        str(head.get("_id", "")).removeprefix(HEAD_OF_A_DAY),
        head.get("number", 0),
        head.get("at"),
        bool(head.get("is_published")),
    )


async def _folded(database: Documents) -> tuple[dict[int, int], list[int]]:
    """The sequence of each partition, and the generations under which they are stored."""
    folded: dict[int, int] = {}
    under: list[int] = []
    async for document in database[collection_names.CHECKPOINTS].find({"_id": {"$regex": "^" + collection_names.aggregate_checkpoint("")}}):
        folded[int(document["_id"].partition("/")[2])] = document["sequence"]
        under += [document["generation"]] if "generation" in document else []
    return folded, under


async def _last_event(database: Documents, folded: dict[int, int]) -> datetime | None:
    """When the last event was received that is in the views."""
    if not folded:
        return None
    partition, sequence = max(folded.items(), key=lambda item: item[1])
    found = await _one(database, collection_names.REPORTS, {"partition": partition, "sequence": sequence})
    return events.from_ms(found["received_ms"]) if "received_ms" in found else None


async def _one(database: Documents, collection: str, query: Document, order: list[tuple[str, int]] | None = None) -> Document:
    """The first document; an empty one if there is none."""
    found: Document | None = await mongo.awaited(database[collection].find_one(query, {"event": 0, "state": 0}, sort=order))
    return found or {}


async def _waiting(streams: Streams) -> int:
    """How many messages of INBOX ingest has not decided."""
    info = await streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
    return (info.num_pending or 0) + (info.num_ack_pending or 0)


async def _asked(question: Awaitable[Any]) -> int | None:
    """The answer of the broker; None if it does not answer in time."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return int(await question)
    except AWAY:
        return None
