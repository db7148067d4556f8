"""Verify: compares the stored views and events with the log, field by field, by a plain recomputation. It can run under live load.

Partitions are checked one after the other, so that only one is in memory. For each partition:

1. the end of the log is noted, and verify waits until the aggregator has stored everything up to it;
2. the log is read up to there and compared with `reports`: every event once, at its position, with its text;
3. the views are read, then the events that arrived meanwhile. If a view has changed, it is compared with the events up to the view's own
   position: reports that arrive while verify reads are no difference, and no earlier difference is overlooked.

Differences are checked again until the same ones appear twice. Events that no view can count, because their regime, period or unit is
unknown, are listed too: equal figures from half of the log would prove nothing. Source: design, section 3; `docs/promises.md`.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import nats.js.errors
from bson.decimal128 import Decimal128

from services.aggregate import log as logs
from services.aggregate.plain_store import PlainStore
from shared.check import differences, recompute, uncounted
from shared.check.differences import Difference
from shared.check.history import History
from shared.check.uncounted import Uncounted
from shared.plumbing import broker
from shared.plumbing.broker import Streams
from shared.shell.service import Connections
from shared.wire import collection_names, events, log_message, subjects
from shared.wire.log_message import NotFolded

ATTEMPTS: Final = 4
PAUSE_S: Final = 1.0
STILL_S: Final = 10.0  # how long to wait for a checkpoint that does not move
POLL_S: Final = 0.1

Json = dict[str, Any]
Kept = tuple[int, bytes]  # an event's position in the log, and the digest of its text


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many views were compared, the differences, and what the log contains but no view counts."""

    views: int
    differences: list[Difference]
    uncounted: Uncounted

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.uncounted

    def as_dict(self) -> Json:
        differing = [difference.as_dict() for difference in self.differences]
        return {"equal": self.is_equal, "views": self.views, "differences": differing, **self.uncounted.as_dict()}


@dataclass(slots=True)
class _Log:
    """The content of one partition of the log, as far as it was read. `progress` is called with the number of messages read so far."""

    streams: Streams
    partitions: int
    progress: Callable[[int], None]
    settled: int  # everything up to this sequence must be in views and `reports`
    count: int = 0  # messages read
    events: dict[str, Kept] = field(default_factory=dict)
    histories: dict[tuple[str, str], History] = field(default_factory=dict)
    not_folded: dict[NotFolded, set[int]] = field(default_factory=lambda: {why: set() for why in NotFolded})  # sequences

    async def read(self, subject_filter: str, begin: int, end: int) -> None:
        """Adds the messages that match a filter, from one sequence to another, both included."""
        async for batch in logs.whole(self.streams, subject_filter, end, begin):
            for message in batch:
                event = log_message.read(message.subject, message.payload, self.partitions)
                if isinstance(event, NotFolded):
                    self.not_folded[event].add(message.sequence)
                    continue
                self.events.setdefault(event.id, (message.sequence, _digest(event.raw)))
                self.histories.setdefault((event.regime, event.period), History(self.settled)).take(event, message.sequence)
            self.count += len(batch)
            self.progress(self.count)
        self.progress(self.count)


async def verify(connections: Connections, progress: Callable[[int], None]) -> Verdict:
    """Compares every event and every view. `progress` is called with the number of messages read so far."""
    info = await connections.streams.jetstream.stream_info(subjects.REPORTS)
    partitions = broker.declared_partitions(info.config.metadata)
    verdicts, read = [], 0

    def on_read(done: int) -> None:
        progress(read + done)

    for number in range(partitions):
        before: set[tuple[str, str]] = set()
        for _ in range(ATTEMPTS):
            verdict, count = await _partition(connections, number, partitions, on_read)
            differing = {(difference.view, difference.field) for difference in verdict.differences}
            if not differing or differing == before:
                break
            before = differing
            await asyncio.sleep(PAUSE_S)
        verdicts.append(verdict)
        read += count
    strays = [differences.unexpected(name) async for name in PlainStore(connections.database).outside(range(partitions))]
    unknown = await _outside(connections, partitions, on_read)
    for verdict in verdicts:
        unknown.add(verdict.uncounted)
    wrong = [difference for verdict in verdicts for difference in verdict.differences]
    return Verdict(sum(verdict.views for verdict in verdicts), wrong + strays, unknown)


