"""The store of claims: the collection `receipts`, with one document per event that has the complete decision and never changes.

An event's position in REPORTS is not stored here but in `reports`, which the aggregator writes under the same ids (ADR-0014). Source:
design, section 3, "Ingest: claim, publish, ack".
"""

from collections.abc import AsyncIterator, Collection, Container, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Literal

from services.ingest.domain import content, earlier, screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.claims import ACCEPTED, REJECTED, Claim
from services.ingest.domain.decision import Accepted, Decision, Rejected
from services.ingest.domain.known import About, Known
from shared.plumbing import mongo
from shared.plumbing.attachment_store import AttachmentStore
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names, event_key, events
from shared.wire.documents.receipts import ReasonDocument, ReceiptDocument
from shared.wire.documents.reports import ReportDocument
from shared.wire.documents.views import ViewDocument
from shared.wire.events import Logged
from shared.wire.published import Reason
from shared.wire.receipts import LogPosition, Receipt
from shared.words.failures import TransientError
from shared.words.reference import Reference
from shared.words.refusals import Refusal, refusal

BY_REVISION: Final = (events.SUBMITTED, events.WITHDRAWN, events.RETURNED)  # for these types, later events need only the revision
REMEMBERED: Final = 20_000  # positions; more than the aggregator's lag in normal operation

OF_DECISION: Final[tuple[Literal["partition", "event", "standing_revision", "next_revision"], ...]] = (
    "partition",
    "event",
    "standing_revision",
    "next_revision",
)  # what a claim says only if its event was judged by its content

FOR_KNOWN: Final[Document] = dict.fromkeys(("type", "regime", "period", "unit_id", "revision", "received_ms"), 1)


