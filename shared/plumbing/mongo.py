"""The one place that knows the MongoDB driver (ADR-0003: Motor is past its end of life; replacing it changes one line here).

Every client writes with w=majority and journal=true, and reads with majority: data read from an isolated primary may be rolled back, and so
never have been stored. A service refuses a standalone server, which loses acknowledged writes on `kill -9`.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any, TypeVar, cast

from bson.codec_options import CodecOptions, TypeRegistry
from bson.decimal128 import Decimal128
from motor.motor_asyncio import AsyncIOMotorClient as DriverClient
from pymongo import DeleteMany, ReplaceOne
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
BAD_VALUE = 2  # also of an index that does not exist
KEY_NOT_FOUND = 211
UNAUTHORIZED, AUTHENTICATION_FAILED = 13, 18
ASK_BATCH = 5000  # ids in one query
DECIMAL128_DIGITS = 34  # digits of the coefficient (IEEE 754-2008, binary integer significand)
DECIMAL128_BIAS = 6176  # bias of the exponent
SERVER_SELECTION_MS = 3000  # then the server counts as away; this is reported and tried again
HEARTBEAT_MS = 3000  # how often the server is pinged
CONNECT_MS = 3000  # after this time without an answer all connections to the server are closed, busy ones too
TRANSACTION_S = 60.0  # how long a transaction that meets others is run again
SOCKET_MS = 20_000  # how long to wait for an answer, which a stopped server never sends

AWAY = (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)
"""Transient errors: the same write is retried."""

AWAY_CODES = frozenset(
    {
        *(6, 7, 89, 202, 279, 9001),  # HostUnreachable, HostNotFound, NetworkTimeout, …: between members of the set
        *(
            91,
            189,
            10058,
            10107,
            11600,
            11602,
            13435,
            13436,
        ),  # the server stops, starts or has stepped down; no primary, or not yet a secondary
        *(133, 134),  # FailedToSatisfyReadPreference, ReadConcernMajorityNotAvailableYet: no primary, or a new one
        KEY_NOT_FOUND,  # a replica set with a key file cannot verify signed cluster times before it has a primary
        391,  # ReauthenticationRequired
        *(43, 237, 175),  # CursorNotFound, CursorKilled, QueryPlanKilled: the query was stopped, or its collection was renamed
        *(24, 46, 50, 64, 262, 11601),  # LockTimeout, LockBusy, MaxTimeMSExpired, WriteConcernFailed, ExceededTimeLimit, Interrupted
        *(112, 225, 239, 246, 251, 290),  # WriteConflict, TransactionTooOld, SnapshotTooOld, SnapshotUnavailable, NoSuchTransaction, …
    }
)
"""Error codes of a server that cannot answer now, or whose replica set cannot. Source: error_codes.yml of MongoDB."""

PASSING_LABELS = ("RetryableWriteError", "TransientTransactionError", "UnknownTransactionCommitResult")


def is_away(error: BaseException) -> bool:
    """Whether an error is transient: the server is unreachable, or reports that it cannot answer now. For a bulk write, whether one of its
    writes failed with such an error.
    """
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
    """A client. It connects on first use and reconnects without end. Raises AddressError if the URL is invalid."""
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
    """The result of a call that one driver (Motor or its successor) makes synchronously and the other one asynchronously."""
    return await answer if inspect.isawaitable(answer) else answer


def is_login_refused(error: BaseException) -> bool:
    """Whether the server refuses the login, or the user lacks the permission."""
    return isinstance(error, OperationFailure) and error.code in (UNAUTHORIZED, AUTHENTICATION_FAILED)


async def require_replica_set(client: Client) -> None:
    """Raises ConfigurationError if the server is standalone."""
    hello = await client["admin"].command("hello")
    if "setName" not in hello:
        raise ConfigurationError(refusal("mongo.standalone"))


def collection(database: Documents, name: str, model: type[Stored]) -> Collection[Stored]:
    """A collection whose documents are typed as a model (`shared/wire/documents/`). Nothing is checked or converted at run time."""
    return cast(Collection[Stored], database[name])


async def insert_new(collection: Collection[Stored], documents: Sequence[Stored]) -> list[Stored]:
    """Inserts the documents whose `_id` does not exist yet, in any order. Returns the documents whose `_id` existed already.

    Raises an error that `is_away` if the server could not process all of them; inserting the same documents again is safe.
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
    """Replaces the document that each filter matches, or inserts it. Returns the documents that were refused.

    A guarded upsert can lose a race with the first insert of the same document: it then fails on a duplicate key although the stored
    document is older. So it is tried once more; only a second failure means that the stored document is not older.
    """
    refused = list(filters_and_documents)
    for _ in range(2):
        if not refused:
            return []
        try:
            with _timed(collection):
                await collection.bulk_write([replacement(document, matching) for matching, document in refused], ordered=False)
        except BulkWriteError as error:
            refused = [refused[failure["index"]] for failure in only_duplicates(error)]
        else:
            return []
    return [document for _, document in refused]


