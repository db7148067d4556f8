"""Reads the receipts of reports: what ingest decided about an event. Whoever reads a report reads its receipts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names, events
from shared.wire.documents import ReasonDocument, ReceiptDocument
from shared.words.forms import Asked
from shared.words.refusals import Refusal
from shared.words.regimes import Regime

TIME_LIMIT_MS = 10_000
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
        query = {"_id": {"$in": [f"{sender}/{event_id}" for sender in senders]}}
        about = {"regime": asked.regime.id, "period": asked.period.code, "unit_id": asked.unit.id}
        found = await self._receipts.find_one(query | about, SHOWN, max_time_ms=TIME_LIMIT_MS)
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
