"""One partition of the log: fetch, fold, write, move the checkpoint, over and over.

While one batch is written, the next is fetched, and folded if it is large, and the checkpoint follows those that are. A write that fails is
tried again with the same documents until it succeeds; a new generation, or an error in between, loads the state again from the
checkpoint.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import structlog

from services.aggregate import log as logs
from services.aggregate.domain.fold import Fold
from services.aggregate.feed import Feed
from services.aggregate.log import Checkpoint
from services.aggregate.store import Store, Work, report_document
from shared.plumbing import delivery, log_mark, reader, tasks
from shared.plumbing.reader import Delivery, Reader
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.reference import Reference

log = structlog.get_logger()

BATCH: Final = 4000  # messages folded at once when the log is behind
FEW: Final = 200  # messages that are sooner folded than written: folding them while others are written gains nothing
TIDY_S: Final = 60.0  # how long a view may stay that a late write of a dead instance brought back
FIRST_S: Final = 0.05  # how long all views wait at the start for what the log has beyond the checkpoint
IDLE_S: Final = 1.0  # how often a quiet partition looks at the generation and the calendar
BEHIND: Final = 200  # messages of the log: from here on views change faster than anybody reads
SHOW_S_EACH: Final = 0.001  # and are written so much less often for each of them,
SHOW_S: Final = 3.0  # yet not less often than this
CHECKPOINT_S: Final = 0.1  # how often the checkpoint is moved: what it has not reached is read again at a start, which costs little
REFERENCE_AGE_S: Final = 0.25  # how late a new generation may be noticed (ADR-0011)


class NewGenerationError(Exception):
    """Units or regimes were changed, or views rebuilt: start anew."""


class Partition:
    """Follows one partition until it is cancelled."""

    def __init__(self, held: Connections, store: Store, feed: Feed, number: int, partitions: int, readiness: Readiness) -> None:
        self._held = held
        self._store = store
        self._feed = feed
        self.number = number
        self._partitions = partitions
        self._readiness = readiness
        self._read_to: Checkpoint | None = None  # the last message that the reader handed out, folded or not
        self._written_to: Checkpoint | None = None  # everything up to it is stored
        self._stored_to: Checkpoint | None = None  # the checkpoint
        self._moving: asyncio.Task[None]  # brings the checkpoint to what is written
        self._shown_at: float  # by the loop's clock, as the next
        self._tidied_at: float

    async def follow(self) -> None:
        """Loads the state and folds the log; again after a new generation."""
        while True:
            try:
                await self._run()
            except NewGenerationError:
                log.info("generation.raised", partition=self.number)
                self._readiness.wait_for(f"partition {self.number}", "đang nạp (loading)")

    async def _run(self) -> None:
        reference = await self._held.reference.current()
        checkpoint = await self._store.checkpoint(self.number)
        await logs.require_same_stream(self._held.streams.jetstream, checkpoint)
        fold = await self._load(reference, checkpoint)
        created = await log_mark.stream_created(self._held.streams.jetstream)
        self._read_to = self._written_to = self._stored_to = checkpoint
        begin = 1 if checkpoint is None else checkpoint.sequence + 1
        log_filter = subjects.reports_of(self.number)
        follow = reader.log_reader(self._held.streams.client, subjects.REPORTS, log_filter, begin, check=self._require_same_stream)
        self._readiness.ask(f"partition {self.number}", lambda: follow.trouble)
        self._readiness.count(f"partition {self.number}", lambda: follow.pending)
        self._moving = asyncio.create_task(self._move())
        self._shown_at, self._tidied_at = asyncio.get_running_loop().time(), float("-inf")
        writing = asyncio.create_task(self._write(Work((), (), None), reference.generation))
        self._readiness.has(f"partition {self.number}")
        wait_s = FIRST_S
        try:
            while True:
                deliveries = await self._batch(follow, created, wait_s)
                if len(deliveries) < FEW:  # what comes while the last batch is written goes with them: one write for both
                    await writing
                    deliveries += await self._batch(follow, created, wait_s=0)
                await self._require(reference.generation)
                work = self._fold(fold, deliveries, follow.pending)
                await writing
                writing = asyncio.create_task(self._write(work, reference.generation))
                wait_s = IDLE_S
        finally:
            await tasks.end(writing, self._moving)
            await follow.close()

    async def _batch(self, follow: Reader, created: str, wait_s: float) -> list[Delivery]:
        """The next messages. They are read from now on: a rebind after them asks for the last of them, whether it is folded or not."""
        deliveries = await follow.batch(BATCH, wait_s=wait_s)
        if deliveries:
            self._read_to = Checkpoint(*log_mark.last_of(deliveries), created)
        return deliveries

    async def _load(self, reference: Reference, checkpoint: Checkpoint | None) -> Fold:
        """The fold of all that is stored up to the checkpoint, with every view to be written again."""
        fold = Fold(reference, self.number, self._partitions)
        fold.open(_now())
        if checkpoint is not None:
            async for part in self._store.events(self.number, checkpoint.sequence):
                fold.take(part)
        fold.mark_all()
        return fold

    async def _require_same_stream(self) -> None:
        await logs.require_same_stream(self._held.streams.jetstream, self._read_to)

    async def _require(self, generation: int) -> None:
        if (await self._held.reference.current(REFERENCE_AGE_S)).generation != generation:
            raise NewGenerationError

    def _fold(self, fold: Fold, deliveries: list[Delivery], pending: int | None) -> Work:
        """Folds a batch. Its views, and with them the checkpoint, are mostly left to a later one while the log is behind."""
        logged = logs.read(deliveries)
        fold.open(_now())
        fold.take(logged)
        behind = pending or 0
        reports = [report_document(event, self.number, sequence) for event, sequence in logged]
        now = asyncio.get_running_loop().time()
        if behind >= BEHIND and now - self._shown_at < min(behind * SHOW_S_EACH, SHOW_S):
            return Work(reports, (), None)
        self._shown_at = now
        return Work(reports, fold.changed(), self._read_to, is_whole=pending == 0)

    async def _write(self, work: Work, generation: int) -> None:
        """Events and views, then FEED and the checkpoint."""
        if work.reports or work.views:
            refused_by = await self._try(lambda: self._put(work))
            if refused_by > generation:
                await self._held.reference.raise_to(refused_by)
                raise NewGenerationError
            self._feed.offer(work.views)
        self._written_to = work.checkpoint or self._written_to
        if self._moving.done():
            self._moving.result()
            self._moving = asyncio.create_task(self._move())
        if work.is_whole:
            await self._tidy(generation)

    async def _tidy(self, generation: int) -> None:
        """Once all views of all that is logged are written, one of an older generation has no reporters any more.

        Not only at the start: what an instance sent before it died may land late, and brings a view back that was taken away.
        """
        now = asyncio.get_running_loop().time()
        if now - self._tidied_at >= TIDY_S:
            await self._try(lambda: self._store.forget_older(self.number, generation))
            self._tidied_at = now

    async def _move(self) -> None:
        """Moves the checkpoint to what is written, and again for what was written meanwhile."""
        while (reached := self._written_to) not in (None, self._stored_to):
            await self._try(functools.partial(self._store.put_checkpoint, self.number, reached))
            self._stored_to = reached
            await asyncio.sleep(CHECKPOINT_S)

    async def _put(self, work: Work) -> int:
        _, refused_by = await asyncio.gather(self._store.put_reports(work.reports), self._store.put_views(work.views))
        return refused_by

    async def _try(self, act: Callable[[], Awaitable[delivery.Result]]) -> delivery.Result:
        return await delivery.keep_trying(f"write {self.number}", act, self._readiness)


def _now() -> datetime:
    return datetime.now(UTC)
