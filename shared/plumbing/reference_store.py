"""Reference data in MongoDB: units, regimes, and the generation.

The generation is one integer. Every import that changes something raises it, and so does a rebuild; services that compute from units and
regimes watch it and start again when it changes. An import is one transaction, so that its changes and the generation are stored together
or not at all. Source: design, section 3, "Positions".
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar

from shared.plumbing import data_format, mongo
from shared.plumbing.mongo import Collection, Documents, Session, Stored
from shared.wire import collection_names
from shared.wire.documents import ContactDocument, GenerationDocument, RegimeDocument, UnitDocument
from shared.words import regimes
from shared.words.calendar import COMMON, WorkingDays
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Contact, Registry, Unit

WRITE_BATCH: Final = 2000
Result = TypeVar("Result")


class ReferenceStore:
    """Reads and writes reference data, and caches the last reading."""

    def __init__(self, database: Documents, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._database = database
        self._units = mongo.collection(database, collection_names.UNITS, UnitDocument)
        self._regimes = mongo.collection(database, collection_names.REGIMES, RegimeDocument)
        self._checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, GenerationDocument)
        self._cached: Reference | None = None
        self._looked_at = 0.0
        self.working_days = COMMON
        self._reading = asyncio.Lock()  # callers that arrive during a reading wait for it

    def use(self, working_days: WorkingDays) -> None:
        """Sets the agency's working days, which every later reading contains."""
        self.working_days = working_days

    async def generation(self) -> int:
        """The current generation; 0 before the first import."""
        document = await self._checkpoints.find_one({"_id": data_format.GENERATION}, {"value": 1})
        return document["value"] if document else 0

    async def current(self, age_s: float = 0.0) -> Reference:
        """The current reference data, or data at most `age_s` seconds old. They are read again only if the generation has changed."""
        now = asyncio.get_running_loop().time()
        if self._cached is None or now - self._looked_at >= age_s:
            generation = await self.generation()
            async with self._reading:
                if self._cached is None or self._cached.generation != generation:
                    self._cached = await self._read(generation)
            self._looked_at = now
        return self._cached

    async def _read(self, generation: int) -> Reference:
        units = [_unit(document) async for document in self._units.find()]
        loaded_at = {document["_id"]: document["loaded_at"] async for document in self._regimes.find({}, {"loaded_at": 1})}
        return Reference(generation, Registry(units), regimes.resolve(await self.files()), loaded_at, self.working_days)

    async def files(self) -> list[Regime]:
        """The regimes as their files define them: derived ones are not completed."""
        return [Regime.model_validate(document["file"]) async for document in self._regimes.find()]

    async def kinds(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Kind and decimals of every indicator that a regime ever had, by regime and code. Indicators that were removed since are
        included.
        """
        return {document["_id"]: _kinds(document) async for document in self._regimes.find()}

    async def put_units(self, units: Sequence[Unit], contacts: Mapping[str, Sequence[Contact]] | None = None) -> int:
        """Stores units. Returns how many were new or changed. Stored units that are not in `units` are kept.

        `contacts`, by unit id, replaces the contacts of those units; ids of units that are not stored are ignored.
        """
        documents = {unit.id: _document(unit) for unit in units}
        of_units = {unit_id: [_contact(contact) for contact in given] for unit_id, given in (contacts or {}).items()}

        async def put(session: Session) -> int:
            stored = {document["_id"]: document async for document in self._units.find(session=session)}
            known = stored | documents
            named: dict[str, UnitDocument] = {
                unit_id: {**known[unit_id], "contacts": given} for unit_id, given in of_units.items() if unit_id in known
            }
            changed = [document for unit_id, document in (documents | named).items() if stored.get(unit_id) != document]
            await self.store(self._units, changed, session)
            return len(changed)

        return await self._import(put)

    async def put_regimes(self, loaded: Sequence[Regime]) -> list[str]:
        """Stores regimes. Returns the ids that were new or changed. A regime keeps the time when it was first loaded."""

        async def put(session: Session) -> list[str]:
            stored = {document["_id"]: document async for document in self._regimes.find(session=session)}
            changed: list[RegimeDocument] = []
            for regime in loaded:
                file = regime.model_dump(mode="json", exclude_defaults=True, by_alias=True)
                before = stored.get(regime.id)
                if before is None or before["file"] != file:
                    loaded_at = before["loaded_at"] if before else self._clock()
                    kinds = (_kinds(before) if before else {}) | regime.kinds
                    changed.append({"_id": regime.id, "file": file, "loaded_at": loaded_at, "kinds": kinds})
            await self.store(self._regimes, changed, session)
            return [str(document["_id"]) for document in changed]

        return await self._import(put)

    async def remove_regime(self, regime_id: str) -> bool:
        """Removes a regime and the stored kinds of its indicators. Returns whether it existed."""

        async def remove(session: Session) -> bool:
            result = await self._regimes.delete_one({"_id": regime_id}, session=session)
            await self.count_import(bool(result.deleted_count), session)
            return bool(result.deleted_count)

        return await self._import(remove)

    async def raise_to(self, generation: int) -> None:
        """Raises the generation to at least `generation`."""
        await self._checkpoints.update_one({"_id": data_format.GENERATION}, {"$max": {"value": generation}}, upsert=True)

    async def _import(self, put: Callable[[Session], Coroutine[Any, Any, Result]]) -> Result:
        await data_format.mark(self._database)
        return await mongo.in_transaction(self._database, put)

    async def count_import(self, is_changed: bool, session: Session) -> None:
        """Counts an import; if it changed something, raises the generation too.

        An import without changes is counted as well, so that a concurrent import conflicts with it.
        """
        raised = {"imports": 1, "value": 1 if is_changed else 0}
        await self._checkpoints.update_one({"_id": data_format.GENERATION}, {"$inc": raised}, upsert=True, session=session)

    async def store(self, collection: Collection[Stored], changed: Sequence[Stored], session: Session) -> None:
        """Writes the documents and counts the import."""
        await self.count_import(bool(changed), session)
        for first in range(0, len(changed), WRITE_BATCH):
            writes = [mongo.replacement(document) for document in changed[first : first + WRITE_BATCH]]
            await collection.bulk_write(writes, ordered=False, session=session)


def _kinds(document: RegimeDocument) -> dict[str, tuple[str, int]]:
    """The kinds of a stored regime's indicators. Documents written before the field existed have those of their file."""
    kept = {code: (kind, decimals) for code, (kind, decimals) in document.get("kinds", {}).items()}
    return kept or Regime.model_validate(document["file"]).kinds


def _document(unit: Unit) -> UnitDocument:
    """The unit's document. Dates are ISO text: BSON has no dates, and text sorts correctly."""
    return {
        "_id": unit.id,
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "kind": unit.kind,
        "parent": unit.parent,
        "valid_from": unit.valid_from.isoformat(),
        "valid_to": unit.valid_to.isoformat() if unit.valid_to else None,
        "contacts": [_contact(contact) for contact in unit.contacts],
    }


def _contact(contact: Contact) -> ContactDocument:
    return {"name": contact.name, "phone": contact.phone, "email": contact.email}


def _unit(document: UnitDocument) -> Unit:
    return Unit(
        id=document["_id"],
        code=document["code"],
        name=document["name"],
        level=document["level"],
        kind=document["kind"],
        parent=document["parent"],
        valid_from=date.fromisoformat(document["valid_from"]),
        valid_to=date.fromisoformat(document["valid_to"]) if document["valid_to"] else None,
        contacts=tuple(Contact(**contact) for contact in document["contacts"]),
    )
