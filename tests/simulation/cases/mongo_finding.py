"""Cases on MongoDB: finding documents."""

from datetime import UTC, datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING

from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.mongo_rig import filled, ids, view

CASES: Final[list[Case[Documents]]] = []
case = case_of(CASES)


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
