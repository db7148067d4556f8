"""The shell of every service: an HTTP app, a monitor app with `/readyz` and `/metrics`, a broker, a database, and tasks that run until the
service stops.

A service answers while it waits for servers that start later. It exits by itself only if stored settings forbid
continuing (`ConfigurationError`); its supervisor starts it again.
"""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic

import structlog
from fastapi import FastAPI
from faststream.nats import NatsBroker
from typing_extensions import TypeVar

from shared.plumbing import agency_days, broker, data_format, delivery, durability, metrics, mongo, streams, tasks
from shared.plumbing.broker import Streams
from shared.plumbing.mongo import Client, Documents
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.plumbing.streams import Declaration
from shared.shell import observability, openapi, problems
from shared.shell import settings as configuration
from shared.shell.clock import Clock, NewId, random_id, system_clock
from shared.shell.settings import Kind, ServiceSettings, SettingsError
from shared.words.failures import ConfigurationError

log = structlog.get_logger()

LOOK_S = 2.0  # how soon readiness reports that a server is away
WRONG_SETTINGS = 2  # exit code
Own = TypeVar("Own", bound=ServiceSettings, covariant=True, default=ServiceSettings)
"""The settings of a service. Code for every service sees only the settings that all services have."""


@dataclass(frozen=True)
class Connections(Generic[Own]):
    """The servers that the service `name` works with, and its settings. They are created unconnected; `open` waits for the servers."""

    name: str
    settings: Own
    broker: NatsBroker
    streams: Streams
    mongo: Client
    database: Documents
    reference: ReferenceStore
    declaration: Declaration
    clock: Clock
    new_id: NewId

    async def open(self, readiness: Readiness, *names: str, writes: bool = True) -> None:
        """Reads the agency's calendar, connects, and checks that no acknowledged data can be lost: MongoDB is a replica set written with
        majority and journal, nats-server always syncs, the named streams are as declared, and the data are not newer than the code. Raises
        ConfigurationError. If the service writes, the data are marked with this code's format.
        """
        self.reference.use(agency_days.read(self.settings.calendar_days))
        durability.require_write_concern(self.settings.mongo_url)
        broker.require_creds(broker.creds_file(self.settings.nats_creds, self.name))
        await delivery.keep_trying("nats", lambda: tasks.uncut(self.broker.start()), readiness)
        await self._require_sync(readiness)
        await delivery.keep_trying("mongodb", self._require_database, readiness)
        await delivery.keep_trying("streams", lambda: streams.require(self.streams.jetstream, self.declaration, *names), readiness)
        if writes:
            await delivery.keep_trying("mongodb", lambda: data_format.mark(self.database), readiness)

    async def _require_sync(self, readiness: Readiness) -> None:
        monitors = self.settings.nats_monitors
        if monitors:
            await delivery.keep_trying("nats_monitor", lambda: durability.require_sync(monitors), readiness)
        else:
            log.warning("durability.not_seen", code=durability.UNSEEN.code, reason=durability.UNSEEN.text("en"))
            readiness.warn(durability.UNSEEN)

    async def _require_database(self) -> None:
        await mongo.require_replica_set(self.mongo)
        await data_format.require(self.database)

    async def close(self) -> None:
        try:
            await self.broker.stop()
        finally:
            await mongo.close(self.mongo)


def settings_of(name: str, kind: type[Kind]) -> Kind:
    """The settings of the service `name`, read at the start of its process. If they are invalid, logs why and exits."""
    observability.take_over_output(name)
    try:
        return configuration.read(kind)
    except SettingsError as error:
        log.error("service.refused_to_go_on", codes=error.codes, reason=str(error))
        raise SystemExit(WRONG_SETTINGS) from None


def connections(settings: Kind, name: str, clock: Clock = system_clock, new_id: NewId = random_id) -> Connections[Kind]:
    """The connections of the service or command `name`, not opened yet."""
    # units and their state live long and form no cycles: at national size each full collection takes 0.1 s and frees nothing
    gc.set_threshold(2_000, 20, 1_000)
    creds = broker.creds_file(settings.nats_creds, name)
    nats_broker = broker.create_broker(settings.nats_servers, name, creds, settings.tls_ca)
    client = mongo.connect(settings.mongo_url)
    database = client[settings.database]
    return Connections(
        name=name,
        settings=settings,
        broker=nats_broker,
        streams=Streams(nats_broker, new_id),
        mongo=client,
        database=database,
        reference=ReferenceStore(database, clock),
        declaration=streams.read(settings.replicas),
        clock=clock,
        new_id=new_id,
    )


def create_app(
    name: str,
    title: str,
    connections: Connections,
    work: Callable[[Readiness], Awaitable[None]],
    *stream_names: str,
    writes: bool = True,
    watches: Sequence[Callable[[Readiness], Coroutine[None, None, None]]] = (),
) -> FastAPI:
    """The service's app; its monitor app is `app.state.monitor` (`shared.shell.listeners` serves both). `work` runs with open connections
    until it is cancelled; after an error it is started again.

    `watches` run from the start, whether or not all servers are there; they never end by themselves. `writes` is False for a service that
    only reads the database.
    """
    readiness = Readiness()

    async def run() -> None:
        try:
            await connections.open(readiness, *stream_names, writes=writes)
            readiness.has("start")
            needs = [_watch_stream(stream, connections.streams, readiness) for stream in stream_names]
            needs.append(_watch("mongodb", partial(mongo.require_replica_set, connections.mongo), readiness))
            await tasks.together(delivery.keep_trying("work", lambda: work(readiness), readiness), *needs)
        except ConfigurationError as error:
            log.error("service.refused_to_go_on", codes=error.codes, reason=str(error))
            readiness.wait_for("configuration", *error.refusals)
            os.kill(os.getpid(), signal.SIGTERM)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_exception_handler(observability.report_unclaimed)
        started = [asyncio.create_task(run()), *(asyncio.create_task(watch(readiness)) for watch in watches)]
        yield
        await tasks.end(*started)
        await connections.close()

    app = FastAPI(title=f"Tong Hop {name}", summary=title, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.readiness = readiness
    app.state.monitor = _monitor(name, readiness)
    app.include_router(observability.health())
    problems.install(app)
    openapi.install(app)
    return app


def _monitor(name: str, readiness: Readiness) -> FastAPI:
    """The app of the monitor listener, for those who run the installation: it needs no identity, and names no unit."""
    app = FastAPI(title=f"Tong Hop {name}, monitor", openapi_url=None)
    app.include_router(observability.monitor(readiness, *([metrics.OF_SERVICE[name]] if name in metrics.OF_SERVICE else [])))
    problems.install(app)
    return app


async def _watch_stream(stream: str, streams_of: Streams, readiness: Readiness) -> None:
    """Watches whether a stream has a leader. Without one its lag is unknown, although a copy without a quorum can still be read."""
    name = f"stream {stream}"
    readiness.count(name, lambda: None if name in readiness.waiting_for else 0)
    await _watch(name, partial(streams_of.require_leader, stream), readiness)


async def _watch(name: str, ask: Callable[[], Awaitable[None]], readiness: Readiness) -> None:
    """Asks regularly whether a server is there, even when there is nothing to do. Readiness is red while it is not."""
    while True:
        await delivery.keep_trying(name, ask, readiness)
        await asyncio.sleep(LOOK_S)
