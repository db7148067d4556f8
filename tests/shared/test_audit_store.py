"""Adding to the audit log on a real MongoDB, with several writers at once."""

import asyncio
from datetime import UTC, datetime

import pytest

from shared.plumbing import audit_store, mongo
from shared.plumbing.mongo import Documents, Session
from shared.shell.service import Connections
from shared.wire import collection_names
from shared.words import audit
from shared.words.audit import Act, Entry, Head

pytestmark = pytest.mark.stores

AT = datetime(2026, 11, 26, 8, 30, 15, 123987, tzinfo=UTC)


async def add(database: Documents, target: str = "", session: Session | None = None) -> None:
    await audit_store.append(
        database, actor="services/portal", action="login.refused", target=target, details={"n": 1, "of": ["x"]}, at=AT, session=session
    )


async def chain(database: Documents) -> list[Head]:
    """Numbers and hashes of the stored entries; fails if they are not a chain."""
    heads = [audit.EMPTY]
    async for stored in database[collection_names.AUDIT].find().sort("_id", 1):
        fields = {name: value for name, value in stored.items() if name not in ("_id", "hash")}
        entry = Entry(number=stored["_id"], **fields)
        assert (entry.number, entry.before) == (heads[-1].number + 1, heads[-1].hash)
        assert audit.hash_of(entry) == stored["hash"]
        heads.append(Head(entry.number, stored["hash"]))
    return heads


async def test_entries_are_a_chain_and_the_head_is_the_last(connections: Connections) -> None:
    for target in ("a", "b", "c"):
        await add(connections.database, target)

    stored = await chain(connections.database)
    assert len(stored) == 4
    assert await audit_store.head(connections.database) == await audit_store.last(connections.database) == stored[-1]


async def test_an_empty_log_has_an_empty_head(connections: Connections) -> None:
    assert await audit_store.head(connections.database) == await audit_store.last(connections.database) == audit.EMPTY


async def test_eight_writers_make_one_chain_without_a_gap(connections: Connections) -> None:
    clients = [mongo.connect(connections.settings.mongo_url) for _ in range(8)]

    async def write(number: int) -> None:
        database = clients[number][connections.database.name]
        for count in range(200):
            await add(database, f"{number}/{count}")

    try:
        await asyncio.gather(*[write(number) for number in range(8)])
    finally:
        for client in clients:
            await mongo.close(client)

    stored = await chain(connections.database)
    assert len(stored) == 1601
    assert await audit_store.head(connections.database) == stored[-1]


async def test_the_head_never_moves_back(connections: Connections) -> None:
    for target in ("a", "b"):
        await add(connections.database, target)
    newest = await audit_store.head(connections.database)

    await audit_store._move_head(connections.database, Head(1, "0" * 64), None)

    assert await audit_store.head(connections.database) == newest


async def test_an_entry_in_a_transaction_is_stored_only_with_the_act(connections: Connections) -> None:
    database = connections.database

    async def act(session: Session) -> None:
        await add(database, "never", session)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await mongo.in_transaction(database, act)

    assert await chain(database) == [audit.EMPTY]


async def test_transactions_and_single_writers_make_one_chain(connections: Connections) -> None:
    database = connections.database

    async def act(session: Session) -> None:
        await database["acts"].insert_one({}, session=session)
        await add(database, "transaction", session)

    async def single() -> None:
        for _ in range(20):
            await add(database, "single")

    async def together() -> None:
        for _ in range(20):
            await mongo.in_transaction(database, act)

    await asyncio.gather(single(), together(), single(), together())

    stored = await chain(database)
    assert len(stored) == 81
    assert await audit_store.head(database) == stored[-1]
    assert await database["acts"].count_documents({}) == 40


async def test_a_long_transaction_is_not_run_again_because_others_add_entries_meanwhile(connections: Connections) -> None:
    database, runs = connections.database, []
    await add(database, "before")

    async def act(session: Session) -> None:
        runs.append(await database["acts"].find_one({}, session=session))  # here the snapshot begins
        await add(database, "meanwhile")
        await audit_store.add(database, Act("operator/lan", "units.imported", ""), AT, session)
        await audit_store.add(database, Act("operator/lan", "regimes.loaded", ""), AT, session)

    await mongo.in_transaction(database, act)
    await audit_store.catch_up(database)

    assert len(runs) == 1
    stored = await chain(database)
    assert len(stored) == 5
    assert await audit_store.head(database) == stored[-1]
