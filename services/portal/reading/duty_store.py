"""Reads the collection `duties`, which notify writes, for the portal."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.portal.domain import duty_units
from services.portal.domain.duties import CONFIRM, Duty, DutyState
from services.portal.domain.duty_periods import Owed
from services.portal.reading.duty_queries import IN_CALENDAR, KIND, OF_KIND, ORDER, Asked, in_calendar, listed, of_state, of_units
from services.portal.reading.store import TIME_LIMIT_MS, as_json
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import answers, collection_names
from shared.wire.documents.duties import DutyDocument
from shared.wire.view_key import ViewKey
from shared.words import periods, texts
from shared.words.scope import Scope

BATCH = 500  # documents that are converted before other tasks may run
OF_ONE_UNIT = 2000  # owed duties of one unit that its calendar counts
FIELDS = [name for name in answers.Duty.model_fields if name not in ("id", "acting")]
"""The fields of a document that the API returns. The others are internal to the notifier; who acts for a unit is not stored."""


class DutyStore:
    """Reads the duties in a scope. The filters of its queries carry it (`Asked`)."""

    def __init__(self, database: Documents, scope: Scope) -> None:
        self.scope = scope
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)

    async def periods(self, regimes: Collection[str]) -> dict[str, list[str]]:
        """The periods in which any unit has a duty and a unit in scope may have one, by regime."""
        listed = sorted(regimes)
        found = await asyncio.gather(*map(self._periods, listed))
        return {regime: sorted(codes, key=periods.order) for regime, codes in zip(listed, found, strict=True)}

    async def _periods(self, regime: str) -> list[str]:
        found = await self._duties.distinct("period", {"regime": {"$eq": regime}}, maxTimeMS=TIME_LIMIT_MS)
        settings = {code: self.scope.reference.setting(regime, code) for code in found}
        return [code for code in found if (setting := settings[code]) is None or self.scope.reach(setting).reports]

    async def totals(self, asked: Asked, now: datetime) -> tuple[int, dict[DutyState, int]]:
        """The number of duties in total and in each state."""
        kinds, overdue, returned = await asyncio.gather(
            self._counted(asked.as_query(), KIND, asked.index),
            self._counted({"$and": [of_state(DutyState.OVERDUE, now), asked.as_query()]}, None, asked.index),
            self._counted({"$and": [of_state(DutyState.RETURNED, now), asked.as_query()]}, None),
        )
        by_state = {state: sum(count for kind, count in kinds if is_in(kind)) for state, is_in in OF_KIND.items()}
        by_state |= {DutyState.OVERDUE: sum(count for _, count in overdue), DutyState.RETURNED: sum(count for _, count in returned)}
        return sum(count for _, count in kinds), {state: by_state[state] for state in DutyState}

    async def _counted(self, query: Document, kind: Document | None, by: Sequence[tuple[str, int]] | None = None) -> list[tuple[Any, int]]:
        """How many duties there are of each kind."""
        stages: list[Document] = [{"$match": query}, {"$group": {"_id": kind, "count": {"$sum": 1}}}]
        groups = await mongo.aggregate(self._duties, stages, by=by, maxTimeMS=TIME_LIMIT_MS)
        return [(group["_id"], group["count"]) for group in groups]

    async def owed(self, asked: Asked, now: datetime) -> dict[str, Owed]:
        """What is owed in each period; a period in which nothing is owed is left out. Without a unit, only an index is read."""
        overdue = {"$sum": {"$cond": [{"$lte": ["$reminded_of", now]}, 1, 0]}}
        stages: list[Document] = [
            {"$match": {"$and": [{"owed": True}, asked.as_query()]}},
            {"$group": {"_id": "$period", "owed": {"$sum": 1}, "overdue": overdue}},
        ]
        groups = await mongo.aggregate(self._duties, stages, by=asked.index, maxTimeMS=TIME_LIMIT_MS)
        return {group["_id"]: Owed(group["owed"], group["overdue"]) for group in groups}

    async def urgent(self, asked: Asked, now: datetime, limit: int) -> list[Duty]:
        """The first owed duties in the order of `duties.urgency`."""
        returned = [duty async for duty in self._by_deadline(asked, of_state(DutyState.RETURNED, now), limit)]
        others = {"owed": True, "returned": {"$not": {"$type": "object"}}}
        return [*returned, *[duty async for duty in self._by_deadline(asked, others, limit)]][:limit]

    async def _by_deadline(self, asked: Asked, owed: Document, limit: int) -> AsyncIterator[Duty]:
        query = {"$and": [owed, asked.as_query()]}
        async for document in self._duties.find(query, max_time_ms=TIME_LIMIT_MS).sort(ORDER).limit(limit):
            yield from_document(document)

    async def read(
        self, asked: Asked, state: DutyState | None, now: datetime, *, behind: str | None = None, limit: int = 0
    ) -> AsyncIterator[Duty]:
        """The duties in a state (None: in any), by id, beginning after the id `behind`; limit 0 means all. Each duty is read once, even if
        duties change meanwhile.
        """
        async for document in self._listed(asked, state, now, behind, limit):
            yield from_document(document)

    async def first(self, asked: Asked, state: DutyState | None, now: datetime, *, behind: str | None, limit: int) -> list[Duty]:
        """The first duties that `read` gives."""
        return [duty async for duty in self.read(asked, state, now, behind=behind, limit=limit)]

    async def answers(self, asked: Asked, state: DutyState | None, now: datetime, behind: str | None, limit: int) -> list[answers.Duty]:
        """The duties that `read` returns, in the API's form."""
        documents = self._listed(asked, state, now, behind, limit)
        return [_answer(document) async for document in documents]

    def _listed(self, asked: Asked, state: DutyState | None, now: datetime, behind: str | None, limit: int) -> AsyncIterable[DutyDocument]:
        query = listed(asked, state, now, behind)
        return self._duties.find(query, max_time_ms=TIME_LIMIT_MS, batch_size=BATCH).sort("_id", 1).limit(limit)

    async def of_keys(self, keys: Iterable[ViewKey]) -> list[Duty]:
        """The duties to report under these keys; a duty that does not exist is left out."""
        shown = [key.text for key in keys if self.scope.reads_duty(key.regime, key.period, key.unit_id)]
        documents = self._duties.find({"_id": {"$in": shown}}, max_time_ms=TIME_LIMIT_MS)
        return [from_document(document) async for document in documents]

    async def of_ids(self, ids: Iterable[str]) -> list[Duty]:
        """The duties with these ids, by id; one that does not exist, or is out of scope, is left out."""
        documents = self._duties.find({"_id": {"$in": sorted(ids)}}, max_time_ms=TIME_LIMIT_MS).sort("_id", 1)
        return [from_document(document) async for document in documents if self._is_in_scope(document)]

    async def with_overdue(self, regimes: Collection[str], now: datetime) -> set[tuple[str, str]]:
        """Regime and period of all overdue duties in these regimes. If everything is in scope, only an index is read."""
        if not regimes:
            return set()
        parts = duty_units.in_scope(self.scope, await self.periods(regimes))
        overdue: Document = {"owed": True, "reminded_of": {"$lte": now}, "regime": {"$in": sorted(regimes)}}
        stages: list[Document] = [
            {"$match": overdue if parts is None else {**overdue, **of_units(parts)}},
            {"$group": {"_id": {"regime": "$regime", "period": "$period"}}},
        ]
        found = await mongo.aggregate(self._duties, stages, maxTimeMS=TIME_LIMIT_MS)
        return {(pair["_id"]["regime"], pair["_id"]["period"]) for pair in found}

    async def of_unit(self, unit_id: str, since: datetime, represented: Collection[str] = ()) -> list[Duty]:
        """The duties of a unit that are owed, and the done ones that were due after `since`; and what the ended units owe for which it
        acts.
        """
        query = in_calendar(unit_id, since, represented)
        documents = self._duties.find(query, max_time_ms=TIME_LIMIT_MS).sort(IN_CALENDAR).limit(OF_ONE_UNIT)
        return [from_document(document) async for document in documents if self._is_in_scope(document)]

    def _is_in_scope(self, document: DutyDocument) -> bool:
        return self.scope.reads_duty(document["regime"], document["period"], document["unit"]["id"])