class ClaimStore:
    """Writes and reads `receipts`. It also reads positions from `reports` and the hash of the current view from `views`."""

    def __init__(self, database: Documents) -> None:
        self._receipts = mongo.collection(database, collection_names.RECEIPTS, ReceiptDocument)
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._views = mongo.collection(database, collection_names.VIEWS, ViewDocument)
        self._early_views = mongo.collection(database, collection_names.EARLY_VIEWS, ViewDocument)
        self._attachments = AttachmentStore(database)
        self._published: dict[str, LogPosition] = {}  # positions that this instance published last, before `reports` has them

    async def prepare(self) -> None:
        """Creates the indexes for the accepted claims about a unit's report or a period, and for the rejected ones, which pages show."""
        keys = [("regime", 1), ("period", 1), ("unit_id", 1)]
        await self._receipts.create_index(keys, partialFilterExpression={"verdict": ACCEPTED}, name="accepted_about")
        await self._receipts.create_index(keys, partialFilterExpression={"verdict": "rejected"}, name="rejected_about")
        await self._attachments.prepare()

    async def known(
        self,
        abouts: Collection[About],
        confirmed: Collection[About],
        ids: Collection[str] = (),
        reference: Reference | None = None,
        compared: Collection[About] = (),
        attached: Collection[str] = (),
    ) -> Known:
        """What was accepted before about `abouts`, the hash of each view in `confirmed`, and which of `ids` are claimed. The figures of the
        reports in `compared` are read by the same query. `attached` are the attachments that are named.

        With `reference`, this includes what was logged under the ids of units that had ended, before their reform was registered.
        """
        claimed = [claim["_id"] async for claim in mongo.of_ids(self._receipts, list(ids), ())]
        known = Known(claimed, await self._attachments.of_refs(attached))
        former = {} if reference is None else {about: found for about in (*abouts, *compared) if (found := earlier.ids(reference, about))}
        for event in await self._accepted_about(abouts, former, compared):
            known.take(event if reference is None or not former else earlier.counted(reference, event))
        keys = {"/".join(about): about for about in confirmed}
        for views, is_early in ((self._views, False), (self._early_views, True)):
            async for view in mongo.of_ids(views, [key for key in keys if ("@" in key) == is_early], ("hash",)):
                known.of(keys[view["_id"]]).view_hash = view["hash"]
        return known

    async def _accepted_about(
        self, abouts: Collection[About], former: Mapping[About, Collection[str]], compared: Collection[About]
    ) -> list[Logged]:
        """The accepted events about these reports and periods, also under `former` ids. The complete event is read if more than the
        revision matters, or if the claim has no revision (before format 5).
        """
        units: dict[tuple[str, str], list[str]] = {}
        for about in (*abouts, *compared):
            units.setdefault(about[:2], []).extend((about[2], *former.get(about, ())))
        by_code = {unit_id for found in former.values() for unit_id in found}
        wanted: list[Document] = [
            {"regime": regime, "period": period, "unit_id": {"$in": ids}, "verdict": ACCEPTED} for (regime, period), ids in units.items()
        ]
        if not wanted:
            return []
        fields = FOR_KNOWN | {"event": _event_of(compared)} if compared else FOR_KNOWN
        claims = await self._receipts.find({"$or": wanted} if len(wanted) > 1 else wanted[0], fields).to_list(None)
        read = {claim["_id"]: events.read_data(claim["event"]) for claim in claims if "event" in claim}
        whole = [
            claim["_id"]
            for claim in claims
            if claim["_id"] not in read and (claim["type"] not in BY_REVISION or "revision" not in claim or claim["unit_id"] in by_code)
        ]
        data = read | {claim["_id"]: events.read_data(claim["event"]) async for claim in mongo.of_ids(self._receipts, whole, ("event",))}
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
            for claim in claims
        ]

    async def hold(self, decisions: Iterable[Decision]) -> bool:
        """Notes which attachments the accepted reports use. False if another report has got one since the decisions were made."""
        using = [decision for decision in decisions if isinstance(decision, Accepted) and decision.attachments]
        return all([await self._attachments.hold("/".join(one.about[1:4]), one.attachments) for one in using])

    async def claim(self, decided: Sequence[tuple[Incoming, Accepted | Rejected]], partitions: int) -> list[Claim]:
        """Claims each event once. Returns a claim for every message, in order: a new one, the stored one with the same content, or a
        refusal of a re-used id.

        If an id occurs several times in one batch, the first message claims it: the later ones were judged with its decision known.
        """
        wanted = [_document(incoming, decision, partitions) for incoming, decision in decided]
        first: dict[str, ReceiptDocument] = {}
        for document in wanted:
            first.setdefault(document["_id"], document)
        there = {document["_id"] for document in await mongo.insert_new(self._receipts, list(first.values()))}
        stored = await self._stored(there)
        kept = [_kept(document, incoming, first, stored) for document, (incoming, _) in zip(wanted, decided, strict=True)]
        await mongo.insert_new(self._receipts, [document for document in kept if "#" in document["_id"]])
        return [
            _claim(document, was_stored=document["_id"] in stored, is_repeat=document["inbox_sequence"] != incoming.sequence)
            for document, (incoming, _) in zip(kept, decided, strict=True)
        ]

    async def foresee(self, incoming: Incoming, decision: Accepted | Rejected, partitions: int) -> Claim:
        """The claim that `claim` would return for one message. Nothing is written."""
        wanted = _document(incoming, decision, partitions)
        stored = await self._receipts.find_one({"_id": wanted["_id"]})
        kept = wanted if stored is None else _kept(wanted, incoming, {}, {wanted["_id"]: stored})
        return _claim(kept, is_repeat=kept is stored)

    def remember(self, published: Mapping[str, LogPosition]) -> None:
        """Remembers for a while where events were published, by claim id."""
        self._published |= published
        for key in list(islice(self._published, max(0, len(self._published) - REMEMBERED))):
            del self._published[key]

    async def positions(self, ids: Sequence[str]) -> dict[str, LogPosition]:
        """The positions of events in REPORTS, by claim id. Events that neither `reports` nor this instance knows are left out."""
        reports = mongo.of_ids(self._reports, ids, ("partition", "sequence"))
        stored = {
            report["_id"]: LogPosition(partition=report["partition"], sequence=report["sequence"])
            async for report in reports
            if {"partition", "sequence"} <= report.keys()
        }
        return {key: self._published[key] for key in ids if key in self._published} | stored

    async def accepted(self, known: Container[str]) -> AsyncIterator[bytes]:
        """Every accepted event as logged, except the events whose claim ids are in `known`."""
        unknown = [claim["_id"] async for claim in self._receipts.find({"verdict": ACCEPTED}, {"_id": 1}) if claim["_id"] not in known]
        async for document in mongo.of_ids(self._receipts, unknown, ("event",)):
            yield events.stored_text(document["event"])

    async def receipt(self, sender: str, event_id: str) -> Receipt | None:
        """The receipt of an event; None if the event has not been screened."""
        key = event_key.of(sender, event_id)
        document = await self._receipts.find_one({"_id": key})
        return None if document is None else _claim(document).receipt((await self.positions([key])).get(key))

    async def said(self, sender: str, event_id: str) -> Mapping[str, Any] | Literal["rejected"] | None:
        """The `data` of an accepted event; or that it was rejected; None if it has not been screened."""
        claim = await self._receipts.find_one({"_id": event_key.of(sender, event_id)}, {"verdict": 1, "event": 1})
        if claim is None:
            return None
        return events.read_data(claim["event"]) if claim["verdict"] == ACCEPTED else REJECTED

    async def is_claimed(self, sender: str, event_id: str) -> bool:
        """Whether there is a decision about the event."""
        return await self._receipts.find_one({"_id": event_key.of(sender, event_id)}, {"_id": 1}) is not None

    async def _stored(self, ids: set[str]) -> dict[str, ReceiptDocument]:
        if not ids:
            return {}
        stored = {document["_id"]: document async for document in self._receipts.find({"_id": {"$in": list(ids)}})}
        if len(stored) < len(ids):  # not committed by a majority yet: judging without them would claim an event twice
            raise TransientError(refusal("ingest.receipts_not_readable"))
        return stored


