"""The aggregator's collections: `reports`, `views` and its checkpoints."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from services.aggregate.domain.view import View, ViewVersion, version_of
from services.aggregate.log import Checkpoint
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names
from shared.wire.documents import AggregateCheckpointDocument, ReportDocument, ViewDocument
from shared.wire.events import Logged, read_logged, stored_text

READ_BATCH: Final = 2000


class Store:
    """Reads and writes what one partition of the log becomes. Every write may be repeated."""

    def __init__(self, database: Documents, views: str = collection_names.VIEWS) -> None:
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._views = mongo.exact(mongo.collection(database, views, ViewDocument))
        self._checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, AggregateCheckpointDocument)

    async def prepare(self) -> None:
        """The indexes: a partition's events by sequence, a unit's reports, a regime's views."""
        await self._reports.create_index([("partition", ASCENDING), ("sequence", ASCENDING)])
        await self._reports.create_index([("regime", ASCENDING), ("period", ASCENDING), ("unit", ASCENDING)])
        await self._views.create_index([("regime", ASCENDING), ("period", ASCENDING), ("unit.code", ASCENDING)])
        await self._views.create_index([("position.partition", ASCENDING)])

    async def checkpoint(self, partition: int) -> Checkpoint | None:
        """Where the partition is; None before its first batch."""
        found = await self._checkpoints.find_one({"_id": collection_names.aggregate_checkpoint(partition)})
        return None if found is None else Checkpoint(found["sequence"], found["event_id"], found["stored_ms"], found["stream_created"])

    async def events(self, partition: int, up_to: int) -> AsyncIterator[list[tuple[Logged, int]]]:
        """The stored events of a partition up to the sequence `up_to`, with their sequences, a part at a time.

        The newest first: a revision that was replaced is then passed over.
        """
        wanted = {"partition": partition, "sequence": {"$lte": up_to}}
        cursor = self._reports.find(wanted, {"_id": 0, "event": 1, "sequence": 1}, batch_size=READ_BATCH).sort("sequence", DESCENDING)
        while documents := await cursor.to_list(READ_BATCH):
            found = ((read_logged(stored_text(document["event"])), document["sequence"]) for document in documents)
            yield [(event, sequence) for event, sequence in found if event is not None]

    async def put_reports(self, reports: Sequence[ReportDocument]) -> None:
        """Stores events once; a later copy is dropped."""
        await mongo.insert_new(self._reports, reports)

    async def put_views(self, views: Sequence[View]) -> int:
        """Writes views over older versions only; the newest generation that refused one, 0 when none did."""
        refused = await mongo.put_newer(self._views, [(older_than(view.version) | {"_id": view.id}, view.document) for view in views])
        if not refused:
            return 0
        found = self._views.find({"_id": {"$in": [document["_id"] for document in refused]}}, {"position.generation": 1})
        return max([document["position"]["generation"] async for document in found], default=0)

    async def forget_older(self, partition: int, generation: int) -> None:
        """Takes away the views of a partition that are of an older generation."""
        await self._views.delete_many({"position.partition": partition, "position.generation": {"$lt": generation}})

    async def put_checkpoint(self, partition: int, checkpoint: Checkpoint) -> None:
        """Moves the checkpoint forward; one that is further, written by another instance, stays."""
        try:
            await self._checkpoints.replace_one(
                behind(checkpoint) | {"_id": collection_names.aggregate_checkpoint(partition)},
                checkpoint_document(partition, checkpoint),
                upsert=True,
            )
        except DuplicateKeyError:
            return

    async def replace_checkpoint(self, partition: int, stale: Checkpoint, checkpoint: Checkpoint | None) -> None:
        """Puts another in the place of this very checkpoint; with None the partition is read from its beginning.

        One that was moved meanwhile stays: so a write that lands late cannot take back what an aggregator has done since.
        """
        found = checkpoint_document(partition, stale)
        if checkpoint is None:
            await self._checkpoints.delete_one({**found})
        else:
            await self._checkpoints.replace_one({**found}, checkpoint_document(partition, checkpoint))

    async def versions(self, partitions: Sequence[int]) -> dict[str, ViewVersion]:
        """The version of every view of some partitions, by view id."""
        found = self._views.find({"position.partition": {"$in": list(partitions)}}, {"position": 1})
        return {document["_id"]: version_of(document) async for document in found}

    async def documents(self, ids: Sequence[str]) -> list[ViewDocument]:
        """Views by id, as stored."""
        return [document async for document in self._views.find({"_id": {"$in": list(ids)}})]


def older_than(newer: ViewVersion) -> Document:
    """A filter for views of an older version: two scalars, generation first."""
    generation, sequence = newer
    return {
        "$or": [
            {"position.generation": {"$lt": generation}},
            {"position.generation": generation, "position.sequence": {"$lt": sequence}},
        ]
    }


def behind(checkpoint: Checkpoint) -> Document:
    """A filter for checkpoints that are behind this one."""
    return {"sequence": {"$lt": checkpoint.sequence}}


def report_document(event: Logged, partition: int, sequence: int) -> ReportDocument:
    """One accepted event as `reports` keeps it; `event` is the logged text itself."""
    return {
        "_id": event.id,
        "regime": event.regime,
        "period": event.period,
        "unit": event.unit_id,
        "type": event.type,
        "revision": event.revision,
        "received_ms": event.received_ms,
        "partition": partition,
        "sequence": sequence,
        "event": event.raw,
    }


def checkpoint_document(partition: int, checkpoint: Checkpoint) -> AggregateCheckpointDocument:
    return {
        "_id": collection_names.aggregate_checkpoint(partition),
        "sequence": checkpoint.sequence,
        "event_id": checkpoint.event_id,
        "stored_ms": checkpoint.stored_ms,
        "stream_created": checkpoint.stream_created,
    }
