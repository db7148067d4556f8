"""Reads `parked` and its counters for people, and records what became of a parked message. Source: ADR-0066."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING

from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names
from shared.wire.documents.parked import ParkedCountDocument, ParkedDocument

WAITING: Final = "waiting"
REPLAYED: Final = "replayed"
DROPPED: Final = "dropped"
STATES: Final = (WAITING, REPLAYED, DROPPED)

Place = tuple[int, str]  # received_ms and id of a message, behind which a list goes on


class ParkedStore:
    """Parked messages and how many there were."""

    def __init__(self, database: Documents) -> None:
        self._parked = mongo.collection(database, collection_names.PARKED, ParkedDocument)
        self._counts = mongo.collection(database, collection_names.PARKED_COUNTS, ParkedCountDocument)

    async def listed(
        self, most: int, *, state: str | None = None, sender: str | None = None, behind: Place | None = None
    ) -> list[ParkedDocument]:
        """The newest messages, without what they say."""
        query: Document = {name: value for name, value in (("state", state), ("sender", sender)) if value is not None}
        if behind is not None:
            query["$or"] = [{"received_ms": {"$lt": behind[0]}}, {"received_ms": behind[0], "_id": {"$lt": behind[1]}}]
        order = [("received_ms", DESCENDING), ("_id", DESCENDING)]
        return await self._parked.find(query, {"payload": 0}, sort=order).limit(most).to_list(None)

    async def one(self, message_id: str) -> ParkedDocument | None:
        """A message, whole."""
        return await self._parked.find_one({"_id": message_id})

    async def known(self, ids: Collection[str]) -> set[str]:
        """Which of the messages are in the collection."""
        return {found["_id"] async for found in mongo.of_ids(self._parked, list(ids), ())}

    async def first_parked_at(self) -> datetime | None:
        """When the oldest message in the collection was parked; None if there is none."""
        found = await self._parked.find_one({}, {"parked_at": 1}, sort=[("parked_at", ASCENDING)])
        return None if found is None else found["parked_at"]

    async def mark(self, message: ParkedDocument, state: str, by: str, at: datetime, why: str | None = None) -> bool:
        """Records what became of a message. Returns whether nobody else has done so since it was read.

        A message that only the stream PARKED has is added.
        """
        await mongo.insert_new(self._parked, [message])
        change = {"state": state, "by": by, "at": at} | ({} if why is None else {"why": why})
        done = await self._parked.update_one({"_id": message["_id"], "state": message["state"]}, {"$set": change})
        return bool(done.matched_count)

    async def waiting(self) -> int:
        """How many messages wait for somebody."""
        return await self._parked.count_documents({"state": WAITING})

    async def counts(self, since: date, most: int) -> Sequence[ParkedCountDocument]:
        """What units spoiled on each day from `since` on, newest day first."""
        order = [("day", DESCENDING), ("unit", ASCENDING)]
        return await self._counts.find({"day": {"$gte": since.isoformat()}}, sort=order).limit(most).to_list(None)
