"""Detects a message that a durable consumer's readers never acknowledge.

One such message holds back everyone who waits for the durable's ack floor (the notifier's barrier), while all later messages are processed
and nothing else looks wrong.
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
    """What the broker reports of a durable consumer: the ack floor, and how many messages are not acknowledged."""

    floor: int
    waiting: int


def look(info: ConsumerInfo) -> Look:
    """What one answer of the broker says about a consumer."""
    floor = 0 if info.ack_floor is None else int(info.ack_floor.stream_seq)
    return Look(floor, (info.num_pending or 0) + (info.num_ack_pending or 0))


class Standstill:
    """Watches one durable consumer, once a second."""

    def __init__(self, client: Client, stream: str, durable: str) -> None:
        self.waiting: int | None = None  # messages that are not acknowledged; None while the broker does not answer
        self._client = client
        self._stream = stream
        self._durable = durable
        self._floor = -1
        self._moved_at = 0.0  # on the event loop's clock, like `now`
        self._is_still = False

    @property
    def trouble(self) -> Refusal | None:
        """Why a person must look at the durable's ack floor; None if it moves."""
        if not self._is_still:
            return None
        return refusal("ingest.standstill", self._stream, floor=self._floor, seconds=f"{STILL_S:g}")

    def take(self, seen: Look, now: float) -> None:
        """Records what the broker reported at the instant `now`."""
        if seen.floor != self._floor or not seen.waiting:
            self._floor, self._moved_at = seen.floor, now
        self.waiting = seen.waiting
        self._is_still = now - self._moved_at >= STILL_S

    async def watch(self) -> None:
        """Watches until it is cancelled."""
        jetstream = self._client.jetstream(timeout=ANSWER_S)
        clock = asyncio.get_running_loop().time
        while True:
            try:
                self.take(look(await jetstream.consumer_info(self._stream, self._durable)), clock())
            except broker.AWAY:
                self.waiting = None
            await asyncio.sleep(LOOK_S)
