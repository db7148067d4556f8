"""Reference data in MongoDB: units, regimes, and the generation.

The generation is one integer, raised whenever an import changed something (and by a rebuild): whoever computes from units
and regimes looks at it and starts anew on a new one. Whether something changed is told by a fingerprint of the stored
content, so an import that was cut off is finished by the next. Source: design, section 3, "Positions".
"""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson
from pymongo import ReplaceOne

from shared import data_format, regimes
from shared.mongo import Document, Documents
from shared.reference import Reference
from shared.regimes import Regime
from shared.units import Contact, Registry, Unit

GENERATION: Final = "generation"
WRITE_BATCH: Final = 2000


class ReferenceStore:
    """Reads and writes reference data; keeps the last reading."""

    def __init__(self, database: Documents) -> None:
        self._database = database
        self._held: Reference | None = None
        self._looked_at = 0.0
        self._reading = asyncio.Lock()  # who asks while it is read waits for that reading

    async def generation(self) -> int:
        """The generation now; 0 before the first import."""
        found = await self._database["checkpoints"].find_one({"_id": GENERATION}, {"value": 1})
        return int(found["value"]) if found else 0

    async def current(self, age_s: float = 0.0) -> Reference:
        """The reference data of the generation now, or at most `age_s` seconds ago; read again only when it was raised."""
        now = asyncio.get_running_loop().time()
        if self._held is None or now - self._looked_at >= age_s:
            generation = await self.generation()
            async with self._reading:
                if self._held is None or self._held.generation != generation:
                    self._held = await self._read(generation)
            self._looked_at = now
        return self._held

    async def _read(self, generation: int) -> Reference:
        units = [_unit(document) async for document in self._database["units"].find()]
        loaded_at = {document["_id"]: document["loaded_at"] async for document in self._database["regimes"].find({}, {"loaded_at": 1})}
        return Reference(generation, Registry(units), regimes.resolve(await self.files()), loaded_at)

    async def files(self) -> list[Regime]:
        """The regimes as their files say, derived ones not filled in."""
        return [Regime.model_validate(document["file"]) async for document in self._database["regimes"].find()]

    async def kinds(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Kind and decimals of every indicator that a regime ever had, by regime and code: also of those that were left out since."""
        return {document["_id"]: _kinds(document) async for document in self._database["regimes"].find()}

    async def put_units(self, units: Sequence[Unit]) -> int:
        """Stores units; how many were new or changed. Units that are not named stay."""
        stored = {document["_id"]: document async for document in self._database["units"].find()}
        documents = [_document(unit) for unit in units]
        changed = [document for document in documents if stored.get(document["_id"]) != document]
        for first in range(0, len(changed), WRITE_BATCH):
            await self._database["units"].bulk_write(
                [ReplaceOne({"_id": document["_id"]}, document, upsert=True) for document in changed[first : first + WRITE_BATCH]],
                ordered=False,
            )
        await self._settle()
        return len(changed)

    async def put_regimes(self, loaded: Iterable[Regime]) -> list[str]:
        """Stores regimes; the ids that were new or changed. A regime keeps the time it was first loaded."""
        stored = {document["_id"]: document async for document in self._database["regimes"].find()}
        changed = []
        for regime in loaded:
            file = regime.model_dump(mode="json", exclude_defaults=True)
            before = stored.get(regime.id)
            if before is None or before["file"] != file:
                loaded_at = before["loaded_at"] if before else datetime.now(UTC)
                kinds = (_kinds(before) if before else {}) | regime.kinds
                stored_now = {"_id": regime.id, "file": file, "loaded_at": loaded_at, "kinds": kinds}
                await self._database["regimes"].replace_one({"_id": regime.id}, stored_now, upsert=True)
                changed.append(regime.id)
        await self._settle()
        return changed

    async def raise_to(self, generation: int) -> None:
        """Makes the generation at least `generation`."""
        await self._database["checkpoints"].update_one({"_id": GENERATION}, {"$max": {"value": generation}}, upsert=True)

    async def _settle(self) -> None:
        """Raises the generation when what is stored is not what it was raised for."""
        await data_format.mark(self._database)
        units = [document async for document in self._database["units"].find().sort("_id")]
        files = [document["file"] async for document in self._database["regimes"].find().sort("_id")]
        fingerprint = hashlib.sha256(orjson.dumps([units, files], option=orjson.OPT_SORT_KEYS)).hexdigest()
        found = await self._database["checkpoints"].find_one({"_id": GENERATION})
        if found is None or found.get("fingerprint") != fingerprint:
            await self._database["checkpoints"].update_one(
                {"_id": GENERATION}, {"$inc": {"value": 1}, "$set": {"fingerprint": fingerprint}}, upsert=True
            )


def _kinds(document: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Of a stored regime; one that was stored before they were kept has those of its file."""
    kept = {code: (kind, decimals) for code, (kind, decimals) in document.get("kinds", {}).items()}
    return kept or Regime.model_validate(document["file"]).kinds


def _document(unit: Unit) -> Document:
    """Dates as ISO text: BSON has no dates, and text sorts."""
    return {
        "_id": unit.id,
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "kind": unit.kind,
        "parent": unit.parent,
        "valid_from": unit.valid_from.isoformat(),
        "valid_to": unit.valid_to.isoformat() if unit.valid_to else None,
        "contacts": [{"name": contact.name, "phone": contact.phone, "email": contact.email} for contact in unit.contacts],
    }


def _unit(document: dict[str, Any]) -> Unit:
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
