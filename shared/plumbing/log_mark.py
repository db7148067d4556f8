"""A mark in the log: identifies the last folded message, even if another message gets the same sequence later.

A broker restored from an older copy re-uses sequence numbers, and a message that is published again may even get its old sequence while the
messages before it are different. So a mark holds the stream's creation time, the event's id, and when the broker stored it. Source: design,
section 3, "A stream that went back"; ADR-0012.
"""

from typing import Protocol

import nats.js.errors
from nats.js import JetStreamContext

from shared.plumbing.reader import Delivery
from shared.wire import events, subjects


class Mark(Protocol):
    """The fields that are compared. Sequence 0 is before the first message."""

    @property
    def sequence(self) -> int: ...
    @property
    def event_id(self) -> str: ...
    @property
    def stored_ms(self) -> int: ...
    @property
    def stream_created(self) -> str: ...


async def stream_created(jetstream: JetStreamContext) -> str:
    """The creation time of REPORTS. If it differs, the stream is a different one."""
    info = await jetstream.stream_info(subjects.REPORTS)
    return str(info.created)


async def is_there(jetstream: JetStreamContext, mark: Mark) -> bool:
    """Whether REPORTS still holds the marked message."""
    if await stream_created(jetstream) != mark.stream_created:
        return False
    if mark.sequence == 0:
        return True
    try:
        message = await jetstream.get_msg(subjects.REPORTS, mark.sequence)
    except nats.js.errors.NotFoundError:
        return False
    stored_ms = 0 if message.time is None else events.to_ms(message.time)
    return (event_id(message.data or b""), stored_ms) == (mark.event_id, mark.stored_ms)


def last_of(deliveries: list[Delivery]) -> tuple[int, str, int]:
    """Sequence, event id and stored time of the last message."""
    last = deliveries[-1]
    return last.sequence, event_id(last.payload), last.stored_ms


def event_id(payload: bytes) -> str:
    """The id of a logged event; "" if the payload is not an event."""
    event = events.read_logged(payload)
    return "" if event is None else event.id
