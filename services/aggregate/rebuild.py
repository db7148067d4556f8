"""Rebuild: every view from the log, from nothing, while readers see the old views or the new ones, never a mixture.

1. The log is read from its beginning; an event that `reports` lacks is stored, a place that differs is rewritten.
2. An accepted event that the log lacks (a broker restored from an older copy) is published again: those of `reports`, and
   those that were claimed by ingest and never came to be stored.
3. All views are computed in a second collection under the next generation, which takes the place of `views` in one rename.
4. The generation is raised: every aggregator loads anew. A crash before leaves a view of a newer generation behind, which
   the aggregator notices at its next write, and raises the generation itself.

Source: design, section 3, "A stream that went back".
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterable, Callable, Container, Sequence
from dataclasses import dataclass
from typing import Final

from services.aggregate import log as logs
from services.aggregate.domain.fold import Fold
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
"""An event, and the place of its first copy."""

Progress = Callable[[str, int, int], None]
"""Told what is done: the step, how many of how many."""

Claimed = Callable[[Container[str]], AsyncIterable[bytes]]
"""The logged text of every event that ingest accepted, but for those whose ids are given."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    generation: int
    events: int
    stored: int  # events that `reports` lacked
    published: int  # events that the log lacked
    views: int


class Rebuild:
    """One rebuild, from the connections it works with."""

    def __init__(self, held: Connections, claimed: Claimed, progress: Progress) -> None:
        self._held = held
        self._claimed = claimed
        self._progress = progress
        self._store = RebuildStore(held.database)
        self._unread: dict[str, LogPlace] = {}  # event id: where `reports` has it, until it is read
        self._seen: dict[str, LogPlace] = {}  # event id: where the log has its first copy
        self._ends: dict[int, Delivery] = {}  # partition: the last message that was read
        self._folds: list[Fold] = []
        self._stored = 0
        self._created: str  # the stream's creation time
        self._last: Delivery | None = None  # the last message that was read, of any partition

    async def run(self) -> Rebuilt:
        """Rebuilds; raises one of `delivery.PASSING` when a server is away, or the log went back meanwhile (run it again)."""
        jetstream = self._held.streams.jetstream
        info = await jetstream.stream_info(subjects.REPORTS)
        partitions = broker.declared_partitions(info.config.metadata)
        self._created = str(info.created)
        generation = await self._next_generation()
        reference = await self._held.reference.current()
        self._folds = [Fold(reference, number, partitions) for number in range(partitions)]
        await self._look_at_reports()
        await self._read_log()
        unseen = await self._unseen()
        await self._read_log()  # what came in meanwhile is no loss
        published = await self.publish_lost(unseen, generation)
        await self._read_log()  # a view's version says that everything before it is counted, so also what came in between
        views = await self._write_views(generation)
        await self._require_same_stream()
        await self._move_checkpoints()
        await self._held.reference.raise_to(generation)
        return Rebuilt(generation, len(self._seen), self._stored, published, views)

    async def _next_generation(self) -> int:
        return 1 + max(await self._store.newest_generation(), await self._held.reference.generation())

    async def _look_at_reports(self) -> None:
        """Notes where `reports` has its events, all at once: asking for each when it is read takes longer."""
        total = await self._store.report_count()
        async for part in self._store.places():
            self._unread.update(part)
            self._progress("reports", len(self._unread), max(total, len(self._unread)))

    async def _read_log(self) -> None:
        """Takes what the log holds by now beyond what was read: a batch is folded while `reports` gets the one before."""
        begin, end = 1 if self._last is None else self._last.sequence + 1, await self._held.streams.last_sequence(subjects.REPORTS)
        putting = asyncio.create_task(self._put([]))
        try:
            async for batch in logs.whole(self._held.streams, subjects.ALL_REPORTS, end, begin, self._require_same_stream):
                firsts = self._fold(batch)
                await putting
                putting = asyncio.create_task(self._put(firsts))
                self._progress("log", batch[-1].sequence, end)
            await putting
        finally:
            await tasks.end(putting)
        self._progress("log", end, end)

    async def _require_same_stream(self) -> None:
        """What was read of two lives of the log would be neither: its sequences are used again."""
        await logs.require_same_stream(self._held.streams.jetstream, self._mark(self._last))

    def _fold(self, batch: list[Delivery]) -> list[First]:
        """Folds messages; the events that were not read before."""
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
        """Makes `reports` hold each event at the place of its first copy."""
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
        """Events of `reports` and claims that were not in the log when it was read."""
        known = [*await self._store.texts(list(self._unread)), *[text async for text in self._claimed(self._seen)]]
        return [event for text in known if (event := events.read_logged(text)) is not None and event.id not in self._seen]

    async def publish_lost(self, unseen: Sequence[Logged], generation: int) -> int:
        """Publishes what the log still lacks, in the order in which it was received."""
        missing = {event.id: event for event in unseen if event.id not in self._seen}
        lost = sorted(missing.values(), key=lambda event: (event.received_ms, event.id))
        for first in range(0, len(lost), BATCH):
            part = lost[first : first + BATCH]
            await self._held.streams.publish_together(subjects.REPORTS, [self._message(event, generation) for event in part])
            self._progress("lost", first + len(part), len(lost))
        return len(lost)

    def _message(self, event: Logged, generation: int) -> Message:
        """Under an id of its own: the broker may still remember the event, and swallow it, though the message is gone."""
        return Message(log_message.subject_of(event, len(self._folds)), event.raw, f"{event.id}#{generation}")

    async def _write_views(self, generation: int) -> int:
        target = await self._store.next_views(self._held.new_id())
        for fold in self._folds:
            fold.open(self._held.clock())
            fold.mark_all()
            documents = [view.document for view in fold.changed()]
            for document in documents:
                document["position"]["generation"] = generation
            await target.insert(documents)
            self._progress("views", fold.partition + 1, len(self._folds))
        await target.take_over()
        return target.count

    async def _move_checkpoints(self) -> None:
        """A checkpoint that the log does not hold is replaced by what was read; a sound one stays where it is.

        What was published again lies beyond: events that came meanwhile stand before it, and are read with it. Of a partition
        of which nothing was read the log begins anew. Aggregators go on meanwhile: what they have moved since is not touched.
        """
        store, jetstream = Store(self._held.database), self._held.streams.jetstream
        for partition in range(len(self._folds)):
            stored, read = await store.checkpoint(partition), self._mark(self._ends.get(partition))
            if stored is None and read is not None:
                await store.put_checkpoint(partition, read)
            elif stored is not None and not await log_mark.is_there(jetstream, stored):
                await store.replace_checkpoint(partition, stored, read)
                await logs.require_same_stream(jetstream, await store.checkpoint(partition))

    def _mark(self, found: Delivery | None) -> Checkpoint | None:
        return None if found is None else Checkpoint(*log_mark.last_of([found]), self._created)
