"""Reference data in MongoDB: units, areas, the lineage, regimes, and the generation.

The generation is one integer. Every import that changes something raises it, and so does a rebuild; services that compute from units and
regimes watch it and start again when it changes. An import is one transaction, so that its changes and the generation are stored together
or not at all, and a reading is one snapshot, so that nobody sees half of an import. Source: design, section 3, "Positions"; ADR 0044.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar

from shared.plumbing import audit_store, data_format, mongo
from shared.plumbing import reference_documents as stored
from shared.plumbing.mongo import Collection, Documents, Session, Stored
from shared.plumbing.reference_documents import RowKey
from shared.wire import collection_names
from shared.wire.documents.checkpoints import GenerationDocument
from shared.wire.documents.reference import AreaDocument, RegimeDocument, UnitDocument
from shared.wire.documents.reforms import ReformDocument
from shared.words import regimes
from shared.words.audit import Act
from shared.words.calendar import COMMON, WorkingDays
from shared.words.lineage import Lineage
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Contact, Registry, Unit

WRITE_BATCH: Final = 2000
OF_REFERENCE: Final = dict.fromkeys(("valid_from", "edges", "pins"), 1)  # the fields of a reform that services need
OF_ROWS: Final = dict.fromkeys(("closed", "begun"), 1)
Result = TypeVar("Result")
Record = Callable[[Result], Act | None]
"""Says what the audit log records about an import, by its result; None if nothing has changed."""


class ReferenceStore:
    """Reads and writes reference data, and caches the last reading."""

    def __init__(self, database: Documents, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._database = database
        self._units = mongo.collection(database, collection_names.UNITS, UnitDocument)
        self._regimes = mongo.collection(database, collection_names.REGIMES, RegimeDocument)
        self._areas = mongo.collection(database, collection_names.AREAS, AreaDocument)
        self._reforms = mongo.collection(database, collection_names.REFORMS, ReformDocument)
        self._checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, GenerationDocument)
        self._cached: Reference | None = None
        self._looked_at = 0.0
        self.working_days = COMMON
        self._reading = asyncio.Lock()  # callers that arrive during a reading wait for it

    def use(self, working_days: WorkingDays) -> None:
        """Sets the agency's working days, which every later reading contains."""
        self.working_days = working_days

    async def generation(self, session: Session | None = None) -> int:
        """The current generation; 0 before the first import."""
        document = await self._checkpoints.find_one({"_id": data_format.GENERATION}, {"value": 1}, session=session)
        return document["value"] if document else 0

    async def current(self, age_s: float = 0.0) -> Reference:
        """The current reference data, or data at most `age_s` seconds old. They are read again only if the generation has changed."""
        now = asyncio.get_running_loop().time()
        if self._cached is None or now - self._looked_at >= age_s:
            generation = await self.generation()
            async with self._reading:
                if self._cached is None or self._cached.generation != generation:
                    self._cached = await mongo.in_transaction(self._database, self.read)
            self._looked_at = now
        return self._cached

    async def read(self, session: Session) -> Reference:
        """Reads everything, in the snapshot of the session's transaction."""
        generation = await self.generation(session)
        units = [stored.unit(document) async for document in self._units.find(session=session)]
        areas = [stored.area(document) async for document in self._areas.find(session=session)]
        reforms = [document async for document in self._reforms.find({"state": stored.APPLIED}, OF_REFERENCE, session=session)]
        loaded = [document async for document in self._regimes.find(session=session)]
        return Reference(
            generation=generation,
            registry=Registry(units, areas, Lineage(edge for reform in reforms for edge in stored.edges(reform))),
            regimes=regimes.resolve([Regime.model_validate(document["file"]) for document in loaded]),
            loaded_at={document["_id"]: document["loaded_at"] for document in loaded},
            working_days=self.working_days,
            pins=stored.pins(reforms),
            reform_days=tuple(sorted({date.fromisoformat(reform["valid_from"]) for reform in reforms})),
        )

    async def files(self) -> list[Regime]:
        """The regimes as their files define them: derived ones are not completed."""
        return [Regime.model_validate(document["file"]) async for document in self._regimes.find()]

    async def kinds(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Kind and decimals of every indicator that a regime ever had, by regime and code. Indicators that were removed since are
        included.
        """
        return {document["_id"]: stored.kinds(document) async for document in self._regimes.find()}

    async def put_units(
        self, units: Sequence[Unit], contacts: Mapping[str, Sequence[Contact]] | None = None, record: Record[int] | None = None
    ) -> int:
        """Stores rows of units. Returns how many rows were new or changed. Stored rows that are not in `units` are kept.

        Rows that an applied reform closed stay closed, and those that it began stay as it says. `contacts`, by unit id, replaces the
        contacts of those units, in their last rows; ids of units that are not stored are ignored.
        """

        async def put(session: Session) -> int:
            before = {stored.row_key(document): document async for document in self._units.find(session=session)}
            reforms = [document async for document in self._reforms.find({"state": stored.APPLIED}, OF_ROWS, session=session)]
            after = before | _rows(units, before, reforms)
            last = {unit_id: (unit_id, day) for unit_id, day in sorted(after)}
            for unit_id in last.keys() & (contacts or {}).keys():
                given = stored.contact_documents((contacts or {})[unit_id])
                after[last[unit_id]] = {**after[last[unit_id]], "contacts": given}
            changed = [document for key, document in after.items() if before.get(key) != document]
            await self.store(self._units, changed, session)
            return len(changed)

        return await self.change(put, record)

    async def put_regimes(self, loaded: Sequence[Regime], record: Record[list[str]] | None = None) -> list[str]:
        """Stores regimes. Returns the ids that were new or changed. A regime keeps the time when it was first loaded."""

        async def put(session: Session) -> list[str]:
            before = {document["_id"]: document async for document in self._regimes.find(session=session)}
            changed = stored.changed_regimes(loaded, before, self._clock())
            await self.store(self._regimes, changed, session)
            return [str(document["_id"]) for document in changed]

        return await self.change(put, record)

    async def remove_regime(self, regime_id: str, record: Record[bool] | None = None) -> bool:
        """Removes a regime and the stored kinds of its indicators. Returns whether it existed."""

        async def remove(session: Session) -> bool:
            result = await self._regimes.delete_one({"_id": regime_id}, session=session)
            await self.count_import(bool(result.deleted_count), session)
            return bool(result.deleted_count)

        return await self.change(remove, record)

    async def raise_to(self, generation: int) -> None:
        """Raises the generation to at least `generation`."""
        await self._checkpoints.update_one({"_id": data_format.GENERATION}, {"$max": {"value": generation}}, upsert=True)

    async def change(self, put: Callable[[Session], Coroutine[Any, Any, Result]], record: Record[Result] | None = None) -> Result:
        """Runs an import in a transaction, on data of this code's format. What `record` says is added to the audit log in the same
        transaction.
        """

        async def put_and_record(session: Session) -> Result:
            result = await put(session)
            if record is not None and (act := record(result)) is not None:
                await audit_store.add(self._database, act, self._clock(), session)
            return result

        await data_format.mark(self._database)
        result = await mongo.in_transaction(self._database, put_and_record)
        if record is not None:
            await audit_store.catch_up(self._database)
        return result

    async def count_import(self, is_changed: bool, session: Session) -> None:
        """Counts an import; if it changed something, raises the generation too.

        An import without changes is counted as well, so that a concurrent import conflicts with it.
        """
        raised = {"imports": 1, "value": 1 if is_changed else 0}
        await self._checkpoints.update_one({"_id": data_format.GENERATION}, {"$inc": raised}, upsert=True, session=session)

    async def store(self, collection: Collection[Stored], changed: Sequence[Stored], session: Session) -> None:
        """Writes the documents and counts the import."""
        await self.count_import(bool(changed), session)
        await mongo.replace_each(collection, changed, session, WRITE_BATCH)


def _rows(units: Sequence[Unit], before: Mapping[RowKey, UnitDocument], reforms: Iterable[ReformDocument]) -> dict[RowKey, UnitDocument]:
    """The documents of rows that are imported over the stored ones."""
    taken = {document["_id"] for document in before.values()}
    closed, begun = set[str](), set[str]()
    for reform in reforms:
        closed.update(row["id"] for row in reform["closed"])
        begun.update(reform["begun"])
    found: dict[RowKey, UnitDocument] = {}
    for unit in sorted(units, key=lambda unit: unit.valid_from):
        row = (unit.id, unit.valid_from.isoformat())
        known = before.get(row)
        if known is None:
            key = stored.new_key(unit.id, unit.valid_from, taken)
            taken.add(key)
            found[row] = stored.unit_document(unit, key)
        elif known["_id"] not in begun:
            document = stored.unit_document(unit, known["_id"])
            found[row] = {**document, "valid_to": known["valid_to"]} if known["_id"] in closed else document
    return found
