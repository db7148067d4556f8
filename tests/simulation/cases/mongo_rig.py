"""The collection on which cases of MongoDB work, and what they do with it."""

from typing import Any, TypedDict

from pymongo import ASCENDING
from pymongo.errors import BulkWriteError

from shared.plumbing import mongo
from shared.plumbing.mongo import Collection, Document, Documents


class Row(TypedDict, total=False):
    """A document of a case."""

    _id: str
    value: Any


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


def view(key: str, generation: int, sequence: int) -> Document:
    return {"_id": key, "position": {"generation": generation, "sequence": sequence}}
