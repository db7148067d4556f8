"""One partition of the log: fetch, fold, write, move the checkpoint, in a loop.

    REPORTS ──> PartitionReader ──> Fold ──────────> Writer ──────────────────> MongoDB: reports, views
                fetch batch n+2     fold batch n+1   write batch n ──> Feed ──> FEED
                                                        │
                                                        └──> CheckpointMover ─> MongoDB: checkpoints
                                                             after batch n-1

The four steps of the drawing run concurrently: while one batch is written, the next is fetched (and folded if it is large), and the
checkpoint follows the written batches. `Writer.submit` waits for the previous batch, so at most one folded batch waits. A write that fails
is retried with the same documents until it succeeds. After a new generation, or any other error, the state is loaded again from the
checkpoint.
"""

import asyncio
from typing import Final

import structlog

from services.aggregate import log as logs
from services.aggregate.domain.fold import Fold
from services.aggregate.domain.pace import Pace
from services.aggregate.feed import Feed
from services.aggregate.log import Checkpoint, PartitionReader
from services.aggregate.store import Store, report_document
from services.aggregate.writer import NewGenerationError, Work, Writer
from shared.plumbing import log_events, log_mark
from shared.plumbing.reader import Delivery
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.words.reference import Reference
from shared.words.refusals import refusal

log = structlog.get_logger()

BATCH: Final = 4000  # messages folded at once when the log is behind
FEW: Final = 200  # so few messages are folded faster than written: folding them while others are written gains nothing
FIRST_S: Final = 0.05  # how long the first write of all views waits for messages beyond the checkpoint
IDLE_S: Final = 1.0  # how often a partition without messages checks the generation and the calendar
REFERENCE_AGE_S: Final = 0.25  # the longest delay until a new generation is noticed (ADR-0011)


class Partition:
    """Follows one partition until it is cancelled."""

    def __init__(self, connections: Connections, store: Store, feed: Feed, number: int, partitions: int, readiness: Readiness) -> None:
        self._connections = connections
        self._store = store
        self._feed = feed
        self.number = number
        self._partitions = partitions
        self._readiness = readiness

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
        fold = await self._load(reference, checkpoint)
        reader = PartitionReader(connections.streams, self.number, checkpoint, await log_mark.stream_created(connections.streams.jetstream))
        writer = Writer(
            self.number,
            reference.generation,
            checkpoint,
            self._store,
            self._feed,
            connections.reference,
            self._readiness,
            connections.clock,
        )
        self._readiness.ask(name, lambda: reader.trouble)
        self._readiness.count(name, lambda: reader.pending)
        self._readiness.has(name)
        try:
            await self._read_and_fold(reader, fold, writer)
        finally:
            await writer.close()
            await reader.close()

    async def _load(self, reference: Reference, checkpoint: Checkpoint | None) -> Fold:
        """The fold of everything stored up to the checkpoint. Every view is marked, so that all are written again."""
        fold = Fold(reference, self.number, self._partitions)
        fold.open(self._connections.clock())
        if checkpoint is not None:
            async for part in self._store.events(self.number, checkpoint.sequence):
                fold.take(part)
        fold.mark_all()
        return fold

    async def _read_and_fold(self, reader: PartitionReader, fold: Fold, writer: Writer) -> None:
        clock_s = asyncio.get_running_loop().time
        pace, wait_s = Pace(clock_s()), FIRST_S
        while True:
            deliveries = await reader.batch(BATCH, wait_s)
            if len(deliveries) < FEW:  # messages that arrive while the previous batch is written join this batch: one write for both
                await writer.idle()
                deliveries += await reader.batch(BATCH, wait_s=0)
            await self.require_generation(fold.reference.generation)
            fold.open(self._connections.clock())
            await writer.submit(work_of(fold, deliveries, reader, pace, clock_s()))
            wait_s = IDLE_S

    async def require_generation(self, generation: int) -> None:
        """Raises NewGenerationError if the generation of units, regimes or views has changed."""
        if (await self._connections.reference.current(REFERENCE_AGE_S)).generation != generation:
            raise NewGenerationError


def work_of(fold: Fold, deliveries: list[Delivery], reader: PartitionReader, pace: Pace, now_s: float) -> Work:
    """Folds a batch and returns what is to be stored. While the log is far behind, most batches leave their views to a later batch, and
    with them the checkpoint.
    """
    logged = list(log_events.read(deliveries, fold.partitions))
    fold.take(logged)
    reports = [report_document(event, fold.partition, sequence) for event, sequence in logged]
    if not pace.is_time(reader.pending or 0, now_s):
        return Work(reports)
    return Work(reports, fold.changed(), reader.read_to, is_whole=reader.pending == 0)