def _event_of(compared: Collection[About]) -> Document:
    """A field of a projection: the event of a claim about the regime and period of a report in `compared`, otherwise nothing."""
    pairs = sorted({f"{regime}/{period}" for regime, period, _ in compared})
    return {"$cond": [{"$in": [{"$concat": ["$regime", "/", "$period"]}, pairs]}, "$event", "$$REMOVE"]}


def _kept(
    wanted: ReceiptDocument, incoming: Incoming, first: Mapping[str, ReceiptDocument], stored: Mapping[str, ReceiptDocument]
) -> ReceiptDocument:
    """The claim that answers a message: the stored one, or the first one of this batch; if its content differs, a refusal of the re-used
    id.
    """
    kept = stored[wanted["_id"]] if wanted["_id"] in stored else first[wanted["_id"]]
    return kept if kept["hash"] == wanted["hash"] or _is_older_repeat(kept, wanted, incoming) else _reused(wanted)


def _claim(document: ReceiptDocument, *, was_stored: bool = False, is_repeat: bool = False) -> Claim:
    return Claim(
        document["_id"],
        document["event_id"],
        document["sender"],
        document["verdict"],
        document["received_ms"],
        _reasons(document["errors"]),
        _reasons(document.get("warnings", [])),
        document.get("regime", ""),
        document.get("partition", 0),
        events.stored_text(document.get("event", b"")),
        was_stored,
        is_repeat,
        document.get("imported_ms"),
        document.get("standing_revision"),
        document.get("next_revision"),
    )


def _reasons(documents: Iterable[ReasonDocument]) -> list[Reason]:
    return [Reason.model_validate(document) for document in documents]


def _is_older_repeat(kept: ReceiptDocument, wanted: ReceiptDocument, incoming: Incoming) -> bool:
    """Whether a message repeats a claim of data format 4 or earlier. Such a claim has no field `warnings`."""
    return "warnings" not in kept and content.is_repeat(incoming.payload, _event(wanted), kept["hash"], _event(kept))


def _event(document: ReceiptDocument) -> bytes | None:
    return events.stored_text(document["event"]) if "event" in document else None


def _document(incoming: Incoming, decision: Accepted | Rejected, partitions: int) -> ReceiptDocument:
    about = decision.about
    document = ReceiptDocument(
        _id=event_key.of(incoming.sender, decision.event_id),
        event_id=decision.event_id,
        sender=incoming.sender,
        hash=decision.hash,
        received_ms=incoming.received_ms if about.received_then_ms is None else about.received_then_ms,
        inbox_sequence=incoming.sequence,
        type=about.type,
        regime=about.regime,
        period=about.period,
        unit_id=about.unit_id,
        revision=about.revision,
        verdict=ACCEPTED,
        errors=[],
        warnings=[],
    )
    if about.received_then_ms is not None:
        document["imported_ms"] = incoming.received_ms
    if decision.standing is not None:
        document["standing_revision"], document["next_revision"] = decision.standing
    if isinstance(decision, Rejected):
        document["verdict"], document["errors"] = REJECTED, _documents(decision.reasons)
    else:
        document["warnings"] = _documents(decision.warnings)
        document["partition"], document["event"] = screening.partition(decision, partitions), decision.logged
    return document


def _documents(refusals: Iterable[Refusal]) -> list[ReasonDocument]:
    return [
        ReasonDocument(code=reason.code, path=reason.path, message_vi=reason.message_vi, message_en=reason.message_en)
        for reason in refusals
    ]


def _reused(wanted: ReceiptDocument) -> ReceiptDocument:
    """The refusal of an event whose id belongs to another event."""
    refused = wanted.copy()
    for name in OF_DECISION:
        refused.pop(name, None)
    refused["_id"] = f"{wanted['_id']}#{wanted['hash'][:16]}"
    refused["verdict"], refused["warnings"] = REJECTED, []
    refused["errors"] = _documents([refusal("event.id_reused", "id", event_id=wanted["event_id"])])
    return refused
