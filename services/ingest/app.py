"""Ingest: settings in, a service out."""

import asyncio
from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from services.ingest import routes
from services.ingest.handlers import SERVICE, Door
from services.ingest.store import ClaimStore
from shared import broker, delivery, reader, service, subjects, tasks
from shared.observability import Readiness
from shared.reader import Delivery
from shared.service import Connections
from shared.settings import Settings

BATCH: Final = 1000  # messages claimed and published at once
AT_ONCE: Final = 2  # batches under way: one is claimed while the one before is published and answered
GATHER_S: Final = 0.025  # while one is under way the next gathers for so long: many small batches cost more than they save


def create_app(settings: Settings | None = None) -> FastAPI:
    """Ingest's app; reads the environment when no settings are given."""
    held = service.connections(settings or Settings(), SERVICE)
    store = ClaimStore(held.database)

    async def work(readiness: Readiness) -> None:
        await ingest(held, store, readiness)

    app = service.create_app(SERVICE, "Tổng Hợp: nhận báo cáo", held, work, subjects.INBOX, subjects.REPORTS, subjects.PARKED)
    app.add_exception_handler(HTTPException, routes.on_wrong_address)
    app.include_router(routes.create_router(held.streams, store))
    return app


async def ingest(held: Connections, store: ClaimStore, readiness: Readiness) -> None:
    """Screens INBOX until it is cancelled."""
    info = await held.streams.jetstream.stream_info(subjects.REPORTS)
    await store.prepare()
    door = Door(held.streams, store, held.reference, broker.declared_partitions(info.config.metadata))
    readiness.has("work")  # what an earlier attempt failed on has passed
    follow = reader.durable_reader(held.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)
    under_way: set[asyncio.Task[None]] = set()

    async def handle(batch: Sequence[Delivery]) -> None:
        if batch and not await delivery.deliver(held.streams, SERVICE, batch, door.on_inbox):
            readiness.wait_for("inbox", "thử lại (retrying)")
        else:
            readiness.has("inbox")

    try:
        while True:
            batch = await follow.batch(BATCH, wait_s=1.0)
            readiness.behind["inbox"] = batch[-1].pending if batch else 0
            newest = asyncio.create_task(handle(batch))
            under_way.add(newest)
            await asyncio.wait([newest], timeout=GATHER_S)
            if len(under_way) == AT_ONCE:
                _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await tasks.end(*under_way)
        await follow.close()
