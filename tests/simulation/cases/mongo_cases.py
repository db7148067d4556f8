"""What the product relies on when it talks to MongoDB, one case each. The stand-in and the real server must both pass.

A case gets an empty database.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypedDict

import pytest
from bson.decimal128 import Decimal128
from pymongo import ASCENDING, DESCENDING, DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from services.aggregate import store as stores
from services.aggregate.domain.view import ViewVersion
from shared.plumbing import mongo
from shared.plumbing.mongo import DUPLICATE_KEY, Collection, Document, Documents, Session
from tests.simulation.cases.cases import Case, case_of

CASES: Final[list[Case[Documents]]] = []
case = case_of(CASES)
NO_SUCH_COLLECTION: Final = 26


class Row(TypedDict, total=False):
    """A document of a case."""

    _id: str
    value: Any


class BrokenError(Exception):
    """What a case raises on purpose."""


def rows(database: Documents) -> Collection[Any]:
    return mongo.collection(database, "rows", Row)


async def stored(database: Documents) -> list[Document]:
    """Everything, by `_id`."""
    found: list[Document] = await rows(database).find({}).sort("_id", ASCENDING).to_list(None)
    return found


async def filled(database: Documents, *documents: Document) -> Collection[Any]:
    collection = rows(database)
    await collection.insert_many([dict(document) for document in documents], ordered=False)
    return collection


async def ids(collection: Collection[Any], filter_: Document) -> list[str]:
    """Which documents a filter finds."""
    return sorted([document["_id"] async for document in collection.find(filter_, {"_id": 1})])


def failures(error: BulkWriteError) -> list[tuple[int, int]]:
    return [(failure["index"], failure["code"]) for failure in error.details["writeErrors"]]


# inserting


@case
async def of_an_unordered_insert_only_duplicates_fail(database: Documents) -> None:
    collection = await filled(database, {"_id": "b", "value": 1})

    with pytest.raises(BulkWriteError) as error:
        await collection.insert_many([{"_id": "a"}, {"_id": "b", "value": 2}, {"_id": "c"}, {"_id": "a", "value": 3}], ordered=False)

    assert failures(error.value) == [(1, DUPLICATE_KEY), (3, DUPLICATE_KEY)]
    assert error.value.details["writeConcernErrors"] == []
    assert await stored(database) == [{"_id": "a"}, {"_id": "b", "value": 1}, {"_id": "c"}]


@case
async def new_documents_are_inserted_and_known_ones_returned(database: Documents) -> None:
    collection = await filled(database, {"_id": "b", "value": 1})

    there = await mongo.insert_new(collection, [{"_id": "a"}, {"_id": "b", "value": 2}])

    assert there == [{"_id": "b", "value": 2}]
    assert await stored(database) == [{"_id": "a"}, {"_id": "b", "value": 1}]


@case
async def values_come_back_as_bson_keeps_them(database: Documents) -> None:
    at = datetime(2024, 12, 20, 1, 2, 3, 456789, tzinfo=UTC)
    exact = mongo.exact(rows(database))
    document = {"_id": "a", "at": at, "raw": b"\x00x", "figure": Decimal("12.50"), "none": None, "many": [1, {"a": 2}]}
    await exact.insert_many([document], ordered=False)

    [found] = await stored(database)

    assert found == {
        "_id": "a",
        "at": at.replace(microsecond=456000),
        "raw": b"\x00x",
        "figure": Decimal128("12.50"),
        "none": None,
        "many": [1, {"a": 2}],
    }


# replacing


@case
async def a_guarded_replacement_writes_over_an_older_document_only(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "sequence": 5})
    guard = {"_id": "a", "sequence": {"$lt": 7}}

    await collection.replace_one(guard, {"_id": "a", "sequence": 7}, upsert=True)
    with pytest.raises(DuplicateKeyError):
        await collection.replace_one({"_id": "a", "sequence": {"$lt": 6}}, {"_id": "a", "sequence": 6}, upsert=True)
    await collection.replace_one({"_id": "b", "sequence": {"$lt": 1}}, {"_id": "b", "sequence": 1}, upsert=True)

    assert await stored(database) == [{"_id": "a", "sequence": 7}, {"_id": "b", "sequence": 1}]


@case
async def a_replacement_that_finds_nothing_changes_nothing(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1, "more": 2})

    await collection.replace_one({"_id": "a", "value": 2}, {"_id": "a", "value": 3})
    await collection.replace_one({"_id": "a", "value": 1, "more": 2}, {"_id": "a", "value": 4})

    assert await stored(database) == [{"_id": "a", "value": 4}]


def view(key: str, generation: int, sequence: int) -> Document:
    return {"_id": key, "position": {"generation": generation, "sequence": sequence}}


@case
async def newer_views_replace_older_ones_and_the_others_are_refused(database: Documents) -> None:
    collection = await filled(database, view("a", 1, 5), view("b", 2, 3), view("c", 1, 5))
    wanted = [view("a", 1, 6), view("b", 1, 9), view("c", 2, 1), view("d", 1, 1)]
    guarded = [
        (stores.older_than(ViewVersion(one["position"]["generation"], one["position"]["sequence"])) | {"_id": one["_id"]}, one)
        for one in wanted
    ]

    refused = await mongo.put_newer(collection, guarded)

    assert [one["_id"] for one in refused] == ["b"]
    assert await stored(database) == [view("a", 1, 6), view("b", 2, 3), view("c", 2, 1), view("d", 1, 1)]


@case
async def of_a_bulk_only_the_writes_that_fail_are_missing(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1}, {"_id": "b", "value": 1}, {"_id": "c", "value": 1})

    with pytest.raises(BulkWriteError) as error:
        await collection.bulk_write(
            [
                ReplaceOne({"_id": "a", "value": {"$lt": 0}}, {"_id": "a", "value": 2}, upsert=True),
                UpdateOne({"_id": "b"}, {"$set": {"value": 2}}),
                InsertOne({"_id": "d", "value": 2}),
                DeleteOne({"_id": "c"}),
            ],
            ordered=False,
        )

    assert failures(error.value) == [(0, DUPLICATE_KEY)]
    assert await stored(database) == [{"_id": "a", "value": 1}, {"_id": "b", "value": 2}, {"_id": "d", "value": 2}]


# updating


@case
async def an_update_sets_counts_and_raises(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 5, "gone": 1})

    await collection.update_one({"_id": "a"}, {"$max": {"value": 3, "high": 2}, "$inc": {"count": 2}, "$unset": {"gone": ""}})
    await collection.update_one({"_id": "a"}, {"$max": {"value": 8}, "$min": {"high": 1}, "$inc": {"count": -1}, "$set": {"text": "x"}})
    await collection.update_one({"_id": "b"}, {"$set": {"value": 1}})

    assert await stored(database) == [{"_id": "a", "value": 8, "high": 1, "count": 1, "text": "x"}]


@case
async def an_update_inserts_what_is_not_there_if_it_may(database: Documents) -> None:
    collection = rows(database)

    for _ in range(2):
        await collection.update_one({"_id": "a"}, {"$inc": {"count": 1}, "$setOnInsert": {"first": True}, "$max": {"top": 4}}, upsert=True)

    assert await stored(database) == [{"_id": "a", "count": 2, "first": True, "top": 4}]


@case
async def a_bulk_of_updates_inserts_what_is_not_there_if_it_may(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "count": 1})

    await collection.bulk_write(
        [
            UpdateOne({"_id": name}, {"$inc": {"count": 1, "other": 0}, "$setOnInsert": {"first": True}}, upsert=True)
            for name in ("a", "b", "b")
        ],
        ordered=False,
    )

    assert await stored(database) == [{"_id": "a", "count": 2, "other": 0}, {"_id": "b", "count": 2, "other": 0, "first": True}]


@case
async def an_update_of_many_changes_all_that_its_filter_finds(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "state": "raised"}, {"_id": "b", "state": "sent"}, {"_id": "c", "state": "raised"})

    await collection.update_many({"_id": {"$in": ["a", "b"]}, "state": "raised"}, {"$set": {"state": "sent", "by": 1}})

    assert await stored(database) == [
        {"_id": "a", "state": "sent", "by": 1},
        {"_id": "b", "state": "sent"},
        {"_id": "c", "state": "raised"},
    ]


# deleting


@case
async def a_deletion_says_how_many_it_deleted(database: Documents) -> None:
    collection = await filled(database, view("a", 1, 1), view("b", 2, 1), view("c", 1, 2))

    older = await collection.delete_many({"position.generation": {"$lt": 2}})
    there = await collection.delete_one({"_id": "b"})
    none = await collection.delete_one({"_id": "b"})

    assert (older.deleted_count, there.deleted_count, none.deleted_count) == (2, 1, 0)
    assert await stored(database) == []


@case
async def a_document_is_deleted_when_all_of_it_is_as_asked(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "sequence": 1, "stream_created": "x"})

    await collection.delete_one({"_id": "a", "sequence": 2, "stream_created": "x"})
    assert await collection.count_documents({}) == 1
    await collection.delete_one({"_id": "a", "sequence": 1, "stream_created": "x"})

    assert await collection.count_documents({}) == 0


@case
async def a_bulk_deletes_many(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1}, {"_id": "b", "value": 1}, {"_id": "c", "value": 2})

    await collection.bulk_write([DeleteMany({"value": 1})], ordered=False)

    assert await stored(database) == [{"_id": "c", "value": 2}]


# finding


@case
async def filters_compare_values(database: Documents) -> None:
    collection = await filled(
        database, {"_id": "a", "value": 1}, {"_id": "b", "value": 2}, {"_id": "c", "value": None}, {"_id": "d"}, {"_id": "e", "value": "2"}
    )
    expected = {
        "$lt": (2, ["a"]),
        "$lte": (2, ["a", "b"]),
        "$gt": (1, ["b"]),
        "$gte": (1, ["a", "b"]),
        "$eq": (2, ["b"]),
        "$ne": (2, ["a", "c", "d", "e"]),
        "$in": ([1, "2"], ["a", "e"]),
        "$nin": ([1, "2"], ["b", "c", "d"]),
        "$exists": (True, ["a", "b", "c", "e"]),
    }

    found = {operator: (value, await ids(collection, {"value": {operator: value}})) for operator, (value, _) in expected.items()}

    assert found == expected
    assert await ids(collection, {"value": {"$exists": False}}) == ["d"]
    assert await ids(collection, {"value": {"$gte": 1, "$lt": 2}}) == ["a"]
    assert await ids(collection, {"value": {"$lt": "3"}}) == ["e"]


@case
async def none_is_also_what_is_not_there(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": None}, {"_id": "b"}, {"_id": "c", "value": 0})

    assert await ids(collection, {"value": None}) == ["a", "b"]
    assert await ids(collection, {"value": {"$in": [None, 0]}}) == ["a", "b", "c"]
    assert await ids(collection, {"value": {"$ne": None}}) == ["c"]
    assert await ids(collection, {"value": {"$lte": None}}) == ["a", "b"]


@case
async def filters_are_joined(database: Documents) -> None:
    collection = await filled(database, *[{"_id": f"{x}{y}", "x": x, "y": y} for x in (1, 2) for y in (1, 2)])

    assert await ids(collection, {"$or": [{"x": 1, "y": 2}, {"x": 2, "y": {"$in": [1]}}]}) == ["12", "21"]
    assert await ids(collection, {"$and": [{"x": {"$gt": 1}}, {"y": {"$gt": 1}}]}) == ["22"]
    assert await ids(collection, {"x": 1, "$or": [{"y": 1}, {"y": 3}]}) == ["11"]
    assert await ids(collection, {"_id": {"$in": ["11", "22", "33"]}, "x": 2}) == ["22"]


@case
async def filters_look_into_embedded_documents(database: Documents) -> None:
    collection = await filled(database, view("a", 1, 5), view("b", 2, 3), {"_id": "c"})

    assert await ids(collection, {"position.generation": 2}) == ["b"]
    assert await ids(collection, {"position.generation": {"$in": [1, 2]}, "position.sequence": {"$lt": 4}}) == ["b"]
    assert await ids(collection, {"position": {"generation": 1, "sequence": 5}}) == ["a"]
    assert await ids(collection, {"position": {"sequence": 5, "generation": 1}}) == []
    assert await ids(collection, {"position": {"$lt": {"generation": 2, "sequence": 0}}}) == ["a"]


@case
async def dates_are_compared_in_time(database: Documents) -> None:
    collection = await filled(database, *[{"_id": str(day), "at": datetime(2024, 1, day, tzinfo=UTC)} for day in (1, 2, 3)])

    assert await ids(collection, {"at": {"$gte": datetime(2024, 1, 2, tzinfo=UTC)}}) == ["2", "3"]
    assert await ids(collection, {"at": datetime(2024, 1, 3, tzinfo=UTC)}) == ["3"]


@case
async def what_is_found_is_sorted_and_limited(database: Documents) -> None:
    collection = await filled(database, view("a", 1, 5), view("b", 2, 3), view("c", 2, 1), {"_id": "d"})
    order = [("position.generation", DESCENDING), ("position.sequence", ASCENDING)]

    assert [one["_id"] async for one in collection.find({}).sort(order)] == ["c", "b", "a", "d"]
    assert [one["_id"] async for one in collection.find({}).sort("position.generation", ASCENDING).limit(2)] == ["d", "a"]
    newest = await collection.find_one({}, {"position": 1}, sort=order)
    assert newest == view("c", 2, 1)
    assert await collection.find_one({"_id": "z"}) is None


@case
async def only_the_fields_asked_for_come(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "x": 1, "y": {"u": 2, "v": 3}})

    async def first(projection: dict[str, int]) -> Document | None:
        found: Document | None = await collection.find_one({}, projection)
        return found

    assert await first({"x": 1}) == {"_id": "a", "x": 1}
    assert await first({"_id": 1}) == {"_id": "a"}
    assert await first({"_id": 0, "x": 1, "z": 1}) == {"x": 1}
    assert await first({"y.v": 1}) == {"_id": "a", "y": {"v": 3}}
    assert await first({"x": 0}) == {"_id": "a", "y": {"u": 2, "v": 3}}
    assert await first({"y.v": 0}) == {"_id": "a", "x": 1, "y": {"u": 2}}


@case
async def what_is_found_comes_in_parts(database: Documents) -> None:
    collection = await filled(database, *[{"_id": f"{number:02}"} for number in range(7)])
    cursor = collection.find({}, {"_id": 1}, batch_size=3).sort("_id", DESCENDING)

    parts = []
    while part := await cursor.to_list(3):
        parts.append([one["_id"] for one in part])

    assert parts == [["06", "05", "04"], ["03", "02", "01"], ["00"]]


@case
async def many_ids_are_asked_for(database: Documents) -> None:
    collection = await filled(database, *[{"_id": f"{number:02}", "value": number, "more": 1} for number in range(5)])

    found = [one async for one in mongo.of_ids(collection, ["01", "03", "99"], ("value",))]

    assert sorted(found, key=lambda one: one["_id"]) == [{"_id": "01", "value": 1}, {"_id": "03", "value": 3}]


@case
async def documents_are_counted(database: Documents) -> None:
    collection = await filled(database, {"_id": "a", "value": 1}, {"_id": "b", "value": 2})

    assert await collection.count_documents({"value": {"$gt": 1}}) == 1
    assert await collection.estimated_document_count() == 2


# collections


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


# transactions


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
