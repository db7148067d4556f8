"""Cases on MongoDB: inserting, replacing, updating and deleting."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import pytest
from bson.decimal128 import Decimal128
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.aggregate import store as stores
from services.aggregate.domain.view import ViewVersion
from shared.plumbing import mongo
from shared.plumbing.mongo import DUPLICATE_KEY, Documents
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.mongo_rig import failures, filled, rows, stored, view

CASES: Final[list[Case[Documents]]] = []
case = case_of(CASES)


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
