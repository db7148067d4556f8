"""Fixtures for the portal: a real mongod and nats-server, and the portal on them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from nats.aio.client import Client
from nats.js import JetStreamContext

from services.devstack import servers
from services.devstack.ports import Ports, choose_ports
from services.portal.app import create_app
from shared.plumbing import mongo, streams
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.settings import Settings
from tests import identities, nats_users, seeds
from tests.mongod import FLAGS
from tests.portal import builders, years
from tests.running import is_ready
from tests.waiting import until

WRITTEN = ("views", "early_views", "reforms", "reports", "duties", "alerts")


@dataclass(frozen=True)
class Stack:
    """The servers, with units, regimes and streams in place; a portal listens at `url`."""

    settings: Settings
    database: Documents
    nats: Client
    jetstream: JetStreamContext
    http: httpx2.AsyncClient
    url: str
    app: FastAPI
    mongod: servers.Server
    cookies: dict[str, str]
    """The session of a person who views everything; `http` has it too."""

    async def put(self, **documents: list[dict[str, Any]]) -> None:
        """Inserts documents by collection."""
        for collection, listed in documents.items():
            await self.database[collection].insert_many(listed)


@pytest.fixture(scope="session")
def ports() -> Ports:
    return choose_ports(defaults=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> AsyncIterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("portal")
    mongod, broker = await asyncio.gather(
        servers.start_mongo(folder / "mongo", ports.mongo, flags=FLAGS),
        nats_users.start_nats(folder / "nats", ports.nats, ports.nats_http),
    )
    settings = Settings(
        _env_file=None,
        nats_url=broker.url,
        nats_creds=nats_users.creds(),
        nats_keys=nats_users.key_folder(),
        mongo_url=mongod.url,
        portal_port=ports.portal,
        database="tonghop_portal",
    )
    client = mongo.connect(settings.mongo_url)
    connection = await nats_users.connect(broker.url)
    await streams.apply(connection.jetstream(), streams.read())
    reference = ReferenceStore(client[settings.database], system_clock)
    await reference.put_units(builders.units())
    await reference.put_regimes([*builders.plain_regimes(), *builders.many_periods(), *years.plain_regimes()])
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=ports.portal, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    url = f"http://127.0.0.1:{ports.portal}"
    cookies = await identities.viewer(client[settings.database], seeds.reformed_reference().registry.units)
    async with httpx2.AsyncClient(base_url=url, timeout=30, cookies=cookies) as http:
        await until(lambda: is_ready(app))
        yield Stack(settings, client[settings.database], connection, connection.jetstream(), http, url, app, mongod, cookies)
    server.should_exit = True
    await serving
    await connection.close()
    await mongo.close(client)
    await mongod.kill()
    await broker.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def stack(running: Stack) -> Stack:
    """The running stack with no view, no report, no duty, and an empty feed."""
    await empty(running)
    return running


async def empty(running: Stack) -> None:
    """Removes what tests have stored."""
    for collection in WRITTEN:
        await running.database[collection].delete_many({})
    await running.jetstream.purge_stream("FEED")
