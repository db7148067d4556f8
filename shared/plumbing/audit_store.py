"""The collections of the audit log: `audit`, to which entries are only added, and the head in `identity` (ADR 0059)."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents, Session
from shared.wire import collection_names
from shared.wire.documents.identity import AUDIT_HEAD, AuditDocument, AuditHeadDocument
from shared.words import audit
from shared.words.audit import Act, Action, Detail, Entry, Head

BATCH: Final = 10_000  # entries that are read at once
NUMBERED: Final = {"_id": {"$gt": 0}}  # what else somebody inserts does not stop the log; `tonghop audit verify` names it
PAUSE_S: Final = 0.002  # before the next attempt, times the number of attempts
LONGEST_PAUSE_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; None: all. `target` is the beginning of the target, `until` is exclusive, `before` an entry's number."""

    actor: str | None = None
    actions: Sequence[str] | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None

    def query(self) -> Document:
        """The query of MongoDB."""
        query: Document = {"_id": {"$gt": 0} if self.before is None else {"$gt": 0, "$lt": self.before}}
        if self.actor is not None:
            query["actor"] = self.actor
        if self.actions is not None:
            query["action"] = {"$in": list(self.actions)}
        if self.target is not None:
            query["target"] = {"$regex": f"^{re.escape(self.target)}"}
        bounds = {"$gte": self.since, "$lt": self.until}
        if at := {name: bound for name, bound in bounds.items() if bound is not None}:
            query["at"] = at
        return query


async def append(
    database: Documents,
    *,
    actor: str,
    action: Action,
    target: str,
    details: Mapping[str, Detail],
    at: datetime,
    session: Session | None = None,
) -> None:
    """Adds an entry at the end of the chain. When it returns, the entry is stored.

    With a `session` the entry is a part of its transaction (`mongo.in_transaction`) and is stored only if the act is. Append last: other
    writers wait until the transaction ends. Without a session, append before the act: if this fails, the act must not be done.

    Raises ValueError if the details name a secret (`shared/words/audit.py`), or one of the driver's errors.
    """
    act = Act(actor, action, target, details)
    if session is not None:
        await _add(database, act, at, session)  # another writer's entry makes the transaction run again
        return
    attempt = 0
    while not await _added(database, act, at):
        attempt += 1
        await asyncio.sleep(min(attempt * PAUSE_S, LONGEST_PAUSE_S))


async def _added(database: Documents, act: Act, at: datetime) -> bool:
    """Tries to add an entry; False if another writer has taken its number."""
    try:
        await _add(database, act, at, None)
    except DuplicateKeyError:
        return False
    return True


async def _add(database: Documents, act: Act, at: datetime, session: Session | None) -> None:
    head = await add(database, act, at, session)
    await _move_head(database, head, session)


async def add(database: Documents, act: Act, at: datetime, session: Session | None) -> Head:
    """Adds an entry in a transaction without moving the head: a long transaction would meet every other writer at the head. Call `catch_up`
    after the transaction.
    """
    newest = await last(database)
    if session is not None:  # the snapshot of the session may be older, or have entries of this transaction
        newest = max(newest, await last(database, session), key=lambda head: head.number)
    entry = audit.entry(newest, act, at)
    head = Head(entry.number, audit.hash_of(entry))
    await mongo.collection(database, collection_names.AUDIT, AuditDocument).insert_one(document(entry, head.hash), session=session)
    return head


async def catch_up(database: Documents) -> None:
    """Moves the head to the last entry."""
    await _move_head(database, await last(database), None)


async def last(database: Documents, session: Session | None = None) -> Head:
    """The last entry of the log."""
    entries = mongo.collection(database, collection_names.AUDIT, AuditDocument)
    found = await entries.find_one(NUMBERED, {"hash": 1}, sort=[("_id", DESCENDING)], session=session)
    return audit.EMPTY if found is None else Head(found["_id"], found["hash"])


async def head(database: Documents) -> Head:
    """The last entry as its writer recorded it apart from the log."""
    heads = mongo.collection(database, collection_names.IDENTITY, AuditHeadDocument)
    found = await heads.find_one({"_id": AUDIT_HEAD})
    return audit.EMPTY if found is None else Head(found["number"], found["hash"])


async def count(database: Documents) -> int:
    """The approximate number of entries."""
    return await database[collection_names.AUDIT].estimated_document_count()


async def entries(database: Documents) -> AsyncIterator[list[Document]]:
    """All entries in order, in batches, as they are stored: somebody may have changed their shape."""
    cursor = database[collection_names.AUDIT].find({}, batch_size=BATCH).sort("_id", ASCENDING)
    while batch := await cursor.to_list(BATCH):
        yield batch


async def matching(database: Documents, wanted: Wanted, most: int, time_limit_ms: int = 0) -> list[AuditDocument]:
    """The newest entries that match, newest first. With a limit of time, one of the driver's errors is raised when it is over."""
    entries = mongo.collection(database, collection_names.AUDIT, AuditDocument)
    return await entries.find(wanted.query(), max_time_ms=time_limit_ms).sort("_id", DESCENDING).limit(most).to_list(None)


async def _move_head(database: Documents, head: Head, session: Session | None) -> None:
    """Moves the head forward; it stays if another writer has moved it further."""
    heads = mongo.collection(database, collection_names.IDENTITY, AuditHeadDocument)
    older = {"_id": AUDIT_HEAD, "number": {"$lt": head.number}}
    change = {"$set": {"number": head.number, "hash": head.hash}}
    if session is not None:  # a failed write would end the transaction, which sees the head as it was before the new entry
        await heads.update_one({"_id": AUDIT_HEAD}, change, upsert=True, session=session)
        return
    for _ in range(2):  # the first insert of the head may lose a race against an older one
        try:
            await heads.update_one(older, change, upsert=True)
        except DuplicateKeyError:
            continue
        return


def document(entry: Entry, hash_: str) -> AuditDocument:
    """The document of an entry."""
    return {
        "_id": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "details": dict(entry.details),
        "before": entry.before,
        "hash": hash_,
    }
