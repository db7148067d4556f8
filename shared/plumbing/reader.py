"""Reads a consumer as fast as the broker sends, and returns what has arrived without waiting for a full batch (ADR-0004).

It is a continuous pull: requests are renewed before they run out, so fetching continues while the last batch is processed. A restarted
server, a lost request or a deleted consumer is noticed by the missing heartbeat, and reading resumes after the last message that was handed
out. FastStream's batch subscriber waits for a full batch or a time-out, and does not overlap.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

import nats.errors
import nats.js.errors
import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.plumbing import causes, connection, metrics
from shared.wire import subjects
from shared.words.refusals import Refusal

log = structlog.get_logger()

HEARTBEAT: Final = "100"
NO_RESPONDERS: Final = "503"
LATER_S: Final = (0.005, 0.05, 0.3, 1.0)  # whatever was not sent to nobody mostly arrives sooner
AHEAD: Final = 64  # messages that may be under way behind one that ends the broker's answers; more are found by the gap
MOST_MISSING: Final = 1000  # messages that are asked for at once; the others come when their acknowledgement is overdue
NOT_TAKEN: Final = b"-NAK"  # the broker delivers the message again at once
HEARTBEAT_S: Final = 1.0
SILENCE_S: Final = 2.5  # more than two heartbeats: the request is lost
EXPIRES_S: Final = 10.0  # how long a broker may go on sending to a silently dead connection
RETRY_S: Final = 0.5
BIND_TIMEOUT_S: Final = 5.0
END_S: Final = 1.0  # a consumer that is not deleted expires after a minute
WINDOW: Final = 4000  # messages requested in advance
LAST_DELIVERED: Final = "Nats-Last-Consumer"  # header of a heartbeat: the consumer sequence of the last message sent

AWAY = (nats.errors.Error, nats.js.errors.Error, asyncio.TimeoutError, OSError)


class Delivery(NamedTuple):
    """One delivered message: its sequence in the stream, when the broker stored it, and the reply subject that acknowledges it."""

    subject: str
    payload: bytes
    reply: str
    sequence: int
    consumer_sequence: int
    stored_ns: int  # nanoseconds since 1970
    pending: int

    @property
    def stored_ms(self) -> int:
        return self.stored_ns // 1_000_000


def delivery(message: Msg) -> Delivery:
    """Parses a JetStream message. Its metadata are in the reply subject (`$JS.ACK…`, nine tokens, or more with a domain).

    Raises ValueError if it is not a JetStream message: somebody else has published to the reader's own subject.
    """
    tokens = message.reply.split(".")
    stream_sequence, consumer_sequence, stored_ns, pending = map(int, tokens[5:9] if len(tokens) == 9 else tokens[7:11])
    return Delivery(message.subject, message.data, message.reply, stream_sequence, consumer_sequence, stored_ns, pending)


def _acknowledges(known: Delivery, sequence: int, consumer_sequence: int) -> str:
    """The reply subject of another message of the same consumer, by its sequence in the stream. The broker goes by this sequence; that of
    the consumer only has to be one that was delivered and is above those that are all acknowledged.
    """
    tokens = known.reply.split(".")
    place = 5 if len(tokens) == 9 else 7
    tokens[place : place + 2] = [str(sequence), str(consumer_sequence)]
    return ".".join(tokens)


class Reader:
    """A continuous pull on one consumer of one stream.

    `bind(next_sequence)` creates or finds the consumer and returns its name and its number of pending messages; it is called again whenever
    the consumer is lost. An ordered reader is the only reader of its consumer and must miss nothing: after a gap it binds again.
    """

    def __init__(
        self,
        client: Client,
        stream: str,
        bind: Callable[[int], Awaitable[tuple[str, int]]],
        *,
        begin: int = 1,
        is_ordered: bool,
        window: int = WINDOW,
    ) -> None:
        self.next_sequence = begin  # sequence of the first message that was not handed out yet
        self.trouble: Refusal | None = None  # why nothing can be read now; cleared when the broker answers again
        self._client = client
        self._stream = stream
        self._bind = bind
        self._is_ordered = is_ordered
        self._window = window
        self._buffer: deque[Delivery] = deque()
        self._arrived = asyncio.Event()
        self._pending: int | None = None
        self._asked = 0  # messages that the broker may still send for our requests
        self._handed_out = 0  # consumer sequence of the last message handed out since the last bind
        self._is_lost = False  # a message did not arrive, or the consumer is gone: bind again
        self._heard_at = 0.0
        self._consumer = ""
        self._subscription: Subscription | None = None
        self._missing: set[int] = set()  # sequences of messages that were sent to nobody, or may have been
        self._newest = 0  # highest sequence of a message that has arrived since the last bind
        self._delivered = 0  # highest consumer sequence of these messages
        self._asking: asyncio.Task[None] | None = None  # asks in some moments for what is missing then
        self._rounds = 0  # how often it has, since the broker's answers ended last
        self._ended_at: int | None = None  # that sequence when the broker's answers ended; None when what followed was asked for

    @property
    def pending(self) -> int | None:
        """The number of messages not handed out yet, as last reported by the broker; None if it is unknown."""
        return None if self.trouble else self._pending

    async def batch(self, most: int, wait_s: float = EXPIRES_S) -> list[Delivery]:
        """At most `most` of the messages that have arrived, as soon as there is one. Empty if nothing arrives for `wait_s` seconds, or
        after a gap.
        """
        give_up_at = _now() + wait_s
        while not self._buffer:
            if self._is_lost or self._is_silent():
                await self.close()
            if self._subscription is None:
                await self._start()
            if (left := give_up_at - _now()) <= 0:
                return []
            await self._wait(min(left, SILENCE_S))
        taken = [self._buffer.popleft() for _ in range(min(most, len(self._buffer)))]
        if self._is_ordered and taken[-1].consumer_sequence != self._handed_out + len(taken):
            log.warning("reader.gap_found", stream=self._stream, next_sequence=self.next_sequence)
            await self.close()
            return []
        self._handed_out = taken[-1].consumer_sequence
        self.next_sequence = taken[-1].sequence + 1
        self._pending = taken[-1].pending
        await self._ask()
        metrics.BATCH.labels(self._stream).observe(len(taken))
        return taken

    async def close(self) -> None:
        """Stops pulling and drops messages that were not handed out; the next batch binds again at `next_sequence`."""
        subscription, self._subscription = self._subscription, None
        self._buffer.clear()
        self._pending, self._is_lost = None, False
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        if subscription is not None:
            try:
                await subscription.unsubscribe()
            except AWAY:
                log.info("reader.unsubscribe_skipped", stream=self._stream)

    async def _start(self) -> None:
        """Subscribes again and binds the consumer. Returns after a pause if the broker is away."""
        try:
            self._consumer, self._pending = await self._bind(self.next_sequence)
            self._asked, self._handed_out, self._heard_at = 0, 0, _now()
            self._missing, self._newest, self._delivered, self._ended_at = set(), 0, 0, None
            self._subscription = await self._listen()
            await self._ask()
        except AWAY as error:
            self.trouble = self._no_answer(error)
            log.warning("reader.bind_failed", stream=self._stream, error=type(error).__name__)
            await self.close()
            await asyncio.sleep(RETRY_S)

    async def _ask(self) -> None:
        """Renews the pull request when half of the window is used up."""
        room = self._window - self._asked - len(self._buffer)
        if self._subscription is None or room < self._window // 2:
            return
        request = {"batch": room, "expires": int(EXPIRES_S * 1e9), "idle_heartbeat": int(HEARTBEAT_S * 1e9)}
        self._asked += room
        try:
            await self._client.publish(
                f"{subjects.STREAMS_API}.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}",
                orjson.dumps(request),
                reply=self._subscription.subject,
            )
        except AWAY:
            self._bind_again()

    async def _ask_anew(self, last: Delivery) -> None:
        """Requests messages again at once, at a new subject: the broker passes on no more of those that were requested, but goes on sending
        them while somebody listens. What it sends until then is read again: by an ordered reader after binding again, by others because
        they ask for all that is missing when the next message shows it, and a moment later for the next few. `last` is the message that
        ended the answers.
        """
        log.info("reader.answers_ended", stream=self._stream)
        if self._is_ordered:
            self._bind_again()
            return
        ended, self._asked = self._subscription, 0
        self._ended_at = self._newest if self._ended_at is None else self._ended_at
        self._missing.update(range(last.sequence + 1, last.sequence + 1 + AHEAD))
        try:
            self._subscription = await self._listen()
            await self._ask()
            if ended is not None:
                await ended.unsubscribe()
        except AWAY:
            self._bind_again()
        self._rounds = 0
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_later(last))

    async def _ask_later(self, known: Delivery) -> None:
        """Asks for what has still not arrived some moments after the broker's answers ended."""
        with contextlib.suppress(*AWAY):  # the connection is lost: everything comes again
            while self._rounds < len(LATER_S):
                await asyncio.sleep(LATER_S[self._rounds])
                self._rounds += 1
                await self._ask_for(known, sorted(self._missing))
        self._asking = None

    async def _listen(self) -> Subscription:
        return await self._client.subscribe(
            self._client.new_inbox(), cb=self._take, pending_msgs_limit=8 * self._window, pending_bytes_limit=0
        )

    async def _take(self, message: Msg) -> None:
        if connection.is_delivery(message.reply):
            arrived = self._on_delivery(message)
            if arrived is None:
                return
            if self._ended_at is not None and arrived.sequence > self._ended_at:
                await self._ask_for_missing(self._ended_at, arrived)
            if connection.ends_answers(message):
                await self._ask_anew(arrived)
        else:
            await self._on_status((message.headers or {}).get("Status", ""), message)

    async def _ask_for_missing(self, ended_at: int, arrived: Delivery) -> None:
        """Asks for what the broker sent to nobody: the messages between the one at which its answers ended and the next that arrived."""
        sent_to_nobody = range(max(ended_at + 1, arrived.sequence - self._window), arrived.sequence)
        self._ended_at = None
        self._missing.update(sent_to_nobody)
        with contextlib.suppress(*AWAY):
            await self._ask_for(arrived, sent_to_nobody)

    async def _ask_for(self, known: Delivery, sequences: Sequence[int]) -> None:
        """Has the broker deliver again those of the messages that are delivered and not acknowledged. It ignores the others. Messages that
        another reader of the consumer has are delivered twice.
        """
        self._missing = set(sorted(self._missing)[:MOST_MISSING])
        for sequence in sequences[:MOST_MISSING]:
            await self._client.publish(_acknowledges(known, sequence, self._delivered + (sequence > self._newest)), NOT_TAKEN)

    def _on_delivery(self, message: Msg) -> Delivery | None:
        """Handles data. The sender chose the headers, so they decide nothing."""
        try:
            arrived = delivery(message)
        except ValueError:
            log.warning("reader.message_ignored", stream=self._stream)
            return None
        self._buffer.append(arrived)
        self._newest, self._delivered = max(self._newest, arrived.sequence), max(self._delivered, arrived.consumer_sequence)
        self._missing.discard(arrived.sequence)
        self._heard_at, self.trouble = _now(), None
        self._asked -= 1
        self._arrived.set()
        return arrived

    async def _on_status(self, status: str, message: Msg) -> None:
        """Handles what the broker says about a pull: it is alive (100); it ended (408, 409 …), so the messages that it still owed are
        requested again; or the consumer is gone.
        """
        headers = message.headers or {}
        owed = headers.get("Nats-Pending-Messages")
        if status == HEARTBEAT:
            self._on_heartbeat(int(headers.get(LAST_DELIVERED, 0)))
        elif status == "408" or (status == "409" and owed is not None and "Deleted" not in headers.get("Description", "")):
            self._heard_at = _now()
            self._asked = max(0, self._asked - int(owed or self._asked))
            await self._ask()
        elif status:
            log.warning("reader.pull_refused", stream=self._stream, status=status, reason=headers.get("Description", ""))
            if status == NO_RESPONDERS:
                self.trouble = self._no_answer(nats.errors.NoRespondersError())
            self._bind_again()
        else:
            log.warning("reader.message_ignored", stream=self._stream)

    def _on_heartbeat(self, last_delivered: int) -> None:
        self._heard_at, self.trouble = _now(), None
        if self._is_ordered and last_delivered > self._handed_out + len(self._buffer):
            log.warning("reader.loss_found", stream=self._stream, next_sequence=self.next_sequence)
            self._bind_again()  # messages went to a broken connection; the pull request outlived it, so only the heartbeat shows the loss

    def _bind_again(self) -> None:
        self._is_lost = True
        self._arrived.set()

    def _is_silent(self) -> bool:
        """Whether neither a message nor a heartbeat has arrived for too long. `trouble` says so until one arrives."""
        if self._subscription is None or _now() - self._heard_at <= SILENCE_S:
            return False
        self.trouble = self.trouble or self._no_answer(TimeoutError())
        return True

    def _no_answer(self, error: Exception) -> Refusal:
        return causes.of_stream(self._stream, error, is_connected=self._client.is_connected)

    async def _wait(self, limit_s: float) -> None:
        """Returns when a message has arrived, or after the limit."""
        if self._buffer:
            return
        self._arrived.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):  # `wait_for` may swallow a cancellation
                await self._arrived.wait()

    async def end(self) -> None:
        """Closes, and deletes the consumer if it was created for this reader alone, so that a read-only process leaves nothing behind."""
        await self.close()
        if self._is_ordered and self._consumer:
            with contextlib.suppress(*AWAY):
                await self._client.jetstream(timeout=END_S).delete_consumer(self._stream, self._consumer)
            self._consumer = ""


