"""Everything over TLS: services, a real nats-server and a real mongod, with certificates of `tonghop tls init`.

mongod runs with the options of `deploy/mongo/entrypoint.sh`, nats-server with those of `deploy/nats/cluster.conf`.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import orjson
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from typer.testing import CliRunner

from services.cli import session
from services.cli.app import app
from services.devstack import probe
from services.devstack.ports import choose_ports
from services.devstack.server import Server
from services.devstack.servers import MONGOD_FLAGS, NATS_CONFIG, REPLICA_SET, find_mongod, start_mongo
from shared.plumbing import streams, tls
from shared.shell import service
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.words.reference import Reference
from tests import certificates, nats_cluster, nats_users, replica_set, seeds
from tests.builders import COMMUNE, submitted
from tests.certificates import Files
from tests.nats_cluster import Node
from tests.running import environment_of, process, running, until_answering
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Encrypted:
    """Settings of services whose servers speak TLS, and the certificates."""

    settings: Settings
    files: Files

    def trusting(self, other: Files) -> Settings:
        """The settings of a service that trusts another authority."""
        mongo_url = self.settings.mongo_url.replace(str(self.files.ca), str(other.ca))
        return self.settings.model_copy(update={"tls_ca": str(other.ca), "mongo_url": mongo_url})


def mongod_options(files: Files) -> list[str]:
    """The options of TLS with which the containers run mongod."""
    script = (ROOT / "deploy/mongo/entrypoint.sh").read_text(encoding="utf-8")
    in_container = {"/etc/mongo-tls.pem": str(files.both), "/tonghop/ca/ca.crt": str(files.ca)}
    words = re.findall(r"(--tls\w+)(?: ([^-\s\"]\S*))?", script)
    assert len(words) == 4
    return [word for name, value in words for word in (name, in_container.get(value, value)) if word]


def nats_options(files: Files) -> str:
    """The block of TLS for clients with which the containers run nats-server."""
    block = re.search(r"^tls \{.*?^\}", (ROOT / "deploy/nats/cluster.conf").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    return block[0].replace("$TONGHOP_TLS_CERT", f'"{files.cert}"').replace("$TONGHOP_TLS_KEY", f'"{files.key}"')


async def encrypted_mongod(folder: Path, port: int, files: Files) -> Server:
    """A mongod that takes no plain text: first started without TLS, so that its replica set is made."""
    await (await start_mongo(folder, port)).stop()
    url = f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}&tls=true&tlsCAFile={files.ca}"

    def is_primary() -> bool:
        try:
            with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=500) as client:
                return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

    async def has_answered() -> bool:
        return await asyncio.to_thread(is_primary)

    own = ("--dbpath", str(folder.resolve()), "--port", str(port), "--wiredTigerCacheSizeGB", "0.25")
    server = Server("mongod", (str(find_mongod()), *own, *MONGOD_FLAGS, *mongod_options(files)), folder / "tls.log", url, has_answered)
    await server.start()
    return server


@asynccontextmanager
async def servers_with(folder: Path, files: Files, settings: Settings) -> AsyncIterator[Settings]:
    ports = choose_ports(defaults=False)
    config = folder / "encrypted.conf"
    config.write_text(f"{NATS_CONFIG.read_text(encoding='utf-8')}\n{nats_options(files)}\n", encoding="utf-8")
    nats_server = await nats_users.start_nats(folder / "nats", ports.nats, ports.nats_http, config=config)
    mongod = await encrypted_mongod(folder / "mongo", ports.mongo, files)
    try:
        yield settings.model_copy(
            update={
                "nats_url": f"tls://127.0.0.1:{ports.nats}",
                "nats_monitor_url": f"http://127.0.0.1:{ports.nats_http}",
                "mongo_url": mongod.url,
                "tls_ca": str(files.ca),
                "tls_cert": str(files.cert),
                "tls_key": str(files.key),
                "bind_host": "0.0.0.0",
                "secret_key": "0" * 64,
            }
        )
    finally:
        await asyncio.gather(nats_server.stop(), mongod.stop())


@pytest.fixture
async def encrypted(settings: Settings, tmp_path: Path) -> AsyncIterator[Encrypted]:
    """The servers, with streams, units and regimes."""
    files = certificates.made(tmp_path / "tls")
    async with servers_with(tmp_path, files, settings) as own:
        connections = service.connections(own, "test")
        reference: Reference = seeds.first_reference()
        await connections.broker.start()
        await streams.apply(connections.streams.jetstream, connections.declaration)
        await connections.reference.put_units(reference.registry.units)
        await connections.reference.put_regimes(seeds.first_regimes())
        await connections.close()
        yield Encrypted(own, files)


async def test_a_report_comes_to_its_view_and_nothing_on_the_way_is_plain_text(encrypted: Encrypted, tmp_path: Path) -> None:
    settings, connections = encrypted.settings, service.connections(encrypted.settings, "test")

    async def is_counted() -> bool:
        return await connections.database["views"].count_documents({"reporting.received": {"$gte": 1}}) > 0

    async with running(settings, tmp_path, "ingest", "aggregate", "portal"):
        await connections.broker.start()
        await connections.streams.jetstream.publish(subjects.inbox(COMMUNE), orjson.dumps(submitted()))
        await until(is_counted)
        await connections.close()
        for port in (settings.ingest_port, settings.portal_port):
            await _is_https_alone(port, encrypted.files)
        async with httpx2.AsyncClient(verify=tls.client_context(str(encrypted.files.ca))) as client:
            page = await client.get(f"https://localhost:{settings.portal_port}/static/portal.css")
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        _status_names_https(settings)


async def _is_https_alone(port: int, files: Files) -> None:
    """Whoever trusts the authority is answered under a name of the certificate; nobody else is, nor in plain text."""
    async with httpx2.AsyncClient(verify=tls.client_context(str(files.ca))) as client:
        assert (await client.get(f"https://127.0.0.1:{port}/healthz")).json() == {"status": "ok"}
        with pytest.raises(httpx2.ConnectError, match="mismatch"):
            await client.get(f"https://127.0.0.2:{port}/healthz")
        with pytest.raises(httpx2.TransportError):
            await client.get(f"http://127.0.0.1:{port}/healthz")
    async with httpx2.AsyncClient(verify=tls.client_context(tls.NONE)) as stranger:
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await stranger.get(f"https://127.0.0.1:{port}/healthz")
    assert await asyncio.to_thread(_spoken, port, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert await asyncio.to_thread(_spoken, port, ssl.TLSVersion.TLSv1_1) is None


def _spoken(port: int, version: ssl.TLSVersion) -> str | None:
    """The version that a listener speaks with a client that knows only this one; None if it refuses."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as plain, context.wrap_socket(plain) as wrapped:
            return wrapped.version()
    except ssl.SSLError:
        return None


