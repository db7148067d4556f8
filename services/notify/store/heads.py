"""The head of the audit log that is published and mailed on a day. Inserting the day's document decides which head that is.

Whoever mails it holds a lease. If that notifier is killed, another one, or the same after its restart, goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.plumbing import audit_store, mongo
from shared.plumbing.mongo import Documents
from shared.shell.clock import Clock
from shared.wire import collection_names
from shared.wire.documents.identity import DailyHeadDocument
from shared.words.audit import Head

LEASE: Final = timedelta(seconds=60)  # longer than the mail server may take for one mail
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DailyHead:
    """The head of a day, and what was done with it."""

    day: date
    head: Head
    at: datetime
    is_published: bool
    mailed: Sequence[str]


class HeadStore:
    """Reads and writes daily heads for the notifier `holder`."""

    def __init__(self, database: Documents, clock: Clock, holder: str) -> None:
        self._database, self._clock, self._holder = database, clock, holder
        self._heads = mongo.collection(database, collection_names.IDENTITY, DailyHeadDocument)

    async def of_day(self, day: date) -> DailyHead | None:
        """The head of a day, chosen now if nobody has chosen it yet; None while the log has no entry."""
        stored = await self._heads.find_one({"_id": _id(day)}) or await self._choose(day)
        if stored is None:
            return None
        return DailyHead(day, Head(stored["number"], stored["hash"]), stored["at"], stored["is_published"], stored["mailed"])

    async def _choose(self, day: date) -> DailyHeadDocument | None:
        head = await audit_store.last(self._database)
        if head.number == 0:
            return None
        chosen: DailyHeadDocument = {
            "_id": _id(day),
            "number": head.number,
            "hash": head.hash,
            "at": self._clock(),
            "is_published": False,
            "mailed": [],
            "holder": "",
            "lease_until": LONG_AGO,
        }
        await mongo.insert_new(self._heads, [chosen])
        return await self._heads.find_one({"_id": _id(day)})

    async def published(self, day: date) -> None:
        """Records that the stream has the head."""
        await self._heads.update_one({"_id": _id(day)}, {"$set": {"is_published": True}})

    async def lease(self, day: date, address: str) -> bool:
        """Whether this notifier may mail the head to an address now."""
        now = self._clock()
        is_free = {"$or": [{"holder": self._holder}, {"lease_until": {"$lt": now}}]}
        lease = {"holder": self._holder, "lease_until": now + LEASE}
        result = await self._heads.update_one({"_id": _id(day), "mailed": {"$ne": address}, **is_free}, {"$set": lease})
        return result.matched_count == 1

    async def mailed(self, day: date, address: str) -> None:
        """Records that the mail server has taken, or has refused for good, the mail to an address."""
        await self._heads.update_one({"_id": _id(day)}, {"$addToSet": {"mailed": address}})

    async def release(self, day: date) -> None:
        """Ends this notifier's lease, so that another one can try at once."""
        await self._heads.update_one({"_id": _id(day), "holder": self._holder}, {"$set": {"lease_until": LONG_AGO}})


def _id(day: date) -> str:
    return f"head/{day.isoformat()}"
