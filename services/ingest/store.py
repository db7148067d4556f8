"""Claims: the receipts collection, one document per event, which holds the whole decision and never changes.

`_id` is `<sender code>/<event id>`, and a re-used id is kept beside it, under `<sender code>/<event id>#<hash>`. Where REPORTS has an
event is not said here but by `reports`, which the aggregator keeps under the same ids (ADR-0014).
Source: design, section 3, "Ingest: claim, publish, ack".
"""

from collections.abc import AsyncIterator, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from services.ingest.domain import content, screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.known import About, Known
from services.ingest.domain.screening import Accepted, Rejected
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names, events
from shared.wire.events import Logged
from shared.words.failures import TransientError
from shared.words.refusals import Refusal, refusal

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
DUPLICATE: Final = "duplicate"
BY_REVISION: Final = (events.SUBMITTED, events.WITHDRAWN, events.RETURNED)  # all that is asked of these later is their revision
REMEMBERED: Final = 20_000  # positions; more than the aggregator is ever behind while it keeps up

FOR_KNOWN: Final = dict.fromkeys(("type", "regime", "period", "unit_id", "revision", "received_ms"), 1)

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
        """What the sender is told. A repeat is told what became of the event the first time (ADR-0007)."""
        first = receipt(self.document, position)
        return first | ({"verdict": DUPLICATE, "first_verdict": first["verdict"]} if self.is_repeat else {})


def receipt(document: Document, position: Position | None) -> dict[str, Any]:
    """The receipt that a claim says, in the shape of the contract; `position` is None while it is not known."""
    return {
        "event_id": document["event_id"],
        "unit": document["sender"],
        "verdict": document["verdict"],
        "errors": document["errors"],
        "warnings": document.get("warnings", []),
        "received_at": events.to_text(events.from_ms(document["received_ms"])),
        "position": position,
    }


class ClaimStore:
    """The collection `receipts`; of `reports` it reads positions, of `views` the hash that stands."""

    def __init__(self, database: Documents) -> None:
        self._receipts = database[collection_names.RECEIPTS]
        self._reports = database[collection_names.REPORTS]
        self._views = database[collection_names.VIEWS]
        self._published: dict[str, Position] = {}  # what this instance published last: known before `reports` has it

    async def prepare(self) -> None:
        """An index by which the accepted claims about a unit's report or a period are found."""
        keys = [("regime", 1), ("period", 1), ("unit_id", 1)]
        await self._receipts.create_index(keys, partialFilterExpression={"verdict": ACCEPTED}, name="accepted_about")

    async def known(self, abouts: Collection[About], confirmed: Collection[About], ids: Collection[str] = ()) -> Known:
        """What was accepted before about these, for those that are to be confirmed the hash of their view, and which of the ids are
        claimed."""
        known = Known([claim["_id"] async for claim in mongo.of_ids(self._receipts, list(ids), ())])
        for event in await self._accepted_about(abouts):
            known.take(event)
        keys = {"/".join(about): about for about in confirmed}
        async for view in mongo.of_ids(self._views, list(keys), ("hash",)):
            known.of(keys[view["_id"]]).view_hash = view["hash"]
        return known

    async def _accepted_about(self, abouts: Collection[About]) -> list[Logged]:
        """The accepted events about these, in full where more than the revision matters or the claim does not say it (before format 5)."""
        units: dict[tuple[str, str], list[str]] = {}
        for regime, period, unit_id in abouts:
            units.setdefault((regime, period), []).append(unit_id)
        wanted: list[Document] = [
            {"regime": regime, "period": period, "unit_id": {"$in": ids}, "verdict": ACCEPTED} for (regime, period), ids in units.items()
        ]
        if not wanted:
            return []
        found = await self._receipts.find({"$or": wanted} if len(wanted) > 1 else wanted[0], FOR_KNOWN).to_list(None)
        whole = [claim["_id"] for claim in found if claim["type"] not in BY_REVISION or "revision" not in claim]
        data = {claim["_id"]: events.read_data(claim["event"]) async for claim in mongo.of_ids(self._receipts, whole, ("event",))}
        return [
            Logged(
                claim["_id"],
                claim["type"],
                claim["regime"],
                claim["period"],
                claim["unit_id"],
                claim["received_ms"],
                data.get(claim["_id"]) or {"revision": claim["revision"]},
                b"",
            )
            for claim in found
        ]

    async def claim(self, decided: Sequence[tuple[Incoming, Accepted | Rejected]], partitions: int) -> list[Claim]:
        """Claims each event once; a claim for every message, in order: new, found with the same content, or an id re-used.

        Of an id that stands several times the first message is claimed: the others were decided when it was known.
        """
        wanted = [_document(incoming, decision, partitions) for incoming, decision in decided]
        first: dict[str, Document] = {}
        for document in wanted:
            first.setdefault(document["_id"], document)
        there = {document["_id"] for document in await mongo.insert_new(self._receipts, list(first.values()))}
        stored = await self._stored(there)
        claims = [_claim(document, incoming, first, stored) for document, (incoming, _) in zip(wanted, decided, strict=True)]
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
            raise TransientError("MongoDB chưa cho đọc lại biên nhận vừa ghi, đang thử lại (claims cannot be read yet)")
        return found


def _claim(wanted: Document, incoming: Incoming, first: Mapping[str, Document], stored: Mapping[str, Document]) -> Claim:
    """What became of one wanted claim: `stored` are those that were there already, by this message or another; of this batch `first`."""
    found = stored.get(wanted["_id"], first[wanted["_id"]])
    if found["hash"] != wanted["hash"] and not _is_older_repeat(found, wanted, incoming):
        return Claim(_reused(wanted))
    return Claim(found, is_found=wanted["_id"] in stored, is_repeat=found["inbox_sequence"] != wanted["inbox_sequence"])


def _is_older_repeat(found: Document, wanted: Document, incoming: Incoming) -> bool:
    """Whether a message repeats what a claim of data format 4 or before holds: those say nothing of warnings."""
    return "warnings" not in found and content.is_repeat(incoming.payload, wanted.get("event"), found["hash"], found.get("event"))


def _document(incoming: Incoming, decision: Accepted | Rejected, partitions: int) -> Document:
    about = decision.about
    shared_part = {
        "_id": f"{incoming.sender}/{decision.event_id}",
        "event_id": decision.event_id,
        "sender": incoming.sender,
        "hash": decision.hash,
        "received_ms": incoming.received_ms,
        "inbox_sequence": incoming.sequence,
        "type": about.type,
        "regime": about.regime,
        "period": about.period,
        "unit_id": about.unit_id,
        "revision": about.revision,
    }
    if isinstance(decision, Rejected):
        return shared_part | {"verdict": REJECTED, "errors": _dicts(decision.reasons), "warnings": []}
    return shared_part | {
        "verdict": ACCEPTED,
        "errors": [],
        "warnings": _dicts(decision.warnings),
        "partition": screening.partition(decision, partitions),
        "event": decision.logged,
    }


def _dicts(said: Iterable[Refusal]) -> list[dict[str, str]]:
    return [one.as_dict() for one in said]


def _reused(wanted: Document) -> Document:
    kept = ("event_id", "sender", "hash", "received_ms", "inbox_sequence", "type", "regime", "period", "unit_id", "revision")
    reason = refusal("event.id_reused", "id", event_id=wanted["event_id"])
    return {
        "_id": f"{wanted['_id']}#{wanted['hash'][:16]}",
        **{name: wanted[name] for name in kept},
        "verdict": REJECTED,
        "errors": [reason.as_dict()],
        "warnings": [],
    }
