"""Counts what units spoil, per unit and day: the collection `parked_counts`.

Messages of INBOX are counted with their batch. Bodies that the HTTP door refuses are counted in memory and written once a second; an
instance sees those of the others when it writes. Source: ADR-0066.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from pymongo import UpdateOne

from services.ingest.domain import spoiled
from shared.plumbing import delivery, metrics, mongo
from shared.plumbing.mongo import Document, Documents
from shared.plumbing.readiness import Readiness
from shared.wire import collection_names
from shared.wire.documents.parked import ParkedCountDocument
from shared.words import periods

LOOK_S: Final = 1.0
KEPT_S: Final = 400 * 86_400  # as INBOX


class OfDay(NamedTuple):
    """A unit on a day."""

    unit: str
    day: date

    @property
    def id(self) -> str:
        return spoiled.counter_id(self.unit, self.day)


class ParkedCounts:
    """Writes and reads the counters."""

    def __init__(self, database: Documents, clock: Callable[[], datetime]) -> None:
        self._counts = mongo.collection(database, collection_names.PARKED_COUNTS, ParkedCountDocument)
        self._clock = clock
        self._noted: Counter[OfDay] = Counter()  # bodies refused by this instance that are not written yet
        self._stored: dict[OfDay, int] = {}  # everything spoiled today, as it was read last
        self._is_read = False

    async def prepare(self) -> None:
        """Creates the indexes."""
        await self._counts.create_index("began_at", expireAfterSeconds=KEPT_S, name="age")
        await self._counts.create_index("day", name="day")

    async def kept(self, wanted: Iterable[OfDay]) -> dict[OfDay, int]:
        """How many messages of each unit and day are kept."""
        ids = {one.id: one for one in wanted}
        return {ids[found["_id"]]: found["kept"] async for found in mongo.of_ids(self._counts, list(ids), ("kept",))}

    async def add(self, kept: Mapping[OfDay, int], counted: Mapping[OfDay, int]) -> None:
        """Adds messages that were kept and that were only counted, in one write."""
        await self._write({one: {"kept": kept.get(one, 0), "counted": counted.get(one, 0)} for one in {*kept, *counted}})

    def note(self, unit: str) -> int | None:
        """Counts a body that the HTTP door refuses. None if its reason is to be told; beyond the limit of a day: the seconds to wait."""
        metrics.SPOILED.labels("http").inc()
        now = self._clock()
        today = OfDay(unit, periods.local_day(now))
        self._noted[today] += 1
        return spoiled.until_tomorrow_s(now) if self._stored.get(today, 0) + self._noted[today] > spoiled.MOST_KEPT else None

    async def watch(self, readiness: Readiness) -> None:
        """Writes what was noted until it is cancelled."""
        while True:
            await delivery.keep_trying("parked_counts", self.write, readiness)
            await asyncio.sleep(LOOK_S)

    async def write(self) -> None:
        """Writes what was noted, and reads what all instances have counted for these units."""
        today = periods.local_day(self._clock())
        self._stored = {one: count for one, count in self._stored.items() if one.day == today}
        if not self._is_read:
            await self._read({"day": today.isoformat()})
            self._is_read = True
        if not self._noted:
            return
        noted = dict(self._noted)
        await self._write({one: {"refused": count} for one, count in noted.items()})
        self._noted -= Counter(noted)
        await self._read({"_id": {"$in": [one.id for one in noted]}})

    async def _read(self, query: Document) -> None:
        async for found in self._counts.find(query):
            of_day = OfDay(found["unit"], date.fromisoformat(found["day"]))
            self._stored[of_day] = found["kept"] + found["counted"] + found["refused"]

    async def _write(self, counts: Mapping[OfDay, Mapping[str, int]]) -> None:
        now = self._clock()
        writes = [UpdateOne({"_id": one.id}, _added(one, now, counts[one]), upsert=True) for one in counts]
        if writes:
            await self._counts.bulk_write(writes, ordered=False)


def _added(one: OfDay, now: datetime, added: Mapping[str, int]) -> Document:
    return {
        "$inc": {"kept": 0, "counted": 0, "refused": 0, **added},
        "$setOnInsert": {"unit": one.unit, "day": one.day.isoformat(), "began_at": now},
    }
