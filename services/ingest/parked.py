"""Parks messages: keeps what could not be processed, whole and with the reason, in the collection `parked`.

The stream PARKED gets an excerpt of each, for those who watch. What a sender spoiled is kept up to a limit per unit and day, and only
counted beyond it; what we could not process is always kept. Every step may be repeated. Source: design, section 3, "What cannot be
processed"; ADR-0066.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from services.ingest.domain import spoiled
from services.ingest.domain.decision import Malformed
from services.ingest.parked_counts import KEPT_S, OfDay, ParkedCounts
from shared.plumbing import delivery, metrics, mongo
from shared.plumbing.broker import Streams
from shared.plumbing.mongo import Documents
from shared.plumbing.reader import Delivery
from shared.wire import collection_names, events, subjects
from shared.wire.documents.parked import ParkedDocument
from shared.wire.documents.receipts import ReasonDocument
from shared.words import periods
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

SERVICE: Final = "ingest"


class Unprocessed(NamedTuple):
    """A message that is to be parked, and why."""

    message: Delivery
    reason: Refusal

    @property
    def of_day(self) -> OfDay:
        received = events.from_ms(self.message.stored_ms)
        return OfDay(subjects.read_inbox(self.message.subject).sender, periods.local_day(received))


class Parking:
    """Writes `parked` and publishes to the stream PARKED."""

    def __init__(self, streams: Streams, database: Documents, counts: ParkedCounts, clock: Callable[[], datetime]) -> None:
        self._streams = streams
        self._parked = mongo.collection(database, collection_names.PARKED, ParkedDocument)
        self._counts = counts
        self._clock = clock
        self._turn = asyncio.Lock()  # two batches of one instance do not both take a unit's last place

    async def prepare(self) -> None:
        """Creates the indexes: for lists by state and by unit, and the age after which a message is removed."""
        await self._parked.create_index("parked_at", expireAfterSeconds=KEPT_S, name="age")
        await self._parked.create_index([("state", 1), ("received_ms", -1), ("_id", -1)], name="by_state")
        await self._parked.create_index([("sender", 1), ("received_ms", -1), ("_id", -1)], name="by_sender")

    async def spoiled(self, found: Sequence[tuple[Delivery, Malformed]]) -> None:
        """Keeps what senders spoiled, or only counts it. Afterwards the messages may be terminated."""
        async with self._turn:
            unprocessed = [Unprocessed(message, verdict.reason) for message, verdict in found]
            names = await self._names([message for message, _ in found])
            days = [one.of_day for one in unprocessed]
            whole = spoiled.kept([(day, is_there) for day, (_, is_there) in zip(days, names, strict=True)], await self._counts.kept(days))
            new = [not is_there for _, is_there in names]
            await self._keep([(one, name) for one, (name, _), is_kept in zip(unprocessed, names, whole, strict=True) if is_kept])
            kept = Counter(day for day, is_kept, is_new in zip(days, whole, new, strict=True) if is_kept and is_new)
            counted = Counter(day for day, is_kept in zip(days, whole, strict=True) if not is_kept)
            await self._counts.add(kept, counted)
        metrics.PARKED.labels("spoiled").inc(kept.total())
        metrics.SPOILED.labels("nats").inc(counted.total())

    async def failed(self, message: Delivery, error: Exception) -> None:
        """Keeps a message that we could not process. Afterwards it may be terminated. Only the kind of the error is said: its text may
        hold what the message says.
        """
        ((name, _),) = await self._names([message])
        await self._keep([(Unprocessed(message, refusal("message.failed", error=type(error).__name__, id=name)), name)])
        metrics.PARKED.labels("failed").inc()

    async def _names(self, found: Sequence[Delivery]) -> list[tuple[str, bool]]:
        """The id of each message in `parked`, and whether it is there already. A restored broker uses sequences again."""
        names = {f"{SERVICE}/{message.sequence}" for message in found}
        stored = {one["_id"]: one["received_ms"] async for one in mongo.of_ids(self._parked, list(names), ("received_ms",))}
        return [_name(message, stored) for message in found]

    async def _keep(self, found: Sequence[tuple[Unprocessed, str]]) -> None:
        now = self._clock()
        await mongo.insert_new(self._parked, [_document(one, name, now) for one, name in found])
        await self._streams.publish_all(subjects.PARKED, [delivery.excerpt(SERVICE, one.message, one.reason) for one, _ in found])
        for one, name in found:
            log.warning("message.parked", code=one.reason.code, id=name)


def _name(message: Delivery, stored: dict[str, int]) -> tuple[str, bool]:
    name = f"{SERVICE}/{message.sequence}"
    if stored.get(name, message.stored_ms) == message.stored_ms:
        return name, name in stored
    return f"{name}@{message.stored_ms}", False


def _document(one: Unprocessed, name: str, now: datetime) -> ParkedDocument:
    message, reason = one.message, one.reason
    document = ParkedDocument(
        _id=name,
        subject=message.subject,
        sender=one.of_day.unit,
        sequence=message.sequence,
        received_ms=message.stored_ms,
        parked_at=now,
        size=len(message.payload),
        payload=message.payload,
        reason=ReasonDocument(code=reason.code, path=reason.path, message_vi=reason.message_vi, message_en=reason.message_en),
        state="waiting",
    )
    found = spoiled.attributes(message.payload)
    if found.event_id is not None:
        document["event_id"] = found.event_id
    if found.traceparent is not None:
        document["traceparent"] = found.traceparent
    return document
