"""Settings with which a service refuses to start: the process ends and names the setting and the required value.

How: real service processes on real servers, with one setting weakened at a time. Again: `pytest tests/system/test_refusals.py`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from services.devstack import servers as embedded
from services.devstack.ports import choose_ports
from services.devstack.process import Process
from services.devstack.servers import Server
from shared.plumbing import data_format, streams
from shared.shell.service import Connections
from shared.shell.settings import ServiceSettings, Settings
from shared.wire import subjects
from tests import nats_users
from tests.running import command, process, running

SERVICES = ("ingest", "aggregate", "notify", "portal")
LIMIT_S = 60.0


async def refusal(started: Process) -> str:
    """What a process says that ends by itself."""
    started.launch()
    try:
        async with asyncio.timeout(LIMIT_S):
            await started.ended()
    finally:
        await started.kill()
    said = started.log.read_text(encoding="utf-8")
    [line] = [line for line in said.splitlines() if "service.refused_to_go_on" in line or not line.startswith("{")]
    return line


def with_settings(settings: ServiceSettings, **changes: str) -> Settings:
    return Settings(_env_file=None, **settings.model_dump() | changes)


@pytest.mark.parametrize(("option", "wanted"), [("w=1", "w=majority"), ("journal=false", "journal=true")])
async def test_a_weaker_write_concern_is_refused(loaded: Connections, tmp_path: Path, option: str, wanted: str) -> None:
    settings = with_settings(loaded.settings, mongo_url=f"{loaded.settings.mongo_url}&{option}")

    said = await refusal(process("ingest", settings, tmp_path))

    assert f"TONGHOP_MONGO_URL: The address has {option}, but {wanted} is required." in said


@pytest.mark.parametrize("name", SERVICES)
async def test_data_of_a_later_format_are_refused(loaded: Connections, tmp_path: Path, name: str) -> None:
    newer = data_format.VERSION + 1
    await loaded.database["checkpoints"].update_one({"_id": "format"}, {"$set": {"value": newer}}, upsert=True)

    said = await refusal(process(name, loaded.settings, tmp_path))

    assert f"checkpoints.format: The data have format {newer}, but this version reads only up to format {data_format.VERSION}." in said
    assert await loaded.database["checkpoints"].find_one({"_id": "format"}) == {"_id": "format", "value": newer}


async def test_a_command_refuses_data_of_a_later_format_too(loaded: Connections, tmp_path: Path) -> None:
    await loaded.database["checkpoints"].update_one({"_id": "format"}, {"$set": {"value": 99}}, upsert=True)

    assert "checkpoints.format: Dữ liệu có định dạng 99, phiên bản này" in await refusal(
        command("verify", settings=loaded.settings, folder=tmp_path)
    )


@pytest.mark.parametrize("name", SERVICES)
async def test_a_changed_stream_is_refused(loaded: Connections, tmp_path: Path, name: str) -> None:
    stream = subjects.FEED if name == "portal" else subjects.REPORTS
    changed = loaded.declaration.stream_config(stream)
    changed.duplicate_window = 9.0
    await loaded.streams.jetstream.update_stream(changed)

    said = await refusal(process(name, loaded.settings, tmp_path))

    wanted = loaded.declaration.streams[stream].duplicate_window_s
    assert f"stream {stream}: The setting duplicate_window is 9.0, but {wanted} is declared. Run `tonghop streams apply`." in said


@pytest.fixture
async def lazy_nats(tmp_path: Path) -> AsyncIterator[tuple[Server, str]]:
    """A nats-server that writes to its disk every two minutes, with the streams as declared; and its monitoring address."""
    config = tmp_path / "lazy.conf"
    config.write_text(embedded.NATS_CONFIG.read_text(encoding="utf-8").replace("sync_interval: always", 'sync_interval: "2m"'))
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path / "lazy", ports.nats, ports.nats_http, config=config)
    connection = await nats_users.connect(server.url)
    await streams.apply(connection.jetstream(), streams.read())
    await connection.close()
    yield server, f"http://127.0.0.1:{ports.nats_http}"
    await server.stop()


@pytest.mark.parametrize("name", SERVICES)
async def test_a_nats_server_that_acknowledges_before_the_disk_is_refused(
    loaded: Connections, lazy_nats: tuple[Server, str], tmp_path: Path, name: str
) -> None:
    server, monitor = lazy_nats
    settings = with_settings(loaded.settings, nats_url=server.url, nats_monitor_url=monitor)

    said = await refusal(process(name, settings, tmp_path))

    assert f"{monitor}: The nats-server has jetstream.sync_interval 120s, but it must be always." in said


async def test_a_service_that_cannot_see_the_setting_says_so(loaded: Connections, tmp_path: Path) -> None:
    settings = with_settings(loaded.settings, nats_monitor_url="none")

    async with running(settings, tmp_path, "aggregate") as processes:
        said = processes["aggregate"].log.read_text(encoding="utf-8")

    assert "durability.not_seen" in said
    assert "nats.sync_unknown" in said


@pytest.mark.parametrize("name", SERVICES)
async def test_a_setting_that_makes_no_sense_ends_every_service_with_its_name_and_the_form_wanted(name: str, tmp_path: Path) -> None:
    started = Process(name, (sys.executable, "-m", f"services.{name}"), tmp_path / "log", {"TONGHOP_REPLICAS": "ba"})

    line = orjson.loads(await refusal(started))

    assert line["codes"] == ["field.wrong_form"]
    assert line["reason"] == "TONGHOP_REPLICAS: The value “ba” has the wrong form. Write a whole number. [field.wrong_form]"
    assert len(started.log.read_text(encoding="utf-8").splitlines()) == 1
