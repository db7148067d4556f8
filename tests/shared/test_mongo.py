"""The guards that recovery depends on, on a real server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal, DecimalException
from pathlib import Path
from typing import Any

import bson
import pytest
from bson.decimal128 import Decimal128
from hypothesis import example, given, strategies
from pymongo.errors import AutoReconnect, BulkWriteError, OperationFailure

from services.devstack import servers as embedded
from services.devstack.ports import choose_ports, is_free
from services.devstack.process import Process
from shared.plumbing import mongo
from shared.plumbing.mongo import Collection, Document
from shared.shell.service import Connections
from shared.words.failures import ConfigurationError

pytestmark = pytest.mark.stores

DUPLICATE = {"index": 0, "code": mongo.DUPLICATE_KEY, "errmsg": "duplicate key"}


@pytest.fixture
def things(connections: Connections) -> Collection[Document]:
    return connections.database["things"]


def newer(sequence: int, thing: str = "view") -> tuple[Document, Document]:
    """A guarded write: over an older one only."""
    return {"_id": thing, "sequence": {"$lt": sequence}}, {"_id": thing, "sequence": sequence}


async def stored(things: Collection[Document]) -> list[Document]:
    return [document async for document in things.find().sort("_id")]


async def test_a_new_document_is_stored(things: Collection[Document]) -> None:
    assert await mongo.put_newer(things, [newer(1)]) == []

    assert await stored(things) == [{"_id": "view", "sequence": 1}]


async def test_a_newer_document_replaces_an_older_one(things: Collection[Document]) -> None:
    await mongo.put_newer(things, [newer(1)])

    assert await mongo.put_newer(things, [newer(2)]) == []

    assert await stored(things) == [{"_id": "view", "sequence": 2}]


@pytest.mark.parametrize("sequence", [1, 2])
async def test_a_document_that_is_not_newer_is_refused_and_told(things: Collection[Document], sequence: int) -> None:
    await mongo.put_newer(things, [newer(2)])

    assert await mongo.put_newer(things, [newer(sequence), newer(7, "other")]) == [{"_id": "view", "sequence": sequence}]

    assert await stored(things) == [{"_id": "other", "sequence": 7}, {"_id": "view", "sequence": 2}]


class Raced:
    """A collection whose first guarded insert loses a race: another writer's first insert comes between find and insert."""

    name = "things"

    def __init__(self, things: Collection[Document], winner: Document) -> None:
        self._things = things
        self._winner: Document | None = winner

    async def bulk_write(self, requests: Sequence[Any], ordered: bool) -> Any:
        if self._winner is not None:
            winner, self._winner = self._winner, None
            await self._things.insert_one(winner)
            raise BulkWriteError({"writeErrors": [DUPLICATE], "writeConcernErrors": []})
        return await self._things.bulk_write(requests, ordered=ordered)


async def test_a_newer_document_that_loses_the_race_of_the_first_insert_is_stored(things: Collection[Document]) -> None:
    raced: Any = Raced(things, {"_id": "view", "sequence": 1})

    assert await mongo.put_newer(raced, [newer(2)]) == []

    assert await stored(things) == [{"_id": "view", "sequence": 2}]


async def test_an_older_document_that_loses_the_race_of_the_first_insert_is_refused(things: Collection[Document]) -> None:
    raced: Any = Raced(things, {"_id": "view", "sequence": 3})

    assert await mongo.put_newer(raced, [newer(2)]) == [{"_id": "view", "sequence": 2}]

    assert await stored(things) == [{"_id": "view", "sequence": 3}]


async def test_of_many_writers_at_once_the_newest_wins(things: Collection[Document]) -> None:
    views = [f"view-{number}" for number in range(20)]

    await asyncio.gather(*[mongo.put_newer(things, [newer(sequence, view) for view in views]) for sequence in range(1, 13)])

    assert {document["sequence"] for document in await stored(things)} == {12}


