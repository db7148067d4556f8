"""Cases on MongoDB: collections that take each other's place, and transactions."""

from typing import Final

import pytest
from pymongo import ASCENDING, ReplaceOne
from pymongo.errors import OperationFailure

from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents, Session
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.mongo_rig import Row, filled, stored

CASES: Final[list[Case[Documents]]] = []
case = case_of(CASES)
NO_SUCH_COLLECTION: Final = 26


class BrokenError(Exception):
    """What a case raises on purpose."""


@case
async def a_collection_takes_the_place_of_another(database: Documents) -> None:
    await filled(database, {"_id": "old"})
    following = mongo.collection(database, "rows_next", Row)
    await following.create_index([("value", ASCENDING)])
    await following.create_index([("value", ASCENDING)], partialFilterExpression={"value": 1}, name="some")
    await following.insert_many([{"_id": "new"}], ordered=False)
    assert sorted(await database.list_collection_names()) == ["rows", "rows_next"]

    await following.rename("rows", dropTarget=True)

    assert await stored(database) == [{"_id": "new"}]
    assert await database.list_collection_names() == ["rows"]


@case
async def a_collection_that_was_dropped_cannot_be_renamed(database: Documents) -> None:
    collection = await filled(database, {"_id": "a"})
    await collection.drop()

    with pytest.raises(OperationFailure) as error:
        await collection.rename("others", dropTarget=True)

    assert error.value.code == NO_SUCH_COLLECTION
    assert await database.list_collection_names() == []


@case
async def a_transaction_is_seen_as_a_whole_at_its_end(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1})

    async def act(session: Session) -> list[Document]:
        await collection.update_one({"_id": "a"}, {"$inc": {"value": 1}}, upsert=True, session=session)
        await collection.bulk_write([ReplaceOne({"_id": "b"}, {"_id": "b"}, upsert=True)], ordered=False, session=session)
        assert await stored(database) == [{"_id": "a", "value": 1}]
        found: list[Document] = [one async for one in collection.find(session=session)]
        return sorted(found, key=lambda one: str(one["_id"]))

    assert await mongo.in_transaction(database, act) == [{"_id": "a", "value": 2}, {"_id": "b"}]
    assert await stored(database) == [{"_id": "a", "value": 2}, {"_id": "b"}]


@case
async def a_transaction_that_fails_leaves_nothing(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1})

    async def act(session: Session) -> None:
        await collection.update_one({"_id": "a"}, {"$inc": {"value": 1}}, session=session)
        raise BrokenError

    with pytest.raises(BrokenError):
        await mongo.in_transaction(database, act)

    assert await stored(database) == [{"_id": "a", "value": 1}]


@case
async def of_two_that_write_the_same_document_the_second_is_run_again(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1}, {"_id": "b", "value": 1})
    seen: list[int] = []

    async def act(session: Session) -> None:
        found = await collection.find_one({"_id": "a"}, session=session)
        assert found is not None
        seen.append(found["value"])
        if len(seen) == 1:
            await collection.update_one({"_id": "a"}, {"$set": {"value": 10}})
        await collection.update_one({"_id": "b"}, {"$inc": {"value": 1}}, session=session)
        await collection.update_one({"_id": "a"}, {"$inc": {"value": 1}}, session=session)

    await mongo.in_transaction(database, act)

    assert seen == [1, 10]
    assert await stored(database) == [{"_id": "a", "value": 11}, {"_id": "b", "value": 2}]


@case
async def a_transaction_reads_one_picture(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1})

    async def act(session: Session) -> tuple[int, int]:
        first = await collection.find_one({"_id": "a"}, session=session)
        await collection.replace_one({"_id": "a"}, {"_id": "a", "value": 2})
        again = await collection.find_one({"_id": "a"}, session=session)
        assert first is not None
        assert again is not None
        return first["value"], again["value"]

    assert await mongo.in_transaction(database, act) == (1, 1)


@case
async def a_transaction_deletes(database: Documents) -> None:
    collection = await filled(database, {"_id": "a"}, {"_id": "b"})

    async def act(session: Session) -> int:
        return (await collection.delete_one({"_id": "a"}, session=session)).deleted_count

    assert await mongo.in_transaction(database, act) == 1
    assert await stored(database) == [{"_id": "b"}]
