"""What commands read from the database besides units and regimes: how much is stored, and the verdicts on events."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Final

from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names, events
from shared.wire.documents.identity import PersonDocument
from shared.wire.documents.receipts import ReceiptDocument
from shared.wire.documents.reports import ReportDocument
from shared.wire.documents.views import ViewDocument
from shared.wire.view_key import ViewKey

WITH_EVENTS: Final = (collection_names.REPORTS, collection_names.RECEIPTS)


class StoredData:
    """Reads counts and single documents; writes nothing."""

    def __init__(self, database: Documents) -> None:
        self._database = database
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._receipts = mongo.collection(database, collection_names.RECEIPTS, ReceiptDocument)
        self._early_views = mongo.collection(database, collection_names.EARLY_VIEWS, ViewDocument)
        self._views = mongo.collection(database, collection_names.VIEWS, ViewDocument)

    async def logins(self) -> list[str]:
        """The logins of all people, in order."""
        found = await mongo.collection(self._database, collection_names.PEOPLE, PersonDocument).find({}, {"login": 1}).to_list(None)
        return sorted(document["login"] for document in found)

    async def count(self, collection: str) -> int:
        """The number of documents in a collection."""
        return await self._database[collection].count_documents({})

    async def accepted(self, regime: str) -> int:
        """The number of accepted events of a regime: the larger of the counts in the claims and in `reports`."""
        claims = await self._database[collection_names.RECEIPTS].count_documents({"verdict": "accepted", "regime": regime})
        return max(claims, await self._reports.count_documents({"regime": regime}))

    async def reports(self, regime: str, period: str) -> int:
        """The number of stored events of a regime and period."""
        return await self._reports.count_documents({"regime": regime, "period": period})

    async def reporters(self, regime: str) -> dict[str, set[str]]:
        """Ids of the units whose reports were accepted for a regime, by period."""
        found: dict[str, set[str]] = {}
        for period in await self._reports.distinct("period", {"regime": regime}):
            query: Document = {"regime": regime, "period": period, "type": events.SUBMITTED}
            if units := await self._reports.distinct("unit", query):
                found[period] = set(units)
        return found

    async def openings_and_extensions(self) -> list[events.Logged]:
        """The stored openings of periods and extensions of units."""
        query: Document = {"type": {"$in": [events.OPENED, events.EXTENDED]}}
        texts = [events.stored_text(document["event"]) async for document in self._reports.find(query, {"event": 1})]
        return [event for event in map(events.read_logged, texts) if event is not None]

    async def events_of(self, units: Collection[str]) -> int:
        """The number of accepted events that these units sent, or that are about them."""
        if not units:
            return 0
        ids = {"$in": sorted(units)}
        query: Document = {"verdict": "accepted", "$or": [{"unit_id": ids}, {"sender": ids}]}
        return await self._database[collection_names.RECEIPTS].count_documents(query)

    async def accepted_events(self) -> AsyncIterator[tuple[str, str, bytes]]:
        """Every accepted event in `reports` and in the claims: collection, id and the logged text."""
        for name in WITH_EVENTS:
            query: Document = {"verdict": "accepted"} if name == collection_names.RECEIPTS else {}
            async for document in self._database[name].find(query, {"event": 1}):
                yield name, document["_id"], events.stored_text(document.get("event", b""))

    async def verdicts(self, claim_ids: Collection[str]) -> dict[str, str]:
        """The verdicts on events, by claim id. Events that were not screened yet are left out."""
        found = self._database[collection_names.RECEIPTS].find({"_id": {"$in": list(claim_ids)}}, {"verdict": 1})
        return {claim["_id"]: claim["verdict"] async for claim in found}

    async def claims(self, claim_ids: Sequence[str]) -> dict[str, ReceiptDocument]:
        """The claims with these ids, without their events. Events that were not screened yet are left out."""
        found = mongo.of_ids(self._receipts, claim_ids, ("verdict", "hash", "errors", "warnings"))
        return {claim["_id"]: claim async for claim in found}

    async def are_folded(self, places: Iterable[tuple[int, int]]) -> bool:
        """Whether the aggregator's checkpoints have passed all these positions of the log (partition, sequence)."""
        stored = {one["_id"]: one.get("sequence", 0) async for one in self._database[collection_names.CHECKPOINTS].find()}
        return all(stored.get(collection_names.aggregate_checkpoint(partition), 0) >= sequence for partition, sequence in places)

    async def view_to_confirm(self, view_id: str) -> ViewDocument | None:
        """The stored view with an id; `@` and a day at the end of the id: of an early block."""
        return await (self._early_views if "@" in view_id else self._views).find_one({"_id": view_id})

    async def view(self, key: ViewKey) -> ViewDocument | None:
        """The stored view."""
        return await self._views.find_one({"_id": key.text})
