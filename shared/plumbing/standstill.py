"""Whether what a durable's readers were given is acknowledged in the end.

One message that nobody acknowledges holds up whoever waits for the durable's floor (the notifier's barrier), while all that comes after
it is worked on and nothing else looks wrong.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from nats.aio.client import Client
from nats.js.api import ConsumerInfo

from shared.plumbing import broker
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

LOOK_S: Final = 1.0
ANSWER_S: Final = 2.0
STILL_S: Final = 15.0  # three deliveries of one message (its ack_wait is 5 s)


@dataclass(frozen=True, slots=True)
class Look:
    """What the broker says of a durable: up to where all is acknowledged, and how many messages are not."""

    floor: int
    waiting: int


def look(info: ConsumerInfo) -> Look:
    floor = 0 if info.ack_floor is None else int(info.ack_floor.stream_seq)
    return Look(floor, (info.num_pending or 0) + (info.num_ack_pending or 0))


class Standstill:
    """Looks at one durable once a second."""

    def __init__(self, client: Client, stream: str, durable: str) -> None:
        self.waiting: int | None = None  # messages that are not acknowledged; not known while the broker does not answer
        self._client = client
        self._stream = stream
        self._durable = durable
        self._floor = -1
        self._moved_at = 0.0  # by the loop's clock, as `now`
        self._is_still = False

    @property
    def trouble(self) -> Refusal | None:
        """Why the durable's floor must be looked at."""
        if not self._is_still:
            return None
        return refusal("ingest.standstill", self._stream, floor=self._floor, seconds=f"{STILL_S:g}")

    def take(self, found: Look, now: float) -> None:
        """Takes up what was seen at an instant."""
        if found.floor != self._floor or not found.waiting:
            self._floor, self._moved_at = found.floor, now
        self.waiting = found.waiting
        self._is_still = now - self._moved_at >= STILL_S

    async def watch(self) -> None:
        """Looks for ever."""
        jetstream = self._client.jetstream(timeout=ANSWER_S)
        clock = asyncio.get_running_loop().time
        while True:
            try:
                self.take(look(await jetstream.consumer_info(self._stream, self._durable)), clock())
            except broker.AWAY:
                self.waiting = None
            await asyncio.sleep(LOOK_S)
