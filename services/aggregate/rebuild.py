"""Rebuild: computes every view from the log, starting empty. Readers see either all old views or all new ones, never a mixture.

1. The log is read from its beginning. Events that `reports` lacks are stored, and wrong positions in `reports` are corrected.
2. Accepted events that the log lacks (after a broker was restored from an older copy) are published again: events in `reports`, and events
   that ingest claimed but that were never stored there.
3. All views are computed in a second collection under the next generation, which replaces `views` in one rename.
4. The generation is raised, so every aggregator loads its state again. After a crash before this step, views of a newer generation exist;
   the aggregator notices them at its next write and raises the generation itself.

Source: design, section 3, "A stream that went back".
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterable, Callable, Container, Sequence
from dataclasses import dataclass
from typing import Final

from services.aggregate import log as logs
from services.aggregate.domain.fold import Fold
from services.aggregate.domain.view import View
from services.aggregate.log import Checkpoint
from services.aggregate.rebuild_store import LogPlace, RebuildStore
from services.aggregate.store import Store
from shared.plumbing import broker, log_events, log_mark, tasks
from shared.plumbing.broker import Message
from shared.plumbing.reader import Delivery
from shared.shell.service import Connections
from shared.wire import events, log_message, subjects
from shared.wire.events import Logged

BATCH: Final = 2000

First = tuple[Logged, LogPlace]
"""An event, and the position of its first copy in the log."""

Progress = Callable[[str, int, int], None]
"""Called with the progress: the step, how much is done, and the total."""

Claimed = Callable[[Container[str]], AsyncIterable[bytes]]
"""The logged text of every event that ingest accepted, except the events whose ids are given."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The result of a rebuild."""

    generation: int
    events: int
    stored: int  # events that `reports` lacked
    published: int  # events that the log lacked
    views: int


