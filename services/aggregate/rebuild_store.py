"""The database reads and writes of `tonghop rebuild`: the positions of events in `reports`, and the collection that replaces `views`."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from pymongo import DESCENDING, UpdateOne

from services.aggregate import store as stores
from services.aggregate.store import Store
from shared.plumbing import mongo
from shared.plumbing.mongo import Collection, Documents
from shared.wire import collection_names, events
from shared.wire.documents.reports import ReportDocument
from shared.wire.documents.views import ViewDocument
from shared.wire.events import Logged
from shared.words.failures import TransientError
from shared.words.refusals import refusal

NEXT: Final = f"{collection_names.VIEWS}_next"  # followed by an id for each attempt: writes of an earlier attempt may arrive late
BATCH: Final = 2000
LOOK: Final = 20_000  # documents of `reports` read at once

LogPlace = tuple[int, int]
"""Position of an event in the log: partition and sequence; -1 if a document that was written by hand lacks one."""


class RebuildStore:
    """The database of one rebuild."""

    def __init__(self, database: Documents) -> None:
        self._database = database
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._views = mongo.collection(database, collection_names.VIEWS, ViewDocument)
        self._early: Collection[ViewDocument] = mongo.collection(database, collection_names.EARLY_VIEWS, ViewDocument)

    async def newest_generation(self) -> int:
        """The newest generation of any view; 0 when there is no view."""
        newest = [
            await views.find_one({}, {"position": 1}, sort=[("position.generation", DESCENDING)]) for views in (self._views, self._early)
        ]
        return max((view["position"]["generation"] for view in newest if view), default=0)

    async def report_count(self) -> int:
        """The approximate number of events in `reports`."""
        return await self._reports.estimated_document_count()

    async def places(self) -> AsyncIterator[list[tuple[str, LogPlace]]]:
        """The positions of events according to `reports`, by event id, in parts."""
        cursor = self._reports.find({}, {"partition": 1, "sequence": 1}, batch_size=LOOK)
        while part := await cursor.to_list(LOOK):
            yield [(stored["_id"], (stored.get("partition", -1), stored.get("sequence", -1))) for stored in part]

    async def insert(self, lacking: Sequence[tuple[Logged, LogPlace]]) -> set[str]:
        """Stores events that `reports` lacks. Returns the ids of events that somebody else stored meanwhile."""
        documents = [stores.report_document(event, *place) for event, place in lacking]
        return {document["_id"] for document in await mongo.insert_new(self._reports, documents)}

    async def move(self, places: Sequence[tuple[str, LogPlace]]) -> None:
        """Corrects the positions of events, by event id."""
        writes = [UpdateOne({"_id": event_id}, {"$set": {"partition": place[0], "sequence": place[1]}}) for event_id, place in places]
        if writes:
            await self._reports.bulk_write(writes, ordered=False)

    async def texts(self, event_ids: Sequence[str]) -> list[bytes]:
        """The logged texts of events; empty for a document that was written by hand."""
        return [
            events.stored_text(document.get("event", b"")) async for document in mongo.of_ids(self._reports, list(event_ids), ("event",))
        ]

    async def next_views(self, attempt: str) -> "NextViews":
        """A new empty collection for the next views. The collections of earlier attempts are dropped."""
        for left in await self._database.list_collection_names():
            if left.startswith(NEXT):
                await self._database[left].drop()  # then the rename of an earlier attempt fails
        name = f"{NEXT}_{attempt}"
        await Store(self._database, name).prepare()
        return NextViews(self._database, name)


class NextViews:
    """The views of the next generation. Nobody reads them before `take_over`."""

    def __init__(self, database: Documents, name: str) -> None:
        self._collection = mongo.exact(mongo.collection(database, name, ViewDocument))
        self.count = 0

    async def insert(self, documents: Sequence[ViewDocument]) -> None:
        for first in range(0, len(documents), BATCH):
            await self._collection.insert_many(documents[first : first + BATCH], ordered=False)
        self.count += len(documents)

    async def take_over(self) -> None:
        """Replaces `views` in one rename. Raises TransientError if another rebuild has dropped this collection."""
        if await self._collection.count_documents({}) != self.count:
            raise TransientError(refusal("aggregate.rebuild_running"))
        await self._collection.rename(collection_names.VIEWS, dropTarget=True)
