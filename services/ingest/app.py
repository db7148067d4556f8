"""Ingest: builds the service from its settings."""

import asyncio
from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI

from services.ingest import room, unused
from services.ingest.doors import attachments, documented, forms, gate, http, sheets, tables
from services.ingest.doors.forms import Forms
from services.ingest.doors.gate import Gate
from services.ingest.doors.tabling import Tables
from services.ingest.doors.workbooks import Workbooks
from services.ingest.dry_run import DryRuns
from services.ingest.failing import FailedMessages
from services.ingest.form_store import FormStore
from services.ingest.intake import Intake
from services.ingest.parked import SERVICE, Parking
from services.ingest.parked_counts import ParkedCounts
from services.ingest.store import ClaimStore
from shared.plumbing import broker, delivery, reader, tasks
from shared.plumbing.attachment_store import AttachmentStore
from shared.plumbing.key_ring import KeyRing
from shared.plumbing.reader import Delivery
from shared.plumbing.readiness import Readiness
from shared.plumbing.refused_requests import RefusedRequests
from shared.plumbing.scanning import Scanner
from shared.plumbing.sheet_desk import SheetDesk
from shared.plumbing.sheet_store import SheetStore
from shared.plumbing.standstill import Standstill
from shared.plumbing.turns import Turns
from shared.plumbing.uploads import Uploads
from shared.shell import service
from shared.shell.clock import random_secret
from shared.shell.limits import Limits
from shared.shell.service import Connections
from shared.shell.settings import IngestSettings
from shared.wire import subjects
from shared.words.refusals import Refusal, refusal

BATCH: Final = 1000  # messages that are claimed and published in one batch
AT_ONCE: Final = 2  # batches in progress: one is claimed while the previous one is published and answered
GATHER_S: Final = 0.025  # how long to collect the next batch while another is in progress: many small batches cost more
GATHER_SPOILED_S: Final = 0.2  # how long to collect what senders spoil: a flood costs five rounds of writes a second

RETRYING: Final = refusal("ingest.batch_not_stored")


def create_app(settings: IngestSettings | None = None) -> FastAPI:
    """Ingest's app. Reads the environment if no settings are given."""
    settings = settings or IngestSettings()
    connections = service.connections(settings, SERVICE)
    store = ClaimStore(connections.database)
    counts = ParkedCounts(connections.database, connections.clock)
    keys = KeyRing(connections.database, connections.reference, connections.clock)
    refused = RefusedRequests(connections.database, connections.clock)
    partitions = connections.declaration.partitions
    parking = Parking(connections.streams, connections.database, counts, connections.clock)
    intake = Intake(connections.streams, store, parking, connections.reference, partitions)
    desk = SheetDesk()
    dry_runs = DryRuns(connections.streams, intake, store, connections.reference, connections.clock, partitions)

    async def work(readiness: Readiness) -> None:
        most = connections.declaration.streams[subjects.INBOX].max_msgs_per_subject
        await tasks.together(ingest(connections, store, readiness), room.keep(connections.streams.jetstream, most), dry_runs.serve())

    title, streams = "Tổng Hợp: nhận báo cáo", (subjects.INBOX, subjects.REPORTS, subjects.PARKED)
    app = service.create_app(
        SERVICE, title, connections, work, *streams, watches=[keys.watch, refused.watch, counts.watch, desk.confined.watch]
    )
    app.state.gate = Gate(keys, Limits(), connections.clock)
    gate.install(app, refused)
    app.include_router(http.create_router(connections.streams, store, dry_runs, counts))
    taking = Uploads(AttachmentStore(connections.database), Scanner(settings.scan_command), random_secret, connections.clock)
    app.include_router(attachments.create_router(taking))
    found = Forms(connections.reference, FormStore(connections.database, store), connections.clock)
    turns = Turns()
    workbooks = Workbooks(
        found, dry_runs, store, connections.streams, SheetStore(connections.database), desk, connections.clock, random_secret, turns
    )
    app.include_router(sheets.create_router(workbooks))
    app.include_router(tables.create_router(Tables(connections.streams, store, dry_runs, found, desk.confined), turns))
    app.include_router(forms.create_router(found))
    documented.install(app)
    return app


