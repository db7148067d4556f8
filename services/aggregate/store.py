"""The aggregator's collections: `reports`, `views`, `early_views` and its checkpoints."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from services.aggregate.domain.fold import RegimePeriod
from services.aggregate.domain.view import View, ViewVersion, version_of
from services.aggregate.log import Checkpoint
from shared.plumbing import mongo
from shared.plumbing.mongo import Collection, Document, Documents
from shared.wire import collection_names
from shared.wire.documents.checkpoints import AggregateCheckpointDocument, ShownDocument
from shared.wire.documents.reports import ReportDocument
from shared.wire.documents.views import ViewDocument
from shared.wire.events import Logged, read_logged, stored_text

READ_BATCH: Final = 2000


class Store:
    """Reads and writes the data of the log's partitions. Every write is idempotent."""

    def __init__(self, database: Documents, views: str = collection_names.VIEWS) -> None:
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._views = mongo.exact(mongo.collection(database, views, ViewDocument))
        self._early: Collection[ViewDocument] = mongo.exact(mongo.collection(database, collection_names.EARLY_VIEWS, ViewDocument))
        self._checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, AggregateCheckpointDocument)
        self._shown = mongo.collection(database, collection_names.CHECKPOINTS, ShownDocument)

    async def prepare(self) -> None:
        """Creates the indexes: a partition's events by sequence, a unit's reports, a regime's views."""
        await self._reports.create_index([("partition", ASCENDING), ("sequence", ASCENDING)])
        await self._reports.create_index([("regime", ASCENDING), ("period", ASCENDING), ("unit", ASCENDING)])
        for views in (self._views, self._early):
            await views.create_index([("regime", ASCENDING), ("period", ASCENDING), ("unit.code", ASCENDING)])
            await views.create_index([("position.partition", ASCENDING)])

    async def checkpoint(self, partition: int) -> Checkpoint | None:
        """The checkpoint of a partition; None before its first batch."""
        document = await self._checkpoints.find_one({"_id": collection_names.aggregate_checkpoint(partition)})
        return (
            None
            if document is None
            else Checkpoint(
                document["sequence"],
                document["event_id"],
                document["stored_ms"],
                document["stream_created"],
                document.get("generation", 0),
                document.get("moved_under", 0),
            )
        )

    async def periods(self) -> AsyncIterator[RegimePeriod]:
        """The regimes and periods of all stored events, of every partition. Each is found by one look into an index."""
        named: Document = {"$gt": ""}  # a document that was written by hand may lack them
        after: Document = {"regime": named, "period": named}
        order = [("regime", ASCENDING), ("period", ASCENDING)]
        while (found := await self._reports.find_one(after, {"_id": 0, "regime": 1, "period": 1}, sort=order)) is not None:
            regime, period = found["regime"], found["period"]
            yield regime, period
            after = {"$or": [{"regime": regime, "period": {"$gt": period}}, {"regime": {"$gt": regime}, "period": named}]}

    async def events(
        self, partition: int, pair: RegimePeriod, up_to: int, at_once: int = READ_BATCH
    ) -> AsyncIterator[list[tuple[Logged, int]]]:
        """The stored events about a regime and period up to the sequence `up_to` of their partition, with their sequences, in parts of
        `at_once` events.

        Of one unit's events the newest usually come first, so that replaced revisions can be skipped.
        """
        regime, period = pair
        wanted = {"regime": regime, "period": period, "partition": partition, "sequence": {"$lte": up_to}}
        backwards = [(field, DESCENDING) for field in ("regime", "period", "unit")]  # along an index, so that nothing is sorted
        cursor = self._reports.find(wanted, {"_id": 0, "event": 1, "sequence": 1}, batch_size=at_once).sort(backwards)
        while documents := await cursor.to_list(at_once):
            logged = ((read_logged(stored_text(document["event"])), document["sequence"]) for document in documents)
            yield [(event, sequence) for event, sequence in logged if event is not None]

    async def put_reports(self, reports: Sequence[ReportDocument]) -> None:
        """Stores each event once; later copies are dropped."""
        await mongo.insert_new(self._reports, reports)

    async def put_views(self, views: Sequence[View]) -> int:
        """Writes views, but only over older versions. Returns the newest generation of a stored view that refused a write; 0 if
        none did.
        """
        return await _put(self._views, views)

    async def put_early_views(self, views: Sequence[View]) -> int:
        """The same for views of early blocks."""
        return await _put(self._early, views)

    async def shown(self, partition: int, generation: int) -> set[RegimePeriod]:
        """The regimes and periods whose views are stored under a generation."""
        documents = self._shown.find({"partition": partition, "generation": generation})
        return {(document["regime"], document["period"]) async for document in documents}

    async def has_views(self, partition: int) -> bool:
        """Whether any view of a partition is stored."""
        return await self._views.find_one({"position.partition": partition}, {"_id": 1}) is not None

    async def put_shown(self, partition: int, generation: int, pairs: Iterable[RegimePeriod]) -> None:
        """Notes that all views of these regimes and periods are stored under a generation."""
        documents = [shown_document(partition, generation, pair) for pair in sorted(pairs)]
        older: Document = {"generation": {"$lt": generation}}
        await mongo.put_newer(self._shown, [({"_id": document["_id"], **older}, document) for document in documents])

    async def forget_older(self, partition: int, generation: int) -> None:
        """Deletes a partition's views of older generations."""
        for views in (self._views, self._early):
            await views.delete_many({"position.partition": partition, "position.generation": {"$lt": generation}})

    async def put_checkpoint(self, partition: int, checkpoint: Checkpoint) -> None:
        """Moves the checkpoint forward. A checkpoint that another instance has moved further is kept."""
        try:
            await self._checkpoints.replace_one(
                behind(checkpoint) | {"_id": collection_names.aggregate_checkpoint(partition)},
                checkpoint_document(partition, checkpoint),
                upsert=True,
            )
        except DuplicateKeyError:
            return

    async def replace_checkpoint(self, partition: int, stale: Checkpoint, checkpoint: Checkpoint | None) -> None:
        """Replaces the checkpoint `stale` by another one; with None the partition will be read from its beginning.

        If the stored checkpoint is no longer `stale`, it is kept, so a late write cannot undo an aggregator's progress.
        """
        unchanged = checkpoint_document(partition, stale)
        if checkpoint is None:
            await self._checkpoints.delete_one({**unchanged})
        else:
            await self._checkpoints.replace_one({**unchanged}, checkpoint_document(partition, checkpoint))

    async def versions(self, partitions: Sequence[int], regime: str) -> dict[str, ViewVersion]:
        """The version of every view of a regime in the given partitions, by view id."""
        documents = self._views.find({"regime": regime, "position.partition": {"$in": list(partitions)}}, {"position": 1})
        return {document["_id"]: version_of(document) async for document in documents}

    async def documents(self, ids: Sequence[str]) -> list[ViewDocument]:
        """Views by id, as stored."""
        return [document async for document in self._views.find({"_id": {"$in": list(ids)}})]


