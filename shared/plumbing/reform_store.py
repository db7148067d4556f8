"""Reforms of units (đợt sắp xếp) in MongoDB: applies and reverts them, each in one transaction, and reads their history.

A reform's document has its files and everything that a revert needs, so that a revert gives the units, areas and regimes of before, byte
for byte. Whoever applies names the generation for which he made the plan: if it has moved, he makes it again. Source: ADR 0044.
"""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, cast

import orjson

from shared.plumbing import mongo
from shared.plumbing import reference_documents as stored
from shared.plumbing import reform_documents as rows
from shared.plumbing.mongo import Documents, Session
from shared.plumbing.reference_documents import APPLIED, REVERTED
from shared.plumbing.reference_store import OF_ROWS, WRITE_BATCH, Record, ReferenceStore
from shared.plumbing.reform_documents import Application, Decided, StoredReform
from shared.wire import collection_names
from shared.wire.documents.reference import AreaDocument, RegimeDocument, UnitDocument
from shared.wire.documents.reforms import ReformActDocument, ReformDocument
from shared.words.failures import ConfigurationError
from shared.words.refusals import number, refusal
from shared.words.units import Registry

MOST_EDGES: Final = 100_000  # ten times those of 2025; a document holds 16 MB
SHOWN: Final = 5
FOR_HISTORY: Final = {"files": 0, "edges": 0, "closed": 0, "begun": 0}


class RefusedError(ConfigurationError):
    """A reform cannot be applied or reverted as things are. Nothing has changed."""


class StaleError(Exception):
    """The units or regimes have changed since the plan was made. Nothing has changed by this call; make the plan again."""


