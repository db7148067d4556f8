"""The log as the aggregator sees it: checks that the stream is still the same one, and that it did not go back to an older state.

A broker restored from an older copy re-uses sequence numbers. The checkpoint is a mark in the log (`shared/plumbing/log_mark.py`), compared
at every start and reconnect. Source: design, section 3, "A stream that went back".
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import nats.js.errors
from nats.js import JetStreamContext

from shared.plumbing import log_mark, reader
from shared.plumbing.broker import Streams
from shared.plumbing.reader import Delivery
from shared.wire import subjects
from shared.words.failures import TransientError
from shared.words.refusals import Refusal, refusal

BATCH: Final = 2000  # messages


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a partition is stored, as a mark in the log (`shared/plumbing/log_mark.py`).

    `generation` is the generation under which every view is stored up to there; 0 while some views are not. `moved_under` is the generation
    of the aggregator that moved it here; 0 if it is not known.
    """

    sequence: int
    event_id: str
    stored_ms: int
    stream_created: str
    generation: int = 0
    moved_under: int = 0


class WentBackError(TransientError):
    """The stream is not the one on which the checkpoint was made. Nothing is folded until `tonghop rebuild` has run."""


async def require_same_stream(jetstream: JetStreamContext, checkpoint: Checkpoint | None) -> None:
    """Raises WentBackError if the stream no longer contains the checkpoint's message."""
    if checkpoint is not None and not await log_mark.is_there(jetstream, checkpoint):
        raise WentBackError(refusal("service.log_went_back", sequence=checkpoint.sequence))


class PartitionReader:
    """Reads one partition of the log from its checkpoint, and remembers how far it has read."""

    def __init__(self, streams: Streams, number: int, checkpoint: Checkpoint | None, created: str, on_bind: Callable[[], None]) -> None:
        begin = 1 if checkpoint is None else checkpoint.sequence + 1
        self.read_to = checkpoint  # the last message that was handed out, whether it is folded or not
        self._jetstream = streams.jetstream
        self._created = created
        self._on_bind = on_bind  # called when reading begins, also after the broker was away
        self._reader = reader.log_reader(
            streams.client, subjects.REPORTS, subjects.reports_of(number), begin, check=self._require_same_stream
        )

    @property
    def trouble(self) -> Refusal | None:
        """Why nothing can be read now."""
        return self._reader.trouble

    @property
    def pending(self) -> int | None:
        """The number of messages that were not handed out yet; None while it is unknown."""
        return self._reader.pending

    async def batch(self, most: int, wait_s: float) -> list[Delivery]:
        """The next messages; an empty list if nothing arrives for `wait_s` seconds."""
        deliveries = await self._reader.batch(most, wait_s=wait_s)
        if deliveries:  # even before they are folded: after a reconnect the log must still contain the last one
            self.read_to = Checkpoint(*log_mark.last_of(deliveries), self._created)
        return deliveries

    async def close(self) -> None:
        await self._reader.close()

    async def _require_same_stream(self) -> None:
        await require_same_stream(self._jetstream, self.read_to)
        self._on_bind()


async def whole(
    streams: Streams, subject_filter: str, end: int, begin: int = 1, check: Callable[[], Awaitable[None]] = reader.no_check
) -> AsyncIterator[list[Delivery]]:
    """Every message of REPORTS up to the sequence `end`, in batches. `check` is called before reading, and after every reconnect."""
    follow = reader.log_reader(streams.client, subjects.REPORTS, subject_filter, begin, check=check)
    try:
        pending = await _has_more(streams, subject_filter, begin, end)
        while pending:
            deliveries = await follow.batch(BATCH, wait_s=5.0)
            if not deliveries and not await _has_more(streams, subject_filter, follow.next_sequence, end):
                break
            if wanted := [delivery for delivery in deliveries if delivery.sequence <= end]:
                yield wanted
            pending = not deliveries or (deliveries[-1].sequence < end and deliveries[-1].pending > 0)
    finally:
        await follow.end()


async def _has_more(streams: Streams, subject_filter: str, begin: int, end: int) -> bool:
    """Whether a message that matches the filter has a sequence from `begin` to `end`."""
    try:
        message = await streams.jetstream.get_msg(subjects.REPORTS, begin, subject_filter, next=True)
    except nats.js.errors.NotFoundError:
        return False
    return (message.seq or 0) <= end
