"""FEED as the aggregator reads it: the last message of each subject, and whether a message that it knows is still there."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import nats.js.errors
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from services.aggregate.domain.view import ViewVersion
from shared.plumbing.broker import Streams
from shared.wire import subjects
from shared.words.failures import TransientError
from shared.words.refusals import refusal

POSITION: Final = "Tonghop-Position"
POSITION_TEXT: Final = re.compile(r"([0-9]{1,18})\.(-?[0-9]{1,18})", re.ASCII)
SCAN_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Last:
    """A subject's last message: its sequence in FEED, and the version of the view that it contains."""

    sequence: int
    version: ViewVersion


NONE: Final = Last(0, ViewVersion(0, -1))  # a subject without a message


class FeedStream:
    """Reads FEED."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def last_of(self, subject: str) -> Last:
        try:
            message = await self._streams.jetstream.get_last_msg(subjects.FEED, subject)
        except nats.js.errors.NotFoundError:
            return NONE
        return Last(message.seq or 0, _version(message.headers or {}))

    async def end(self) -> tuple[int, str] | None:
        """Sequence and message id of FEED's last message; None if there is none."""
        sequence = await self._streams.last_sequence(subjects.FEED)
        try:
            message = await self._streams.jetstream.get_msg(subjects.FEED, sequence) if sequence else None
        except nats.js.errors.NotFoundError:
            return None
        return None if message is None else (sequence, _message_id(message.headers))

    async def has(self, sequence: int, message_id: str) -> bool:
        try:
            message = await self._streams.jetstream.get_msg(subjects.FEED, sequence)
        except nats.js.errors.NotFoundError:
            return False
        return _message_id(message.headers) == message_id

    async def scan(self, regime: str) -> AsyncIterator[tuple[str, Last]]:
        """The last message of every subject of a regime. Whole messages are read, because nats-server 2.15 panics on a headers-only read
        of a message whose header block is one byte long.
        """
        jetstream = self._streams.jetstream
        consumer = await jetstream.pull_subscribe(
            subjects.feed("*", regime, "*", "*"),
            stream=subjects.FEED,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.LAST_PER_SUBJECT,
                ack_policy=AckPolicy.NONE,
                inactive_threshold=30.0,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        try:
            pending = (await consumer.consumer_info()).num_pending or 0
            while pending:
                messages = await consumer.fetch(SCAN_BATCH, timeout=5)
                if not messages:  # messages lost with a broken connection are not redelivered
                    raise TransientError(refusal("aggregate.stream_not_read", subjects.FEED))
                for message in messages:
                    yield message.subject, Last(message.metadata.sequence.stream, _version(message.headers or {}))
                    pending = message.metadata.num_pending
        finally:
            await consumer.unsubscribe()


def _message_id(headers: Mapping[str, str] | None) -> str:
    return (headers or {}).get("Nats-Msg-Id", "")


def _version(headers: dict[str, str]) -> ViewVersion:
    """The version in a message's header; a message without a readable header counts as older than any view."""
    match = POSITION_TEXT.fullmatch(headers.get(POSITION, ""))
    return ViewVersion(int(match[1]), int(match[2])) if match else NONE.version
