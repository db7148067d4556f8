"""The one place that knows the MongoDB driver (ADR-0003: Motor is past its end of life; the move is one line here).

Every client writes with w=majority and journal=true, and reads only what a majority has: what one reads at a primary that is cut off may
be rolled back, and would then never be stored. A service refuses a standalone server: it loses acknowledged writes on `kill -9`.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any, TypeVar, cast

from bson.codec_options import CodecOptions, TypeRegistry
from bson.decimal128 import Decimal128
from motor.motor_asyncio import AsyncIOMotorClient as DriverClient
from pymongo import ReplaceOne
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern

from shared.plumbing import metrics
from shared.plumbing.addresses import AddressError
from shared.plumbing.driver import Client, Collection, Document, Documents, Session, Stored
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

__all__ = ["Client", "Collection", "Document", "Documents", "Session", "Stored"]

Result = TypeVar("Result")
DUPLICATE_KEY = 11000
KEY_NOT_FOUND = 211
UNAUTHORIZED, AUTHENTICATION_FAILED = 13, 18
ASK_BATCH = 5000  # ids in one question
DECIMAL128_DIGITS = 34  # of a coefficient (IEEE 754-2008, binary integer significand)
DECIMAL128_BIAS = 6176  # of the exponent
SERVER_SELECTION_MS = 3000  # a server that is away is noticed, reported and asked again
HEARTBEAT_MS = 3000  # how often the server is asked whether it is there
CONNECT_MS = 3000  # and after how long without an answer all connections to it are given up, those that wait too
SOCKET_MS = 20_000  # an answer that a stopped server never sends is not waited for

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

AWAY_CODES = frozenset(
    {
        *(6, 7, 89, 202, 279, 9001),  # HostUnreachable, HostNotFound, NetworkTimeout, …: between members of the set
        *(91, 189, 10058, 10107, 11600, 11602, 13435, 13436),  # it stops, starts or has stepped down; no primary, not yet a secondary
        *(133, 134),  # FailedToSatisfyReadPreference, ReadConcernMajorityNotAvailableYet: no primary, or one that has just begun
        KEY_NOT_FOUND,  # a set with a key file that has no primary yet cannot tell whether a time is signed
        391,  # ReauthenticationRequired
        *(43, 237, 175),  # CursorNotFound, CursorKilled, QueryPlanKilled: what was being read was given up, or renamed underneath
        *(24, 46, 50, 64, 262, 11601),  # LockTimeout, LockBusy, MaxTimeMSExpired, WriteConcernFailed, ExceededTimeLimit, Interrupted
        *(112, 225, 239, 246, 251, 290),  # WriteConflict, TransactionTooOld, SnapshotTooOld, SnapshotUnavailable, NoSuchTransaction, …
    }
)
"""What a server says while it, or its set, is not able to answer. Source: error_codes.yml of MongoDB."""

PASSING_LABELS = ("RetryableWriteError", "TransientTransactionError", "UnknownTransactionCommitResult")


def is_away(error: BaseException) -> bool:
    """Whether an error passes: the server is away, or says so itself; of a bulk, whether one of its writes was told so."""
    if isinstance(error, AWAY):
        return True
    if not isinstance(error, PyMongoError) or isinstance(error, DuplicateKeyError):
        return False
    if any(error.has_error_label(label) for label in PASSING_LABELS):
        return True
    if isinstance(error, BulkWriteError):
        return bool(error.details.get("writeConcernErrors")) or any(
            failure.get("code") in AWAY_CODES for failure in error.details.get("writeErrors", ())
        )
    return isinstance(error, OperationFailure) and error.code in AWAY_CODES


def connect(url: str) -> Client:
    """A client; connecting happens on first use and is repeated for ever. Raises AddressError when the URL is none."""
    try:
        return _connect(url)
    except (PyMongoError, ValueError):
        raise AddressError("TONGHOP_MONGO_URL", "MongoDB", "mongodb://127.0.0.1:27017/?replicaSet=rs0") from None


def _connect(url: str) -> Client:
    client: Any = DriverClient[Document](
        url,
        tz_aware=True,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        readPreference="primary",
        retryWrites=True,
        serverSelectionTimeoutMS=SERVER_SELECTION_MS,
        heartbeatFrequencyMS=HEARTBEAT_MS,
        connectTimeoutMS=CONNECT_MS,
        socketTimeoutMS=SOCKET_MS,
    )
    connected: Client = client
    return connected


async def close(client: Client) -> None:
    """Closes a client."""
    driver: Any = client
    await awaited(driver.close())


async def awaited(answer: Any) -> Any:
    """What a call gives that one of Motor and its successor does at once, and the other wants to be awaited."""
    return await answer if inspect.isawaitable(answer) else answer


def is_login_refused(error: BaseException) -> bool:
    """Whether the server knows neither the user nor the password, or lets him not do that."""
    return isinstance(error, OperationFailure) and error.code in (UNAUTHORIZED, AUTHENTICATION_FAILED)


async def require_replica_set(client: Client) -> None:
    """Raises ConfigurationError when the server is standalone."""
    hello = await client["admin"].command("hello")
    if "setName" not in hello:
        raise ConfigurationError(refusal("mongo.standalone"))


def collection(database: Documents, name: str, model: type[Stored]) -> Collection[Stored]:
    """A collection whose documents have the shape of a model (`shared/wire/documents.py`). Nothing is checked or converted."""
    return cast(Collection[Stored], database[name])


async def insert_new(collection: Collection[Stored], documents: Sequence[Stored]) -> list[Stored]:
    """Inserts those whose `_id` is not there yet, in any order; returns the ones that were there already.

    Raises an error that `is_away` when the server could not take them all; inserting the same documents again is safe.
    """
    if not documents:
        return []
    try:
        with _timed(collection):
            await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        return [documents[failure["index"]] for failure in only_duplicates(error)]
    return []


async def put_newer(collection: Collection[Stored], filters_and_documents: Sequence[tuple[Document, Stored]]) -> list[Stored]:
    """Replaces each document that its filter finds, or inserts it; returns those that were refused.

    A guarded upsert that loses a race with the document's first insert fails on a duplicate key although the stored one is
    older, so it is tried once more; only the second failure means that the stored one is not older.
    """
    refused = list(filters_and_documents)
    for _ in range(2):
        if not refused:
            return []
        try:
            with _timed(collection):
                await collection.bulk_write([replacement(document, found) for found, document in refused], ordered=False)
        except BulkWriteError as error:
            refused = [refused[failure["index"]] for failure in only_duplicates(error)]
        else:
            return []
    return [document for _, document in refused]


def replacement(document: Stored, found: Document | None = None) -> ReplaceOne[Document]:
    """A write that puts a document in the place of the one that a filter finds, by default of that with its `_id`, or inserts it."""
    whole = cast(Document, document)
    return ReplaceOne({"_id": whole["_id"]} if found is None else found, whole, upsert=True)


def _timed(collection: Collection[Stored]) -> AbstractContextManager[object]:
    return metrics.WRITE.labels(metrics.collection(collection.name)).time()


async def in_transaction(database: Documents, act: Callable[[Session], Coroutine[Any, Any, Result]]) -> Result:
    """Does what `act` writes through the session whole or not at all, on one picture of what is stored. `act` may be run again.

    Of two that write the same document the first wins, and the other is run again. One that was killed is given up by the server after
    its `transactionLifetimeLimitSeconds` (60); until then, those that write the same document are tried again and again.
    """
    async with opened_session(database) as session:
        return await session.with_transaction(act, read_concern=ReadConcern("snapshot"))


@asynccontextmanager
async def opened_session(database: Documents) -> AsyncIterator[Session]:
    """A session, ended afterwards."""
    driver: Any = database.client
    async with await awaited(driver.start_session()) as session:
        yield session


async def aggregate(collection: Collection[Stored], stages: Sequence[Document], **options: Any) -> list[Document]:
    """All that a pipeline gives."""
    driver: Any = collection
    cursor = await awaited(driver.aggregate(list(stages), **options))
    found: list[Document] = await cursor.to_list(None)
    return found


async def of_ids(collection: Collection[Stored], ids: Sequence[str], fields: Sequence[str]) -> AsyncIterator[Stored]:
    """The documents with these ids, `_id` and the fields named; in parts, since a question has a largest size."""
    for first in range(0, len(ids), ASK_BATCH):
        wanted = {"_id": {"$in": list(ids[first : first + ASK_BATCH])}}
        for document in await collection.find(wanted, {"_id": 1} | dict.fromkeys(fields, 1), batch_size=ASK_BATCH).to_list(None):
            yield document


def exact(collection: Collection[Stored]) -> Collection[Stored]:
    """The collection, taking `Decimal` where the server keeps Decimal128."""
    return collection.with_options(codec_options=EXACT)


def only_duplicates(error: BulkWriteError) -> list[Mapping[str, Any]]:
    """The failed writes of a bulk, when all failed on a duplicate key; anything else raises."""
    failures: list[Mapping[str, Any]] = error.details["writeErrors"]
    if error.details.get("writeConcernErrors"):
        raise AutoReconnect("the write concern was not met") from error
    if any(failure["code"] != DUPLICATE_KEY for failure in failures):
        raise error
    return failures


def _decimal128(value: Any) -> Any:
    """A decimal as BSON holds it: sign, exponent, coefficient in 128 bits.

    The driver's own way takes five times as long: half the encoding of a wide view.
    """
    if not isinstance(value, Decimal):
        return value
    text = format(value, "f")
    if len(text) > DECIMAL128_DIGITS or not value.is_finite():
        return Decimal128(value)
    whole, _, fraction = text.lstrip("-").partition(".")
    bits = value.is_signed() << 127 | (DECIMAL128_BIAS - len(fraction)) << 113 | int(whole + fraction)
    return Decimal128.from_bid(bits.to_bytes(16, "little"))


EXACT = CodecOptions[Document](tz_aware=True, type_registry=TypeRegistry(fallback_encoder=_decimal128))
"""How documents with decimals are written."""
