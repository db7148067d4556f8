"""The database reads of `tonghop verify`. They share no code with the store that wrote the data."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from shared.plumbing import mongo
from shared.plumbing.mongo import Collection, Document, Documents
from shared.wire import collection_names, events
from shared.wire.documents.checkpoints import AggregateCheckpointDocument
from shared.wire.documents.reports import ReportDocument
from shared.wire.documents.views import ViewDocument

BATCH: Final = 5000


class PlainStore:
    """Reads views, reports and checkpoints as they are stored. Writes nothing."""

    def __init__(self, database: Documents) -> None:
        self._views = mongo.collection(database, collection_names.VIEWS, ViewDocument)
        self._early: Collection[ViewDocument] = mongo.collection(database, collection_names.EARLY_VIEWS, ViewDocument)
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, AggregateCheckpointDocument)

    async def views(self, partition: int) -> dict[str, ViewDocument]:
        """The views of a partition, those of early blocks included, by id."""
        of_partition: Document = {"position.partition": partition}
        views = {document["_id"]: document async for document in self._views.find(of_partition)}
        return views | {document["_id"]: document async for document in self._early.find(of_partition)}

    async def reports(self, partition: int, end: int) -> AsyncIterator[list[tuple[str, int, bytes]]]:
        """Id, sequence and logged text of a partition's events up to the sequence `end`, in parts."""
        query = {"partition": partition, "sequence": {"$lte": end}}
        cursor = self._reports.find(query, {"event": 1, "sequence": 1}, batch_size=BATCH)
        while documents := await cursor.to_list(BATCH):
            yield [(document["_id"], document["sequence"], events.stored_text(document["event"])) for document in documents]

    async def outside(self, partitions: Sequence[int]) -> AsyncIterator[str]:
        """The ids of events and views that belong to none of the partitions."""
        async for report in self._reports.find({"partition": {"$nin": list(partitions)}}, {"_id": 1}):
            yield f"{collection_names.REPORTS}/{report['_id']}"
        for views in (self._views, self._early):
            async for view in views.find({"position.partition": {"$nin": list(partitions)}}, {"_id": 1}):
                yield view["_id"]

    async def checkpoint(self, partition: int) -> int:
        """The sequence of the aggregator's checkpoint of a partition; 0 before its first batch."""
        document = await self._checkpoints.find_one({"_id": collection_names.aggregate_checkpoint(partition)})
        return 0 if document is None else document["sequence"]