async def _outside(connections: Connections, partitions: int, progress: Callable[[int], None]) -> Uncounted:
    """The messages whose subject belongs to no partition. No aggregator reads them."""
    info = await connections.streams.jetstream.stream_info(subjects.REPORTS, subjects_filter=subjects.ALL_REPORTS)
    inside = tuple(subjects.reports_of(number).removesuffix(">") for number in range(partitions))
    log = _Log(connections.streams, partitions, progress, info.state.last_seq)
    for subject in info.state.subjects or {}:
        if not subject.startswith(inside):
            await log.read(subject, 1, log.settled)
    return uncounted.find(await connections.reference.current(), {}, log.not_folded)


async def _partition(connections: Connections, number: int, partitions: int, progress: Callable[[int], None]) -> tuple[Verdict, int]:
    """The verdict on one partition, and its number of messages."""
    reference = await connections.reference.current()
    log = _Log(connections.streams, partitions, progress, await _end(connections, number))
    await _until_stored(connections, number, log.settled)
    messages = subjects.reports_of(number)
    _, reports = await asyncio.gather(log.read(messages, 1, log.settled), _stored_reports(connections, number, log.settled))
    wrong = list(_reports_differ(log, reports))
    views = await PlainStore(connections.database).views(number)
    await log.read(messages, log.settled + 1, await _end(connections, number))
    compared = 0

    def is_of_partition(source: str, period: str) -> bool:
        return subjects.partition_of(source, period, partitions) == number

    for plain in recompute.plains(reference, log.histories, connections.clock(), is_of_partition):
        for view_id, unit_id in plain.views.items():
            compared += 1
            stored = views.pop(view_id, None)
            if stored is None:
                wrong.append(differences.absent(view_id))
                continue
            expected = plain.view(unit_id, max(log.settled, stored["position"]["sequence"]))
            wrong += differences.between(view_id, _as_json(stored), expected)
        await asyncio.sleep(0)  # give the event loop time: a connection without it is lost
    wrong += [differences.unexpected(view_id) for view_id in views]
    return Verdict(compared, wrong, uncounted.find(reference, log.histories, log.not_folded)), log.count


async def _stored_reports(connections: Connections, number: int, end: int) -> dict[str, Kept]:
    """The partition's events in `reports`, up to a position."""
    kept: dict[str, Kept] = {}
    async for part in PlainStore(connections.database).reports(number, end):
        kept |= {event_id: (sequence, _digest(text)) for event_id, sequence, text in part}
    return kept


def _reports_differ(log: _Log, stored: dict[str, Kept]) -> Iterator[Difference]:
    for event_id, (sequence, text) in log.events.items():
        if event_id not in stored:
            yield differences.absent(f"{collection_names.REPORTS}/{event_id}")
        elif stored[event_id][0] != sequence:
            yield Difference(f"{collection_names.REPORTS}/{event_id}", "sequence", stored[event_id][0], sequence)
        elif stored[event_id][1] != text:
            yield Difference(f"{collection_names.REPORTS}/{event_id}", "event", stored[event_id][1].hex(), text.hex())
    for event_id in stored.keys() - log.events.keys():
        yield differences.unexpected(f"{collection_names.REPORTS}/{event_id}")


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=8).digest()


async def _end(connections: Connections, number: int) -> int:
    """The sequence of the partition's last message."""
    try:
        message = await connections.streams.jetstream.get_last_msg(subjects.REPORTS, subjects.reports_of(number))
    except nats.js.errors.NotFoundError:
        return 0
    return message.seq or 0


async def _until_stored(connections: Connections, number: int, sequence: int) -> None:
    """Waits until the aggregator has stored everything up to a sequence, as long as it makes progress."""
    store = PlainStore(connections.database)
    clock = asyncio.get_running_loop().time
    reached, moved_at = 0, clock()
    while reached < sequence and clock() - moved_at < STILL_S:
        checkpoint = await store.checkpoint(number)
        if checkpoint > reached:
            reached, moved_at = checkpoint, clock()
        await asyncio.sleep(POLL_S if reached < sequence else 0)


def _as_json(value: Any) -> Any:
    """A stored view in JSON's types."""
    if isinstance(value, dict):
        return {key: _as_json(inner) for key, inner in value.items()}
    if isinstance(value, datetime):
        return events.to_text(value)
    return format(value.to_decimal(), "f") if isinstance(value, Decimal128) else value