async def test_new_documents_are_inserted_and_those_that_were_there_are_told(things: Collection[Document]) -> None:
    await things.insert_one({"_id": 2, "kept": True})

    there = await mongo.insert_new(things, [{"_id": 1}, {"_id": 2, "kept": False}, {"_id": 3}])

    assert there == [{"_id": 2, "kept": False}]
    assert await stored(things) == [{"_id": 1}, {"_id": 2, "kept": True}, {"_id": 3}]


async def test_of_one_id_twice_in_one_batch_the_first_is_inserted(things: Collection[Document]) -> None:
    assert await mongo.insert_new(things, [{"_id": 1, "n": 1}, {"_id": 1, "n": 2}]) == [{"_id": 1, "n": 2}]

    assert await stored(things) == [{"_id": 1, "n": 1}]


async def test_inserting_the_same_again_changes_nothing(things: Collection[Document]) -> None:
    documents = [{"_id": number} for number in range(5)]
    await mongo.insert_new(things, documents)

    assert await mongo.insert_new(things, documents) == documents
    assert await stored(things) == documents


async def test_inserting_nothing_is_fine(things: Collection[Document]) -> None:
    assert await mongo.insert_new(things, []) == []
    assert await mongo.put_newer(things, []) == []


async def test_an_insert_that_fails_for_another_reason_is_an_error(things: Collection[Document]) -> None:
    with pytest.raises(OperationFailure):
        await mongo.insert_new(things, [{"_id": 1, "text": "x" * 17_000_000}])


async def test_a_bulk_that_failed_for_another_reason_is_an_error(connections: Connections) -> None:
    things = await connections.database.create_collection("strict", validator={"sequence": {"$type": "int"}})

    with pytest.raises(BulkWriteError):
        await mongo.put_newer(things, [({"_id": "view"}, {"_id": "view", "sequence": "two"})])


def test_duplicates_beside_an_unmet_write_concern_are_tried_again() -> None:
    error = BulkWriteError({"writeErrors": [DUPLICATE], "writeConcernErrors": [{"code": 64}]})

    with pytest.raises(AutoReconnect):
        mongo.only_duplicates(error)


@given(strategies.decimals(allow_nan=True, allow_infinity=True) | strategies.decimals(places=1) | strategies.integers().map(Decimal))
@example(Decimal("-0.0"))
@example(Decimal(10**34 - 1))
@example(Decimal("-" + "9" * 32 + ".9"))
@example(Decimal("NaN"))
def test_a_decimal_is_written_as_the_driver_would(value: Decimal) -> None:
    try:
        wanted = Decimal128(value).to_decimal()
    except DecimalException:
        with pytest.raises(DecimalException):
            bson.encode({"value": value}, codec_options=mongo.EXACT)
        return
    written = bson.decode(bson.encode({"value": value}, codec_options=mongo.EXACT))["value"].to_decimal()
    assert format(written, "f") == format(wanted, "f")


async def test_every_write_waits_for_the_majority_and_the_journal(connections: Connections) -> None:
    assert connections.database["things"].write_concern.document == {"w": "majority", "j": True}


async def test_a_replica_set_is_taken(connections: Connections) -> None:
    await mongo.require_replica_set(connections.mongo)


@pytest.fixture
async def standalone(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a mongod that belongs to no replica set."""
    port = choose_ports(defaults=False).mongo
    folder = tmp_path / "mongo"
    folder.mkdir()
    command = (str(embedded.find_mongod()), "--dbpath", str(folder), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket")
    process = Process("mongod", (*command, "--wiredTigerCacheSizeGB", "0.25"), folder / "mongod.log")
    process.launch()
    async with asyncio.timeout(30):
        while is_free(port):
            await asyncio.sleep(0.05)
    yield f"mongodb://127.0.0.1:{port}/"
    await process.kill()


async def test_a_standalone_server_is_refused(standalone: str) -> None:
    client = mongo.connect(standalone)

    with pytest.raises(ConfigurationError, match="replica set"):
        await mongo.require_replica_set(client)
    await mongo.close(client)
