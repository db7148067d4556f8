"""Which reports have a draft, and who saved it when: for lists, without what is in the drafts."""

from collections.abc import Collection
from typing import Final

from services.portal.domain.work import Draft
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents.drafts import DraftDocument
from shared.wire.view_key import ViewKey

TIME_LIMIT_MS: Final = 10_000
FIELDS: Final = dict.fromkeys(("regime", "period", "unit", "at", "by.name", "handed.at", "sent_back.at"), 1)


async def saved(database: Documents, units: Collection[str]) -> dict[str, Draft]:
    """The drafts of these units' own reports (ids) that were not sent, by the report's duty."""
    drafts = mongo.collection(database, collection_names.DRAFTS, DraftDocument)
    query = {"unit": {"$in": sorted(units)}, "ended": None, "entered_by": None}
    documents = drafts.find(query, FIELDS, max_time_ms=TIME_LIMIT_MS)
    return {
        ViewKey(one["regime"], one["period"], one["unit"]).text: Draft(
            one["at"], one["by"]["name"], bool(one.get("handed")), bool(one.get("sent_back"))
        )
        async for one in documents
    }
