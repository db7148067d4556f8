"""A MongoDB that refuses for a passing reason counts as away: the service retries, parks no message and loses nothing.

What: every code that a server returns while it stops, starts, or has no primary; in ingest's batch, in the aggregator and in a command. A
real mongod returns them by failCommand; a real set of three with a key file whose members are all killed returns 211. Seed: none. Again:
`pytest tests/system/test_database_answers.py`.
"""

import asyncio
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog.testing
from fastapi import FastAPI
from pymongo.errors import OperationFailure, PyMongoError

from services.devstack.servers import MONGOD_FLAGS, choose_ports, start_mongo
from services.ingest.doors import gate, http
from services.ingest.dry_run import DryRuns
from services.ingest.failing import FailedMessages
from services.ingest.intake import Intake
from services.ingest.parked_counts import ParkedCounts
from services.ingest.store import ClaimStore
from services.portal.http import problems
from shared.plumbing import delivery, mongo, reader
from shared.plumbing.reader import Delivery
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.words.principals import UnitPrincipal
from shared.words.reference import Reference
from shared.words.units import Unit
from tests import empty_streams, seeds
from tests.aggregate.running import aggregating, log_reports, until_stored, verdict
from tests.builders import payload, sender_of, submitted
from tests.ingest.conftest import parking
from tests.replica_set import replica_set
from tests.running import command
from tests.waiting import until, until_inbox_is_done

NEIGHBOUR = "06256"
STOPPING = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436]
WITHOUT_PRIMARY = [133, 134, mongo.KEY_NOT_FOUND]
PASSING = [6, 7, 43, 50, 64, 89, 112, 175, 237, 246, 251, 262, 391, 9001, 11601, *STOPPING, *WITHOUT_PRIMARY]
LASTING = [2, 13, 26, 59, 121, 10334]  # BadValue, Unauthorized, NamespaceNotFound, CommandNotFound, DocumentValidationFailure, too large


