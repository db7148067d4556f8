"""Keeps room in INBOX for every unit: from a limit on, the stream refuses more messages of a unit (ADR 0061).

Once an hour, the screened messages of units with half of the limit or more are removed. So a unit that floods gets at most one limit
screened in an hour, and a unit that rightly sends very much waits an hour at most.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog
from nats.js import JetStreamContext

from shared.plumbing import broker
from shared.wire import subjects

log = structlog.get_logger()

PAUSE_S: Final = 3600
FIRST_S: Final = 60  # after a start there is more urgent work


def crowded(messages: Mapping[str, int], most: int) -> list[str]:
    """The subjects that have half of the messages that a subject may have, or more."""
    return sorted(subject for subject, count in messages.items() if count >= most / 2)


async def make(jetstream: JetStreamContext, most: int) -> None:
    """Removes the screened messages of subjects that are half full. `most`: how many messages a subject may have."""
    durable = await jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
    if durable.ack_floor is None:
        return
    info = await jetstream.stream_info(subjects.INBOX, subjects_filter=">")
    for subject in crowded(info.state.subjects or {}, most):
        await jetstream.purge_stream(subjects.INBOX, seq=durable.ack_floor.stream_seq + 1, subject=subject)
        log.warning("inbox.room_made", subject=subject)


async def keep(jetstream: JetStreamContext, most: int) -> None:
    """Makes room every hour until it is cancelled."""
    await asyncio.sleep(FIRST_S)
    while True:
        try:
            await make(jetstream, most)
        except broker.AWAY as error:
            log.warning("inbox.room_not_made", error=type(error).__name__)
        await asyncio.sleep(PAUSE_S)
