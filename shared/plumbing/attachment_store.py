"""The collections `attachments.files` and `attachments.chunks`: files that are attached to reports, in the form of GridFS.

A file is stored and removed whole, in one transaction. Which report uses it is decided by one guarded write: of two that want the same
file, one gets it. Source: GridFS specification (MongoDB); ADR 0085.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import IO, Final

from pymongo import ASCENDING

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents, Session
from shared.wire import collection_names, events
from shared.wire.documents.attachments import AttachmentChunkDocument, AttachmentDocument
from shared.words.attachments import KEPT, Attachment

CHUNK: Final = 1024 * 1024  # bytes of one part
PARTS_AT_ONCE: Final = 2  # that a reader has in memory
MOST_REMOVED: Final = 1000  # in one round
UNUSED: Final = ""


class _NotHeld(Exception):
    """One of the files is used by another report, or gone."""


class AttachmentStore:
    """Stores, reads and removes attachments."""

    def __init__(self, database: Documents) -> None:
        self._database = database
        self._files = mongo.collection(database, collection_names.ATTACHMENTS, AttachmentDocument)
        self._chunks = mongo.collection(database, collection_names.ATTACHMENT_CHUNKS, AttachmentChunkDocument)

    async def prepare(self) -> None:
        """Creates the indexes."""
        await self._chunks.create_index([("files_id", ASCENDING), ("n", ASCENDING)], name="of_file")
        await self._files.create_index(
            [("metadata.used_by", ASCENDING), ("metadata.unit", ASCENDING), ("uploadDate", ASCENDING)], name="used"
        )

    async def put(self, attachment: Attachment, file: IO[bytes]) -> None:
        """Stores a file, wholly or not at all."""
        document: AttachmentDocument = {
            "_id": attachment.ref,
            "length": attachment.size,
            "chunkSize": CHUNK,
            "uploadDate": events.from_ms(attachment.sent_ms),
            "metadata": {
                "unit": attachment.unit,
                "media_type": attachment.media_type,
                "sha256": attachment.sha256,
                "used_by": attachment.used_by,
            },
        }

        async def store(session: Session) -> None:
            file.seek(0)
            await self._files.insert_one(document, session=session)
            for number in range((attachment.size + CHUNK - 1) // CHUNK):
                part: AttachmentChunkDocument = {
                    "_id": f"{attachment.ref}/{number}",
                    "files_id": attachment.ref,
                    "n": number,
                    "data": file.read(CHUNK),
                }
                await self._chunks.insert_one(part, session=session)

        await mongo.in_transaction(self._database, store)

    async def of_refs(self, refs: Collection[str]) -> Mapping[str, Attachment]:
        """The attachments with these names, as far as they are there."""
        found = self._files.find({"_id": {"$in": list(refs)}}) if refs else None
        return {} if found is None else {document["_id"]: _attachment(document) async for document in found}

    async def unused(self, unit: str, since: datetime) -> int:
        """How many files of a unit no report uses."""
        return await self._files.count_documents({"metadata.used_by": UNUSED, "metadata.unit": unit, "uploadDate": {"$gt": since}})

    async def hold(self, report: str, refs: Collection[str]) -> bool:
        """Notes that a report uses these files. Returns whether it does: no if one of them is used by another report, or gone; then none is
        noted.
        """

        async def note(session: Session) -> None:
            for ref in refs:
                free = {"_id": ref, "metadata.used_by": {"$in": [UNUSED, report]}}
                held = await self._files.update_one(free, {"$set": {"metadata.used_by": report}}, session=session)
                if not held.matched_count:
                    raise _NotHeld

        try:
            await mongo.in_transaction(self._database, note)
        except _NotHeld:
            return False
        return True

    async def content(self, ref: str) -> AsyncIterator[bytes]:
        """The content of a file, part by part."""
        async for part in self._chunks.find({"files_id": ref}, {"data": 1}, batch_size=PARTS_AT_ONCE).sort("n", ASCENDING):
            yield part["data"]

    async def remove_unused(self, now: datetime) -> int:
        """Removes the files that no report has used for as long as they are kept. Returns how many."""
        query = {"metadata.used_by": UNUSED, "uploadDate": {"$lt": now - KEPT}}
        old = await self._files.find(query, {"_id": 1}).limit(MOST_REMOVED).to_list(None)
        return sum([await self._remove(document["_id"]) for document in old])

    async def _remove(self, ref: str) -> bool:
        async def remove(session: Session) -> bool:
            removed = await self._files.delete_one({"_id": ref, "metadata.used_by": UNUSED}, session=session)
            if removed.deleted_count:
                await self._chunks.delete_many({"files_id": ref}, session=session)
            return bool(removed.deleted_count)

        return await mongo.in_transaction(self._database, remove)


def _attachment(document: AttachmentDocument) -> Attachment:
    facts = document["metadata"]
    sent_ms = events.to_ms(document["uploadDate"])
    return Attachment(document["_id"], facts["unit"], facts["media_type"], document["length"], facts["sha256"], sent_ms, facts["used_by"])
