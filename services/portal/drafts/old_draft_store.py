"""Reads the drafts that have ended, and those whose form takes no report any more, of the units for which a person enters reports."""

from typing import Final

from services.portal.domain import entering
from services.portal.domain.drafts import Draft
from services.portal.domain.entering import Person
from services.portal.domain.old_drafts import Name, Row
from services.portal.drafts import draft_documents
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names
from shared.wire.documents.drafts import DraftDocument
from shared.words.scope import Scope, acted_for

TIME_LIMIT_MS: Final = 10_000
MOST: Final = 200  # in the list; the newest
FIELDS: Final = dict.fromkeys(("regime", "period", "unit", "entered_by", "version", "by.name", "at", "ended"), 1)


class OldDrafts:
    """Reads old drafts within what a person enters today."""

    def __init__(self, database: Documents, scope: Scope, person: Person) -> None:
        self._drafts = mongo.collection(database, collection_names.DRAFTS, DraftDocument)
        self._scope, self._person = scope, person

    async def listed(self) -> list[Row]:
        """The old drafts, the newest first."""
        own = self._own()
        if own is None:
            return []
        found = self._drafts.find(own, FIELDS, max_time_ms=TIME_LIMIT_MS).sort("at", -1).limit(2 * MOST)
        return [self._row(one) for one in await found.to_list() if self._is_old(one)][:MOST]

    async def one(self, name: Name) -> tuple[Row, Draft] | None:
        """An old draft; None if there is none that the person may read."""
        own = self._own()
        if own is None:
            return None
        named = {"$or": [{"_id": {"$eq": name.key}}, {"_id": {"$eq": f"{name.key}#{name.version}"}}], "version": {"$eq": name.version}}
        stored = await self._drafts.find_one({"$and": [own, named]}, max_time_ms=TIME_LIMIT_MS)
        return None if stored is None or not self._is_old(stored) else (self._row(stored), draft_documents.draft(stored))

    def _own(self) -> Document | None:
        """The query of what the person may read: drafts of the own units and of those for which they act, and entries for others."""
        registry, today, person = self._scope.reference.registry, self._scope.today, self._person
        units = {*person.officer_at, *(other for unit in person.officer_at for other in acted_for(registry, unit, today))}
        either: list[Document] = [{"unit": {"$in": sorted(units)}, "entered_by": None}] if units else []
        either += [{"entered_by": {"$in": sorted(person.reviewer_at)}}] if person.reviewer_at else []
        return {"$or": either} if either else None

    def _is_old(self, stored: DraftDocument) -> bool:
        """Whether it has ended, or nobody can open it, because its form takes no report any more."""
        if stored["ended"]:
            return True
        at = (stored["regime"], stored["period"], stored["unit"])
        return entering.entering_at(self._person, self._scope.reference, *at, self._scope.today) is None

    def _row(self, stored: DraftDocument) -> Row:
        name = Name(stored["regime"], stored["period"], stored["unit"], stored["entered_by"] or "", stored["version"])
        rows = self._scope.reference.registry.ids.get(name.unit, ())
        return Row(name, rows[-1].name if rows else name.unit, stored["ended"], stored["by"]["name"], stored["at"])
