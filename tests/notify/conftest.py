"""Fixtures for the notifier: a real nats-server, a real replica set and a mail catcher, with streams, units and a regime."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.devstack import mailbox, mailcatcher, servers
from services.devstack.ports import Ports, choose_ports
from services.notify.app import opened
from services.notify.channels.email import Email, SmtpServer
from services.notify.domain.alerts import Alert
from services.notify.tick import Desk
from shared.plumbing.broker import Message
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.shell import service
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.wire.events import Logged
from shared.words.regimes import Regime
from tests import empty_streams, nats_users
from tests.notify.builders import LOADED, REGIME, UNITS, on_call, regime, vn
from tests.running import with_all_settings

DIGEST_MARK = "[Đôn đốc –"
NOW = vn("2026-11-16 09:00")  # what the notifiers of the tests take for the present

_databases = itertools.count(1)


@pytest.fixture(scope="session")
def ports() -> Ports:
    return choose_ports(defaults=False)


@pytest.fixture(scope="session")
def real_servers(ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The addresses of a nats-server and a mongod."""
    folder = tmp_path_factory.mktemp("servers")

    async def start() -> list[servers.Server]:
        nats = await nats_users.start_nats(folder / "nats", ports.nats, ports.nats_http)
        try:
            return [nats, await servers.start_mongo(folder / "mongo", ports.mongo)]
        except BaseException:
            await nats.kill()
            raise

    started = asyncio.run(start())
    yield started[0].url, started[1].url
    for server in started:
        asyncio.run(server.stop())


@dataclass
class Office:
    """One notifier's surroundings: what a test puts into the log, and what came out."""

    settings: Settings
    connections: Connections
    mail_folder: Path

    async def log(self, *history: Logged) -> None:
        """Publishes events as ingest does."""
        for event in history:
            subject = subjects.reports(subjects.partition_of(event.regime, event.period, 8), event.regime)
            await self.connections.streams.publish(subjects.REPORTS, Message(subject, event.raw, event.id))

    async def alerts(self) -> list[str]:
        """The ids of the reminders in ALERTS, in order."""
        return [event["id"] for event in await self.events() if "digest" not in event["data"]]

    async def digests(self) -> list[dict[str, Any]]:
        """The digests in ALERTS, in order."""
        return [event for event in await self.events() if "digest" in event["data"]]

    async def events(self) -> list[dict[str, Any]]:
        """The events in ALERTS, in order."""
        jetstream = self.connections.streams.jetstream
        last = await self.connections.streams.last_sequence(subjects.ALERTS)
        found = [(await jetstream.get_msg(subjects.ALERTS, sequence)).data for sequence in range(1, last + 1)]
        return [orjson.loads(data or b"{}") for data in found]

    def mails(self) -> list[EmailMessage]:
        """The reminders by e-mail."""
        return [mail for mail in mailbox.mails(self.mail_folder) if not mail["Subject"].startswith(DIGEST_MARK)]

    def digest_mails(self) -> list[EmailMessage]:
        return [mail for mail in mailbox.mails(self.mail_folder) if mail["Subject"].startswith(DIGEST_MARK)]

    async def import_regimes(self, *regimes: Regime) -> None:
        """Loads regimes as if that had been long ago."""
        await ReferenceStore(self.connections.database, system_clock).put_regimes(regimes)
        await self.connections.database["regimes"].update_many({}, {"$set": {"loaded_at": LOADED}})


@pytest.fixture
async def office(real_servers: tuple[str, str], ports: Ports, tmp_path: Path) -> AsyncIterator[Office]:
    """Empty streams, an empty database with units and regimes, and a mail catcher."""
    nats_url, mongo_url = real_servers
    settings = Settings(
        _env_file=None,
        nats_url=nats_url,
        nats_creds=nats_users.creds(),
        nats_keys=nats_users.key_folder(),
        mongo_url=mongo_url,
        smtp_port=ports.smtp,
        database=f"notify_test_{next(_databases)}",
    )
    connections = service.connections(settings, "test")
    try:
        await connections.broker.start()
        await empty_streams.make(connections.streams.jetstream, connections.declaration)
        await connections.open(Readiness(), *connections.declaration.streams)
        office = Office(settings, connections, tmp_path / "mail")
        await connections.reference.put_units(UNITS)
        await office.import_regimes(regime(), on_call())
        async with mailcatcher.catching(office.mail_folder, ports.smtp):
            yield office
    finally:
        await connections.close()


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    """A notifier that follows the log."""
    async with working(office) as desk:
        yield desk


def working(office: Office) -> AbstractAsyncContextManager[Desk]:
    """A notifier of its own on the office's connections, while the block runs."""
    return opened(with_all_settings(office.connections), lambda: NOW)


def with_mail_server(desk: Desk, host: str, port: int) -> Desk:
    """The desk, whose mails go to another mail server."""
    server = SmtpServer(host, port, "tong-hop@bao-cao.example", system_clock)
    email = Email(server, "", desk.alerts.mails_sent)
    return replace(desk, channels=[email if isinstance(channel, Email) else channel for channel in desk.channels])


def without_mail_server(desk: Desk) -> Desk:
    """The desk, while no mail server answers."""
    return with_mail_server(desk, "127.0.0.1", 9)


def units(raised: Sequence[Alert]) -> list[str]:
    """Who was reminded; a digest reminds nobody."""
    return [alert.matter.unit for alert in raised if not alert.matter.is_digest]


def stream_id(unit: str, rung: str, deadline: str = "2026-12-19T17:00:00.000Z") -> str:
    return f"{REGIME}/2026/{unit}/report/{deadline}/{rung}/stream"
