"""The writer of one partition: stores events and views, offers the views to FEED, and then moves the checkpoint.

One piece of work is written at a time, and `submit` waits for the previous one. A write that fails is retried with the same documents until
it succeeds. The checkpoint is moved concurrently with later writes: after a restart, messages beyond it are read again, which is harmless.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass
from typing import Final

from services.aggregate.domain.fold import RegimePeriod
from services.aggregate.domain.view import View
from services.aggregate.feed import Feed
from services.aggregate.log import Checkpoint
from services.aggregate.store import Store
from shared.plumbing import delivery, metrics, tasks
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import Clock
from shared.wire.documents.reports import ReportDocument

TIDY_S: Final = 60.0  # how long a view may remain after a late write of a crashed instance brought it back
CHECKPOINT_S: Final = 0.1  # how often the checkpoint is moved


class NewGenerationError(Exception):
    """Units or regimes have changed, or views were rebuilt: the state must be loaded again."""


@dataclass(frozen=True, slots=True)
class Work:
    """What must be stored after one batch. Work without a checkpoint has no views: they are left to a later batch.

    `is_whole` says that it has the views, and that they include every message of the log. `shown` are the periods all of whose views are
    stored after it.
    """

    reports: Sequence[ReportDocument] = ()
    views: Sequence[View] = ()
    early: Sequence[View] = ()  # views of early blocks
    checkpoint: Checkpoint | None = None
    is_whole: bool = False
    shown: Set[RegimePeriod] = frozenset()


class Writer:
    """Writes the data of one partition under one generation of units and regimes."""

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
        shown: Set[RegimePeriod] = frozenset(),
    ) -> None:
        self.number = number
        self.store = store
        self._generation = generation
        self._feed = feed
        self._reference = reference
        self._readiness = readiness
        self._clock = clock
        self._shown = stored  # views are stored up to this checkpoint
        self._mover = CheckpointMover(stored, self._put_checkpoint)
        self._known_shown: Set[RegimePeriod] = shown
        self._writing: asyncio.Task[None] | None = None
        self.tidied_at_s = float("-inf")  # on the loop's clock

    async def submit(self, work: Work) -> None:
        """Starts to write, once everything submitted before is written. Raises the error of the earlier write."""
        await self.idle()
        self._writing = asyncio.create_task(self.write(work))

    async def idle(self) -> None:
        """Waits until everything submitted is written. Raises the error of the write, for example NewGenerationError."""
        if self._writing is not None:
            await self._writing

    async def close(self) -> None:
        """Cancels writes in progress; their messages will be read from the log again."""
        await tasks.end(*([] if self._writing is None else [self._writing]), *self._mover.tasks)

    async def write(self, work: Work) -> None:
        """Writes events and views, then offers the views to FEED and moves the checkpoint."""
        if work.reports or work.views or work.early:
            refused_by = await self.keep_trying(lambda: self._put(work))
            if refused_by > self._generation:
                await self._reference.raise_to(refused_by)
                raise NewGenerationError
            self._feed.offer(work.views)
            self._show_age(work)
        await self.note_shown(work.shown)
        self._mover.move(work.checkpoint)
        if work.is_whole:
            await self.tidy()

    async def note_shown(self, shown: Set[RegimePeriod]) -> None:
        """Notes periods whose views are now stored, before the checkpoint moves past their events: after a restart nobody else knows that
        a period has events.
        """
        if new := shown - self._known_shown:
            await self.keep_trying(lambda: self.store.put_shown(self.number, self._generation, new))
            self._known_shown = self._known_shown | new

    async def tidy(self) -> None:
        """Deletes views of older generations: once the views of the whole log are written, no reporter is left in them.

        It is repeated, because a late write of a crashed instance can bring a deleted view back.
        """
        now_s = asyncio.get_running_loop().time()
        if now_s - self.tidied_at_s >= TIDY_S:
            await self.keep_trying(lambda: self.store.forget_older(self.number, self._generation))
            self.tidied_at_s = now_s

    def _show_age(self, work: Work) -> None:
        """Records how long the newest event of this batch waited for its views."""
        if work.checkpoint is not None and work.checkpoint != self._shown:
            metrics.VIEW_AGE.observe(self._clock().timestamp() - work.checkpoint.stored_ms / 1000)
            self._shown = work.checkpoint

    async def keep_trying(self, act: Callable[[], Awaitable[delivery.Result]]) -> delivery.Result:
        """Runs `act` until it succeeds; readiness is red meanwhile."""
        return await delivery.keep_trying(f"write {self.number}", act, self._readiness)

    async def _put(self, work: Work) -> int:
        _, *refused_by = await asyncio.gather(
            self.store.put_reports(work.reports), self.store.put_views(work.views), self.store.put_early_views(work.early)
        )
        return max(refused_by)

    async def _put_checkpoint(self, checkpoint: Checkpoint) -> None:
        await self.keep_trying(lambda: self.store.put_checkpoint(self.number, checkpoint))


class CheckpointMover:
    """Moves the checkpoint up to what is written, at a limited rate and concurrently with the writes."""

    def __init__(self, stored: Checkpoint | None, put: Callable[[Checkpoint], Awaitable[None]]) -> None:
        self._written = self._stored = stored
        self._put = put
        self._moving: asyncio.Task[None] | None = None

    def move(self, checkpoint: Checkpoint | None) -> None:
        """Reports that everything up to a checkpoint is written; None changes nothing. Raises the error of the last move."""
        self._written = checkpoint or self._written
        if self._moving is not None and self._moving.done():
            self._moving.result()
            self._moving = None
        if self._moving is None:
            self._moving = asyncio.create_task(self._move())

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """The task that runs in the background, if any."""
        return [] if self._moving is None else [self._moving]

    async def _move(self) -> None:
        while (reached := self._written) is not None and reached != self._stored:
            await self._put(reached)
            self._stored = reached
            await asyncio.sleep(CHECKPOINT_S)