def replacement(document: Stored, matching: Document | None = None) -> ReplaceOne[Document]:
    """An upsert that replaces the document that a filter matches; without a filter, the document with the same `_id`."""
    whole = cast(Document, document)
    return ReplaceOne({"_id": whole["_id"]} if matching is None else matching, whole, upsert=True)


async def replace_each(collection: Collection[Stored], documents: Sequence[Stored], session: Session, batch: int) -> None:
    """Writes documents in a transaction, each over the one with its `_id`."""
    for first in range(0, len(documents), batch):
        writes = [replacement(document) for document in documents[first : first + batch]]
        await collection.bulk_write(writes, ordered=False, session=session)


async def delete_each(collection: Collection[Stored], ids: Sequence[str], session: Session) -> None:
    """Deletes documents in a transaction."""
    for first in range(0, len(ids), ASK_BATCH):
        wanted = {"_id": {"$in": list(ids[first : first + ASK_BATCH])}}
        await collection.bulk_write([DeleteMany(wanted)], ordered=False, session=session)


def _timed(collection: Collection[Stored]) -> AbstractContextManager[object]:
    return metrics.WRITE.labels(metrics.collection(collection.name)).time()


async def in_transaction(database: Documents, act: Callable[[Session], Coroutine[Any, Any, Result]]) -> Result:
    """Runs `act` in a transaction with snapshot reads. `act` may be run more than once.

    If two transactions write the same document, the first wins and the other is run again. The server aborts the transaction of a killed
    process after `transactionLifetimeLimitSeconds` (60); until then, others that write the same document are retried.
    """
    give_up_at = asyncio.get_running_loop().time() + TRANSACTION_S
    async with opened_session(database) as session:
        while True:
            try:
                return await session.with_transaction(act, read_concern=ReadConcern("snapshot"))
            except PyMongoError as error:  # Motor commits before it looks for conflicts, so it does not retry those of the commit
                is_passing = error.has_error_label("TransientTransactionError")
                if not is_passing or asyncio.get_running_loop().time() > give_up_at:
                    raise


@asynccontextmanager
async def opened_session(database: Documents) -> AsyncIterator[Session]:
    """A session that is ended on exit."""
    driver: Any = database.client
    async with await awaited(driver.start_session()) as session:
        yield session


async def aggregate(
    collection: Collection[Stored], stages: Sequence[Document], *, by: Sequence[tuple[str, int]] | None = None, **options: Any
) -> list[Document]:
    """All results of an aggregation pipeline. With `by` it uses the index with these keys, if there is one, whatever the server would
    choose.
    """
    driver: Any = collection
    if by is not None:
        try:
            return await aggregate(collection, stages, hint=dict(by), **options)
        except OperationFailure as error:
            if error.code != BAD_VALUE:
                raise
    cursor = await awaited(driver.aggregate(list(stages), **options))
    results: list[Document] = await cursor.to_list(None)
    return results


async def of_ids(collection: Collection[Stored], ids: Sequence[str], fields: Sequence[str]) -> AsyncIterator[Stored]:
    """The documents with these ids, with `_id` and the named fields. It queries in parts, because the size of a query is limited."""
    for first in range(0, len(ids), ASK_BATCH):
        wanted = {"_id": {"$in": list(ids[first : first + ASK_BATCH])}}
        for document in await collection.find(wanted, {"_id": 1} | dict.fromkeys(fields, 1), batch_size=ASK_BATCH).to_list(None):
            yield document


def exact(collection: Collection[Stored]) -> Collection[Stored]:
    """The collection, with a codec that writes `Decimal` as Decimal128."""
    return collection.with_options(codec_options=EXACT)


def only_duplicates(error: BulkWriteError) -> list[Mapping[str, Any]]:
    """The failed writes of a bulk write if all of them failed on a duplicate key; otherwise raises the error."""
    failures: list[Mapping[str, Any]] = error.details["writeErrors"]
    if error.details.get("writeConcernErrors"):
        raise AutoReconnect("the write concern was not met") from error
    if any(failure["code"] != DUPLICATE_KEY for failure in failures):
        raise error
    return failures


def _decimal128(value: Any) -> Any:
    """A decimal as BSON holds it: sign, exponent, coefficient in 128 bits.

    The driver's own conversion takes five times as long: half the time for encoding a wide view.
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
"""Codec for documents with decimals."""
