"""The one place that knows the MongoDB driver (ADR-0003: Motor is past its end of life; the move is one line here).

Every client writes with w=majority and journal=true, and a service refuses a standalone server: it loses acknowledged
writes on `kill -9`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from shared.errors import ConfigurationError

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
Collection = AsyncIOMotorCollection[Document]
Documents = AsyncIOMotorDatabase[Document]
DUPLICATE_KEY = 11000
SERVER_SELECTION_MS = 3000  # a server that is away is noticed, reported and asked again

AWAY = (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)
"""Errors that pass: the same write is tried again."""


def connect(url: str) -> Client:
    """A client; connecting happens on first use and is repeated for ever."""
    return Client(
        url, tz_aware=True, w="majority", journal=True, retryWrites=True, serverSelectionTimeoutMS=SERVER_SELECTION_MS, socketTimeoutMS=20_000
    )


async def require_replica_set(client: Client) -> None:
    """Raises ConfigurationError when the server is standalone."""
    hello = await client.admin.command("hello")
    if "setName" not in hello:
        raise ConfigurationError("MongoDB: máy chủ phải thuộc một replica set (replSetName), không dùng standalone (a replica set is wanted)")


async def insert_new(collection: Collection, documents: Sequence[Document]) -> list[Document]:
    """Inserts those whose `_id` is not there yet, in any order; returns the ones that were there already.

    Raises one of AWAY when the server could not take them all; inserting the same documents again is safe.
    """
    if not documents:
        return []
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        return [documents[failure["index"]] for failure in only_duplicates(error)]
    return []


def only_duplicates(error: BulkWriteError) -> list[Mapping[str, Any]]:
    """The failed writes of a bulk, when all failed on a duplicate key; anything else raises."""
    failures: list[Mapping[str, Any]] = error.details["writeErrors"]
    if error.details.get("writeConcernErrors"):
        raise AutoReconnect("the write concern was not met") from error
    if any(failure["code"] != DUPLICATE_KEY for failure in failures):
        raise error
    return failures
