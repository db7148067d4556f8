"""Reads the receipts of reports: what ingest decided about an event. Whoever reads a report reads its receipts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.work import MOST_REASONS, Sent
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names, event_key, events
from shared.wire.documents.receipts import ReasonDocument, ReceiptDocument
from shared.wire.view_key import ViewKey
from shared.words.forms import Asked
from shared.words.refusals import Refusal
from shared.words.regimes import Regime

TIME_LIMIT_MS = 10_000
AFTER_SLASH = chr(ord("/") + 1)  # ends the range of the ids `<sender>/…`
MOST_REJECTED = 20  # that are shown of one report
OF_ONE_FIGURE = "report.unusual"  # beside the same unit's earlier figure
SHOWN = dict.fromkeys(
    ("event_id", "sender", "verdict", "errors", "warnings", "received_ms", "revision", "regime", "period", "unit_id", "next_revision"), 1
)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision about one event."""

    event_id: str
    sender: str
    is_accepted: bool
    errors: Sequence[Refusal]
    warnings: Sequence[Refusal]
    received_at: datetime
    revision: int
    next_revision: int | None


class ReceiptStore:
    """The receipts in `receipts`. The caller has made sure that the report is in scope."""

    def __init__(self, database: Documents) -> None:
        self._receipts = mongo.collection(database, collection_names.RECEIPTS, ReceiptDocument)

    async def of_report(self, asked: Asked, senders: Collection[str], event_id: str) -> Decided | None:
        """The receipt of an event about a report that one of these units sent; None if there is none, or none about this report."""
        query = {"_id": {"$in": [event_key.of(sender, event_id) for sender in senders]}}
        about = {"regime": asked.regime.id, "period": asked.period.code, "unit_id": asked.unit.id}
        found = await self._receipts.find_one(query | about, SHOWN, max_time_ms=TIME_LIMIT_MS)
        return None if found is None else _decided(found)

    async def sent_by(self, senders: Collection[str], since: datetime) -> list[tuple[str, Sent]]:
        """The reports that these units sent since an instant, with the id of the duty that each is about, also those of other units."""
        if not senders:
            return []
        own = [{"_id": {"$gte": f"{sender}/", "$lt": f"{sender}{AFTER_SLASH}"}} for sender in sorted(senders)]
        query = {"$or": own, "type": events.SUBMITTED, "received_ms": {"$gte": events.to_ms(since)}}
        documents = self._receipts.find(query, SHOWN, max_time_ms=TIME_LIMIT_MS)
        return [
            (ViewKey(document["regime"], document["period"], document["unit_id"]).text, _sent(_decided(document)))
            async for document in documents
        ]

    async def of_act(self, key: str) -> Decided | None:
        """The receipt of an event that the caller may send, by its key `<sender>/<event id>`; None if it was not judged yet."""
        found = await self._receipts.find_one({"_id": key}, SHOWN, max_time_ms=TIME_LIMIT_MS)
        return None if found is None else _decided(found)

    async def warnings(self, key: str, regime: Regime) -> Sequence[Refusal]:
        """What the sender of an accepted event was warned of; `key` is `<sender>/<event id>`. For readers of a derived regime only what is
        about one of its own figures: rules and counts tell of others too.
        """
        found = await self._receipts.find_one({"_id": key}, SHOWN, max_time_ms=TIME_LIMIT_MS)
        warnings = [] if found is None else _decided(found).warnings
        if regime.derived_from is None:
            return warnings
        own = {f"data.values.{code}" for code in regime.by_code}
        return [warning for warning in warnings if warning.code == OF_ONE_FIGURE and warning.path in own]

    async def rejected(self, regime: str, period: str, unit_id: str, senders: Collection[str]) -> Sequence[Decided]:
        """The reports and withdrawals of a unit that were rejected, the newest first, as far as one of these units sent them. At most
        `MOST_REJECTED`.
        """
        about: Document = {"regime": regime, "period": period, "unit_id": unit_id, "verdict": "rejected"}
        query = about | {"type": {"$in": [events.SUBMITTED, events.WITHDRAWN]}, "sender": {"$in": sorted(senders)}}
        found = self._receipts.find(query, SHOWN, max_time_ms=TIME_LIMIT_MS).sort("received_ms", -1).limit(MOST_REJECTED)
        return [_decided(document) async for document in found]

    async def of_events(self, keys: Collection[str]) -> dict[str, Decided]:
        """The receipts of accepted events, by `<sender>/<event id>`."""
        found = self._receipts.find({"_id": {"$in": list(keys)}}, SHOWN, max_time_ms=TIME_LIMIT_MS)
        return {document["_id"]: _decided(document) async for document in found}


def _sent(decided: Decided) -> Sent:
    why = [one.message_vi for one in decided.errors[:MOST_REASONS]]
    return Sent(decided.event_id, decided.received_at, decided.revision, decided.is_accepted, why)


def _decided(document: ReceiptDocument) -> Decided:
    return Decided(
        document["event_id"],
        document["sender"],
        document["verdict"] == "accepted",
        _refusals(document["errors"]),
        _refusals(document.get("warnings", [])),
        events.from_ms(document["received_ms"]),
        document.get("revision", 0),
        document.get("next_revision"),
    )


def _refusals(documents: Sequence[ReasonDocument]) -> list[Refusal]:
    return [Refusal(one["code"], one["path"], one["message_vi"], one["message_en"]) for one in documents]
