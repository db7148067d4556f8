"""Waits until every message that was sent is folded, so that no unit that has reported is alerted.

Source: design, section 5, "Deadlines".
"""

import asyncio
from typing import Final

from services.notify.follower import POLL_S, Follower
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.failures import TransientError
from shared.words.refusals import refusal

LIMIT_S: Final = 60.0


class Barrier:
    """Delays a tick until it can decide. It waits at most `limit_s` for ingest, and then at most `limit_s` for the fold."""

    def __init__(self, connections: Connections, follower: Follower, limit_s: float = LIMIT_S) -> None:
        self._connections, self._follower, self._limit_s = connections, follower, limit_s

    async def pass_screened(self) -> None:
        """Returns when every message that is now in INBOX is screened and folded. Raises TransientError after the limit."""
        try:
            async with asyncio.timeout(self._limit_s):
                inbox = await self._connections.streams.last_sequence(subjects.INBOX)
                while not await self._is_screened(inbox):
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            raise TransientError(refusal("ingest.behind")) from error
        await self.pass_folded()

    async def pass_folded(self) -> None:
        """Returns when every event that is now in REPORTS is folded with the present units and regimes. Raises TransientError after the
        limit.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                end = await self._connections.streams.last_sequence(subjects.REPORTS)
                generation = await self._connections.reference.generation()
                while self._follower.position.sequence < end or self._follower.position.generation < generation:
                    await self._follower.wait()
        except TimeoutError as error:
            raise TransientError(refusal("notify.behind")) from error

    async def _is_screened(self, sequence: int) -> bool:
        """Whether ingest has acknowledged every message of INBOX up to this sequence."""
        info = await self._connections.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        if info.ack_floor is not None and int(info.ack_floor.stream_seq) >= sequence:
            return True
        return (info.num_pending, info.num_ack_pending) == (0, 0)
