"""`tonghop audit verify|show` on real servers."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.cli import session
from shared.plumbing import audit_store
from shared.plumbing.broker import Message
from shared.plumbing.mongo import Documents
from shared.shell import service
from shared.shell.service import Connections
from shared.wire import collection_names, subjects
from shared.words.audit import Action, Detail, Head
from tests.cli.conftest import Cli

AT = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
ACTS: list[tuple[str, Action, str]] = [
    ("operator/lan", "units.imported", ""),
    ("operator/lan", "person.added", "people/1"),
    ("people/1", "login.succeeded", "people/1"),
    ("nobody", "login.refused", "people/1"),
    ("services/portal", "figures.exported", "views/ct27/2024/184"),
]
Act = Callable[[Connections], Awaitable[object]]


def on_servers(cli: Cli, act: Act) -> None:
    async def work() -> None:
        connections = service.connections(cli.settings, "test")
        await connections.broker.start()
        try:
            await act(connections)
        finally:
            await connections.close()

    asyncio.run(work())


def changing(cli: Cli, change: Callable[[Any], Awaitable[object]]) -> None:
    """What an administrator of MongoDB could do to the entries."""
    on_servers(cli, lambda connections: change(connections.database[collection_names.AUDIT]))


async def head(connections: Connections) -> Head:
    return await audit_store.head(connections.database)


@pytest.fixture
def recorded(cli: Cli) -> Cli:
    """Five entries, two days apart from each other."""

    async def act(database: Documents) -> None:
        for number, (actor, action, target) in enumerate(ACTS):
            at = AT + timedelta(days=2 * number)
            details: dict[str, Detail] = {"count": 1234, "is_new": True, "units": ["06253", "[184]"]}
            await audit_store.append(database, actor=actor, action=action, target=target, details=details, at=at)

    cli.run("streams", "apply")
    on_servers(cli, lambda connections: act(connections.database))
    return cli


def test_an_empty_log_is_intact(cli: Cli) -> None:
    cli.run("streams", "apply")

    assert cli.run("audit", "verify").stdout == "Nhật ký chưa có mục nào.\n"


def test_an_intact_log_is_said_to_be_and_its_head_can_be_given_again(recorded: Cli) -> None:
    found = recorded.json("audit", "verify")

    assert (found["intact"], found["entries"], found["heads"], found["fault"]) == (True, 5, 1, None)
    again = recorded.run("audit", "verify", "--head", f"5:{found['hash']}", "--head", f"5:{found['hash']}")
    assert again.stdout == f"Nguyên vẹn: 5 mục, đối chiếu với 3 mã kiểm tra.\nMục cuối: 5:{found['hash']}\n"


@pytest.mark.parametrize(
    ("change", "number", "code"),
    [
        (lambda audit: audit.update_one({"_id": 3}, {"$set": {"actor": "people/2"}}), 3, "audit.changed"),
        (lambda audit: audit.delete_one({"_id": 2}), 2, "audit.missing"),
        (lambda audit: audit.delete_one({"_id": 5}), 5, "audit.cut"),
        (lambda audit: audit.insert_one({"_id": "x"}), 6, "audit.missing"),
    ],
)
def test_what_was_done_to_the_log_is_named(recorded: Cli, change: Callable[[Any], Awaitable[object]], number: int, code: str) -> None:
    changing(recorded, change)

    found = recorded.json("audit", "verify", code=session.NO)

    assert (found["intact"], found["fault"]["number"], found["fault"]["code"]) == (False, number, code)
    assert code in recorded.refused("audit", "verify")


def test_an_entry_in_the_place_of_another_is_named(recorded: Cli) -> None:
    async def exchange(audit: Any) -> None:
        third, fourth = [await audit.find_one({"_id": number}) for number in (3, 4)]
        await audit.replace_one({"_id": 3}, {**fourth, "_id": 3})
        await audit.replace_one({"_id": 4}, {**third, "_id": 4})

    changing(recorded, exchange)

    assert recorded.json("audit", "verify", code=session.NO)["fault"]["code"] == "audit.moved"


def test_a_published_head_shows_that_the_end_was_cut_off_with_the_head_document(recorded: Cli) -> None:
    async def publish_and_cut(connections: Connections) -> None:
        found = await head(connections)
        payload = f'{{"number": {found.number}, "hash": "{found.hash}", "at": "2026-11-26T17:00:12.481Z"}}'.encode()
        for number, text in enumerate((payload, b"no head", payload)):
            await connections.streams.publish(subjects.ALERTS, Message(subjects.audit_head(), text, f"head/{number}"))
        audit, identity = connections.database[collection_names.AUDIT], connections.database[collection_names.IDENTITY]
        await audit.delete_many({"_id": {"$gte": 4}})
        third = await audit.find_one({"_id": 3})
        assert third is not None
        await identity.update_one({"_id": "audit"}, {"$set": {"number": 3, "hash": third["hash"]}})

    on_servers(recorded, publish_and_cut)

    found = recorded.json("audit", "verify", code=session.NO)
    assert (found["fault"]["code"], found["fault"]["number"], found["heads"]) == ("audit.cut", 4, 3)
    assert "luồng ALERTS" in found["fault"]["message_vi"]
    assert recorded.json("audit", "verify", "--skip-published")["intact"]  # as after a restore, which is known


def test_a_mailed_head_shows_it_when_everything_else_is_gone(recorded: Cli) -> None:
    last = recorded.json("audit", "verify")["hash"]
    changing(recorded, lambda audit: audit.delete_many({}))
    on_servers(recorded, lambda connections: connections.database[collection_names.IDENTITY].delete_many({}))

    found = recorded.json("audit", "verify", "--head", f"5:{last}", code=session.NO)
    assert (found["fault"]["code"], found["fault"]["number"]) == ("audit.cut", 1)


def test_a_head_document_that_is_gone_is_noticed(recorded: Cli) -> None:
    on_servers(recorded, lambda connections: connections.database[collection_names.IDENTITY].delete_many({}))

    assert recorded.json("audit", "verify", code=session.NO)["fault"]["code"] == "audit.no_head"


@pytest.mark.parametrize("text", ["5", "0:" + "0" * 64, "5:" + "g" * 64, "5:abc"])
def test_a_head_of_another_form_is_wrong_use(recorded: Cli, text: str) -> None:
    assert recorded.run("audit", "verify", "--head", text).exit_code == session.WRONG_USE


def numbers(cli: Cli, *options: str) -> list[int]:
    return [entry["number"] for entry in cli.json("audit", "show", *options)["entries"]]


def test_entries_are_shown_newest_first_and_by_what_is_asked(recorded: Cli) -> None:
    assert numbers(recorded) == [5, 4, 3, 2, 1]
    assert numbers(recorded, "--actor", "operator/lan") == [2, 1]
    assert numbers(recorded, "--action", "login.refused") == [4]
    assert numbers(recorded, "--action", "login") == [4, 3]
    assert numbers(recorded, "--target", "people/") == [4, 3, 2]
    assert numbers(recorded, "--since", "2026-11-23", "--until", "25/11/2026") == [3, 2]
    assert numbers(recorded, "--until", "2026-11-20") == []
    assert numbers(recorded, "--until", "2026-11-21") == [1]  # 17:30 UTC is the next day in Vietnam


def test_pages_follow_each_other(recorded: Cli) -> None:
    first = recorded.json("audit", "show", "--limit", "2")
    second = recorded.json("audit", "show", "--limit", "2", "--before", str(first["next"]))
    third = recorded.json("audit", "show", "--limit", "2", "--before", str(second["next"]))

    assert [[entry["number"] for entry in page["entries"]] for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third["next"] is None


def test_a_person_reads_vietnamese_words_and_times(recorded: Cli) -> None:
    said = " ".join(recorded.run("audit", "show", "--action", "units.imported").stdout.split())

    for text in ("21/11/2026 00:30", "operator/lan", "nạp danh mục đơn vị", "count: 1.234", "is_new: có", "[184]"):
        assert text in said


def test_an_unknown_action_is_wrong_use(recorded: Cli) -> None:
    assert recorded.run("audit", "show", "--action", "nothing").exit_code == session.WRONG_USE