def _status_names_https(settings: Settings) -> None:
    said = CliRunner().invoke(app, ["status", "--json"], env=environment_of(settings))
    found = orjson.loads(said.stdout)
    assert found["addresses"]["portal"] == f"https://127.0.0.1:{settings.portal_port}"
    assert (found["services"]["portal"]["ready"], found["services"]["portal"]["certificate_days"]) == (True, 396)


pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")


async def test_a_service_that_does_not_trust_the_authority_says_so_until_it_does(encrypted: Encrypted, tmp_path: Path) -> None:
    ingest = process("ingest", encrypted.trusting(certificates.made(tmp_path / "other")), tmp_path)
    ingest.launch()
    try:
        said = await until_answering("ingest", encrypted.settings, "Chứng thư của NATS không được chấp nhận")
    finally:
        await ingest.stop()
    assert "TONGHOP_TLS_CA" in said
    assert '"nats.certificate_refused"' in ingest.log.read_text(encoding="utf-8")
    async with running(encrypted.settings, tmp_path, "ingest"):
        assert probe.get(encrypted.settings.ingest_monitor_port, "/readyz")[0] == 200


async def test_mongodb_with_a_certificate_of_another_authority_is_named(encrypted: Encrypted, tmp_path: Path) -> None:
    strange = encrypted.trusting(certificates.made(tmp_path / "other")).model_copy(update={"tls_ca": encrypted.settings.tls_ca})
    said = await asyncio.to_thread(CliRunner().invoke, app, ["contacts", "list"], env=environment_of(strange))

    assert said.exit_code == session.AWAY
    assert "[mongo.certificate_refused]" in said.stderr


async def test_a_nats_server_with_an_expired_certificate_is_named_with_the_reason(settings: Settings, tmp_path: Path) -> None:
    files = certificates.made(tmp_path / "tls", now=datetime.now(UTC) - timedelta(days=398))
    ports, config = choose_ports(defaults=False), tmp_path / "expired.conf"
    config.write_text(f"{NATS_CONFIG.read_text(encoding='utf-8')}\n{nats_options(files)}\n", encoding="utf-8")
    nats_server = await nats_users.start_nats(tmp_path / "nats", ports.nats, ports.nats_http, config=config)
    own = settings.model_copy(update={"nats_url": f"tls://127.0.0.1:{ports.nats}", "tls_ca": str(files.ca)})
    try:
        said = await asyncio.to_thread(CliRunner().invoke, app, ["streams", "apply"], env=environment_of(own))
    finally:
        await nats_server.stop()

    assert said.exit_code == session.AWAY
    assert "certificate has expired" in said.stderr
    assert "[nats.certificate_refused]" in said.stderr


