"""NATS credentials of `tonghop credentials`, on a real nats-server: what a unit and a receiver can do with them, and their end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.cli import nats_keys, session
from shared.plumbing import nats_push, tasks
from shared.plumbing.credential_store import CredentialStore
from shared.shell.service import Connections
from shared.wire import subjects
from tests.cli.conftest import Cli
from tests.cli.test_credentials import credentials, stored
from tests.waiting import until

__all__ = ["stored"]

CUT_S = 10.0
LONGEST_S = 30.0


@asynccontextmanager
async def connected(cli: Cli, creds: str, name: str, folder: Path) -> AsyncIterator[tuple[Client, asyncio.Event]]:
    """A client with credentials, as the file that is handed over says; and whether the server has closed the connection. Raises
    `nats.errors.Error` if the server refuses the login.
    """
    file, closed, client = folder / f"{name}.creds", asyncio.Event(), Client()
    file.write_text(creds, encoding="utf-8")

    async def on_close() -> None:
        closed.set()

    async def ignore(_: Exception) -> None:
        pass

    options: dict[str, Any] = {
        "user_credentials": str(file),
        "inbox_prefix": f"_INBOX_{name}".encode(),
        "allow_reconnect": False,
        "connect_timeout": 5,
    }
    try:
        async with asyncio.timeout(LONGEST_S):
            await client.connect(str(cli.settings.nats_url), disconnected_cb=on_close, error_cb=ignore, **options)
            yield client, closed
    finally:
        await client.close()


def cannot_connect(cli: Cli, entry: dict[str, Any], folder: Path) -> bool:
    """Whether the server refuses the login."""

    async def act() -> bool:
        try:
            async with connected(cli, entry["nats_creds"], entry["unit"], folder):
                return False
        except (nats.errors.Error, TimeoutError):
            return True

    return asyncio.run(act())


def issued(cli: Cli, *words: str | Path) -> dict[str, Any]:
    [entry] = cli.json("credentials", *words)
    assert isinstance(entry, dict)
    return entry


def test_a_unit_publishes_on_its_own_subject_and_on_no_other(stored: Cli, tmp_path: Path) -> None:
    entry = issued(stored, "issue", "06253")

    async def act() -> int:
        async with connected(stored, entry["nats_creds"], "06253", tmp_path) as (client, _):
            ack = await client.jetstream().publish(subjects.inbox("06253"), b"{}", timeout=5)
            with pytest.raises((nats.errors.Error, TimeoutError)):
                await client.jetstream().publish(subjects.inbox("184"), b"{}", timeout=1)
            return int(ack.seq)

    assert asyncio.run(act()) == 1


def test_both_kinds_are_stored_and_neither_secret_is(stored: Cli) -> None:
    entry = issued(stored, "issue", "06253")

    assert {one.kind for one in credentials(stored)} == {"http", "nats"}
    seed = next(line for line in entry["nats_creds"].splitlines() if line.startswith("SU"))

    async def question(connections: Connections) -> str:
        names = await connections.database.list_collection_names()
        return "\n".join([str(await connections.database[name].find().to_list(None)) for name in names])

    dump: str = stored.ask(question)
    assert [secret for secret in (seed, entry["http_key"], "BEGIN NATS USER JWT") if secret in dump] == []


def test_a_revoked_unit_is_cut_off_and_cannot_come_back(stored: Cli, tmp_path: Path) -> None:
    entry, other = issued(stored, "issue", "06253"), issued(stored, "issue", "184")

    async def act() -> None:
        async with (
            connected(stored, entry["nats_creds"], "06253", tmp_path) as (_, closed),
            connected(stored, other["nats_creds"], "184", tmp_path) as (neighbour, _),
        ):
            revoked = await asyncio.to_thread(stored.json, "credentials", "revoke", "06253")
            assert len(revoked["revoked"]) == 2
            await asyncio.wait_for(closed.wait(), CUT_S)
            await neighbour.jetstream().publish(subjects.inbox("184"), b"{}", timeout=5)

    asyncio.run(act())
    assert cannot_connect(stored, entry, tmp_path)
    assert not cannot_connect(stored, other, tmp_path)


def test_while_nats_is_away_a_revocation_is_stored_and_given_to_the_servers_later(
    stored: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = issued(stored, "issue", "06253")
    monkeypatch.setenv("TONGHOP_NATS_URL", "nats://127.0.0.1:9")
    assert "credentials.revoked_not_on_nats" in stored.refused("credentials", "revoke", "06253", code=session.AWAY)
    assert {one["state"] for one in stored.json("credentials", "list", "06253")["credentials"]} == {"revoked"}

    monkeypatch.setenv("TONGHOP_NATS_URL", str(stored.settings.nats_url))
    assert not cannot_connect(stored, entry, tmp_path)
    assert stored.json("credentials", "revoke", "06253") == {"revoked": []}
    assert cannot_connect(stored, entry, tmp_path)


def test_a_revocation_during_the_push_of_another_command_stays_in_force(
    stored: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, push, pushes = issued(stored, "issue", "06253"), nats_push.push, 0

    async def push_late(*given: Any) -> Any:
        nonlocal pushes
        pushes += 1
        if pushes == 1:  # the other command stores and pushes between what this one has read and what it pushes
            assert (await asyncio.to_thread(stored.json, "credentials", "revoke", "06253"))["revoked"]
        return await push(*given)

    monkeypatch.setattr(nats_push, "push", push_late)
    assert stored.run("nats", "push").exit_code == session.FINE
    assert cannot_connect(stored, entry, tmp_path)


def test_the_next_credentials_are_valid_beside_the_first_and_after_a_revocation(stored: Cli, tmp_path: Path) -> None:
    first = issued(stored, "issue", "06253")
    numbers = [one.id for one in credentials(stored) if one.kind == "nats"]
    second = issued(stored, "issue", "06253")

    async def publishes(entry: dict[str, Any]) -> None:
        async with connected(stored, entry["nats_creds"], "06253", tmp_path) as (client, _):
            await client.jetstream().publish(subjects.inbox("06253"), b"{}", timeout=5)

    asyncio.run(publishes(first))
    asyncio.run(publishes(second))
    assert stored.json("credentials", "revoke", "06253", "--id", numbers[0]) == {"revoked": numbers}
    asyncio.run(publishes(second))
    assert cannot_connect(stored, first, tmp_path)


def test_a_receiver_fetches_its_feed_and_nothing_else(stored: Cli, tmp_path: Path) -> None:
    entry = issued(stored, "receiver", "so-noi-vu", "--feed", "20", "--regime", "thu")

    async def question(connections: Connections) -> None:
        for regime, body in (("thu", b"old"), ("thu", b"new"), ("khac", b"other")):
            await connections.streams.jetstream.publish(subjects.feed("20", regime, "2026", "20"), body)

    stored.ask(question)

    async def act() -> list[Msg]:
        async with connected(stored, entry["nats_creds"], "so-noi-vu", tmp_path) as (client, _):
            feed = await client.jetstream().pull_subscribe_bind("so-noi-vu", stream=subjects.FEED)
            messages = await feed.fetch(10, timeout=2)
            for message in messages:
                await message.ack()
            with pytest.raises((nats.errors.Error, TimeoutError)):
                await client.jetstream().publish(subjects.inbox("06253"), b"{}", timeout=1)
            return messages

    assert [message.data for message in asyncio.run(act())] == [b"old", b"new"]


def test_a_revoked_receiver_has_no_consumer(stored: Cli) -> None:
    issued(stored, "receiver", "so-noi-vu", "--feed", "20")

    async def consumers(connections: Connections) -> list[str]:
        return [str(consumer.name) for consumer in await connections.streams.jetstream.consumers_info(subjects.FEED)]

    assert stored.ask(consumers) == ["so-noi-vu"]
    stored.run("credentials", "revoke", "so-noi-vu")
    assert stored.ask(consumers) == []


def test_what_a_page_revokes_ends_on_nats_while_keep_runs(stored: Cli, tmp_path: Path) -> None:
    """The portal stores a revocation and raises the generation; it has no keys of NATS."""
    entry = issued(stored, "issue", "06253")
    issued(stored, "receiver", "so-noi-vu", "--feed", "20")
    issued(stored, "receiver", "so-noi-vu", "--feed", "20", "--regime", "thu")

    async def act() -> list[str]:
        async with (
            session.connected(stored.settings) as connections,
            connected(stored, entry["nats_creds"], "06253", tmp_path) as (_, closed),
        ):
            store, jetstream = CredentialStore(connections.database), connections.streams.jetstream
            keeping = asyncio.create_task(nats_keys._keep())
            of_feed, *_ = [one for one in await store.of_receiver("so-noi-vu") if one.kind == "nats" and one.holder.feeds[0].regime is None]
            of_unit, *_ = [one for one in await store.of_unit("06253") if one.kind == "nats"]
            await store.revoke([of_unit, of_feed], connections.clock(), "people/x")
            await asyncio.wait_for(closed.wait(), LONGEST_S)

            async def filters() -> list[str]:
                return list((await jetstream.consumer_info(subjects.FEED, "so-noi-vu")).config.filter_subjects or ())

            async def is_narrowed() -> bool:
                return await filters() != ["feed.20.*.*.*"]

            await until(is_narrowed)
            await tasks.end(keeping)
            return await filters()

    assert asyncio.run(act()) == ["feed.20.thu.*.*"]
    assert cannot_connect(stored, entry, tmp_path)


def test_a_receivers_consumer_is_made_again_with_the_streams(stored: Cli) -> None:
    issued(stored, "receiver", "so-noi-vu", "--feed", "20")

    async def lose(connections: Connections) -> None:
        await connections.streams.jetstream.delete_consumer(subjects.FEED, "so-noi-vu")

    async def consumers(connections: Connections) -> list[str]:
        return [str(consumer.name) for consumer in await connections.streams.jetstream.consumers_info(subjects.FEED)]

    stored.ask(lose)
    assert stored.run("streams", "apply").exit_code == 0
    assert stored.ask(consumers) == ["so-noi-vu"]


def test_a_unit_that_only_reads_gets_no_nats_credentials(stored: Cli) -> None:
    assert issued(stored, "issue", "06253", "--may", "read")["nats_creds"] is None


def test_each_unit_gets_a_creds_file_and_the_lines_for_its_client(stored: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "giao"
    entry = issued(stored, "issue", "06253", "--out", folder)

    assert (folder / "06253.creds").read_text(encoding="utf-8") == entry["nats_creds"]
    text = (folder / "06253.txt").read_text(encoding="utf-8")
    assert text.count("_INBOX_06253") == 3
    assert "SU" not in text.replace("TIẾP", "")
    sheet = (folder / "phieu-ban-giao.html").read_text(encoding="utf-8")
    assert "chứng thư NATS" in sheet


def test_without_the_keys_of_nats_nothing_is_issued(stored: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONGHOP_NATS_KEYS", str(tmp_path / "none"))

    assert "nats.no_keys" in stored.refused("credentials", "issue", "06253", code=session.NO)
    assert credentials(stored) == []
