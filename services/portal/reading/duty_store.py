"""Reads the collection `duties`, which notify writes, for the portal."""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from services.portal.domain.duties import REPORT, Duty, DutyState
from services.portal.domain.scope import Scope
from services.portal.reading.store import TIME_LIMIT_MS, as_json
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import answers, collection_names
from shared.wire.documents import DutyDocument
from shared.wire.view_key import ViewKey
from shared.words import periods, texts

BATCH = 500  # documents that are converted before other tasks may run
OF_ONE_UNIT = 500  # duties in one unit's calendar
ORDER = [("owed", -1), ("reminded_of", 1), ("regime", 1), ("period", 1), ("unit.code", 1), ("_id", 1)]
"""Owed duties first, then by deadline. Used for results without pages; lists with pages are sorted by `_id`, which never changes."""
FIELDS = [name for name in answers.Duty.model_fields if name != "id"]
"""The fields of a document that the API returns. The others are internal to the notifier."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a query; None means no filter. `scopes` are the units of the requested subtree."""

    regime: str | None = None
    period: str | None = None
    scopes: Sequence[Scope] | None = None

    def as_query(self) -> Document:
        """The MongoDB filter. Every value is inside `$eq` or `$in`, so that no text can act as an operator."""
        query: Document = {name: {"$eq": value} for name, value in (("regime", self.regime), ("period", self.period)) if value is not None}
        if self.scopes is not None:
            query["$or"] = [_of_scope(scope) for scope in self.scopes] or [{"_id": {"$in": []}}]
        return query


def of_unit(unit: str) -> Document:
    return {"$or": [{"unit.code": {"$eq": unit}}, {"unit.id": {"$eq": unit}}]}


def listed(asked: Asked, state: DutyState | None, now: datetime, behind: str | None = None) -> Document:
    """The query for a page of duties, beginning after the duty with the id `behind`."""
    rest: Document = {} if behind is None else {"_id": {"$gt": behind}}
    return {"$and": [asked.as_query(), of_state(state, now) if state else {}, rest]}


def in_calendar(unit: str, now: datetime) -> Document:
    """The query for a unit's calendar."""
    return {"$and": [of_unit(unit), {"$or": [{"owed": True}, {"deadline": {"$gt": now}}]}]}


def _of_scope(scope: Scope) -> Document:
    pairs = [{"regime": {"$eq": regime}, "period": {"$eq": period}} for regime, period in scope.periods]
    return {"unit.id": {"$in": sorted(scope.unit_ids)}, "$or": pairs}


def of_state(state: DutyState, now: datetime) -> Document:
    """The query for a state, by the same rule as `Duty.states`."""
    match state:
        case DutyState.OWED:
            return {"owed": True}
        case DutyState.OVERDUE:
            return {"owed": True, "reminded_of": {"$lte": now}}
        case DutyState.RETURNED:
            return {"owed": True, "returned": {"$type": "object"}}
        case DutyState.RECEIVED:
            return {"owed": False, "task": REPORT}
        case DutyState.LATE:
            return {"owed": False, "task": REPORT, "late": True}
        case DutyState.CONFIRMED:
            return {"owed": False, "task": {"$ne": REPORT}}
        case _:
            assert_never(state)


class DutyStore:
    """Reads duties."""

    def __init__(self, database: Documents) -> None:
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)

    async def periods(self, regimes: Collection[str]) -> dict[str, list[str]]:
        """The periods in which any unit has a duty, by regime."""
        return {
            regime: sorted(await self._duties.distinct("period", {"regime": {"$eq": regime}}, maxTimeMS=TIME_LIMIT_MS), key=periods.order)
            for regime in sorted(regimes)
        }

    async def totals(self, asked: Asked, now: datetime) -> tuple[int, dict[DutyState, int]]:
        """The number of duties in total and in each state."""
        counted: Document = {state.value: [{"$match": of_state(state, now)}, {"$count": "n"}] for state in DutyState}
        stages: list[Document] = [{"$match": asked.as_query()}, {"$facet": {"all": [{"$count": "n"}], **counted}}]
        counts = (await mongo.aggregate(self._duties, stages, maxTimeMS=TIME_LIMIT_MS))[0]
        return _count(counts["all"]), {state: _count(counts[state.value]) for state in DutyState}

    async def read(
        self, asked: Asked, state: DutyState | None, now: datetime, *, behind: str | None = None, limit: int = 0
    ) -> AsyncIterator[Duty]:
        """The duties in a state (None: in any), by id, beginning after the id `behind`; limit 0 means all. Each duty is read once, even if
        duties change meanwhile.
        """
        async for document in self._listed(asked, state, now, behind, limit):
            yield from_document(document)

    async def answers(self, asked: Asked, state: DutyState | None, now: datetime, behind: str | None, limit: int) -> list[answers.Duty]:
        """The duties that `read` returns, in the API's form."""
        documents = self._listed(asked, state, now, behind, limit)
        return [_answer(document) async for document in documents]

    def _listed(self, asked: Asked, state: DutyState | None, now: datetime, behind: str | None, limit: int) -> AsyncIterable[DutyDocument]:
        query = listed(asked, state, now, behind)
        return self._duties.find(query, max_time_ms=TIME_LIMIT_MS, batch_size=BATCH).sort("_id", 1).limit(limit)

    async def of_keys(self, keys: Iterable[ViewKey]) -> list[Duty]:
        """The duties to report under these keys; a duty that does not exist is left out."""
        documents = self._duties.find({"_id": {"$in": [key.text for key in keys]}}, max_time_ms=TIME_LIMIT_MS)
        return [from_document(document) async for document in documents]

    async def with_overdue(self, regimes: Collection[str], now: datetime) -> set[tuple[str, str]]:
        """Regime and period of all overdue duties in these regimes. Only an index is read."""
        stages: list[Document] = [
            {"$match": {"owed": True, "reminded_of": {"$lte": now}, "regime": {"$in": sorted(regimes)}}},
            {"$group": {"_id": {"regime": "$regime", "period": "$period"}}},
        ]
        found = await mongo.aggregate(self._duties, stages, maxTimeMS=TIME_LIMIT_MS) if regimes else []
        return {(pair["_id"]["regime"], pair["_id"]["period"]) for pair in found}

    async def of_unit(self, unit: str, now: datetime) -> list[Duty]:
        """The duties of a unit (a code or an id) that are owed, and the done ones whose deadline is still to come."""
        documents = self._duties.find(in_calendar(unit, now), max_time_ms=TIME_LIMIT_MS).sort(ORDER).limit(OF_ONE_UNIT)
        return [from_document(document) async for document in documents]


def _count(counted: list[Document]) -> int:
    return int(counted[0]["n"]) if counted else 0


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
    )


def _first_at(document: DutyDocument) -> datetime | None:
    """When the task was first done, which decides whether it was late. For a late confirmation it is computed from the stored delay."""
    late_by_s = document.get("late_by_s")
    first: datetime | None = document["first_received_at"] if document["task"] == REPORT else document["confirmed_at"]
    if document["task"] != REPORT and late_by_s is not None:
        first = document["deadline"] + timedelta(seconds=late_by_s)
    return first
