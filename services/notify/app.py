"""The notifier: builds the service from its settings, and for commands a `Desk` on which they work like the notifier."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from services.notify import daily_head, tick
from services.notify.barrier import Barrier
from services.notify.channels.email import Email, SmtpServer
from services.notify.channels.stream import Stream
from services.notify.daily_head import HeadDesk
from services.notify.follower import Follower, Keeper
from services.notify.store.alerts import AlertStore
from services.notify.store.book import BookStore
from services.notify.store.heads import HeadStore
from services.notify.tick import Desk
from shared.plumbing import delivery, streams, tasks
from shared.plumbing.readiness import Readiness
from shared.plumbing.standstill import Standstill
from shared.shell import service
from shared.shell.clock import Clock
from shared.shell.service import Connections
from shared.shell.settings import NotifySettings
from shared.wire import subjects
from shared.words.refusals import refusal

TICK_S: Final = 30.0
HEAD_S: Final = 60.0
STREAMS: Final = (subjects.INBOX, subjects.REPORTS, subjects.ALERTS)


def create_app(settings: NotifySettings | None = None) -> FastAPI:
    """The notifier's app. Reads the environment if no settings are given."""
    connections = service.connections(settings or NotifySettings(), "notify")

    async def work(readiness: Readiness) -> None:
        await notify(connections, readiness)

    return service.create_app("notify", "Tổng Hợp: đôn đốc báo cáo", connections, work, *STREAMS)


async def notify(connections: Connections[NotifySettings], readiness: Readiness) -> None:
    """Follows the log and ticks until it is cancelled."""
    readiness.wait_for("log", refusal("notify.reading_log"))
    desk = await prepare_desk(connections)
    readiness.has("work")  # the failure of an earlier attempt is over
    standstill = Standstill(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)
    readiness.ask("acknowledgements", lambda: standstill.trouble)
    try:
        await tasks.together(
            desk.follower.follow(readiness),
            _tick_for_ever(desk, connections.clock, readiness),
            _send_heads_for_ever(prepare_heads(connections), connections.clock, readiness),
            standstill.watch(),
        )
    finally:
        await desk.follower.close()


@asynccontextmanager
async def opened(connections: Connections[NotifySettings], clock: Clock | None = None) -> AsyncIterator[Desk]:
    """A desk for one command, on connections that are already open. While the block runs, the log is followed as in the service.

    If the service runs too, the desk is one more notifier. Raises TransientError or one of the servers' errors.
    """
    await streams.require(connections.streams.jetstream, connections.declaration, *STREAMS)
    desk = await prepare_desk(connections, clock)
    await desk.follower.start()
    following = asyncio.create_task(desk.follower.follow(Readiness()))
    try:
        yield desk
    finally:
        await tasks.end(following)
        await desk.follower.close()


@asynccontextmanager
async def reading(connections: Connections[NotifySettings]) -> AsyncIterator[Desk]:
    """A desk for a command that only reads. It starts from what is stored, folds in memory, and writes nothing."""
    await streams.require(connections.streams.jetstream, connections.declaration, *STREAMS)
    desk = _desk(connections, Follower(connections, BookStore(connections.database), connections.clock))
    try:
        await desk.follower.start()
        yield desk
    finally:
        await desk.follower.close()


async def prepare_desk(connections: Connections[NotifySettings], clock: Clock | None = None) -> Desk:
    """The desk on open connections, before anything is folded. `clock` (by default the connections') decides which periods have begun."""
    book = BookStore(connections.database)
    desk = _desk(connections, Keeper(connections, book, clock or connections.clock))
    await book.prepare()
    await desk.alerts.prepare()
    return desk


def _desk(connections: Connections[NotifySettings], follower: Follower) -> Desk:
    alerts = AlertStore(connections.database, connections.clock, connections.new_id())
    email = Email(mail_server(connections.settings, connections.clock), connections.settings.site, alerts.mails_sent)
    return Desk(follower, Barrier(connections, follower), alerts, [Stream(connections.streams), email])


def mail_server(settings: NotifySettings, clock: Clock) -> SmtpServer:
    """The mail server that the settings name."""
    return SmtpServer(settings.smtp_host, settings.smtp_port, settings.mail_from, clock)


def prepare_heads(connections: Connections[NotifySettings]) -> HeadDesk:
    """What the head of the audit log is published and mailed with."""
    settings = connections.settings
    store = HeadStore(connections.database, connections.clock, connections.new_id())
    return HeadDesk(store, connections.streams, mail_server(settings, connections.clock), settings.audit_addresses)


async def _send_heads_for_ever(heads: HeadDesk, clock: Clock, readiness: Readiness) -> None:
    """Looks every minute whether the day's head is still to be published or mailed."""
    while True:
        await delivery.keep_trying("audit_head", lambda: daily_head.send(heads, clock()), readiness)
        await asyncio.sleep(HEAD_S)


async def _tick_for_ever(desk: Desk, clock: Clock, readiness: Readiness) -> None:
    """Ticks at once and every 30 seconds, at the present time. A tick that fails is retried."""
    while True:
        await delivery.keep_trying("tick", lambda: tick.tick(desk, clock()), readiness)
        await asyncio.sleep(TICK_S)
