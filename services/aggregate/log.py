"""The log as the aggregator knows it: which life of the stream this is, and whether it went back.

A broker restored from an older copy re-uses sequence numbers. The checkpoint keeps the stream's creation time and the id of
the event at its sequence; both are compared at every start and reconnect. Source: design, section 3, "A stream that went back".
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import nats.js.errors
from nats.js import JetStreamContext

from shared import events, reader, subjects
from shared.broker import Streams
from shared.errors import TransientError
from shared.events import Logged


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to where a partition is stored: the sequence, the id of the event at it, and when the stream was created."""

    sequence: int
    event_id: str
    stream_created: str


class WentBackError(TransientError):
    """The stream is not the one that the checkpoint was made on. Nothing is folded until `tonghop rebuild` was run."""


async def identity(jetstream: JetStreamContext) -> str:
    """The creation time of REPORTS: another one is another stream."""
    info = await jetstream.stream_info(subjects.REPORTS)
    return str(info.created)


async def event_id_at(jetstream: JetStreamContext, sequence: int) -> str | None:
    """The id of the event at a sequence of REPORTS; None when there is none."""
    try:
        message = await jetstream.get_msg(subjects.REPORTS, sequence)
    except nats.js.errors.NotFoundError:
        return None
    logged = events.read_logged(message.data or b"")
    return None if logged is None else logged.id


async def require_same_stream(jetstream: JetStreamContext, checkpoint: Checkpoint | None) -> None:
    """Raises WentBackError when the stream is not the one of the checkpoint."""
    if checkpoint is None:
        return
    created = await identity(jetstream)
    found = await event_id_at(jetstream, checkpoint.sequence)
    if created != checkpoint.stream_created or found != checkpoint.event_id:
        raise WentBackError(
            f"REPORTS không còn sự kiện {checkpoint.event_id} ở vị trí {checkpoint.sequence}; chạy `tonghop rebuild` (the stream went back)"
        )


async def whole(streams: Streams, subject_filter: str, end: int, begin: int = 1) -> AsyncIterator[tuple[int, str, bytes]]:
    """Every message of REPORTS up to the sequence `end`: sequence, subject, payload."""
    follow = reader.log_reader(streams.client, subjects.REPORTS, subject_filter, begin)
    try:
        pending = begin <= end
        while pending:
            deliveries = await follow.batch(5000, wait_s=5.0)
            if not deliveries and not await _has_more(streams, subject_filter, follow.next_sequence, end):
                break
            for found in deliveries:
                if found.sequence <= end:
                    yield found.sequence, found.subject, found.payload
            pending = not deliveries or (deliveries[-1].sequence < end and deliveries[-1].pending > 0)
    finally:
        await follow.close()


async def _has_more(streams: Streams, subject_filter: str, begin: int, end: int) -> bool:
    """Whether a message of the filter stands between two sequences."""
    try:
        found = await streams.jetstream.get_msg(subjects.REPORTS, begin, subject_filter, next=True)
    except nats.js.errors.NotFoundError:
        return False
    return (found.seq or 0) <= end


def read(deliveries: list[reader.Delivery]) -> list[tuple[Logged, int]]:
    """The events among messages of the log, with their sequences; what is no event is left out."""
    found = ((events.read_logged(delivery.payload), delivery.sequence) for delivery in deliveries)
    return [(event, sequence) for event, sequence in found if event is not None]
