"""The portal's reads of reforms: what is stored about them, what they did, and the duties of units that ended."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from typing import Final

from services.portal.domain import reforms
from services.portal.domain.reforms import Shown
from services.portal.reading.store import TIME_LIMIT_MS
from shared.plumbing import mongo, reform_documents
from shared.plumbing import reference_documents as stored
from shared.plumbing.mongo import Document, Documents
from shared.plumbing.reform_documents import StoredReform
from shared.wire import collection_names
from shared.wire.documents.duties import DutyDocument
from shared.wire.documents.reforms import ClosedRowDocument, ReformDocument
from shared.words.reference import Reference
from shared.words.reform_applied import Applied, RowKey
from shared.words.reform_effects import Owed
from shared.words.scope import Scope
from shared.words.units import Area, Registry, Unit

WITHOUT: Final = dict.fromkeys(("files", "edges"), 0)
HISTORY: Final = {**WITHOUT, "closed": 0, "begun": 0}
MOST: Final = 8  # reforms whose effects are kept in memory
AT_ONCE: Final = 5000  # ids in one query


class ReformReader:
    """Reads reforms. What a reform did is computed once for each generation."""

    def __init__(self, database: Documents) -> None:
        self._reforms = mongo.collection(database, collection_names.REFORMS, ReformDocument)
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)
        self._shown: OrderedDict[tuple[int, str], Shown] = OrderedDict()
        self._computing = asyncio.Lock()

    async def all(self) -> list[StoredReform]:
        """The reforms that were ever applied, by first day."""
        found = [reform_documents.read(document) async for document in self._reforms.find({}, HISTORY, max_time_ms=TIME_LIMIT_MS)]
        return sorted(found, key=lambda one: (one.reform.valid_from, one.reform.id))

    async def one(self, reform_id: str) -> StoredReform | None:
        document = await self._reforms.find_one({"_id": reform_id}, HISTORY, max_time_ms=TIME_LIMIT_MS)
        return None if document is None else reform_documents.read(document)

    async def shown(self, reform_id: str, after: Reference) -> Shown | None:
        """What a reform did; None while it is not applied. `after` is the reference data of today."""
        async with self._computing:
            key = (after.generation, reform_id)
            if key not in self._shown:
                document = await self._reforms.find_one({"_id": reform_id, "state": stored.APPLIED}, WITHOUT, max_time_ms=TIME_LIMIT_MS)
                if document is None:
                    return None
                self._shown[key] = await asyncio.to_thread(reforms.of_applied, after, _applied(document, after.registry))
            self._shown.move_to_end(key)
            while len(self._shown) > MOST:
                self._shown.popitem(last=False)
            return self._shown[key]

    async def owed(self, scope: Scope, unit_ids: Sequence[str]) -> list[Owed]:
        """The duties of these units that are not done and in scope."""
        found: list[Owed] = []
        for first in range(0, len(unit_ids), AT_ONCE):
            query: Document = {"owed": True, "unit.id": {"$in": list(unit_ids[first : first + AT_ONCE])}}
            fields = {"regime": 1, "period": 1, "unit.id": 1, "task": 1}
            async for one in self._duties.find(query, fields, max_time_ms=TIME_LIMIT_MS):
                if scope.reads_duty(one["regime"], one["period"], one["unit"]["id"]):
                    found.append(Owed(one["regime"], one["period"], one["unit"]["id"], one["task"]))
        return found


def _applied(document: ReformDocument, registry: Registry) -> Applied:
    found = reform_documents.read(document)
    rows = {unit_id: list(rows) for unit_id, rows in registry.ids.items()}
    areas: dict[str, list[Area]] = {}
    for area in registry.areas:
        areas.setdefault(area.id, []).append(area)
    return Applied(
        reform=found.reform,
        counts=found.counts,
        closed=_closed(document["closed"], rows),
        begun=[_key(key, rows) for key in document["begun"]],
        areas_closed=_closed(document["areas_closed"], areas),
        areas_begun=[_key(key, areas) for key in document["areas_begun"]],
        pins=found.pins,
    )


def _closed(closed: Sequence[ClosedRowDocument], rows: dict[str, list[Unit]] | dict[str, list[Area]]) -> dict[RowKey, date | None]:
    return {_key(one["id"], rows): stored.day(one["valid_to"]) for one in closed}


def _key(key: str, rows: dict[str, list[Unit]] | dict[str, list[Area]]) -> RowKey:
    """Id and first day of the row with an `_id`: a first row has its id as `_id`."""
    row_id, _, first = key.partition(stored.ROW)
    known = rows.get(row_id)
    return row_id, date.fromisoformat(first) if first else known[0].valid_from if known else date.min