class ReformStore:
    """Writes reforms, with the units, areas and regimes that they change."""

    def __init__(self, reference: ReferenceStore, database: Documents, clock: Callable[[], datetime]) -> None:
        self._reference = reference
        self._clock = clock
        self._units = mongo.collection(database, collection_names.UNITS, UnitDocument)
        self._areas = mongo.collection(database, collection_names.AREAS, AreaDocument)
        self._regimes = mongo.collection(database, collection_names.REGIMES, RegimeDocument)
        self._reforms = mongo.collection(database, collection_names.REFORMS, ReformDocument)

    async def all(self) -> list[StoredReform]:
        """All reforms, by first day, then id."""
        found = [rows.read(document) async for document in self._reforms.find({}, FOR_HISTORY)]
        return sorted(found, key=lambda one: (one.reform.valid_from, one.reform.id))

    async def applied(self) -> dict[str, str]:
        """The digests of the applied reforms, by id."""
        return {document["_id"]: document["hash"] async for document in self._reforms.find({"state": APPLIED}, {"hash": 1})}

    async def decided(self, registry: Registry) -> Decided:
        """What the applied reforms decided about rows of the registry."""
        documents = [document async for document in self._reforms.find({"state": APPLIED}, OF_ROWS | {"valid_from": 1})]
        return rows.decided(documents, registry)

    async def begun_units(self, reform_id: str) -> set[str]:
        """Ids of the units that exist only by a reform that is applied."""
        document = await self._reforms.find_one({"_id": reform_id, "state": APPLIED}, {"begun": 1})
        return {key for key in document["begun"] if stored.ROW not in key} if document else set()

    async def apply(self, application: Application, by: str, record: Record[bool] | None = None) -> bool:
        """Applies a reform. Returns False, and writes nothing, if it is applied already with equal files.

        Raises RefusedError if it is applied with other files, StaleError if the plan is not for the present units.
        """
        reform = application.plan.reform
        if len(application.plan.edges) > MOST_EDGES:
            raise RefusedError(refusal("reform.too_large", most=number(MOST_EDGES)))
        if (await self.applied()).get(reform.id) == application.digest:
            return False

        async def put(session: Session) -> bool:
            generation = await self._reference.generation(session)  # first: a snapshot begins with a collection that exists
            before = await self._reforms.find_one({"_id": reform.id}, session=session)
            if before is not None and before["state"] == APPLIED:
                if before["hash"] != application.digest:
                    raise RefusedError(refusal("reform.other_content", id=reform.id))
                return False
            if generation != application.generation:
                raise StaleError
            await self._put(application, by, before["history"] if before is not None else [], session)
            return True

        return await self._reference.change(put, record)

    async def revert(self, reform_id: str, by: str, record: Record[list[str] | None] | None = None) -> list[str] | None:
        """Reverts a reform: takes away the rows that it began, opens those that it closed, and puts back the regimes of before.

        Returns the ids of regimes that were loaded again since and are therefore kept, or None, having written nothing, if the reform is
        reverted already. Raises RefusedError if it is unknown, or if something builds on it.
        """

        async def put(session: Session) -> list[str] | None:
            reform = await self._reforms.find_one({"_id": reform_id}, session=session)
            if reform is None:
                known = sorted([document["_id"] async for document in self._reforms.find({}, {"_id": 1}, session=session)])
                raise RefusedError(refusal("reform.unknown", id=reform_id, known=known or ["–"]))
            if reform["state"] == REVERTED:
                return None
            await self._refuse_built_on(reform, session)
            kept = await self._take_back(reform, session)
            act = rows.act(REVERTED, self._clock(), by, reform["hash"])
            document: ReformDocument = {**reform, "state": REVERTED, "history": [*reform["history"], act]}
            await self._reference.store(self._reforms, [document], session)
            return kept

        return await self._reference.change(put, record)

    async def _put(self, application: Application, by: str, history: Sequence[ReformActDocument], session: Session) -> None:
        plan, now = application.plan, self._clock()
        units = {stored.row_key(document): document async for document in self._units.find(session=session)}
        areas = {document["_id"]: document async for document in self._areas.find(session=session)}
        regimes = {document["_id"]: document async for document in self._regimes.find(session=session)}
        closed = [units[row.id, row.valid_from.isoformat()] for row in plan.closed]
        areas_closed = [areas[area.id] for area in plan.areas_closed]
        begun = rows.new_rows(plan.begun, {document["_id"] for document in units.values()})
        areas_begun = [stored.area_document(area) for area in plan.areas_begun]
        loaded = stored.changed_regimes(application.regimes, regimes, now)
        document: ReformDocument = {
            "_id": plan.reform.id,
            "state": APPLIED,
            "valid_from": plan.day.isoformat(),
            "hash": application.digest,
            "reform": plan.reform.model_dump(mode="json", exclude_defaults=True),
            "counts": {count: dict(levels) for count, levels in plan.counts.items()},
            "edges": [stored.edge_fields(edge) for edge in plan.edges],
            "pins": rows.pin_documents(application.pins),
            "closed": rows.ends(closed),
            "begun": [row["_id"] for row in begun],
            "areas_closed": rows.ends(areas_closed),
            "areas_begun": [area["_id"] for area in areas_begun],
            "contacts": {unit_id: stored.contact_documents(given) for unit_id, given in plan.contacts.items()},
            "regimes": [{"id": one["_id"], "file": one["file"], "before": regimes.get(one["_id"])} for one in loaded],
            "history": [*history, rows.act(APPLIED, now, by, application.digest)],
            "files": zlib.compress(orjson.dumps(dict(application.texts))),
        }
        await self._reference.store(self._reforms, [document], session)
        await mongo.replace_each(self._units, [*rows.until(closed, plan.day), *begun], session, WRITE_BATCH)
        await mongo.replace_each(self._areas, [*rows.until(areas_closed, plan.day), *areas_begun], session, WRITE_BATCH)
        await mongo.replace_each(self._regimes, loaded, session, WRITE_BATCH)

    async def _take_back(self, reform: ReformDocument, session: Session) -> list[str]:
        units = {document["_id"]: document async for document in self._units.find(session=session)}
        areas = {document["_id"]: document async for document in self._areas.find(session=session)}
        regimes = {document["_id"]: document async for document in self._regimes.find(session=session)}
        opened = rows.opened(units, reform["closed"])
        contacts = rows.contacts_since(reform, units, {stored.unit_id(row): row for row in opened})
        of_before = [rows.with_contacts(row, contacts.get(stored.unit_id(row))) for row in opened]
        await mongo.delete_each(self._units, reform["begun"], session)
        await mongo.delete_each(self._areas, reform["areas_begun"], session)
        await mongo.replace_each(self._units, of_before, session, WRITE_BATCH)
        await mongo.replace_each(self._areas, rows.opened(areas, reform["areas_closed"]), session, WRITE_BATCH)
        kept = [one["id"] for one in reform["regimes"] if rows.is_loaded_since(one, regimes)]
        replaced = [one for one in reform["regimes"] if one["id"] not in kept]
        await mongo.delete_each(self._regimes, [one["id"] for one in replaced if one["before"] is None], session)
        back = [one["before"] for one in replaced if one["before"] is not None]
        await mongo.replace_each(self._regimes, back, session, WRITE_BATCH)
        return kept

    async def _refuse_built_on(self, reform: ReformDocument, session: Session) -> None:
        begun, areas_begun = set(reform["begun"]), set(reform["areas_begun"])
        gone = {key for key in begun if stored.ROW not in key}
        later: list[str] = []
        async for other in self._reforms.find({"state": APPLIED}, {"files": 0, "edges": 0}, session=session):
            of_units, of_areas = ({one["id"] for one in closed} for closed in (other["closed"], other["areas_closed"]))
            if reform["_id"] in other["reform"].get("after", ()) or of_units & begun or of_areas & areas_begun:
                later.append(other["_id"])
        if later:
            raise RefusedError(refusal("reform.built_on", id=reform["_id"], later=sorted(later)))
        units = [unit async for unit in self._units.find(session=session) if unit["_id"] not in begun and unit["parent"] in gone]
        areas = [area async for area in self._areas.find(session=session) if area["_id"] not in areas_begun and gone & {*area["members"]}]
        if below := sorted(one["code"] for found in (units, areas) for one in cast(Sequence[UnitDocument], found)):
            raise RefusedError(refusal("reform.units_below", id=reform["_id"], count=number(len(below)), codes=below[:SHOWN]))
