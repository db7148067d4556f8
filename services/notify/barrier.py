"""Waits until what was sent is known: nobody who has reported is alerted. Source: design, section 5, "Deadlines"."""

import asyncio
from typing import Final

from nats.js import JetStreamContext

from services.notify.follower import POLL_S, Follower
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.failures import TransientError

LIMIT_S: Final = 60.0


async def pass_screened(held: Connections, follower: Follower, limit_s: float = LIMIT_S) -> None:
    """Returns when everything that is in INBOX now is screened and folded. Raises TransientError after `limit_s`."""
    try:
        async with asyncio.timeout(limit_s):
            inbox = await held.streams.last_sequence(subjects.INBOX)
            while not await _is_screened(held.streams.jetstream, inbox):
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        raise TransientError("ingest chưa xử lý hết tin đã nhận, chưa nhắc ai (ingest is behind)") from error
    await pass_folded(held, follower, limit_s)


async def pass_folded(held: Connections, follower: Follower, limit_s: float = LIMIT_S) -> None:
    """Returns when everything that is in REPORTS now is folded, with the units and regimes of now."""
    try:
        async with asyncio.timeout(limit_s):
            end = await held.streams.last_sequence(subjects.REPORTS)
            generation = await held.reference.generation()
            while follower.position.sequence < end or follower.position.generation < generation:
                await follower.wait()
    except TimeoutError as error:
        raise TransientError("chưa đọc hết nhật ký báo cáo (the notifier is behind)") from error


async def _is_screened(jetstream: JetStreamContext, sequence: int) -> bool:
    """Whether ingest has acknowledged everything up to a sequence of INBOX."""
    info = await jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
    if info.ack_floor is not None and int(info.ack_floor.stream_seq) >= sequence:
        return True
    return (info.num_pending, info.num_ack_pending) == (0, 0)
