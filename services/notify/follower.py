"""Follows the log and folds every event into the book. The service stores changed duties, then moves the checkpoint; a command that only
reads stores nothing.

A crash between the two steps only repeats work. On a new generation of units and regimes the log is folded from its beginning into a new
book, while the old one still answers. Source: design, section 3.
"""

import asyncio
from collections.abc import Set
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog

from services.notify.domain import live
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger, RegimePeriod
from services.notify.domain.roster import Roster
from services.notify.store.book import BookPosition, BookStore, Checkpoint
from shared.plumbing import broker, delivery, log_events, log_mark
from shared.plumbing.reader import Delivery, Reader, log_reader
from shared.plumbing.readiness import Readiness
from shared.shell.clock import Clock
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.words.failures import TransientError
from shared.words.reference import Reference
from shared.words.refusals import refusal

log = structlog.get_logger()

BATCH: Final = 5000
IDLE_S: Final = 1.0  # how often the generation and the calendar are checked while the log is quiet
FIRST_BATCH_S: Final = 5.0
POLL_S: Final = 0.05
MANY: Final = 20_000  # changed reports that are stored even while the log is behind
RELEASE_S: Final = 600.0  # how often the memory of periods that are over is freed,
FEW_PERIODS: Final = 10  # and at once when there are twice as many as after the last time, and so many more
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)


class Follower:
    """Keeps a book up to date with the log, starting from what is stored. It stores nothing itself."""

    def __init__(self, connections: Connections, store: BookStore, clock: Clock) -> None:
        self._connections = connections
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()  # the book is not folded while periods are recalled
        self._live_since = LATEST  # every period that can cause alerts about deadlines from then on is in memory
        self._reference: Reference | None = None
        self._book: Book | None = None
        self._position = BookPosition(0, 0, "", 0, "")
        self._reader: Reader | None = None
        self._partitions = 1  # partitions of the log; read at the start

    @property
    def book(self) -> Book:
        """Duties as of `position`. Raises TransientError before the first `start`."""
        if self._book is None:
            raise TransientError(refusal("notify.reading_log"))
        return self._book

    @property
    def reference(self) -> Reference:
        """The units and regimes of the book. Raises TransientError before the first `start`."""
        if self._reference is None:
            raise TransientError(refusal("notify.reading_log"))
        return self._reference

    @property
    def position(self) -> BookPosition:
        return self._position

    async def recall_live(self, at: datetime) -> None:
        """Takes every period that can cause alerts at the instant `at` or later into memory (ADR-0041)."""
        since = live.owed_since(at, self.reference.regimes.values())
        if since >= self._live_since:
            return  # a period that is not in memory does not become live without an event
        async with self._turn:
            book = self.book
            await self._recall(book, await self._live(book, since, at), self._position.generation)
            self._live_since = since

    async def recall(self, regime: str | None = None, period: str | None = None) -> None:
        """Takes all periods, or those of one regime or period, into memory."""
        async with self._turn:
            wanted = {pair for pair in self.book.ledger.absent if regime in (None, pair[0]) and period in (None, pair[1])}
            await self._recall(self.book, wanted, self._position.generation)

    async def start(self) -> None:
        """Continues from the checkpoint, or folds the whole log if the checkpoint was made with other units and regimes."""
        info = await self._connections.streams.jetstream.stream_info(subjects.REPORTS)
        self._partitions = broker.declared_partitions(info.config.metadata)
        reference = await self._connections.reference.current()
        checkpoint = await self._store.checkpoint()
        if checkpoint is not None and checkpoint.position.generation == reference.generation:
            await self._require_same_stream(checkpoint.position)
            await self._go_on(reference, checkpoint)
        elif self._book is None or self._position.generation != reference.generation:
            await self._start_over(reference)
        await self._keep()

    async def step(self) -> None:
        """Folds the next messages of the log, and stores what changed."""
        if self._reader is None or await self._connections.reference.generation() != self._position.generation:
            await self.close()
            await self.start()
        assert self._reader is not None
        batch = await self._reader.batch(BATCH, IDLE_S)
        if not batch:
            await self._require_same_stream(self._position)
        async with self._turn:
            self._position = await self._fold(self.book, batch, self._position)
            await self._keep()

    async def wait(self) -> None:
        """Lets the fold progress. A read-only follower has no other task that calls `step`, so this does."""
        await self.step()

    async def follow(self, readiness: Readiness) -> None:
        """Calls `step` until it is cancelled. Readiness is red while a server is away or the whole log is folded again."""
        readiness.ask("log", lambda: self._reader.trouble if self._reader else None)
        readiness.count("log", lambda: self._reader.pending if self._reader else None)
        while True:
            await delivery.keep_trying("log", self.step, readiness)

    async def close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.end()

    async def _go_on(self, reference: Reference, checkpoint: Checkpoint) -> None:
        """Continues from the checkpoint. Of what is stored, only the periods that can cause alerts are read."""
        ledger = Ledger()
        ledger.periods, ledger.acted_ms, ledger.absent = checkpoint.opened, checkpoint.acted_ms, set(checkpoint.begun)
        ledger.imported_ms = checkpoint.imported_ms
        for key, state in checkpoint.waiting:
            ledger.put(key, state)
        waiting = [key for key, _ in checkpoint.waiting]
        book = Book(Roster(reference), ledger, checkpoint.begun, waiting)
        since = live.owed_since(self._clock(), reference.regimes.values())
        await self._recall(book, await self._live(book, since, self._clock()), reference.generation)
        self._use(reference, book, checkpoint.position, self._log_from(checkpoint.position.sequence + 1))
        self._live_since = since

    async def _start_over(self, reference: Reference) -> None:
        """Folds the whole log into a new book. Nothing is stored before the end of the log, so that nobody sees duties without their
        reports.
        """
        book = Book(Roster(reference), Ledger())
        position = BookPosition(reference.generation, 0, "", 0, await log_mark.stream_created(self._connections.streams.jetstream))
        reader = self._log_from(1)
        end = await self._connections.streams.last_sequence(subjects.REPORTS)
        log.info("log.folding_started", generation=reference.generation, end=end)
        while position.sequence < end:
            batch = await reader.batch(BATCH, FIRST_BATCH_S)
            position = await self._fold(book, batch, position)
            if not batch:
                end = await self._connections.streams.last_sequence(subjects.REPORTS)
        self._use(reference, book, position, reader)
        self._live_since = EARLIEST

    def _use(self, reference: Reference, book: Book, position: BookPosition, reader: Reader) -> None:
        self._reference, self._book, self._position, self._reader = reference, book, position, reader

    async def _fold(self, book: Book, batch: list[Delivery], position: BookPosition) -> BookPosition:
        """Folds a batch into a book. Returns the position after it."""
        logged = list(log_events.read(batch, self._partitions))
        await self._recall(book, {(event.regime, event.period) for event, _ in logged}, position.generation)
        stored = {delivery.sequence: delivery.stored_ms for delivery in batch}
        for event, sequence in logged:
            book.fold(event, stored[sequence])
        if batch:
            sequence, event_id, stored_ms = log_mark.last_of(batch)
            position = replace(position, sequence=sequence, event_id=event_id, stored_ms=stored_ms)
        return position

    async def _live(self, book: Book, since: datetime, at: datetime) -> Set[RegimePeriod]:
        """The periods that can cause alerts."""
        return {*await self._store.live(since), *book.due_since(since), *live.acted_since(book.ledger.acted_ms, at)}

    async def _recall(self, book: Book, pairs: Set[RegimePeriod], generation: int) -> None:
        """Takes those of the periods into memory that are only stored. Raises TransientError if another notifier has gone on to other units
        and regimes: it may have removed duties that this book still has.
        """
        for pair in sorted(pairs & book.ledger.absent):
            stored = await self._store.reports(pair)
            if await self._store.generation() != generation:
                raise TransientError(refusal("notify.reading_log"))
            book.ledger.recall(pair, stored)

    async def _keep(self) -> None:
        """Stores nothing: what is folded stays in memory."""

    def _log_from(self, sequence: int) -> Reader:
        return log_reader(self._connections.streams.client, subjects.REPORTS, subjects.ALL_REPORTS, sequence, check=self._check)

    async def _check(self) -> None:
        """Runs before each bind: makes sure that the log did not go back, even if it has since grown beyond the position."""
        if self._reader is not None:  # nothing to compare while the log is folded from its beginning
            await self._require_same_stream(self._position)

    async def _require_same_stream(self, position: BookPosition) -> None:
        """Raises TransientError if the stream is not the one that was folded. The follower then waits for `tonghop rebuild`."""
        if not await log_mark.is_there(self._connections.streams.jetstream, position):
            raise TransientError(refusal("service.log_went_back", sequence=position.sequence))


