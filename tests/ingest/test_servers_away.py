"""Ingest's HTTP routes while a server is away, a verdict is pending or something fails: the answer says whether to come again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pymongo.errors import ServerSelectionTimeoutError

from services.devstack.servers import Server, choose_ports
from services.ingest import app as ingest_app
from services.ingest.doors import http
from services.ingest.store import ClaimStore
from shared.plumbing import streams
from shared.plumbing.readiness import Readiness
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import Settings
from tests import nats_users
from tests.builders import COMMUNE, submitted
from tests.identities import bearer
from tests.ingest.serving import Client, codes, knows_keys, post, serving
from tests.running import is_ready, readiness
from tests.waiting import until


def changed(settings: Settings, **changes: Any) -> Settings:
    """Other settings; not `model_copy`, which keeps addresses that were computed from the old ones."""
    return Settings(_env_file=None, **settings.model_dump() | changes)


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Holds up ingest's screening until it is set."""
    goes_on = asyncio.Event()
    screening = ingest_app.ingest

    async def wait(connections: Connections, store: ClaimStore, readiness: Readiness) -> None:
        await goes_on.wait()
        await screening(connections, store, readiness)

    monkeypatch.setattr(ingest_app, "ingest", wait)
    return goes_on


async def test_while_the_verdict_is_pending_the_answer_is_202_and_the_receipt_comes_later(
    key: str, settings: Settings, pause: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "VERDICT_S", 0.3)
    async with serving(ingest_app.create_app(settings), key) as client:

        async def is_pending() -> bool:
            return (await post(client, submitted(event_id="event-abc"))).status_code == 202

        await until(is_pending)
        answer = await post(client, submitted(event_id="event-abd"))
        address = answer.headers["location"]
        assert answer.status_code == 202
        assert answer.json()["verdict"] == "pending"
        assert answer.headers["retry-after"] == "2"
        assert codes(await client.get(address), 404) == ["door.no_such_receipt"]

        pause.set()

        async def has_come() -> bool:
            return (await client.get(address)).status_code == 200

        await until(has_come)
        assert (await client.get(address)).json()["verdict"] == "accepted"
        monkeypatch.setattr(http, "VERDICT_S", 5.0)
        assert (await post(client, submitted(event_id="event-abd"))).status_code == 200


@pytest.fixture
async def own_nats(tmp_path: Path) -> AsyncIterator[Server]:
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path / "nats", ports.nats, ports.nats_http)
    yield server
    await server.kill()


@pytest.fixture
async def apart(known: Connections, settings: Settings, own_nats: Server) -> Settings:
    """Settings with a broker of its own, its streams in place."""
    own = changed(settings, nats_url=own_nats.url)
    connections = service.connections(own, "test")
    await connections.broker.start()
    await streams.apply(connections.streams.jetstream, connections.declaration)
    await connections.close()
    return own


async def test_while_the_broker_is_away_the_answer_is_503_and_afterwards_201(
    apart: Settings, key: str, own_nats: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.plumbing.broker.ACK_TIMEOUT_S", 1.0)
    event = submitted()
    app = ingest_app.create_app(apart)
    async with serving(app, key) as client:
        await until(lambda: is_ready(app))
        await own_nats.kill()

        answer = await post(client, event)

        assert codes(answer, 503) == ["door.broker_away"]
        assert int(answer.headers["retry-after"]) > 0
        await own_nats.start()

        async def is_taken() -> bool:
            return (await post(client, event)).status_code in (200, 201)

        await until(is_taken)


async def test_before_the_broker_was_ever_reached_the_answer_is_503(key: str, settings: Settings) -> None:
    nowhere = changed(settings, nats_url=f"nats://127.0.0.1:{choose_ports(defaults=False).nats}")
    app = ingest_app.create_app(nowhere)
    async with serving(app, key) as client:
        await until(lambda: knows_keys(client))
        answer = await post(client, submitted())
        ready = await readiness(app)

    assert codes(answer, 503) == ["door.broker_away"]
    assert ready.status_code == 503


async def test_while_the_database_is_away_a_receipt_is_answered_with_503(door: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: str) -> None:
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(ClaimStore, "receipt", away)

    answer = await door.get(f"/v1/receipts/{COMMUNE}/event-abc")

    assert codes(answer, 503) == ["door.database_away"]


async def test_before_the_keys_were_read_nobody_is_refused(key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.plumbing.mongo.SERVER_SELECTION_MS", 300)
    port = choose_ports(defaults=False).mongo
    app = ingest_app.create_app(changed(settings, mongo_url=f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"))

    async with serving(app, key) as client:

        async def waits_for_keys() -> bool:
            return "keys" in (await readiness(app)).json()["waiting_for"]

        await until(waits_for_keys)
        answer = await post(client, submitted())

    assert codes(answer, 503) == ["identity.keys_not_read"]
    assert int(answer.headers["retry-after"]) > 0


async def test_a_fault_of_ours_is_a_problem_that_says_what_to_do(settings: Settings, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: str) -> None:
        raise RuntimeError("a fault of ours")

    app = ingest_app.create_app(settings)
    monkeypatch.setattr(ClaimStore, "receipt", fails)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), Client(transport=transport, base_url="http://ingest", headers=bearer(key)) as client:
        await until(lambda: is_ready(app))
        answer = await client.get(f"/v1/receipts/{COMMUNE}/event-abc")

    assert codes(answer, 500) == ["door.fault"]
