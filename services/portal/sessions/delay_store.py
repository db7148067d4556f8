"""Counts failed logins, and says who has to wait. An attempt counts as failed before it is examined, so that many at once are not free;
whoever was right is forgiven.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pymongo.errors import DuplicateKeyError

from services.portal.domain import login_delay
from services.portal.domain.login_delay import Counter
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names
from shared.wire.documents.identity import LoginDelayDocument

MS: Final = 1000
MOST_DOUBLINGS: Final = 20


class DelayStore:
    """Reads and writes the delays of logins."""

    def __init__(self, database: Documents) -> None:
        self._delays = mongo.collection(database, collection_names.LOGIN_DELAYS, LoginDelayDocument)

    async def prepare(self) -> None:
        """Creates the index."""
        await self._delays.create_index("expires_at", expireAfterSeconds=0)

    async def wait(self, counters: Sequence[Counter], now: datetime) -> timedelta:
        """How long the next attempt has to wait; zero if it may come now."""
        stored = await self._delays.find({"_id": {"$in": [counter.key for counter in counters]}}).to_list(None)
        return max((document["wait_until"] - now for document in stored if document["wait_until"] > now), default=timedelta())

    async def count(self, counters: Sequence[Counter], now: datetime) -> bool:
        """Counts an attempt as failed. False if another attempt came first, and this one has to wait."""
        for counter in counters:
            try:
                await self._delays.find_one_and_update(
                    {"_id": counter.key, "wait_until": {"$lte": now}}, [_failed(counter, now)], upsert=True
                )
            except DuplicateKeyError:
                return False
        return True

    async def forgive(self, counters: Sequence[Counter]) -> None:
        """Forgets all failures under these keys, after a success."""
        await self._delays.delete_many({"_id": {"$in": [counter.key for counter in counters]}})

    async def take_back(self, counter: Counter, now: datetime) -> None:
        """Takes back the attempt that was counted last, which was right; earlier failures stay."""
        await self._delays.update_one({"_id": counter.key, "failures": {"$gt": 0}}, {"$inc": {"failures": -1}, "$min": {"wait_until": now}})

    async def take_once(self, key: str, now: datetime) -> bool:
        """Takes a key that may be taken once. False if it was taken."""
        taken: LoginDelayDocument = {"_id": key, "failures": 0, "wait_until": now, "expires_at": now + login_delay.FORGOTTEN}
        return not await mongo.insert_new(self._delays, [taken])

    async def has_turn(self, turn: str, now: datetime) -> bool:
        """Takes a turn whose time has come. False if there is none."""
        return await self._delays.find_one_and_delete({"_id": turn, "wait_until": {"$lte": now}}) is not None

    async def give_turn(self, turn: str, at: datetime) -> datetime:
        """Gives a turn from `at` on; an earlier one stays. Returns when it is."""
        given: Document = {"failures": 0, "wait_until": at, "expires_at": at + login_delay.FORGOTTEN}
        await self._delays.update_one({"_id": turn}, {"$setOnInsert": given}, upsert=True)
        stored = await self._delays.find_one({"_id": turn})
        return at if stored is None else stored["wait_until"]


def _failed(counter: Counter, now: datetime) -> Document:
    """One failure more: a stage of an update. Failures that are forgotten do not count."""
    failures = {"$add": [{"$cond": [{"$gt": ["$expires_at", now]}, {"$ifNull": ["$failures", 0]}, 0]}, 1]}
    beyond = {"$subtract": [failures, counter.delay.free]}
    longest = int(counter.delay.longest.total_seconds())
    grown = {"$min": [longest, {"$pow": [2, {"$min": [{"$subtract": [beyond, 1]}, MOST_DOUBLINGS]}]}]}
    wait_ms = {"$cond": [{"$gt": [beyond, 0]}, {"$multiply": [MS, grown]}, 0]}
    return {"$set": {"failures": failures, "wait_until": {"$add": [now, wait_ms]}, "expires_at": now + login_delay.FORGOTTEN}}