@pytest.fixture(scope="module")
def told_to(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The address of a mongod that takes orders about what it answers."""
    folder = tmp_path_factory.mktemp("told")
    flags = (*MONGOD_FLAGS, "--setParameter", "enableTestCommands=1")
    server = asyncio.run(start_mongo(folder, choose_ports(defaults=False).mongo, flags=flags))
    yield server.url
    asyncio.run(server.kill())


@asynccontextmanager
async def connected(settings: Settings, mongo_url: str) -> AsyncIterator[Connections]:
    """Connections to empty streams and an empty database."""
    connections = service.connections(settings.model_copy(update={"mongo_url": mongo_url}), "test")
    await connections.broker.start()
    await connections.mongo.drop_database(settings.database)
    await empty_streams.make(connections.streams.jetstream, connections.declaration)
    try:
        yield connections
    finally:
        await connections.close()


@pytest.fixture
async def connections(settings: Settings, told_to: str) -> AsyncIterator[Connections]:
    async with connected(settings, told_to) as connections:
        yield connections


async def load(connections: Connections, units: Sequence[Unit]) -> None:
    await connections.reference.put_units(units)
    await connections.reference.put_regimes(seeds.first_regimes())


def few(reference: Reference) -> list[Unit]:
    """The units of Văn Quan, and all offices."""
    return [unit for unit in reference.registry.units if unit.code in {"20", "184"} or unit.parent == "184" or unit.kind == "office"]


@asynccontextmanager
async def answering(connections: Connections, *commands: str, **answer: Any) -> AsyncIterator[None]:
    """Meanwhile the server answers these commands so."""
    order = {"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": {"failCommands": list(commands), **answer}}
    await connections.mongo["admin"].command(order)
    try:
        yield
    finally:
        await until(lambda: obeys(connections))


async def obeys(connections: Connections) -> bool:
    try:
        await connections.mongo["admin"].command({"configureFailPoint": "failCommand", "mode": "off"})
    except PyMongoError:
        return False
    return True


@pytest.mark.parametrize("code", PASSING)
async def test_what_a_server_says_while_it_cannot_answer_passes(connections: Connections, code: int) -> None:
    async with answering(connections, "find", errorCode=code):
        with pytest.raises(PyMongoError) as raised:
            await connections.database["things"].find_one({})

    assert delivery.is_passing(raised.value)


@pytest.mark.parametrize("code", LASTING)
async def test_what_no_retry_can_help_does_not(connections: Connections, code: int) -> None:
    async with answering(connections, "find", errorCode=code):
        with pytest.raises(OperationFailure) as raised:
            await connections.database["things"].find_one({})

    assert not delivery.is_passing(raised.value)


@pytest.mark.parametrize("label", mongo.PASSING_LABELS)
async def test_whatever_a_server_calls_retryable_passes(connections: Connections, label: str) -> None:
    async with answering(connections, "find", errorCode=8000, errorLabels=[label]):
        with pytest.raises(OperationFailure) as raised:
            await connections.database["things"].find_one({})

    assert delivery.is_passing(raised.value)


class Inbox:
    """INBOX, ingest's door, and how often the door was used."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.used: list[int] = []  # messages of each batch
        store, kept = ClaimStore(connections.database), parking(connections)
        self.failing = FailedMessages(connections.streams, store, kept)
        self._intake = Intake(connections.streams, store, kept, connections.reference, connections.declaration.partitions)
        self._follow = reader.durable_reader(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)

    async def send(self) -> None:
        for event in (submitted(), submitted(NEIGHBOUR)):
            await self.connections.streams.jetstream.publish(subjects.inbox(sender_of(event)), payload(event))

    async def batch(self) -> list[Delivery]:
        found: list[Delivery] = []
        async with asyncio.timeout(20):
            while len(found) < 2:
                found += await self._follow.batch(100, wait_s=0.5)
        return found

    async def handle(self, batch: Sequence[Delivery]) -> None:
        self.used.append(len(batch))
        await self._intake.on_inbox(batch)

    async def deliver(self) -> bool:
        return await delivery.deliver(self.connections.streams.client, await self.batch(), self.handle, self.failing)

    async def require_both_once(self) -> None:
        await until_inbox_is_done(self.connections)
        claims = [claim async for claim in self.connections.database["receipts"].find()]
        assert [claim["verdict"] for claim in claims] == ["accepted", "accepted"]
        assert (await self.connections.streams.jetstream.stream_info(subjects.REPORTS)).state.messages == 2
        assert (await self.connections.streams.jetstream.stream_info(subjects.PARKED)).state.messages == 0


@pytest.mark.parametrize("code", [mongo.KEY_NOT_FOUND, 133, 11602, 91])
@pytest.mark.parametrize("failing", ["insert", "find"])
async def test_a_batch_of_ingest_is_postponed_whole_and_comes_again(
    connections: Connections, reference: Reference, failing: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(connections, few(reference))
    monkeypatch.setattr(delivery, "NAK_DELAY_S", 0.1)
    inbox = Inbox(connections)
    await inbox.send()
    with structlog.testing.capture_logs() as logs:
        async with answering(connections, failing, errorCode=code):
            assert not await inbox.deliver()

    assert inbox.used == [2]
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("batch.postponed", "warning")]
    assert await inbox.deliver()
    await inbox.require_both_once()


async def test_a_batch_whose_writes_a_majority_may_not_have_comes_again(
    connections: Connections, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(connections, few(reference))
    monkeypatch.setattr(delivery, "NAK_DELAY_S", 0.1)
    inbox = Inbox(connections)
    await inbox.send()

    async with answering(connections, "insert", writeConcernError={"code": 91, "errmsg": "shutdown in progress"}):
        assert not await inbox.deliver()

    assert inbox.used == [2]
    assert await inbox.deliver()
    await inbox.require_both_once()


async def is_told(logs: Sequence[MutableMapping[str, Any]], error: str) -> bool:
    return any(entry["event"] == "task.retried" and entry["error"] == error for entry in logs)


@pytest.mark.parametrize("failing", ["insert", "update"])
async def test_the_aggregator_tries_again_and_its_views_are_right(connections: Connections, reference: Reference, failing: str) -> None:
    await load(connections, reference.registry.units)
    with structlog.testing.capture_logs() as logs:
        async with aggregating(connections):
            await until_stored(connections, await log_reports(connections))
            async with answering(connections, failing, errorCode=mongo.KEY_NOT_FOUND):
                sequence = await log_reports(connections, revisions=(2,))
                await until(lambda: is_told(logs, "OperationFailure"))
            await until_stored(connections, sequence)
            assert (await verdict(connections)).as_dict()["equal"] is True

    assert [entry for entry in logs if entry["log_level"] == "error"] == []


async def test_an_aggregator_that_cannot_read_reads_again_and_its_views_are_right(connections: Connections, reference: Reference) -> None:
    await load(connections, reference.registry.units)
    with structlog.testing.capture_logs() as logs:
        async with aggregating(connections):
            await until_stored(connections, await log_reports(connections))
            async with answering(connections, "find", errorCode=mongo.KEY_NOT_FOUND):
                await until(lambda: is_told(logs, "OperationFailure"))
            await until_stored(connections, await log_reports(connections, revisions=(2,)))
            assert (await verdict(connections)).as_dict()["equal"] is True

    assert [entry for entry in logs if entry["log_level"] == "error"] == []


async def get(app: FastAPI, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://door") as client:
        return await client.get(path)


@pytest.mark.parametrize(("code", "status"), [(mongo.KEY_NOT_FOUND, 503), (11602, 503), (13, 500)])
async def test_the_door_for_receipts_says_come_again_while_it_passes(connections: Connections, code: int, status: int) -> None:
    app = FastAPI()
    store, counts = ClaimStore(connections.database), ParkedCounts(connections.database, connections.clock)
    intake = Intake(connections.streams, store, parking(connections), connections.reference, 8)
    dry_runs = DryRuns(connections.streams, intake, store, connections.reference, connections.clock, 8)
    app.include_router(http.create_router(connections.streams, store, dry_runs, counts))
    app.dependency_overrides[gate.reader] = lambda: UnitPrincipal("06253", "", frozenset({"read"}))

    async with answering(connections, "find", errorCode=code):
        assert (await get(app, "/v1/receipts/06253/12345678")).status_code == status


@pytest.mark.parametrize(("code", "status"), [(mongo.KEY_NOT_FOUND, 503), (11602, 503), (13, 500)])
async def test_a_dry_run_says_come_again_while_it_passes(connections: Connections, code: int, status: int) -> None:
    app, store, counts = FastAPI(), ClaimStore(connections.database), ParkedCounts(connections.database, connections.clock)
    intake = Intake(connections.streams, store, parking(connections), connections.reference, 8)
    dry_runs = DryRuns(connections.streams, intake, store, connections.reference, connections.clock, 8)
    app.include_router(http.create_router(connections.streams, store, dry_runs, counts))
    app.dependency_overrides[gate.sender] = lambda: UnitPrincipal("06253", "", frozenset({"send"}))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)

    async with answering(connections, "find", errorCode=code), httpx2.AsyncClient(transport=transport, base_url="http://door") as client:
        headers = {"content-type": "application/json"}
        answer = await client.post("/v1/reports?dry_run=true", content=payload(submitted()), headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [(mongo.KEY_NOT_FOUND, 503, "door.database_away"), (133, 503, "door.database_away"), (13, 500, "door.fault")],
)
async def test_the_portal_says_that_the_database_is_away_while_it_passes(
    connections: Connections, code: int, status: int, told: str
) -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/api/v1/x")
    async def look() -> None:
        await connections.database["views"].find_one({})

    async with answering(connections, "find", errorCode=code):
        answer = await get(app, "/api/v1/x")
    assert (answer.status_code, answer.json()["code"]) == (status, told)


async def test_a_command_says_that_a_server_is_away_and_ends_with_3(connections: Connections, tmp_path: Path) -> None:
    async with answering(connections, "find", errorCode=mongo.KEY_NOT_FOUND):
        verifying = command("verify", settings=connections.settings, folder=tmp_path)
        verifying.launch()
        assert await verifying.ended() == 3
    assert "cli.server_away" in verifying.log.read_text(encoding="utf-8")


async def test_a_command_whose_user_may_not_says_so_and_ends_with_1(connections: Connections, tmp_path: Path) -> None:
    async with answering(connections, "find", errorCode=13):
        verifying = command("verify", settings=connections.settings, folder=tmp_path)
        verifying.launch()
        assert await verifying.ended() == 1
    assert "mongo.login_refused" in verifying.log.read_text(encoding="utf-8")


async def test_a_set_with_a_key_file_that_was_restarted_whole_is_away_until_it_has_a_primary(
    settings: Settings, tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "NAK_DELAY_S", 0.1)
    async with replica_set(tmp_path / "set") as keyed, connected(settings, keyed.url) as connections:
        await load(connections, few(reference))
        inbox = Inbox(connections)
        await inbox.send()
        batch = await inbox.batch()
        said: set[int | None] = set()
        while mongo.KEY_NOT_FOUND not in said:
            await keyed.restart()
            errors = [error async for error in refusals(connections)]
            assert [error for error in errors if not delivery.is_passing(error)] == []
            said |= {getattr(error, "code", None) for error in errors}
        with structlog.testing.capture_logs() as logs:
            await keyed.restart()
            while not await delivery.deliver(connections.streams.client, batch, inbox.handle, inbox.failing):
                batch = await inbox.batch()

        assert set(inbox.used) == {2}
        assert {entry["event"] for entry in logs} <= {"batch.postponed"}
        await inbox.require_both_once()


async def refusals(connections: Connections) -> AsyncIterator[PyMongoError]:
    """With what reads are refused, until one is answered."""
    while True:
        try:
            await connections.database["things"].find_one({})
        except PyMongoError as error:
            yield error
        else:
            return