async def _put(collection: Collection[ViewDocument], views: Sequence[View]) -> int:
    refused = await mongo.put_newer(collection, [(older_than(view.version) | {"_id": view.id}, view.document) for view in views])
    if not refused:
        return 0
    newer = collection.find({"_id": {"$in": [document["_id"] for document in refused]}}, {"position.generation": 1})
    return max([document["position"]["generation"] async for document in newer], default=0)


def older_than(newer: ViewVersion) -> Document:
    """A filter for views of an older version: it compares the generation first, then the sequence."""
    generation, sequence = newer
    return {
        "$or": [
            {"position.generation": {"$lt": generation}},
            {"position.generation": generation, "position.sequence": {"$lt": sequence}},
        ]
    }


def behind(checkpoint: Checkpoint) -> Document:
    """A filter for checkpoints that are behind this one. At the same place, one that knows of all views is ahead of one that does not."""
    further: Document = {"sequence": {"$lt": checkpoint.sequence}}
    if not checkpoint.generation:
        return further
    here: Document = {"sequence": checkpoint.sequence}
    unfinished: list[Document] = [{"generation": {"$exists": False}}, {"generation": {"$lt": checkpoint.generation}}]
    return {"$or": [further, *({**here, **one} for one in unfinished)]}


def report_document(event: Logged, partition: int, sequence: int) -> ReportDocument:
    """One accepted event as `reports` stores it; the field `event` is the logged text itself."""
    document: ReportDocument = {
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
    if event.is_estimate:
        document["estimate"] = True
    return document


def shown_document(partition: int, generation: int, pair: RegimePeriod) -> ShownDocument:
    """That all views of a regime and period are stored under a generation."""
    regime, period = pair
    return {
        "_id": f"shown/{partition}/{regime}/{period}",
        "partition": partition,
        "regime": regime,
        "period": period,
        "generation": generation,
    }


def checkpoint_document(partition: int, checkpoint: Checkpoint) -> AggregateCheckpointDocument:
    """How far a partition is stored; without a generation while some views are not."""
    document: AggregateCheckpointDocument = {
        "_id": collection_names.aggregate_checkpoint(partition),
        "sequence": checkpoint.sequence,
        "event_id": checkpoint.event_id,
        "stored_ms": checkpoint.stored_ms,
        "stream_created": checkpoint.stream_created,
    }
    if checkpoint.generation:
        document["generation"] = checkpoint.generation
    if checkpoint.moved_under:
        document["moved_under"] = checkpoint.moved_under
    return document
