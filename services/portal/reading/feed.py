"""The aggregated feed, read page by page from the stream FEED. Keeps nothing on the broker between two requests."""

import asyncio
import contextlib

import nats.js.errors
from pydantic import ValidationError

from shared.plumbing.broker import Streams
from shared.wire import subjects
from shared.wire.published import ViewUpdated

MOST = 500  # events of one answer
TIME_LIMIT_S = 1.0  # what was read by then is the answer


async def page(streams: Streams, province: str, regime: str, after: int, limit: int) -> tuple[list[ViewUpdated], int]:
    """Events after the sequence `after`, oldest first, and the sequence to go on from.

    Raises one of `shared.plumbing.broker.AWAY` when the broker does not answer.
    """
    give_up_at = asyncio.get_running_loop().time() + TIME_LIMIT_S
    filtered = subjects.feed(province, regime, "*", "*")
    found: list[ViewUpdated] = []
    cursor = after
    while len(found) < limit and asyncio.get_running_loop().time() < give_up_at:
        try:
            # not directly: then a message's own headers stand among the broker's, and may say that there is none
            message = await streams.jetstream.get_msg(subjects.FEED, seq=cursor + 1, subject=filtered, next=True)
        except nats.js.errors.NotFoundError:
            break
        with contextlib.suppress(ValidationError):  # not an event of ours: ignored
            found.append(ViewUpdated.model_validate_json(message.data or b""))
        cursor = message.seq or cursor + 1
    return found, cursor