class Rebuild:
    """One rebuild over open connections."""

    def __init__(self, connections: Connections, claimed: Claimed, progress: Progress) -> None:
        self._connections = connections
        self._claimed = claimed
        self._progress = progress
        self._store = RebuildStore(connections.database)
        self._unread: dict[str, LogPlace] = {}  # event id: position in `reports`, until the event is read from the log
        self._seen: dict[str, LogPlace] = {}  # event id: position of its first copy in the log
        self._ends: dict[int, Delivery] = {}  # partition: the last message that was read
        self._folds: list[Fold] = []
        self._stored = 0
        self._created: str  # the stream's creation time
        self._last: Delivery | None = None  # the last message that was read, of any partition

    async def run(self) -> Rebuilt:
        """Rebuilds. Raises one of `delivery.PASSING` if a server is away, or if the log went back meanwhile; run it again then."""
        jetstream = self._connections.streams.jetstream
        info = await jetstream.stream_info(subjects.REPORTS)
        partitions = broker.declared_partitions(info.config.metadata)
        self._created = str(info.created)
        generation = await self._next_generation()
        reference = await self._connections.reference.current()
        self._folds = [Fold(reference, number, partitions) for number in range(partitions)]
        await self._look_at_reports()
        await self._read_log()
        unseen = await self._unseen()
        await self._read_log()  # events that arrived meanwhile are not lost
        published = await self.publish_lost(unseen, generation)
        await self._read_log()  # a view counts everything up to its version, so events that arrived in between must be folded too
        views = await self._write_views(generation)
        await self._require_same_stream()
        await self._move_checkpoints()
        await self._connections.reference.raise_to(generation)
        return Rebuilt(generation, len(self._seen), self._stored, published, views)

    async def _next_generation(self) -> int:
        return 1 + max(await self._store.newest_generation(), await self._connections.reference.generation())

    async def _look_at_reports(self) -> None:
        """Reads the positions of all events in `reports`. Reading them all at once is faster than one by one."""
        total = await self._store.report_count()
        async for part in self._store.places():
            self._unread.update(part)
            self._progress("reports", len(self._unread), max(total, len(self._unread)))

    async def _read_log(self) -> None:
        """Folds what the log has beyond the last message read. While one batch is folded, the events of the previous one are stored in
        `reports`.
        """
        begin, end = 1 if self._last is None else self._last.sequence + 1, await self._connections.streams.last_sequence(subjects.REPORTS)
        putting = asyncio.create_task(self._put([]))
        try:
            async for batch in logs.whole(self._connections.streams, subjects.ALL_REPORTS, end, begin, self._require_same_stream):
                firsts = self._fold(batch)
                await putting
                putting = asyncio.create_task(self._put(firsts))
                self._progress("log", batch[-1].sequence, end)
            await putting
        finally:
            await tasks.end(putting)
        self._progress("log", end, end)

    async def _require_same_stream(self) -> None:
        """Raises WentBackError if the stream was replaced or went back: its sequences are re-used, so the messages read would be a mixture
        of both.
        """
        await logs.require_same_stream(self._connections.streams.jetstream, self._mark(self._last))

    def _fold(self, batch: list[Delivery]) -> list[First]:
        """Folds messages. Returns the events that were read for the first time, with their positions."""
        self._last = batch[-1]
        of_partition: dict[int, list[tuple[Logged, int]]] = defaultdict(list)
        by_sequence = {delivery.sequence: delivery for delivery in batch}
        for event, sequence in log_events.read(batch, len(self._folds)):
            of_partition[self._partition(event)].append((event, sequence))
        firsts = []
        for partition, logged in of_partition.items():
            self._folds[partition].take(logged)
            self._ends[partition] = by_sequence[logged[-1][1]]
            for event, sequence in logged:
                if event.id not in self._seen:
                    self._seen[event.id] = (partition, sequence)
                    firsts.append((event, (partition, sequence)))
        return firsts

    async def _put(self, firsts: Sequence[First]) -> None:
        """Stores each event in `reports`, with the position of its first copy in the log."""
        places = {event.id: self._unread.pop(event.id, None) for event, _ in firsts}
        lacking = [(event, place) for event, place in firsts if places[event.id] is None]
        stored_meanwhile = await self._store.insert(lacking)
        self._stored += len(lacking) - len(stored_meanwhile)
        await self._store.move(
            [(event.id, place) for event, place in firsts if event.id in stored_meanwhile or places[event.id] not in (None, place)]
        )

    def _partition(self, event: Logged) -> int:
        return subjects.partition_of(event.regime, event.period, len(self._folds))

    async def _unseen(self) -> list[Logged]:
        """The events of `reports` and of claims that were not in the log when it was read."""
        known = [*await self._store.texts(list(self._unread)), *[text async for text in self._claimed(self._seen)]]
        return [event for text in known if (event := events.read_logged(text)) is not None and event.id not in self._seen]

    async def publish_lost(self, unseen: Sequence[Logged], generation: int) -> int:
        """Publishes the events that the log still lacks, in the order in which they were received."""
        missing = {event.id: event for event in unseen if event.id not in self._seen}
        lost = sorted(missing.values(), key=lambda event: (event.received_ms, event.id))
        for first in range(0, len(lost), BATCH):
            part = lost[first : first + BATCH]
            await self._connections.streams.publish_together(subjects.REPORTS, [self._message(event, generation) for event in part])
            self._progress("lost", first + len(part), len(lost))
        return len(lost)

    def _message(self, event: Logged, generation: int) -> Message:
        """The message for a lost event. It gets a new message id: the broker may still remember the old one and drop the event as a
        duplicate.
        """
        return Message(log_message.subject_of(event, len(self._folds)), event.raw, f"{event.id}#{generation}")

    async def _write_views(self, generation: int) -> int:
        target = await self._store.next_views(self._connections.new_id())
        early: list[View] = []
        for fold in self._folds:
            fold.open(self._connections.clock())
            fold.mark_all()
            documents = [view.document for view in fold.changed()]
            early += (early_of_fold := fold.changed_early())
            for document in (*documents, *(view.document for view in early_of_fold)):
                document["position"]["generation"] = generation
            await target.insert(documents)
            self._progress("views", fold.partition + 1, len(self._folds))
        await target.take_over()
        await Store(self._connections.database).put_early_views(early)  # aggregators delete those of older generations
        return target.count

    async def _move_checkpoints(self) -> None:
        """Replaces each checkpoint whose message is not in the log by the last message read; the other checkpoints are kept.

        Events that were published again are beyond the new checkpoint, so the aggregator reads them. If nothing was read of a partition, it
        is read from the beginning. Aggregators continue meanwhile: a checkpoint that they have moved since is not touched.
        """
        store, jetstream = Store(self._connections.database), self._connections.streams.jetstream
        for partition in range(len(self._folds)):
            stored, read = await store.checkpoint(partition), self._mark(self._ends.get(partition))
            if stored is None and read is not None:
                await store.put_checkpoint(partition, read)
            elif stored is not None and not await log_mark.is_there(jetstream, stored):
                await store.replace_checkpoint(partition, stored, read)
                await logs.require_same_stream(jetstream, await store.checkpoint(partition))

    def _mark(self, delivery: Delivery | None) -> Checkpoint | None:
        return None if delivery is None else Checkpoint(*log_mark.last_of([delivery]), self._created)
