"""Reads the collection `alerts`, which notify writes, for the page of a duty. Whoever reads the duty reads who was told about it."""

from collections.abc import Collection, Sequence
from typing import Final

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents.alerts import AlertDocument

TIME_LIMIT_MS: Final = 10_000
MOST: Final = 200  # alerts of one duty that are shown, the newest first


class AlertStore:
    """The alerts about duties. The caller has made sure that the duties are in scope."""

    def __init__(self, database: Documents) -> None:
        self._alerts = mongo.collection(database, collection_names.ALERTS, AlertDocument)

    async def about(self, duties: Collection[str]) -> Sequence[AlertDocument]:
        """The newest alerts about these duties (ids), newest first."""
        query = {"duty": {"$in": sorted(duties)}}
        found = self._alerts.find(query, max_time_ms=TIME_LIMIT_MS).sort([("raised_at", -1), ("_id", 1)]).limit(MOST)
        return await found.to_list(None)
