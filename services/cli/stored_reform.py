"""What is stored and matters to a reform: accepted and refused events, duties that are not done, roles and credentials. Only reads."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names, event_key, events
from shared.wire.documents.duties import DutyDocument
from shared.wire.documents.identity import CredentialDocument, GrantDocument, PersonDocument
from shared.wire.documents.receipts import ReceiptDocument
from shared.wire.documents.reports import ReportDocument
from shared.words import periods
from shared.words.reference import Reference
from shared.words.reform_bound import Bound, BoundCredential, BoundRole
from shared.words.reform_effects import Owed, Stored
from shared.words.reform_events import RefusedEvent

GIVING: Final = [events.OPENED, events.EXTENDED]
"""The types of the events whose content matters."""
AT_ONCE: Final = 5000  # ids in one query


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry of `reports`; `data` is empty unless the event is an opening or an extension."""

    id: str
    type: str
    regime: str
    period: str
    unit_id: str
    revision: int
    received_ms: int
    data: Mapping[str, Any] = field(default_factory=dict)
    is_estimate: bool = False

    @property
    def sender(self) -> str:
        return event_key.sender(self.id)

    @property
    def event_id(self) -> str:
        return event_key.event_id(self.id)


class ReformReader:
    """Reads what is stored about the periods and units that a reform concerns."""

    def __init__(self, database: Documents) -> None:
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._receipts = mongo.collection(database, collection_names.RECEIPTS, ReceiptDocument)
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)
        self._people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)
        self._credentials = mongo.collection(database, collection_names.CREDENTIALS, CredentialDocument)

    async def giving(self) -> list[StoredEntry]:
        """All openings and extensions."""
        return [entry async for entry in self._entries({"type": {"$in": GIVING}})]

    async def read(self, before: Reference, first_day: date, ended: Collection[str]) -> Stored:
        """What matters to a reform with this first day, in which the units with the ids in `ended` end."""
        since = {"received_ms": {"$gte": periods.start_ms(first_day)}}
        wanted: list[Document] = [*_of_periods(before, first_day), since]
        found = await self.giving()
        found += [entry async for entry in self._entries({"type": {"$nin": GIVING}, "$or": wanted}, "event")]
        refused = [_refused(one) async for one in self._receipts.find({"verdict": "rejected", **since}, {"event": 0})]
        return Stored(found, refused, await self._owed(sorted(ended)), await self._bound(sorted(ended), first_day))

    async def _entries(self, query: Document, *without: str) -> AsyncIterator[StoredEntry]:
        async for one in self._reports.find(query, dict.fromkeys(without, 0)):
            data = events.read_data(one["event"]) if "event" in one else {}
            names = (one["_id"], one["type"], one["regime"], one["period"], one["unit"])
            yield StoredEntry(*names, one["revision"], one["received_ms"], data, one.get("estimate", False))

    async def _owed(self, ended: Sequence[str]) -> list[Owed]:
        found: list[Owed] = []
        for first in range(0, len(ended), AT_ONCE):
            query: Document = {"owed": True, "unit.id": {"$in": ended[first : first + AT_ONCE]}}
            async for one in self._duties.find(query, {"regime": 1, "period": 1, "unit.id": 1, "task": 1}):
                found.append(Owed(one["regime"], one["period"], one["unit"]["id"], one["task"]))
        return found

    async def _bound(self, ended: Sequence[str], first_day: date) -> Bound:
        """The roles and credentials at these units that would be valid on the first day or later."""
        roles: list[BoundRole] = []
        credentials: list[BoundCredential] = []
        for first in range(0, len(ended), AT_ONCE):
            units = ended[first : first + AT_ONCE]
            async for person in self._people.find({"revoked_at": None, "grants.unit": {"$in": units}}):
                held = [grant for grant in person["grants"] if grant["unit"] in units and _lasts(grant, first_day)]
                roles += [BoundRole(grant["unit"] or "", person["login"], person["name"], grant["role"]) for grant in held]
            valid: Document = {"unit": {"$in": units}, "revoked_at": None, "expires_at": {"$gt": periods.start_of(first_day)}}
            async for one in self._credentials.find(valid, {"unit": 1, "kind": 1}):
                credentials.append(BoundCredential(one["unit"] or "", one["_id"], one["kind"]))
        return Bound(tuple(roles), tuple(credentials))


def _lasts(grant: GrantDocument, day: date) -> bool:
    return grant["revoked_at"] is None and (grant["ends"] is None or day.isoformat() < grant["ends"])


def _refused(receipt: ReceiptDocument) -> RefusedEvent:
    codes = frozenset(error["code"] for error in receipt["errors"])
    return RefusedEvent(receipt["sender"], receipt["received_ms"], codes, receipt["regime"], receipt["period"])


def _of_periods(before: Reference, first_day: date) -> list[Document]:
    """Selects the events of the periods whose reference day is the first day or later; of a regime on call, those of all periods."""
    found: list[Document] = []
    for regime in before.regimes.values():
        if regime.obligation is None:
            continue
        if isinstance(regime.periods, str):
            found.append({"regime": regime.id})
            continue
        listed = [period for code in regime.periods if (period := regime.period(code)) is not None]
        codes = [period.code for period in listed if before.day(regime, period) >= first_day]
        found += [{"regime": regime.id, "period": {"$in": codes}}] if codes else []
    return found
