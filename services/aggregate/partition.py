"""One partition of the log: fetch, fold, write, move the checkpoint, in a loop.

    REPORTS ──> PartitionReader ──> Fold ──────────> Writer ──────────────────> MongoDB: reports, views
                fetch batch n+2     fold batch n+1   write batch n ──> Feed ──> FEED
                                                        │
                                                        └──> CheckpointMover ─> MongoDB: checkpoints
                                                             after batch n-1

Before a batch is folded, the periods that it is about are recalled from `reports` if they are not in memory (`Recall`).

The four steps of the drawing run concurrently: while one batch is written, the next is fetched (and folded if it is large), and the
checkpoint follows the written batches. `Writer.submit` waits for the previous batch, so at most one folded batch waits. A write that fails
is retried with the same documents until it succeeds. After a new generation, or any other error, the partition starts again from the
checkpoint.
"""

import asyncio
from collections.abc import Set
from dataclasses import replace
from typing import Final, NamedTuple

import structlog

from services.aggregate import log as logs
from services.aggregate.domain.fold import Fold, RegimePeriod
from services.aggregate.domain.pace import Pace
from services.aggregate.feed import Feed
from services.aggregate.log import Checkpoint, PartitionReader
from services.aggregate.recall import Recall
from services.aggregate.store import Store, report_document
from services.aggregate.writer import NewGenerationError, Work, Writer
from shared.plumbing import log_events, log_mark
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from shared.wire.events import Logged
from shared.words.refusals import refusal

log = structlog.get_logger()

BATCH: Final = 4000  # messages folded at once when the log is behind
FEW: Final = 200  # so few messages are folded faster than written: folding them while others are written gains nothing
FIRST_S: Final = 0.05  # how long the first write of all views waits for messages beyond the checkpoint
IDLE_S: Final = 1.0  # how often a partition without messages checks the generation and the calendar
REFERENCE_AGE_S: Final = 0.25  # the longest delay until a new generation is noticed (ADR-0011)


class Standing(NamedTuple):
    """What a partition has in memory under one generation: the blocks, and up to which sequence they are folded."""

    fold: Fold
    recall: Recall


class Partition:
    """Follows one partition until it is cancelled. `standing` is None until the state is loaded."""

    def __init__(self, connections: Connections, store: Store, feed: Feed, number: int, partitions: int, readiness: Readiness) -> None:
        self._connections = connections
        self._store = store
        self._feed = feed
        self.number = number
        self._partitions = partitions
        self._readiness = readiness
        self.standing: Standing | None = None

    async def follow(self) -> None:
        """Loads the state and folds the log; starts again when the generation changes."""
        while True:
            try:
                await self._run()
            except NewGenerationError:
                log.info("generation.raised", partition=self.number)
                self._readiness.wait_for(f"partition {self.number}", refusal("aggregate.loading"))

    async def _run(self) -> None:
        """Loads the state, then reads, folds and writes until an error."""
        connections, name = self._connections, f"partition {self.number}"
        reference = await connections.reference.current()
        checkpoint = await self._store.checkpoint(self.number)
        await logs.require_same_stream(connections.streams.jetstream, checkpoint)
        shown, behind = await self._stored_periods(checkpoint, reference.generation)
        fold = Fold(reference, self.number, self._partitions, shown, behind)
        recall = Recall(self._store, fold, 0 if checkpoint is None else checkpoint.sequence)
        reader = PartitionReader(
            connections.streams, self.number, checkpoint, await log_mark.stream_created(connections.streams.jetstream), self._feed.doubt
        )
        writer = Writer(
            self.number,
            reference.generation,
            checkpoint,
            self._store,
            self._feed,
            connections.reference,
            self._readiness,
            connections.clock,
            shown,
        )
        self._readiness.ask(name, lambda: reader.trouble)
        self._readiness.count(name, lambda: reader.pending)
        self.standing = Standing(fold, recall)
        try:
            await self._read_and_fold(reader, fold, recall, writer)
        finally:
            self.standing = None
            await writer.close()
            await reader.close()

    async def _stored_periods(self, checkpoint: Checkpoint | None, generation: int) -> tuple[Set[RegimePeriod], Set[RegimePeriod]]:
        """The periods with events up to the checkpoint: those whose views are stored under this generation, and the others. If the
        partition has no view at all, somebody has removed them. If the checkpoint was moved under another generation, it may have passed
        events that are in no view of this one: an aggregator that had not noticed the new units folded them.
        """
        if checkpoint is None:
            return set(), set()
        is_ours = checkpoint.moved_under == generation and await self._store.has_views(self.number)
        shown = await self._store.shown(self.number, generation) if is_ours else set()
        if shown and checkpoint.generation == generation:
            return shown, set()
        found = {pair async for pair in self._store.periods() if subjects.partition_of(*pair, self._partitions) == self.number}
        return shown, found - shown

    async def _read_and_fold(self, reader: PartitionReader, fold: Fold, recall: Recall, writer: Writer) -> None:
        clock_s = asyncio.get_running_loop().time
        pace, wait_s = Pace(clock_s()), FIRST_S
        while True:
            if not fold.behind:
                self._readiness.has(f"partition {self.number}")
            deliveries = await reader.batch(BATCH, 0 if fold.behind else wait_s)
            if len(deliveries) < FEW:  # messages that arrive while the previous batch is written join this batch: one write for both
                await writer.idle()
                deliveries += await reader.batch(BATCH, wait_s=0)
            await self.require_generation(fold.reference.generation)
            fold.open(self._connections.clock())
            logged = list(log_events.read(deliveries, fold.partitions))
            await recall.for_events([event for event, _ in logged])
            await recall.next_behind()
            await writer.submit(work_of(fold, logged, reader, pace, clock_s()))  # now everything folded before this batch is stored
            recall.release()
            recall.folded_to = max(recall.folded_to, reader.read_to.sequence if reader.read_to else 0)
            wait_s = IDLE_S

    async def require_generation(self, generation: int) -> None:
        """Raises NewGenerationError if the generation of units, regimes or views has changed."""
        if (await self._connections.reference.current(REFERENCE_AGE_S)).generation != generation:
            raise NewGenerationError


def work_of(fold: Fold, logged: list[tuple[Logged, int]], reader: PartitionReader, pace: Pace, now_s: float) -> Work:
    """Folds a batch and returns what is to be stored. While the log is far behind, most batches leave their views to a later batch, and
    with them the checkpoint.
    """
    fold.take(logged)
    reports = [report_document(event, fold.partition, sequence) for event, sequence in logged]
    if not pace.is_time(reader.pending or 0, now_s):
        return Work(reports)
    views, early, is_all = fold.changed(), fold.changed_early(), not fold.behind
    generation = fold.reference.generation
    checkpoint = reader.read_to and replace(reader.read_to, generation=generation if is_all else 0, moved_under=generation)
    return Work(reports, views, early, checkpoint, is_whole=is_all and reader.pending == 0, shown=set(fold.shown))