def _now() -> float:
    return asyncio.get_running_loop().time()


async def no_check() -> None:
    """Checks nothing."""


def log_reader(
    client: Client, stream: str, subject_filter: str, begin: int, *, check: Callable[[], Awaitable[None]] = no_check, window: int = WINDOW
) -> Reader:
    """Reads a stream in order, starting at the sequence `begin`, with its own consumer that keeps no state on the broker.

    `check` is called before every bind, so also after a reconnect. If it raises, the call of `batch` raises.
    """

    async def bind(next_sequence: int) -> tuple[str, int]:
        await check()
        info = await client.jetstream(timeout=BIND_TIMEOUT_S).add_consumer(
            stream,
            ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=max(1, next_sequence),
                ack_policy=AckPolicy.NONE,
                filter_subject=subject_filter,
                inactive_threshold=60.0,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        return info.name, info.num_pending or 0

    return Reader(client, stream, bind, begin=begin, is_ordered=True, window=window)


def durable_reader(client: Client, stream: str, durable: str, *, window: int = WINDOW) -> Reader:
    """Reads a declared durable consumer. Several readers can share its messages; each message must be acknowledged."""

    async def bind(_: int) -> tuple[str, int]:
        info = await client.jetstream(timeout=BIND_TIMEOUT_S).consumer_info(stream, durable)
        return durable, info.num_pending or 0

    return Reader(client, stream, bind, is_ordered=False, window=window)
