"""The stored book: the collection `duties`, and the notifier's checkpoint, which also has the state that belongs to no stored duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING

from services.notify.domain.duties import CONFIRM, Duty, owes
from services.notify.domain.ledger import RegimePeriod, ReportKey
from services.notify.store import report_states
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names, events
from shared.wire.documents.checkpoints import NotifyCheckpointDocument
from shared.wire.documents.duties import DUTIES_OF_UNITS, DutyDocument, ExtensionDocument, ReturnedDocument
from shared.words.instants import Given
from shared.words.report_state import PeriodState, ReportState, Return

CHECKPOINT: Final = "notify"
SHAPE: Final = 8  # the data format that last changed the checkpoint and the duties' state
WRITE_BATCH: Final = 2000
OWED: Final = "owed"  # the index of owed duties
IN_ORDER: Final = [("owed", DESCENDING), *((name, ASCENDING) for name in ("reminded_of", "regime", "period", "unit.code", "_id"))]


@dataclass(frozen=True, slots=True)
class BookPosition:
    """How far the log was folded, and under which generation; the place is a mark in the log (`shared/plumbing/log_mark.py`)."""

    generation: int
    sequence: int
    event_id: str
    stored_ms: int
    stream_created: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A position with everything that is needed to continue from it."""

    position: BookPosition
    begun: list[RegimePeriod]
    opened: dict[RegimePeriod, PeriodState]
    waiting: list[tuple[ReportKey, ReportState]]
    acted_ms: dict[RegimePeriod, int]
    imported_ms: dict[RegimePeriod, int]


