"""The drafts that wait for a person's approval, for *Việc của tôi*."""

from typing import Final

from services.portal.domain import entering
from services.portal.domain.entering import Person
from services.portal.domain.work import Handed
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents.drafts import DraftDocument
from shared.words.scope import Scope, acted_for

TIME_LIMIT_MS: Final = 10_000
FIELDS: Final = dict.fromkeys(("regime", "period", "unit", "handed"), 1)


async def to_approve(database: Documents, scope: Scope, person: Person) -> list[Handed]:
    """The drafts that were handed in at units whose approver the person is, the oldest first; those of ended units at their heirs."""
    registry = scope.reference.registry
    units = {*person.approver_at, *(other for unit in person.approver_at for other in acted_for(registry, unit, scope.today))}
    if not units:
        return []
    drafts = mongo.collection(database, collection_names.DRAFTS, DraftDocument)
    query = {"unit": {"$in": sorted(units)}, "ended": None, "entered_by": None, "handed": {"$ne": None}}
    found = drafts.find(query, FIELDS, max_time_ms=TIME_LIMIT_MS)
    listed = [one for stored in await found.to_list() if (one := _handed(stored, scope, person)) is not None]
    return sorted(listed, key=lambda one: (one.at, one.path))


def _handed(stored: DraftDocument, scope: Scope, person: Person) -> Handed | None:
    """A draft on the page; None if the person does not approve it, or its regime or period is gone."""
    regime, period, handed = stored["regime"], stored["period"], stored.get("handed")
    by = entering.entering_at(person, scope.reference, regime, period, stored["unit"], scope.today)
    setting = scope.reference.setting(regime, period)
    unit = setting and setting.tree.by_id.get(stored["unit"])
    if by is None or by.entered_by is not None or by.sender not in person.approver_at or unit is None or handed is None:
        return None
    return Handed(f"/bieu-mau/{regime}/{period}/{unit.code}", regime, period, unit.name, handed["by"]["name"], handed["at"])