def _answer(document: DutyDocument) -> answers.Duty:
    fields = as_json({name: document.get(name) for name in FIELDS})
    return answers.Duty.model_validate({"id": document["_id"], **fields})


def from_document(document: DutyDocument) -> Duty:
    """The duty in a document."""
    returned, unit = document.get("returned"), document["unit"]
    return Duty(
        id=document["_id"],
        regime=document["regime"],
        period=document["period"],
        unit_code=unit["code"],
        unit_name=unit["code"] if texts.is_blank(unit["name"]) else unit["name"],
        task=document["task"],
        deadline=document["deadline"],
        due=document["reminded_of"],
        is_owed=document["owed"],
        is_late=document["late"],
        is_returned=isinstance(returned, dict),
        first_at=_first_at(document),
        fix_by=returned.get("fix_by") if isinstance(returned, dict) else None,
        extended_to=document["extended_to"],
        confirmed_at=document["confirmed_at"],
        view_id=document.get("view", ""),
        why_returned=returned["reason"] if isinstance(returned, dict) else "",
        revision=document["revision"],
    )


def _first_at(document: DutyDocument) -> datetime | None:
    """When the task was first done, which decides whether it was late. For a late confirmation it is computed from the stored delay."""
    late_by_s = document.get("late_by_s")
    first: datetime | None = document["confirmed_at"] if document["task"] == CONFIRM else document["first_received_at"]
    if document["task"] == CONFIRM and late_by_s is not None:
        first = document["deadline"] + timedelta(seconds=late_by_s)
    return first
