"""The writer of one partition: stores what batches come to, offers the views to FEED, and moves the checkpoint behind what is stored.

One piece of work is written at a time; whoever submits the next one waits for it. A write that fails is tried again with the same documents
until it succeeds. The checkpoint is moved beside the writes: what it has not reached yet is read again after a restart, which does no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from services.aggregate.domain.view import View
from services.aggregate.feed import Feed
from services.aggregate.log import Checkpoint
from services.aggregate.store import Store
from shared.plumbing import delivery, metrics, tasks
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import Clock
from shared.wire.documents import ReportDocument

TIDY_S: Final = 60.0  # how long a view may remain that a late write of a dead instance brought back
CHECKPOINT_S: Final = 0.1  # how often the checkpoint is moved


class NewGenerationError(Exception):
    """Units or regimes were changed, or views rebuilt: the state must be loaded again."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one batch gives to store. Without a checkpoint the views are left to a later batch.

    `is_whole` says that the views are in it, and that the log had no more than they are made of.
    """

    reports: Sequence[ReportDocument] = ()
    views: Sequence[View] = ()
    checkpoint: Checkpoint | None = None
    is_whole: bool = False


class Writer:
    """Writes what one partition becomes under one generation of units and regimes."""

    def __init__(
        self,
        number: int,
        generation: int,
        stored: Checkpoint | None,
        store: Store,
        feed: Feed,
        reference: ReferenceStore,
        readiness: Readiness,
        clock: Clock,
    ) -> None:
        self.number = number
        self.store = store
        self._generation = generation
        self._feed = feed
        self._reference = reference
        self._readiness = readiness
        self._clock = clock
        self._shown = stored  # up to here views are stored
        self._mover = CheckpointMover(stored, self._put_checkpoint)
        self._writing: asyncio.Task[None] | None = None
        self.tidied_at_s = float("-inf")  # by the loop's clock

    async def submit(self, work: Work) -> None:
        """Starts to write, as soon as everything submitted before is written. Raises what that write raised."""
        await self.idle()
        self._writing = asyncio.create_task(self.write(work))

    async def idle(self) -> None:
        """Waits until everything submitted is written. Raises what the write raised, NewGenerationError among others."""
        if self._writing is not None:
            await self._writing

    async def close(self) -> None:
        """Gives up what is being written; it is read from the log again."""
        await tasks.end(*([] if self._writing is None else [self._writing]), *self._mover.tasks)

    async def write(self, work: Work) -> None:
        """Events and views, then FEED and the checkpoint."""
        if work.reports or work.views:
            refused_by = await self.keep_trying(lambda: self._put(work))
            if refused_by > self._generation:
                await self._reference.raise_to(refused_by)
                raise NewGenerationError
            self._feed.offer(work.views)
            self._show_age(work)
        self._mover.move(work.checkpoint)
        if work.is_whole:
            await self.tidy()

    async def tidy(self) -> None:
        """Deletes views of an older generation: once all views of all that is logged are written, they have no reporters any more.

        Not only at the start: what an instance sent before it died may arrive late, and brings a deleted view back.
        """
        now_s = asyncio.get_running_loop().time()
        if now_s - self.tidied_at_s >= TIDY_S:
            await self.keep_trying(lambda: self.store.forget_older(self.number, self._generation))
            self.tidied_at_s = now_s

    def _show_age(self, work: Work) -> None:
        """Measures how long the newest event that was not shown yet has waited for its views."""
        if work.checkpoint is not None and work.checkpoint != self._shown:
            metrics.VIEW_AGE.observe(self._clock().timestamp() - work.checkpoint.stored_ms / 1000)
            self._shown = work.checkpoint

    async def keep_trying(self, act: Callable[[], Awaitable[delivery.Result]]) -> delivery.Result:
        """Does `act` until it succeeds; readiness is red meanwhile."""
        return await delivery.keep_trying(f"write {self.number}", act, self._readiness)

    async def _put(self, work: Work) -> int:
        _, refused_by = await asyncio.gather(self.store.put_reports(work.reports), self.store.put_views(work.views))
        return refused_by

    async def _put_checkpoint(self, checkpoint: Checkpoint) -> None:
        await self.keep_trying(lambda: self.store.put_checkpoint(self.number, checkpoint))


class CheckpointMover:
    """Moves the checkpoint to what is written, at most once in a while, and beside the writes."""

    def __init__(self, stored: Checkpoint | None, put: Callable[[Checkpoint], Awaitable[None]]) -> None:
        self._written = self._stored = stored
        self._put = put
        self._moving: asyncio.Task[None] | None = None

    def move(self, checkpoint: Checkpoint | None) -> None:
        """Everything up to a checkpoint is written; None says nothing new. Raises what the last move raised."""
        self._written = checkpoint or self._written
        if self._moving is not None and self._moving.done():
            self._moving.result()
            self._moving = None
        if self._moving is None:
            self._moving = asyncio.create_task(self._move())

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """What runs beside its caller."""
        return [] if self._moving is None else [self._moving]

    async def _move(self) -> None:
        while (reached := self._written) is not None and reached != self._stored:
            await self._put(reached)
            self._stored = reached
            await asyncio.sleep(CHECKPOINT_S)
