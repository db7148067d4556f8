"""Reads what became of one unit's report besides its history: refused attempts, receipts, reminders, and who acted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.portal.domain import plain_remarks, sent_alerts
from services.portal.domain.address import Address
from services.portal.domain.history import Step
from services.portal.domain.sent_alerts import SentAlert
from services.portal.reading.receipt_store import Decided, ReceiptStore
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents import AlertDocument
from shared.wire.identity_documents import PersonDocument
from shared.wire.view_key import ViewKey
from shared.words.refusals import Refusal

TIME_LIMIT_MS: Final = 10_000
MOST_ALERTS: Final = 50
MOST_RECEIPTS: Final = 50
PERSON: Final = "people/"
ALERT: Final = dict.fromkeys(("cause", "rung", "channel", "state", "raised_at", "to", "unit_id"), 1)


@dataclass(frozen=True)
class Record:
    """`rejected` are refused attempts, the newest first; `receipts` those of the history's events, by `<sender>/<event id>`; `people` the
    names of people by actor. For readers of a derived regime it is empty, because all of it concerns the whole report.
    """

    rejected: Sequence[Decided] = ()
    receipts: Mapping[str, Decided] = field(default_factory=dict)
    alerts: Sequence[SentAlert] = ()
    people: Mapping[str, str] = field(default_factory=dict)


async def read(at: Address, database: Documents, steps: Sequence[Step], today: date) -> Record:
    """The record of a report that is in scope. Of refused attempts only those that the unit, or who acts for it, has sent."""
    if at.regime.derived_from is not None or at.early is not None:
        return Record()
    receipts, heir = ReceiptStore(database), at.reference.registry.acting(at.unit.id, today)
    senders = {at.unit.id, *(step.entry.sender for step in steps if step.is_by_successor), *([heir.id] if heir else [])}
    rejected = await receipts.rejected(at.regime.id, at.period.code, at.unit.id, senders)
    return Record(
        rejected,
        await receipts.of_events([step.entry.id for step in steps[-MOST_RECEIPTS:]]),
        await _alerts(database, ViewKey(at.regime.id, at.period.code, at.unit.id).text),
        await _people(database, {step.actor for step in steps}),
    )


def reasons(record: Record, at: Address) -> list[tuple[Decided, list[Refusal]]]:
    """The refused attempts with their reasons as people read them."""
    return [(one, plain_remarks.plain(one.errors, at.regime)) for one in record.rejected]


async def _alerts(database: Documents, duty: str) -> list[SentAlert]:
    alerts = mongo.collection(database, collection_names.ALERTS, AlertDocument)
    query = {"duty": {"$in": [duty, f"{duty}/official"]}, "state": {"$ne": "passed"}}
    found = alerts.find(query, ALERT, max_time_ms=TIME_LIMIT_MS).sort("raised_at", -1).limit(MOST_ALERTS)
    read_alerts = [sent_alerts.of_document(document) async for document in found]
    return [alert for alert in read_alerts if alert is not None]


async def _people(database: Documents, actors: Collection[str]) -> dict[str, str]:
    """The names of people, by actor; an operator's login stands for itself."""
    ids = sorted(actor.removeprefix(PERSON) for actor in actors if actor.startswith(PERSON))
    people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)
    found = people.find({"_id": {"$in": ids}}, {"name": 1}, max_time_ms=TIME_LIMIT_MS) if ids else None
    named = {f"{PERSON}{document['_id']}": document["name"] async for document in found} if found is not None else {}
    return named | {actor: "người vận hành hệ thống" for actor in actors if actor.startswith("operator/")}
