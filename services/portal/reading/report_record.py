"""Reads what became of one unit's report besides its history: refused attempts, receipts, reminders, and who acted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.portal.domain import plain_remarks
from services.portal.domain.address import Address
from services.portal.domain.history import Step
from services.portal.domain.sent_alerts import SentAlert
from services.portal.domain.who_acted import PERSON, Reader
from services.portal.reading.receipt_store import Decided, ReceiptStore
from services.portal.reading.record_store import RecordStore
from shared.plumbing.mongo import Documents
from shared.wire.view_key import ViewKey
from shared.words.refusals import Refusal

MOST_RECEIPTS = 50


@dataclass(frozen=True)
class Record:
    """`rejected` are refused attempts, the newest first; `receipts` those of the history's events, by `<sender>/<event id>`; `people` who
    acted, by the id of the event. For readers of a derived regime it is empty, because all of it concerns the whole report.
    """

    rejected: Sequence[Decided] = ()
    receipts: Mapping[str, Decided] = field(default_factory=dict)
    alerts: Sequence[SentAlert] = ()
    people: Mapping[str, str] = field(default_factory=dict)


async def read(at: Address, database: Documents, steps: Sequence[Step], reader: Reader) -> Record:
    """The record of a report that is in scope. Of refused attempts only those that the unit, or who acts for it, has sent."""
    today = reader.scope.today
    if at.regime.derived_from is not None or at.early is not None:
        return Record()
    record = RecordStore(database)
    receipts, heir = ReceiptStore(database), at.reference.registry.acting(at.unit.id, today)
    senders = {at.unit.id, *(step.entry.sender for step in steps if step.is_by_successor), *([heir.id] if heir else [])}
    rejected = await receipts.rejected(at.regime.id, at.period.code, at.unit.id, senders)
    return Record(
        rejected,
        await receipts.of_events([step.entry.id for step in steps[-MOST_RECEIPTS:]]),
        await record.alerts(ViewKey(at.regime.id, at.period.code, at.unit.id).text),
        await _people(record, steps, reader),
    )


async def _people(record: RecordStore, steps: Sequence[Step], reader: Reader) -> dict[str, str]:
    acted = {step.entry.id: (step.actor, step.entered_by or step.entry.sender) for step in steps if step.actor}
    named = {actor.removeprefix(PERSON) for actor, unit in acted.values() if actor.startswith(PERSON) and reader.is_told(unit)}
    names = await record.people(named)
    return {event: reader.words(actor, unit, names) for event, (actor, unit) in acted.items()}


def reasons(record: Record, at: Address) -> list[tuple[Decided, list[Refusal]]]:
    """The refused attempts with their reasons as people read them."""
    return [(one, plain_remarks.plain(one.errors, at.regime)) for one in record.rejected]
