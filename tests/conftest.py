"""Real servers for tests: one nats-server and one mongod for the whole test run; a database and clean streams for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import hypothesis
import pytest

from services.devstack.servers import Server, choose_ports, start_mongo
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.words.reference import Reference
from tests import empty_streams, left_behind, mongod, nats_users, seeds
from tests.nats_users import start_nats

# Property tests have no time limit and may draw slowly: the machine may be busy.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

TESTS: Final = Path(__file__).parent
ON_SERVERS: Final = (
    "faults/",
    "system/",
    "net/",
    "browser/",
    "office/",
    "compose/",
    "clients/",
    "nats_matrix/",
    "architecture/test_driver.py",
    "cli/test_embedded.py",
    "install/test_installation.py",
    "shared/test_connection.py",
    "shared/test_nats_keys.py",
    "shared/test_inbox_stream.py",
    "shared/test_read_concern.py",
    "shared/test_stream_replicas.py",
)
LONG: Final = (
    "simulation/",
    "aggregate/test_fold.py",
    "aggregate/test_every_kind.py",
    "aggregate/test_exactness.py",
    "aggregate/test_plain_duties.py",
    "install/test_extras.py",
    "send/test_crashes.py",
    "notify/test_agreement.py",
)
FIRST: Final = ("simulation/", "system/", "faults/", "architecture/test_driver.py")
"""Files that take longest. In a run of several processes they begin first, so that none is left waiting for one of them at the end."""
STARTING: Final = frozenset(
    {"servers", "running", "real_servers", "stack", "broker", "three", "cluster", "own_nats", "lazy_nats", "standalone"}
)


def pytest_configure(config: pytest.Config) -> None:
    left_behind.watch()
    config.addinivalue_line("markers", "stores: what stores do with MongoDB; run again on the driver's successor by tests/architecture")
    config.addinivalue_line("markers", "servers: needs a server process, see ON_SERVERS and STARTING; not in `make test-fast`")
    config.addinivalue_line("markers", "long: takes seconds without any server; not in `make test-fast`")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a server process: by its folder, or by its fixtures."""
    for item in items:
        place = item.path.relative_to(TESTS).as_posix()
        if place.startswith(ON_SERVERS) or not STARTING.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("servers")
        elif place.startswith(LONG):
            item.add_marker("long")
    items.sort(key=lambda item: not item.path.relative_to(TESTS).as_posix().startswith(FIRST))


@pytest.fixture(autouse=True)
def _no_server_in_a_fast_run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In `make test-fast`, a test that starts a server without the marker `servers` fails: otherwise the run would get slower unnoticed."""
    if "not servers" in request.config.option.markexpr:

        async def refuse(server: Server) -> None:
            raise AssertionError(f"{server.name}: add the test's folder or fixture to tests/conftest.py")

        monkeypatch.setattr(Server, "start", refuse)


@dataclass(frozen=True)
class Servers:
    """Both servers, as real processes."""

    nats: Server
    mongo: Server
    monitor: str  # where nats-server tells its settings


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A nats-server and a mongod replica set of one, on free ports."""
    folder = tmp_path_factory.mktemp("servers")

    async def start() -> Servers:
        ports = choose_ports(defaults=False)
        nats_server = await start_nats(folder / "nats", ports.nats, ports.nats_http)
        return Servers(
            nats_server, await start_mongo(folder / "mongo", ports.mongo, flags=mongod.FLAGS), f"http://127.0.0.1:{ports.nats_http}"
        )

    async def stop() -> None:
        await asyncio.gather(started.nats.stop(), started.mongo.stop())

    started = asyncio.run(start())
    yield started
    asyncio.run(stop())


@pytest.fixture
def settings(servers: Servers, tmp_path: Path) -> Settings:
    """Settings of this test alone: its own database; nothing from the environment or a running stack."""
    return own_settings(servers, tmp_path)


def own_settings(servers: Servers, folder: Path) -> Settings:
    """Settings with a database named after a folder, and ports of their own."""
    database = "t" + "".join(character for character in folder.name.lower() if character.isalnum())[-30:]
    ports = choose_ports(defaults=False)
    return Settings(
        _env_file=None,
        nats_url=servers.nats.url,
        nats_creds=nats_users.creds(),
        nats_keys=nats_users.key_folder(),
        nats_monitor_url=servers.monitor,
        mongo_url=servers.mongo.url,
        database=database,
        smtp_port=ports.smtp,
    ).model_copy(update=ports.of_services())


@pytest.fixture
async def connections(settings: Settings) -> AsyncIterator[Connections]:
    """Open connections to an empty database and empty streams, as declared."""
    async with connected(settings) as opened:
        yield opened


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connections]:
    connections = service.connections(settings, "test")
    try:
        await connections.broker.start()
        await connections.mongo.drop_database(settings.database)
        await empty_streams.make(connections.streams.jetstream, connections.declaration)
        yield connections
    finally:
        await connections.close()


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The real units and regimes as they were first published: no reform, and no regime changes."""
    return seeds.first_reference()


@pytest.fixture(scope="session")
def reformed() -> Reference:
    """The real units with the reforms of 2025, and the regimes with what changes over time."""
    return seeds.reformed_reference()


@pytest.fixture
async def loaded(connections: Connections, reference: Reference) -> Connections:
    """The same connections with the real units and regimes stored, as they were first published."""
    await connections.reference.put_units(reference.registry.units)
    await connections.reference.put_regimes(seeds.first_regimes())
    return connections
