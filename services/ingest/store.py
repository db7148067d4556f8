"""Claims: the receipts collection, one document per event, which holds the whole decision and never changes.

`_id` is `<sender code>/<event id>`, and a re-used id is kept beside it, under `<sender code>/<event id>#<hash>`. Where REPORTS has an
event is not said here but by `reports`, which the aggregator keeps under the same ids (ADR-0014).
Source: design, section 3, "Ingest: claim, publish, ack".
"""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from services.ingest.domain import parsing, screening
from services.ingest.domain.screening import Accepted, Incoming, Rejected
from shared import collection_names, events, mongo
from shared.errors import TransientError, refusal
from shared.mongo import Document, Documents

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
DUPLICATE: Final = "duplicate"
REMEMBERED: Final = 20_000  # positions; more than the aggregator is ever behind while it keeps up

Position = dict[str, int]  # of an event in the log: its partition, and its sequence in REPORTS


@dataclass(frozen=True, slots=True)
class Claim:
    """One claimed event and the message that asks for it."""

    document: Document
    is_found: bool = False  # it was there already, so REPORTS may have the event
    is_repeat: bool = False  # claimed earlier, by another message

    @property
    def id(self) -> str:
        key: str = self.document["_id"]
        return key

    @property
    def is_accepted(self) -> bool:
        verdict: str = self.document["verdict"]
        return verdict == ACCEPTED

    def position(self, sequence: int) -> Position:
        """That of the event, given its sequence in REPORTS."""
        return {"partition": self.document["partition"], "sequence": sequence}

    def receipt(self, position: Position | None) -> dict[str, Any]:
        return receipt(self.document, position) | ({"verdict": DUPLICATE} if self.is_repeat else {})


def receipt(document: Document, position: Position | None) -> dict[str, Any]:
    """The receipt that a claim says, in the shape of the contract; `position` is None while it is not known."""
    return {
        "event_id": document["event_id"],
        "unit": document["sender"],
        "verdict": document["verdict"],
        "errors": document["errors"],
        "received_at": events.to_text(events.from_ms(document["received_ms"])),
        "position": position,
    }


class ClaimStore:
    """The collection `receipts`; of `reports` it reads positions."""

    def __init__(self, database: Documents) -> None:
        self._receipts = database[collection_names.RECEIPTS]
        self._reports = database[collection_names.REPORTS]
        self._published: dict[str, Position] = {}  # what this instance published last: known before `reports` has it

    async def prepare(self) -> None:
        """An index of the few claims that open a period."""
        await self._receipts.create_index([("type", 1)], partialFilterExpression={"type": events.OPENED}, name="openings")

    async def openings(self) -> set[tuple[str, str]]:
        """(regime, period) of every period that a recipient opened."""
        found = self._receipts.find({"type": events.OPENED, "verdict": ACCEPTED}, {"regime": 1, "period": 1})
        return {(document["regime"], document["period"]) async for document in found}

    async def claim(self, decided: Sequence[tuple[Incoming, Accepted | Rejected]], partitions: int) -> list[Claim]:
        """Claims each event once; a claim for every message, in order: new, found with the same content, or an id re-used."""
        wanted = [_document(incoming, decision, partitions) for incoming, decision in decided]
        there = {document["_id"] for document in await mongo.insert_new(self._receipts, wanted)}
        stored = await self._stored(there)
        claims = [_claim(document, incoming, stored) for document, (incoming, _) in zip(wanted, decided, strict=True)]
        await mongo.insert_new(self._receipts, [claim.document for claim in claims if "#" in claim.id])
        return claims

    def remember(self, published: Mapping[str, Position]) -> None:
        """Keeps for a while where events were published, by their claims' ids."""
        self._published |= published
        for key in list(islice(self._published, max(0, len(self._published) - REMEMBERED))):
            del self._published[key]

    async def positions(self, ids: Sequence[str]) -> dict[str, Position]:
        """Where REPORTS has events, by their claims' ids; those of which neither `reports` nor this instance knows are not among them."""
        found = mongo.of_ids(self._reports, ids, ("partition", "sequence"))
        stored = {report.pop("_id"): report async for report in found if {"partition", "sequence"} <= report.keys()}
        return {key: self._published[key] for key in ids if key in self._published} | stored

    async def accepted(self, known: Container[str]) -> AsyncIterator[bytes]:
        """The logged text of every accepted event, but for those whose ids are known."""
        unknown = [claim["_id"] async for claim in self._receipts.find({"verdict": ACCEPTED}, {"_id": 1}) if claim["_id"] not in known]
        async for document in mongo.of_ids(self._receipts, unknown, ("event",)):
            yield document["event"]

    async def receipt(self, sender: str, event_id: str) -> dict[str, Any] | None:
        """The receipt of an event; None when it was not screened."""
        key = f"{sender}/{event_id}"
        found = await self._receipts.find_one({"_id": key})
        return None if found is None else receipt(found, (await self.positions([key])).get(key))

    async def _stored(self, ids: set[str]) -> dict[str, Document]:
        if not ids:
            return {}
        found = {document["_id"]: document async for document in self._receipts.find({"_id": {"$in": list(ids)}})}
        if len(found) < len(ids):  # not with a majority yet: to judge without them would claim an event twice
            raise TransientError("receipts: claims that are there cannot be read yet")
        return found


def _claim(wanted: Document, incoming: Incoming, stored: dict[str, Document]) -> Claim:
    """What became of one wanted claim, `stored` holding those that were there already, by this message or another."""
    found = stored.get(wanted["_id"], wanted)
    if found["hash"] != wanted["hash"] and found["hash"] != parsing.hash_of_format_2(incoming.payload):
        return Claim(_reused(wanted))
    return Claim(found, is_found=wanted["_id"] in stored, is_repeat=found["inbox_sequence"] != wanted["inbox_sequence"])


def _document(incoming: Incoming, decision: Accepted | Rejected, partitions: int) -> Document:
    shared_part = {
        "_id": f"{incoming.sender}/{decision.event_id}",
        "event_id": decision.event_id,
        "sender": incoming.sender,
        "hash": decision.hash,
        "received_ms": incoming.received_ms,
        "inbox_sequence": incoming.sequence,
    }
    if isinstance(decision, Rejected):
        return shared_part | {"verdict": REJECTED, "errors": [reason.as_dict() for reason in decision.reasons]}
    return shared_part | {
        "verdict": ACCEPTED,
        "errors": [],
        "type": decision.type,
        "regime": decision.regime,
        "period": decision.period,
        "unit_id": decision.unit_id,
        "partition": screening.partition(decision, partitions),
        "event": decision.logged,
    }


def _reused(wanted: Document) -> Document:
    kept = ("event_id", "sender", "hash", "received_ms", "inbox_sequence")
    reason = refusal("event.id_reused", "id", event_id=wanted["event_id"])
    return {
        "_id": f"{wanted['_id']}#{wanted['hash'][:16]}",
        **{name: wanted[name] for name in kept},
        "verdict": REJECTED,
        "errors": [reason.as_dict()],
    }