class BookStore:
    """Reads and writes the book. Every write is idempotent, also with several notifiers: only documents of an older position are
    replaced.
    """

    def __init__(self, database: Documents) -> None:
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)
        self._checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, NotifyCheckpointDocument)

    async def prepare(self) -> None:
        """Creates the indexes: a period's duties, a unit's duties by code and by id, owed duties and returned ones in the portal's order,
        and late ones.
        """
        await self._duties.create_index([("regime", ASCENDING), ("period", ASCENDING), ("unit.code", ASCENDING)])
        await self._duties.create_index([("unit.code", ASCENDING), ("period", ASCENDING)])
        await self._duties.create_index(list(DUTIES_OF_UNITS))
        await self._duties.create_index(IN_ORDER, name=OWED)
        is_returned: Document = {"owed": True, "returned": {"$type": "object"}}
        await self._duties.create_index(IN_ORDER, partialFilterExpression=is_returned, name="returned")
        await self._duties.create_index([("first_received_at", DESCENDING)], partialFilterExpression={"late": True}, name="late")

    async def checkpoint(self) -> Checkpoint | None:
        """The stored checkpoint; None before the first fold, or if it was stored in another format."""
        document = await self._checkpoints.find_one({"_id": CHECKPOINT, "shape": SHAPE})
        return None if document is None else _checkpoint(document)

    async def generation(self) -> int:
        """The generation of the checkpoint; 0 before the first fold."""
        document = await self._checkpoints.find_one({"_id": CHECKPOINT}, {"generation": 1})
        return 0 if document is None else document["generation"]

    async def live(self, since: datetime) -> set[RegimePeriod]:
        """The regimes and periods in which somebody owes whose deadline (for reminders) is not before `since`. Answered by an index."""
        owed: Document = {"owed": True, "reminded_of": {"$gte": since}}
        groups = await mongo.aggregate(
            self._duties, [{"$match": owed}, {"$group": {"_id": {"regime": "$regime", "period": "$period"}}}], hint=OWED
        )
        return {(group["_id"]["regime"], group["_id"]["period"]) for group in groups}

    async def reports(self, pair: RegimePeriod) -> dict[str, ReportState]:
        """The report states in the stored duties of a regime and period, by the id of the unit whose report or view it is. If two
        duties have the same one, the one that was written later is used.
        """
        regime, period = pair
        cursor = self._duties.find(
            {"regime": regime, "period": period}, {"_id": 0, "state": 1, "generation": 1, "sequence": 1, "unit.id": 1, "view": 1}
        )
        documents = sorted(await cursor.to_list(None), key=lambda document: (document["generation"], document["sequence"]))
        return {document.get("view", document["unit"]["id"]): report_states.report(document["state"]) for document in documents}

    async def put(self, duties: Sequence[Duty], position: BookPosition) -> None:
        """Stores duties as of a position. A stored duty with a later position is kept."""
        for first in range(0, len(duties), WRITE_BATCH):
            documents = [_document(duty, position) for duty in duties[first : first + WRITE_BATCH]]
            await mongo.put_newer(self._duties, [(_older(document["_id"], position), document) for document in documents])

    async def remove_before(self, generation: int) -> None:
        """Removes duties of generations before `generation`: they were not written again, so no unit has them any more."""
        await self._duties.delete_many({"generation": {"$lt": generation}})

    async def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Moves the checkpoint, unless another notifier has moved it further."""
        position = checkpoint.position
        document: NotifyCheckpointDocument = {
            "_id": CHECKPOINT,
            "shape": SHAPE,
            "generation": position.generation,
            "sequence": position.sequence,
            "event_id": position.event_id,
            "stored_ms": position.stored_ms,
            "stream_created": position.stream_created,
            "begun": sorted(checkpoint.begun),
            "opened": [(*pair, report_states.givens(state.openings)) for pair, state in sorted(checkpoint.opened.items())],
            "waiting": [(*key, report_states.document(report)) for key, report in checkpoint.waiting],
            "acted": [(*pair, received_ms) for pair, received_ms in sorted(checkpoint.acted_ms.items())],
            "imported": [(*pair, stored_ms) for pair, stored_ms in sorted(checkpoint.imported_ms.items())],
        }
        await mongo.put_newer(self._checkpoints, [(_older(CHECKPOINT, position), document)])


def _older(document_id: str, position: BookPosition) -> Document:
    older = [
        {"generation": {"$lt": position.generation}},
        {"generation": position.generation, "sequence": {"$lte": position.sequence}},
    ]
    return {"_id": document_id, "$or": older}


def _checkpoint(document: NotifyCheckpointDocument) -> Checkpoint:
    begun = [(regime, period) for regime, period in document["begun"]]
    acted = document.get("acted")  # a checkpoint of an earlier version does not say: then every period may have had an act just now
    return Checkpoint(
        BookPosition(document["generation"], document["sequence"], document["event_id"], document["stored_ms"], document["stream_created"]),
        begun,
        {(regime, period): report_states.period(given) for regime, period, given in document["opened"]},
        [(ReportKey(regime, period, unit_id), report_states.report(state)) for regime, period, unit_id, state in document["waiting"]],
        dict.fromkeys(begun, document["stored_ms"]) if acted is None else {(regime, period): at_ms for regime, period, at_ms in acted},
        {(regime, period): stored_ms for regime, period, stored_ms in document.get("imported", ())},
    )


def _document(duty: Duty, position: BookPosition) -> DutyDocument:
    state, report = duty.state, duty.report_state
    confirmation = state.confirmation if duty.task == CONFIRM else None
    document: DutyDocument = {
        "_id": duty.id,
        "generation": position.generation,
        "sequence": position.sequence,
        "regime": duty.regime,
        "period": duty.period,
        "unit": {"id": duty.unit.id, "code": duty.unit.code, "name": duty.unit.name},
        "task": duty.task,
        "deadline": duty.deadline,
        "owed": not duty.is_done,
        "received": duty.is_received,
        "received_at": events.from_ms(report.winner.received_ms) if duty.is_received else None,
        "first_received_at": _at(duty.first_received_ms),
        "revision": report.winner.number,
        "late": duty.is_late,
        "late_by_s": _late_by_s(duty),
        "extended_to": None if duty.extension is None else duty.extension.at,
        "extension": _extension(duty.extension),
        "returned": _returned(duty.returned),
        "confirmed_at": None if confirmation is None else events.from_ms(confirmation.received_ms),
        "view_hash": None if confirmation is None else confirmation.view_hash,
        "reminded_of": duty.reminded_of,
        "cause": duty.cause,
        "state": report_states.document(state),
    }
    if duty.view is not None:
        document["view"] = duty.view.id
    return document


def _at(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else events.from_ms(milliseconds)


def _returned(returned: Return | None) -> ReturnedDocument | None:
    return None if returned is None else {"revision": returned.revision, "reason": returned.reason, "fix_by": returned.fix_by}


def _extension(extension: Given | None) -> ExtensionDocument | None:
    return None if extension is None else {"until": extension.at, "reason": extension.reason, "author": extension.author}


def _late_by_s(duty: Duty) -> int | None:
    """The delay of a task that is done. For an owed task it is not stored, because it depends on the time of reading."""
    late_by = None if owes(duty) else duty.late_by(duty.deadline)
    return None if late_by is None else int(late_by.total_seconds())
