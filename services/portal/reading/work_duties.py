"""Queries on the collection `duties` for *Việc của tôi*: one unit's own duties, and counts of what a reviewer waits for."""

from collections.abc import Collection, Mapping
from datetime import datetime

from services.portal.domain.duties import CONFIRM, Duty, DutyState
from services.portal.domain.reviewing import Owed
from services.portal.reading.duty_queries import IN_CALENDAR, ORDER, SENT, Asked, in_calendar, of_state
from services.portal.reading.duty_store import from_document
from services.portal.reading.store import TIME_LIMIT_MS
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names
from shared.wire.documents.duties import DutyDocument
from shared.words.scope import Scope

Pair = tuple[str, str]
"""A regime and a period."""
MOST_OWN = 500  # duties of a person's units on the page


class WorkDuties:
    """Reads duties for a person's first page."""

    def __init__(self, database: Documents, scope: Scope) -> None:
        self._scope = scope
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)

    async def of_units(self, unit_ids: Collection[str], represented: Collection[str], since: datetime) -> list[Duty]:
        """What these units and the ended ones for which they act owe, and what the units did that was due after `since`."""
        if not unit_ids:
            return []
        query = {"$or": [in_calendar(unit_id, since, represented) for unit_id in sorted(unit_ids)]}
        return await self._found(query, IN_CALENDAR, MOST_OWN)

    async def confirmations(self, unit_ids: Collection[str]) -> list[Duty]:
        """The views that these units must confirm, or have confirmed, the newest deadline last."""
        query: Document = {"unit.id": {"$in": sorted(unit_ids)}, "task": CONFIRM}
        return await self._found(query, [("deadline", -1), ("_id", 1)], MOST_OWN)

    async def owing(self, asked: Asked, now: datetime) -> list[Owed]:
        """In which periods reports are owed, and how many."""
        returned = {"$cond": [{"$eq": [{"$type": "$returned"}, "object"]}, 1, 0]}
        stages: list[Document] = [
            {"$match": {"$and": [{"owed": True, "task": {"$in": SENT}}, asked.as_query()]}},
            {
                "$group": {
                    "_id": {"regime": "$regime", "period": "$period"},
                    "owed": {"$sum": 1},
                    "overdue": {"$sum": {"$cond": [{"$lte": ["$reminded_of", now]}, 1, 0]}},
                    "returned": {"$sum": returned},
                    "next": {"$min": {"$cond": [{"$gt": ["$reminded_of", now]}, "$reminded_of", None]}},
                }
            },
        ]
        groups = await mongo.aggregate(self._duties, stages, by=asked.index, maxTimeMS=TIME_LIMIT_MS)
        return [
            Owed(group["_id"]["regime"], group["_id"]["period"], group["owed"], group["overdue"], group["returned"], group["next"])
            for group in groups
        ]

    async def owed_by(self, codes: Mapping[Pair, Collection[str]], asked: Asked) -> dict[Pair, int]:
        """How many reports of these units (codes, by regime and period) are owed."""
        if not codes:
            return {}
        named = [
            {"regime": {"$eq": regime}, "period": {"$eq": period}, "unit.code": {"$in": sorted(of_units)}}
            for (regime, period), of_units in codes.items()
        ]
        stages: list[Document] = [
            {"$match": {"$and": [{"owed": True, "task": {"$in": SENT}, "$or": named}, asked.as_query()]}},
            {"$group": {"_id": {"regime": "$regime", "period": "$period"}, "owed": {"$sum": 1}}},
        ]
        groups = await mongo.aggregate(self._duties, stages, maxTimeMS=TIME_LIMIT_MS)
        return {(group["_id"]["regime"], group["_id"]["period"]): group["owed"] for group in groups}

    async def returned(self, asked: Asked, now: datetime, limit: int) -> list[Duty]:
        """The first reports that were returned and not corrected, by their fix-by date."""
        return await self._found({"$and": [of_state(DutyState.RETURNED, now), asked.as_query()]}, ORDER, limit)

    async def late_since(self, asked: Asked, since: datetime, limit: int) -> list[Duty]:
        """The newest reports that came late since an instant. `late` leads to the index of late duties."""
        late: Document = {"late": True, "first_received_at": {"$gte": since}, "task": {"$in": SENT}}
        return await self._found({"$and": [late, asked.as_query()]}, [("first_received_at", -1), ("_id", 1)], limit)

    async def _found(self, query: Document, order: list[tuple[str, int]], limit: int) -> list[Duty]:
        documents = self._duties.find(query, {"state": 0}, max_time_ms=TIME_LIMIT_MS).sort(order).limit(limit)
        return [
            from_document(document)
            async for document in documents
            if self._scope.reads_duty(document["regime"], document["period"], document["unit"]["id"])
        ]
