"""Reads the reminders about a report, and the names of the people who acted on it. The caller has made sure that the report is in scope."""

from collections.abc import Collection, Sequence
from typing import Final

from services.portal.domain import sent_alerts
from services.portal.domain.sent_alerts import SentAlert
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents.alerts import AlertDocument
from shared.wire.documents.identity import PersonDocument

TIME_LIMIT_MS: Final = 10_000
MOST_ALERTS: Final = 50
ALERT: Final = dict.fromkeys(("cause", "rung", "channel", "state", "raised_at", "to", "unit_id"), 1)


class RecordStore:
    """What `alerts` and `people` say about a report."""

    def __init__(self, database: Documents) -> None:
        self._alerts = mongo.collection(database, collection_names.ALERTS, AlertDocument)
        self._people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)

    async def alerts(self, duty: str) -> Sequence[SentAlert]:
        """The newest reminders about a duty to report, and about the official figures after estimates; without those that were not sent."""
        query = {"duty": {"$in": [duty, f"{duty}/official"]}, "state": {"$ne": "passed"}}
        found = self._alerts.find(query, ALERT, max_time_ms=TIME_LIMIT_MS).sort("raised_at", -1).limit(MOST_ALERTS)
        read = [sent_alerts.of_document(document) async for document in found]
        return [alert for alert in read if alert is not None]

    async def people(self, ids: Collection[str]) -> dict[str, str]:
        """The names of people, by id."""
        if not ids:
            return {}
        found = self._people.find({"_id": {"$in": sorted(ids)}}, {"name": 1}, max_time_ms=TIME_LIMIT_MS)
        return {document["_id"]: document["name"] async for document in found}
