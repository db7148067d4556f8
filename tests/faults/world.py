"""The system under test: servers and services as separate processes, and our own connections to observe them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import nats.js.errors

from services.devstack.ports import choose_ports
from services.devstack.process import Process
from services.devstack.servers import Server, start_mongo
from services.notify.store.book import CHECKPOINT as NOTIFIER
from shared.plumbing import delivery, streams
from shared.plumbing.readiness import Readiness
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from tests import nats_users, seeds
from tests.running import process, until_ready

SERVICES: Final = ("ingest", "aggregate", "notify")
SERVERS: Final = ("nats-server", "mongod")
LIMIT_S: Final = 90.0  # a system that is not back by then never comes back

Result = TypeVar("Result")


@dataclass
class World:
    """One installation. A server or service is named as in SERVERS and SERVICES."""

    folder: Path
    settings: Settings
    connections: Connections
    nats: Server
    mongo: Server
    services: dict[str, Process] = field(default_factory=dict)

    def process(self, name: str) -> Process:
        return {"nats-server": self.nats, "mongod": self.mongo, **self.services}[name]

    def kill(self, name: str) -> None:
        """SIGKILL, without waiting for the end."""
        os.killpg(self.process(name).pid, signal.SIGKILL)

    async def revive(self, *names: str) -> None:
        """Starts what was killed, servers and services at the same time; returns when the servers answer."""
        await asyncio.gather(*[self._start(name) for name in names])

    async def _start(self, name: str) -> None:
        victim = self.process(name)
        await victim.kill()
        if isinstance(victim, Server):
            await victim.start()
        else:
            victim.launch()

    async def start_services(self, settings: Settings | None = None) -> None:
        """Starts the services, with other addresses of the servers when settings are given; returns when they are ready."""
        await self.stop_services()
        self.services = {name: process(name, settings or self.settings, self.folder) for name in SERVICES}
        for started in self.services.values():
            started.launch()
        await self.until_ready()

    async def stop_services(self) -> None:
        await asyncio.gather(*[running.stop() for running in self.services.values()])

    async def until_ready(self) -> None:
        await asyncio.gather(*[until_ready(name, self.settings) for name in SERVICES])

    async def until_caught_up(self) -> None:
        """Returns when all services are ready, and what INBOX holds now is screened, folded and stored. Raises TimeoutError."""
        async with asyncio.timeout(LIMIT_S):
            await self.until_ready()
            await self.until_screened()
            for checkpoint, end in (await self.ask(self._ends)).items():
                await self.until(self._has_read, checkpoint, end)
            await self.until_ready()

    async def until_screened(self) -> None:
        """Returns when what INBOX holds now is screened."""
        await self.until(self._is_screened, await self.ask(lambda: self.connections.streams.last_sequence(subjects.INBOX)))

    async def ask(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """What a server answers, asked again while it is away."""
        return await delivery.keep_trying("test", act, Readiness())

    async def until(self, is_so: Callable[..., Awaitable[bool]], *about: object) -> None:
        """Returns when something is so. Raises TimeoutError."""
        async with asyncio.timeout(LIMIT_S):
            while not await self.ask(lambda: is_so(*about)):
                await asyncio.sleep(0.05)

    async def _is_screened(self, sequence: int) -> bool:
        found = await self.connections.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        floor = 0 if found.ack_floor is None else found.ack_floor.stream_seq
        return floor >= sequence or (found.num_pending, found.num_ack_pending) == (0, 0)

    async def _ends(self) -> dict[str, int]:
        """The last sequence of REPORTS that each checkpoint has to reach: one per partition, and the notifier's."""
        found = {NOTIFIER: await self.connections.streams.last_sequence(subjects.REPORTS)}
        for partition in range(self.connections.declaration.partitions):
            try:
                last = await self.connections.streams.jetstream.get_last_msg(subjects.REPORTS, subjects.reports_of(partition))
            except nats.js.errors.NotFoundError:
                continue
            found[f"aggregate/{partition}"] = last.seq or 0
        return found

    async def _has_read(self, checkpoint: str, end: int) -> bool:
        found = await self.connections.database["checkpoints"].find_one({"_id": checkpoint}, {"sequence": 1})
        return end == 0 or (found is not None and found["sequence"] >= end)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Servers on free ports, streams, units, regimes and ready services; all gone afterwards."""
    async with AsyncExitStack() as when_done:
        folder, ports = Path(when_done.enter_context(TemporaryDirectory(prefix="tonghop-faults-"))), choose_ports(defaults=False)
        nats_server = await nats_users.start_nats(folder / "nats", ports.nats, ports.nats_http, folder / "nats.log")
        when_done.push_async_callback(nats_server.stop)
        mongod = await start_mongo(folder / "mongo", ports.mongo, folder / "mongod.log")
        when_done.push_async_callback(mongod.stop)
        settings = Settings(
            _env_file=None,
            nats_url=nats_server.url,
            nats_creds=nats_users.creds(),
            nats_keys=nats_users.key_folder(),
            mongo_url=mongod.url,
            database="faults",
            smtp_port=ports.smtp,
        ).model_copy(update=ports.of_services())
        connections = service.connections(settings, nats_users.USER)
        when_done.push_async_callback(connections.close)
        made = World(folder, settings, connections, nats_server, mongod)
        when_done.push_async_callback(made.stop_services)
        await connections.broker.start()
        await streams.apply(connections.streams.jetstream, connections.declaration)
        await connections.reference.put_units(seeds.units())
        await connections.reference.put_regimes(seeds.first_regimes())
        await made.start_services()
        yield made