class Inbox:
    """One instance's work on INBOX, and its state for `/readyz`."""

    def __init__(self, connections: Connections, intake: Intake, failing: FailedMessages) -> None:
        self.follow = reader.durable_reader(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)
        self.standstill = Standstill(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)
        self._streams = connections.streams
        self._intake = intake
        self._failing = failing
        self._has_failed = False
        self._tries = 0  # since ingest has stopped

    @property
    def trouble(self) -> Refusal | None:
        """Why INBOX makes no progress; None if it does. Another instance may have done what this one could not."""
        if self.follow.trouble is not None or self.standstill.waiting == 0:
            return self.follow.trouble
        return self._failing.trouble or (RETRYING if self._has_failed else None)

    @property
    def waiting(self) -> int | None:
        """The number of messages that are not screened yet; None while it is unknown."""
        return None if self.follow.trouble else self.standstill.waiting

    async def work(self) -> None:
        """Hands batches to the intake, two at a time, until it is cancelled."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                if self._failing.is_stopped:
                    if under_way:
                        _, under_way = await asyncio.wait(under_way)
                    await self._try_one()
                elif batch := await self.follow.batch(BATCH, wait_s=1.0):
                    newest = asyncio.create_task(self._handle(batch))
                    under_way.add(newest)
                    await asyncio.wait([newest], timeout=GATHER_S)
                if len(under_way) == AT_ONCE:
                    _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await tasks.end(*under_way)
            await self.follow.close()

    async def _handle(self, batch: Sequence[Delivery]) -> None:
        """Hands over the messages that have not failed before, then the others one by one, until too many have failed."""
        self._has_failed = not all([await self._deliver(part) for part in self._failing.parts(batch)])

    async def park(self) -> None:
        """Parks or counts what senders spoil, beside the batches, until it is cancelled."""
        while True:
            spoiled = await self._intake.spoiled(GATHER_SPOILED_S)
            await delivery.deliver(self._streams.client, spoiled, self._intake.on_spoiled, self._failing)

    async def _deliver(self, part: Sequence[Delivery]) -> bool:
        if self._failing.is_stopped:
            await delivery.postpone(self._streams.client, part)
            return False
        return await delivery.deliver(self._streams.client, part, self._intake.on_inbox, self._failing)

    async def _try_one(self) -> None:
        """Tries one message while ingest has stopped: one that has not failed yet, if there is one. The others follow if it succeeds."""
        batch = await self.follow.batch(BATCH, wait_s=1.0)
        ordered = [message for part in self._failing.parts(batch) for message in part]
        if not ordered:
            return
        self._has_failed = not await delivery.deliver(self._streams.client, ordered[:1], self._intake.on_inbox, self._failing)
        if self._failing.is_stopped:
            await delivery.postpone(self._streams.client, ordered[1:])
            await asyncio.sleep(delivery.BACKOFF_S[min(self._tries, len(delivery.BACKOFF_S) - 1)])
            self._tries += 1
        elif ordered[1:]:
            self._tries = 0
            await self._handle(ordered[1:])


async def ingest(connections: Connections, store: ClaimStore, readiness: Readiness) -> None:
    """Screens INBOX until it is cancelled."""
    info = await connections.streams.jetstream.stream_info(subjects.REPORTS)
    counts = ParkedCounts(connections.database, connections.clock)
    parking = Parking(connections.streams, connections.database, counts, connections.clock)
    for prepared in (store, parking, counts, SheetStore(connections.database)):
        await prepared.prepare()
    partitions = broker.declared_partitions(info.config.metadata)
    intake = Intake(connections.streams, store, parking, connections.reference, partitions)
    inbox = Inbox(connections, intake, FailedMessages(connections.streams, store, parking))
    readiness.has("work")  # the trouble of an earlier attempt has passed
    readiness.ask("inbox", lambda: inbox.trouble)
    readiness.ask("acknowledgements", lambda: inbox.standstill.trouble)
    readiness.count("inbox", lambda: inbox.waiting)
    removing = AttachmentStore(connections.database)
    await tasks.together(
        inbox.work(), inbox.park(), inbox.standstill.watch(), unused.remove(removing, connections.clock, lambda: inbox.waiting == 0)
    )