class Keeper(Follower):
    """The service's follower: it stores changed duties, then moves the checkpoint, and frees the memory of periods that are over."""

    def __init__(self, connections: Connections, store: BookStore, clock: Clock) -> None:
        super().__init__(connections, store, clock)
        self._kept = BookPosition(0, 0, "", 0, "")
        self._release_at_s = float("-inf")  # on the loop's clock
        self._most_periods = 0  # in memory, before the next release

    async def wait(self) -> None:
        """Lets the fold progress: another task runs `follow`, which calls `step`."""
        await asyncio.sleep(POLL_S)

    async def _keep(self) -> None:
        book = self.book
        book.begin(self._clock())
        if (self._kept != self._position or book.changed) and not self._may_wait():
            await self._store_changes(book)
        await self._release(book)

    def _may_wait(self) -> bool:
        """Whether the changes may be stored with those of a later batch: far behind the end of the log, a report's duty is then stored once
        and not once for every batch that has an event about it.
        """
        pending = self._reader.pending if self._reader else None
        is_behind = pending is not None and pending >= BATCH
        return is_behind and self.book.changed_count < MANY and self._kept.generation == self._position.generation

    async def _store_changes(self, book: Book) -> None:
        for pair in book.changed:
            changes = book.changes(pair)
            await self._store.put(changes, self._position)
            book.forget_changes(pair)
        ledger = book.ledger
        acted_ms = live.acted_since(ledger.acted_ms, events.from_ms(self._position.stored_ms))
        checkpoint = Checkpoint(self._position, sorted(book.begun), ledger.periods, book.waiting(), acted_ms, ledger.imported_ms)
        await self._store.put_checkpoint(checkpoint)
        if self._kept.generation != self._position.generation:
            await self._store.remove_before(self._position.generation)
            self._release_at_s = float("-inf")
        self._kept = self._position

    async def _release(self, book: Book) -> None:
        """Frees the memory of stored periods that cannot cause alerts."""
        now_s, at = asyncio.get_running_loop().time(), self._clock()
        is_time = now_s >= self._release_at_s or book.ledger.periods_in_memory > self._most_periods
        if not is_time or self._kept != self._position:
            return
        since = live.owed_since(at, self.reference.regimes.values())
        book.release(await self._live(book, since, at))
        self._live_since, self._release_at_s = since, now_s + RELEASE_S
        self._most_periods = 2 * book.ledger.periods_in_memory + FEW_PERIODS
