"""A service listens at two addresses: the public one, and that of its monitor. Run as processes, whose servers are away."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from os import kill
from pathlib import Path

import httpx2
import orjson
import pytest

from services.devstack import probe
from services.devstack.ports import choose_ports
from services.devstack.process import Process
from shared.shell.settings import Settings
from tests import nats_users
from tests.certificates import made
from tests.running import process, until_answering


@pytest.fixture
def nowhere() -> Settings:
    """Settings of services whose servers nobody runs."""
    ports = choose_ports(defaults=False)
    nats_url, mongo_url = f"nats://127.0.0.1:{ports.nats}", f"mongodb://127.0.0.1:{ports.mongo}/?replicaSet=rs0"
    return Settings(_env_file=None, nats_url=nats_url, nats_creds=nats_users.creds(), mongo_url=mongo_url, secret_key="0" * 64).model_copy(
        update=ports.of_services()
    )


@asynccontextmanager
async def waiting(name: str, settings: Settings, folder: Path) -> AsyncIterator[Process]:
    """A service that waits for its servers."""
    started = process(name, settings, folder)
    started.launch()
    try:
        await until_answering(name, settings, "waiting_for")
        yield started
    finally:
        await started.stop()


@pytest.mark.parametrize("name", ["ingest", "portal"])
async def test_readiness_and_metrics_are_answered_by_the_monitor_listener_alone(name: str, nowhere: Settings, tmp_path: Path) -> None:
    public, monitor = getattr(nowhere, f"{name}_port"), getattr(nowhere, f"{name}_monitor_port")
    async with waiting(name, nowhere, tmp_path):
        answers = {(port, path): probe.get(port, path)[0] for port in (public, monitor) for path in ("/healthz", "/readyz", "/metrics")}

    assert answers == {
        (public, "/healthz"): 200,
        (public, "/readyz"): 404,
        (public, "/metrics"): 404,
        (monitor, "/healthz"): 404,
        (monitor, "/readyz"): 503,
        (monitor, "/metrics"): 200,
    }


async def test_no_header_of_a_proxy_decides_how_a_request_came_in(nowhere: Settings, tmp_path: Path) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    async with waiting("portal", nowhere, tmp_path), httpx2.AsyncClient(base_url=f"http://127.0.0.1:{nowhere.portal_port}") as http:
        answer = await http.get("/healthz", headers=forwarded)

    assert answer.status_code == 200
    assert "strict-transport-security" not in answer.headers  # which the portal sends over https only


async def test_a_service_that_runs_alone_has_the_monitor_port_that_is_set(nowhere: Settings, tmp_path: Path) -> None:
    chosen = nowhere.model_copy(update={"monitor_port": nowhere.notify_monitor_port})
    started = process("ingest", chosen, tmp_path)
    started.launch()
    try:
        await until_answering("notify", nowhere, "waiting_for")
    finally:
        await started.stop()


async def test_a_signal_ends_both_listeners(nowhere: Settings, tmp_path: Path) -> None:
    async with waiting("ingest", nowhere, tmp_path) as started:
        kill(started.pid, signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await started.ended() == -signal.SIGTERM
        assert [probe.get(port, "/healthz")[0] for port in (nowhere.ingest_port, nowhere.ingest_monitor_port)] == [0, 0]
    assert "Traceback" not in started.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(("taken", "setting"), [("ingest_port", "TONGHOP_BIND_HOST"), ("ingest_monitor_port", "TONGHOP_MONITOR_HOST")])
async def test_a_service_does_not_start_without_both_addresses(taken: str, setting: str, nowhere: Settings, tmp_path: Path) -> None:
    started = process("ingest", nowhere, tmp_path)
    port = getattr(nowhere, taken)
    with socket.create_server(("127.0.0.1", port)):
        started.launch()
        async with asyncio.timeout(30):
            code = await started.ended()

    [line] = [orjson.loads(line) for line in started.log.read_text(encoding="utf-8").splitlines()]
    assert (code, line["event"], line["codes"]) == (3, "service.refused_to_go_on", ["service.cannot_listen"])
    assert line["reason"].startswith(f"{setting}: The address 127.0.0.1:{port} ")
    assert "Address already in use" in line["reason"]


async def refused_start(settings: Settings, folder: Path) -> tuple[int, list[str], str]:
    """Exit code, codes and reason of an ingest that does not start."""
    started = process("ingest", settings, folder)
    started.launch()
    async with asyncio.timeout(30):
        code = await started.ended()
    [line] = [orjson.loads(line) for line in started.log.read_text(encoding="utf-8").splitlines()]
    assert line["event"] == "service.refused_to_go_on"
    return code, line["codes"], line["reason"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
async def test_beyond_this_machine_a_service_does_not_start_without_a_certificate(host: str, nowhere: Settings, tmp_path: Path) -> None:
    code, codes, reason = await refused_start(nowhere.model_copy(update={"bind_host": host}), tmp_path)

    assert (code, codes) == (3, ["setting.tls_required"])
    assert reason.startswith(f"TONGHOP_BIND_HOST: The address {host} ")
    assert "tonghop tls init" in reason


async def test_nor_with_an_expired_one(nowhere: Settings, tmp_path: Path) -> None:
    files = made(tmp_path, now=datetime.now(UTC) - timedelta(days=398))
    code, codes, reason = await refused_start(
        nowhere.model_copy(update={"bind_host": "0.0.0.0", "tls_cert": str(files.cert), "tls_key": str(files.key)}), tmp_path
    )

    assert (code, codes) == (3, ["tls.expired"])
    assert "tonghop tls renew" in reason


@pytest.mark.parametrize(
    ("setting", "address"), [("nats_url", "nats://nats-1:4222"), ("mongo_url", "mongodb://u:geheim@mongo-1/?replicaSet=rs0")]
)
async def test_a_server_elsewhere_is_not_asked_in_plain_text(setting: str, address: str, nowhere: Settings, tmp_path: Path) -> None:
    code, codes, reason = await refused_start(nowhere.model_copy(update={setting: address}), tmp_path)

    assert (code, codes) == (2, ["setting.tls_server_required"])
    assert f"TONGHOP_{setting.upper()}" in reason
    assert "geheim" not in reason
