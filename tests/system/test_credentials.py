"""Credentials of addresses stand in no answer, no error, no log and no readiness: the real commands and services, with servers away."""

from pathlib import Path

import pytest

from shared.shell.settings import Settings
from tests.running import command, process, until_answering

SECRET = "geheim"
COMMANDS = ("status", "status --json", "streams apply", "regimes check", "verify --json")  # each by a way of its own
ADDRESSES = {
    "away": {
        "nats_url": f"nats://tonghop:{SECRET}@127.0.0.1:9,nats://{SECRET}@127.0.0.1:9",
        "nats_monitor_url": f"http://monitor:{SECRET}@127.0.0.1:9",
        "mongo_url": f"mongodb://tonghop:{SECRET}@127.0.0.1:9/?replicaSet=rs0",
    },
    "unescaped": {
        "nats_url": f"nats://tonghop:pa/{SECRET}@127.0.0.1:9",
        "nats_monitor_url": f"http://monitor:pa/{SECRET}@127.0.0.1:9",
        "mongo_url": f"mongodb://tonghop:pa/{SECRET}@127.0.0.1:9/?replicaSet=rs0",
    },
}


@pytest.fixture(params=ADDRESSES)
def secret(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update=ADDRESSES[request.param])


@pytest.mark.parametrize("words", COMMANDS)
async def test_no_command_shows_them(secret: Settings, words: str, tmp_path: Path) -> None:
    asked = command(*words.split(), settings=secret, folder=tmp_path)
    asked.launch()
    await asked.ended()

    said = asked.log.read_text(encoding="utf-8")
    assert said
    assert SECRET not in said


@pytest.mark.parametrize("name", ["ingest", "aggregate", "notify", "portal"])
async def test_no_service_that_waits_for_its_servers_shows_them(settings: Settings, name: str, tmp_path: Path) -> None:
    away = {key: address for key, address in ADDRESSES["away"].items() if key != "nats_url"}
    waiting = process(name, settings.model_copy(update=away), tmp_path)
    waiting.launch()
    try:
        readiness = await until_answering(name, settings, "nats_monitor")
    finally:
        await waiting.stop()

    assert "nats-server không trả lời ở http://***@127.0.0.1:9" in readiness
    assert SECRET not in readiness
    assert SECRET not in waiting.log.read_text(encoding="utf-8")


async def test_a_service_that_is_given_no_address_ends_and_says_which(settings: Settings, tmp_path: Path) -> None:
    refused = process("ingest", settings.model_copy(update=ADDRESSES["unescaped"]), tmp_path)
    refused.launch()
    assert await refused.ended() != 0

    said = refused.log.read_text(encoding="utf-8")
    assert "TONGHOP_NATS_URL: không phải là địa chỉ NATS" in said
    assert SECRET not in said
