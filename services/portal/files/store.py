"""The collections `files` and `file_chunks`: files that are made in the background, for the one who ordered them, for a day.

A file is worked on by whoever holds its lease. A portal that dies stops renewing it; another one, or the same one after its restart, then
takes the file over and makes it anew.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, ReturnDocument

from services.portal.domain import file_orders
from services.portal.domain.file_orders import KEPT, LEASE, MOST_ATTEMPTS, Order
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.shell.clock import NewId
from shared.wire import collection_names
from shared.wire.documents.files import FileChunkDocument, FileDocument, FileReasonDocument
from shared.words.refusals import Refusal, refusal

CHUNK: Final = 1024 * 1024  # bytes in one document


class FileStore:
    """Reads and writes files and their state."""

    def __init__(self, database: Documents, new_id: NewId) -> None:
        self._files = mongo.collection(database, collection_names.FILES, FileDocument)
        self._chunks = mongo.collection(database, collection_names.FILE_CHUNKS, FileChunkDocument)
        self._new_id = new_id

    async def prepare(self) -> None:
        """Creates the indexes. MongoDB removes what has expired."""
        await self._files.create_index("expires_at", expireAfterSeconds=0)
        await self._files.create_index([("owner", ASCENDING), ("created_at", ASCENDING)])
        await self._files.create_index([("state", ASCENDING), ("created_at", ASCENDING)])
        await self._chunks.create_index("expires_at", expireAfterSeconds=0)

    async def same(self, order: Order, owner: str) -> str | None:
        """The file of the same order that is not done yet."""
        query = {"key": order.key(owner), "state": {"$in": ["waiting", "working"]}}
        found = await self._files.find_one(query, {"_id": 1})
        return None if found is None else found["_id"]

    async def may_order(self, owner: str, now: datetime) -> bool:
        """Whether a person may have one more file."""
        unfinished = await self._files.count_documents({"owner": owner, "state": {"$in": ["waiting", "working"]}})
        today = await self._files.count_documents({"owner": owner, "created_at": {"$gt": now - KEPT}})
        return file_orders.may_order(unfinished, today)

    async def put(self, order: Order, owner: str, title: str, name: str, now: datetime) -> str:
        """Stores an order; returns the file's id, which cannot be guessed."""
        file = self._new_id()
        await self._files.insert_one(
            {
                "_id": file,
                "owner": owner,
                "key": order.key(owner),
                "kind": order.kind,
                "regime": order.regime,
                "period": order.period,
                "unit": order.unit,
                "event": order.event,
                "title": title,
                "name": name,
                "state": "waiting",
                "done": 0,
                "of": 0,
                "attempts": 0,
                "holder": "",
                "lease_until": now,
                "created_at": now,
                "expires_at": now + KEPT,
                "size": 0,
                "sha256": "",
                "refusal": None,
            }
        )
        return file

    async def of_owner(self, file: str, owner: str, now: datetime) -> FileDocument | None:
        """A file of a person; None if there is none, or if it is somebody else's."""
        return await self._files.find_one({"_id": {"$eq": file}, "owner": owner, "expires_at": {"$gt": now}})

    async def claim(self, holder: str, now: datetime) -> FileDocument | None:
        """The next file to make: one that waits, or one whose maker has died. One that has killed its maker too often is given up."""
        left = {"state": "working", "lease_until": {"$lt": now}}
        gone = refusal("document.given_up", times=MOST_ATTEMPTS)
        failed = {"$set": {"state": "failed", "refusal": _reason(gone)}}
        await self._files.update_many({**left, "attempts": {"$gte": MOST_ATTEMPTS}}, failed)
        return await self._files.find_one_and_update(
            {"$or": [{"state": "waiting"}, left], "expires_at": {"$gt": now}},
            {"$set": {"state": "working", "holder": holder, "lease_until": now + LEASE, "done": 0, "of": 0}, "$inc": {"attempts": 1}},
            sort=[("created_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )

    async def progress(self, file: str, holder: str, done: int, of: int, now: datetime) -> bool:
        """Says how far a file is, and renews the lease. False if somebody else holds it now."""
        held = {"_id": file, "holder": holder, "state": "working"}
        result = await self._files.update_one(held, {"$set": {"done": done, "of": of, "lease_until": now + LEASE}})
        return bool(result.matched_count)

    async def renew(self, file: str, holder: str, now: datetime) -> bool:
        """Renews the lease. False if somebody else holds the file now."""
        held = {"_id": file, "holder": holder, "state": "working"}
        return bool((await self._files.update_one(held, {"$set": {"lease_until": now + LEASE}})).matched_count)

    async def finish(self, file: FileDocument, holder: str, content: bytes) -> None:
        """Stores the content, then says that it is there. If somebody else holds the file now, the content is dropped."""
        for number, first in enumerate(range(0, len(content), CHUNK)):
            chunk: FileChunkDocument = {
                "_id": f"{file['_id']}/{holder}/{number}",
                "file": file["_id"],
                "number": number,
                "data": content[first : first + CHUNK],
                "expires_at": file["expires_at"],
            }
            await self._chunks.insert_one(chunk)
        done = {"state": "done", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        result = await self._files.update_one({"_id": file["_id"], "holder": holder, "state": "working"}, {"$set": done})
        own = {"$regex": f"^{file['_id']}/{holder}/"}
        await self._chunks.delete_many({"file": file["_id"], "_id": {"$not": own} if result.matched_count else own})

    async def fail(self, file: str, holder: str, why: Refusal) -> None:
        """Says why a file could not be made."""
        held = {"_id": file, "holder": holder, "state": "working"}
        await self._files.update_one(held, {"$set": {"state": "failed", "refusal": _reason(why)}})

    async def release(self, file: str, holder: str) -> None:
        """Lets somebody else make the file at once: this portal stops."""
        await self._files.update_one({"_id": file, "holder": holder, "state": "working"}, {"$set": {"state": "waiting"}})

    async def content(self, file: FileDocument) -> AsyncIterator[bytes]:
        """The content of a file that is done, piece by piece."""
        chunks = self._chunks.find({"_id": {"$regex": f"^{file['_id']}/{file['holder']}/"}}, {"data": 1}).sort("number", ASCENDING)
        async for chunk in chunks:
            yield chunk["data"]


def _reason(why: Refusal) -> FileReasonDocument:
    return {"code": why.code, "path": why.path, "message_vi": why.message_vi, "message_en": why.message_en}
