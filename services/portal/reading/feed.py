"""Reads the feed of changed views page by page from the stream FEED. The broker keeps no state for the reader between requests."""

import asyncio
import contextlib

import nats.js.errors
from pydantic import ValidationError

from services.portal.domain import refused
from shared.plumbing.broker import Streams
from shared.wire import subjects
from shared.wire.views import ViewUpdated
from shared.words.scope import Scope

MOST = 500  # events of one answer
TIME_LIMIT_S = 1.0  # after this time the answer has what was read so far


async def page(streams: Streams, scope: Scope, province: str, regime: str, after: int, limit: int) -> tuple[list[ViewUpdated], int]:
    """Events after the sequence `after`, oldest first, and the sequence from which to continue.

    Raises `Refused` if the feed is out of scope, and one of `shared.plumbing.broker.AWAY` if the broker does not answer.
    """
    if not scope.reads_feed(province, regime):
        raise refused.out_of_scope()
    give_up_at = asyncio.get_running_loop().time() + TIME_LIMIT_S
    filtered = subjects.feed(province, regime, "*", "*")
    updates: list[ViewUpdated] = []
    cursor = after
    while len(updates) < limit and asyncio.get_running_loop().time() < give_up_at:
        try:
            # not a direct get, which mixes a message's own headers with the broker's: they could claim that the message does not exist
            message = await streams.jetstream.get_msg(subjects.FEED, seq=cursor + 1, subject=filtered, next=True)
        except nats.js.errors.NotFoundError:
            break
        with contextlib.suppress(ValidationError):  # not an event of ours: ignored
            updates.append(ViewUpdated.model_validate_json(message.data or b""))
        cursor = message.seq or cursor + 1
    return updates, cursor