async def test_a_nats_server_that_offers_no_tls_gets_no_login(settings: Settings, servers: object) -> None:
    own = settings.model_copy(update={"nats_url": settings.nats_url.replace("nats://", "tls://")})

    said = await asyncio.to_thread(CliRunner().invoke, app, ["streams", "apply"], env=environment_of(own))

    assert said.exit_code == session.AWAY
    assert "[nats.not_encrypted]" in said.stderr


def _encrypts(node: Node, files: Files) -> None:
    """Adds to the configuration of a node the blocks of TLS of `deploy/nats/cluster.conf`, for clients and for routes."""
    shipped = (ROOT / "deploy/nats/cluster.conf").read_text(encoding="utf-8")
    routes = re.search(r"^  tls \{.*?^  \}", shipped, re.MULTILINE | re.DOTALL)
    assert routes is not None
    of_routes = routes[0].replace("$TONGHOP_TLS_CERT", f'"{files.cert}"').replace("$TONGHOP_TLS_KEY", f'"{files.key}"')
    config = Path(node.process.command[-1])
    of_routes = of_routes.replace("$TONGHOP_TLS_CA", f'"{files.ca}"')
    text = config.read_text(encoding="utf-8").replace("cluster { name: tonghop", f"cluster {{ name: tonghop\n{of_routes}")
    config.write_text(f"{text}\n{nats_options(files)}\n", encoding="utf-8")


async def test_three_nats_servers_find_each_other_over_tls_and_one_of_another_authority_stays_out(tmp_path: Path) -> None:
    files, others = certificates.made(tmp_path / "tls"), certificates.made(tmp_path / "other")
    cluster = nats_cluster.prepared(tmp_path)
    *own, stranger = cluster.nodes.values()
    for node in own:
        _encrypts(node, files)
    _encrypts(stranger, others)

    def routes(node: Node) -> set[str]:
        return {route["remote_name"] for route in orjson.loads(probe.get(node.monitor, "/routez")[1])["routes"]}

    async def is_joined() -> bool:
        return probe.get(own[0].monitor, "/routez")[0] == 200 and routes(own[0]) == {own[1].name}

    try:
        for node in cluster.nodes.values():
            node.process.launch()
        await until(is_joined)
        await asyncio.sleep(2)  # the stranger tries again every second
        assert (routes(own[0]), routes(own[1])) == ({own[1].name}, {own[0].name})
        assert "certificate signed by unknown authority" in stranger.process.log.read_text(encoding="utf-8")
    finally:
        await asyncio.gather(*[node.process.kill() for node in cluster.nodes.values()])


async def test_three_members_of_mongodb_talk_to_each_other_over_tls(tmp_path: Path) -> None:
    """With `preferTLS` in place of `requireTLS`: they use TLS among each other, and the test may initiate them without."""
    files = certificates.made(tmp_path / "tls")
    options = [option.replace("requireTLS", "preferTLS") for option in mongod_options(files)]
    async with replica_set.replica_set(tmp_path / "set", *options) as members:
        with replica_set.client_of(await members.until_primary(), replica_set.USER, replica_set.PASSWORD) as client:
            spoken = client.admin.command("serverStatus")["transportSecurity"]
        logs = [member.log.read_text(encoding="utf-8") for member in members.members.values()]

    assert spoken["1.3"] + spoken["1.2"] >= 2
    assert not any("certificate verify failed" in log for log in logs)


async def test_servers_take_no_plain_text(encrypted: Encrypted) -> None:
    mongo_url = encrypted.settings.mongo_url.partition("&tls=")[0]
    nats_port = int(encrypted.settings.nats_url.rpartition(":")[2])

    def asked_plainly() -> str:
        with socket.create_connection(("127.0.0.1", nats_port), 5) as plain, plain.makefile("rwb") as lines:
            assert orjson.loads(lines.readline().removeprefix(b"INFO "))["tls_required"]
            lines.write(b'CONNECT {"verbose":true}\r\nPING\r\n')
            lines.flush()
            return lines.read().decode(errors="replace")

    assert "PONG" not in await asyncio.to_thread(asked_plainly)
    with MongoClient[dict[str, object]](mongo_url, serverSelectionTimeoutMS=1500) as client, pytest.raises(PyMongoError):
        await asyncio.to_thread(client.admin.command, "hello")
