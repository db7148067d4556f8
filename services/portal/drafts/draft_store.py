"""Stores drafts. A save is one guarded write of the whole draft: of two that saw the same version, one is stored and the other decides
again by what is stored now. What was answered as saved is on disk at a majority of the members.
"""

from collections.abc import Callable
from typing import Final

from pymongo.errors import DuplicateKeyError

from services.portal.domain.approval import Locked
from services.portal.domain.drafts import Conflict, Draft, DraftKey, TooLarge
from services.portal.drafts import draft_documents
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents.drafts import DraftDocument
from shared.words.failures import TransientError
from shared.words.refusals import refusal

TIME_LIMIT_MS: Final = 10_000
ATTEMPTS: Final = 20  # of writers that save the same draft at the same instant

Decide = Callable[[Draft | None], Draft | Conflict | TooLarge | Locked]
"""What becomes of the stored draft, which may have ended."""


class DraftStore:
    """Reads and writes drafts. The caller has made sure that the person may enter the report."""

    def __init__(self, database: Documents) -> None:
        self._drafts = mongo.collection(database, collection_names.DRAFTS, DraftDocument)

    async def prepare(self) -> None:
        """Creates the indexes."""
        await self._drafts.create_index("expires_at", expireAfterSeconds=0)
        await self._drafts.create_index("unit")

    async def last(self, key: DraftKey) -> Draft | None:
        """The draft, also if it has ended; None if there was none in the last 90 days."""
        stored = await self._drafts.find_one({"_id": {"$eq": key.text}}, max_time_ms=TIME_LIMIT_MS)
        return None if stored is None else draft_documents.draft(stored)

    async def change(self, key: DraftKey, decide: Decide) -> Draft | Conflict | TooLarge | Locked:
        """Decides by the stored draft and stores the decision, if it is another draft."""
        for _ in range(ATTEMPTS):
            stored = await self.last(key)
            decided = decide(stored)
            if not isinstance(decided, Draft) or decided is stored or await self._put(key, stored, decided):
                return decided
        raise TransientError(refusal("draft.busy"))

    async def _put(self, key: DraftKey, before: Draft | None, after: Draft) -> bool:
        """Stores a draft over the one that was read. Returns whether that one was still there."""
        document = draft_documents.document(key, after)
        if before is None:
            try:
                await self._drafts.insert_one(document)
            except DuplicateKeyError:
                return False
            return True
        if before.ended and not after.ended:
            await self._keep(key, before)
        query = {"_id": {"$eq": key.text}, "version": {"$eq": before.version}}
        return bool((await self._drafts.replace_one(query, document)).matched_count)

    async def _keep(self, key: DraftKey, ended: Draft) -> None:
        """Keeps a draft that has ended beside the one that follows it."""
        kept = draft_documents.document(key, ended)
        kept["_id"] = f"{key.text}#{ended.version}"
        await mongo.insert_new(self._drafts, [kept])
