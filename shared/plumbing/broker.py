"""The one place that connects to NATS and publishes to its streams.

Every wait has a time-out: after a server restart, a future that waits for its answer never resolves.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nats.errors
import nats.js.errors
import orjson
import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsCredentials
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import PubAck

from shared.plumbing import causes, data_files, metrics, nats_accounts, nats_claims, tls
from shared.plumbing.connection import Connection
from shared.wire import subjects
from shared.words.failures import ConfigurationError, TransientError
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

CONNECT_S = 3  # how long a client waits for a broker that is away
PING_S = 3  # a silently dead connection is noticed within four of these; a shorter pause of the broker is tolerated
LEADER_S = 2.0  # how long to wait for a stream's leader to answer
ACK_TIMEOUT_S = 10.0  # an fsync on a busy disk, or a new leader in a cluster (3.7 s measured)
IN_FLIGHT = 2000  # unacknowledged publishes of one process
ATOMIC_LEAST = 8  # fewer are faster one by one (a batch takes 4 ms plus 0.03 ms per message, a single message 0.3 ms)
ATOMIC_MOST = 1000  # the broker's limit

# the broker's error codes
WRONG_LAST_SEQUENCE = 10071
DUPLICATE_IN_BATCH = 10201

AWAY = (nats.errors.Error, nats.js.errors.Error, asyncio.TimeoutError, OSError)
"""Transient errors: the same message is published again with the same id."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to publish to a stream. `id` de-duplicates within the stream's duplicate window; this is an optimisation, not a
    guarantee.
    """

    subject: str
    payload: bytes
    id: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def all_headers(self) -> dict[str, str]:
        return {"content-type": "application/cloudevents+json", **self.headers, "Nats-Msg-Id": self.id}


class Broker(NatsBroker):
    """FastStream's broker on our own connection."""

    async def _connect(self) -> Client:
        connection = Connection()
        await connection.connect(**self._connection_kwargs)
        self.config.connect(connection)
        return connection


def creds_file(setting: str, name: str) -> Path:
    """The `.creds` file of the user `name` in the setting `TONGHOP_NATS_CREDS`: a file, or a folder with a file for each user."""
    path = data_files.path(setting)
    return path / f"{name}.creds" if path.is_dir() else path


def require_creds(file: Path) -> None:
    """Raises ConfigurationError if there are no credentials in the file."""
    try:
        nats_claims.read_creds(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(refusal("nats.no_creds", "TONGHOP_NATS_CREDS", file=[str(file)])) from error


def create_broker(servers: list[str], name: str, creds: Path, ca: str = tls.NONE) -> NatsBroker:
    """A FastStream broker that waits for its servers and never stops reconnecting. It logs in as the user `name`, whose credentials are in
    the file `creds`. `ca` is the file of the authority whose certificates it accepts.
    """

    async def on_error(error: Exception) -> None:
        log.warning("broker.error_reported", error=type(error).__name__, detail=str(error)[:200])

    is_encrypted = ca != tls.NONE or any(server.startswith("tls://") for server in servers)
    context = tls.client_context(ca) if is_encrypted else None
    return Broker(
        servers,
        name=name,
        security=NatsCredentials(str(creds), ssl_context=context, use_ssl=is_encrypted),
        inbox_prefix=nats_accounts.inbox_prefix(name),
        connect_timeout=CONNECT_S,
        reconnect_time_wait=1,
        max_reconnect_attempts=-1,
        ping_interval=PING_S,
        max_outstanding_pings=2,
        allow_reconnect=True,
        error_cb=on_error,
        logger=None,
        graceful_timeout=5,
        apply_types=False,  # checking each call's arguments takes three times as long as everything else that is done with a message
    )


class Streams:
    """Publishes to streams over a broker's connection, once it is connected."""

    def __init__(self, broker: NatsBroker, new_id: Callable[[], str]) -> None:
        self._broker = broker
        self._new_id = new_id  # names a batch

    @cached_property
    def client(self) -> Client:
        return self._broker.config.broker_config.connection_state.connection

    @cached_property
    def jetstream(self) -> JetStreamContext:
        return self.client.jetstream(timeout=ACK_TIMEOUT_S, publish_async_max_pending=IN_FLIGHT)

    async def publish(self, stream: str, message: Message) -> PubAck:
        """Publishes one message. Raises TransientError if it was not acknowledged; it may be stored all the same."""
        try:
            with metrics.PUBLISH.labels(stream).time():
                return await self.jetstream.publish(
                    message.subject, message.payload, timeout=ACK_TIMEOUT_S, stream=stream, headers=message.all_headers()
                )
        except AWAY as error:
            raise self._unacknowledged(stream, error) from error

    async def publish_together(self, stream: str, messages: Sequence[Message], timeout_s: float = ACK_TIMEOUT_S) -> list[int]:
        """Publishes to a stream that allows atomic batches, with one fsync per batch instead of one per message. Returns the sequences, in
        order.

        Raises TransientError if a message was not acknowledged in time: publish all of them again. The stream drops the messages that it
        already stored, because it remembers message ids during its duplicate window.
        """
        sequences: list[int] = []
        for first in range(0, len(messages), ATOMIC_MOST):
            part = messages[first : first + ATOMIC_MOST]
            with metrics.PUBLISH.labels(stream).time():
                stored = await self._publish_atomically(stream, part, timeout_s) if len(part) >= ATOMIC_LEAST else None
                sequences += stored or [ack.seq for ack in await self.publish_all(stream, part, timeout_s)]
        return sequences

    async def _publish_atomically(self, stream: str, messages: Sequence[Message], timeout_s: float) -> list[int] | None:
        """Publishes all messages or none (ADR-50 of NATS). None if the broker already has one of the messages."""
        batch, last = self._new_id(), len(messages)
        try:
            for number, message in enumerate(messages[:-1], start=1):
                headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
                await self.client.publish(message.subject, message.payload, headers=message.all_headers() | headers)
            commit = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(last), "Nats-Batch-Commit": "1", "Nats-Expected-Stream": stream}
            answer = await self.client.request(
                messages[-1].subject, messages[-1].payload, timeout=timeout_s, headers=messages[-1].all_headers() | commit
            )
        except AWAY as error:
            raise self._unacknowledged(stream, error) from error
        ack = orjson.loads(answer.data)
        if "error" not in ack:
            return list(range(ack["seq"] - last + 1, ack["seq"] + 1))
        if ack["error"].get("err_code") == DUPLICATE_IN_BATCH:
            return None
        raise TransientError(refusal("nats.refused", stream, detail=ack["error"].get("description")))

    async def publish_all(self, stream: str, messages: Iterable[Message], timeout_s: float = ACK_TIMEOUT_S) -> list[PubAck]:
        """Publishes in order, with many messages in flight. Returns the acknowledgements in the same order.

        Raises TransientError if a message was not acknowledged in time: publish all of them again.
        """
        futures = list[asyncio.Future[PubAck]]()
        try:
            for message in messages:
                headers = message.all_headers()
                futures.append(
                    await self.jetstream.publish_async(
                        message.subject, message.payload, stream=stream, headers=headers, wait_stall=timeout_s
                    )
                )
                futures[-1].add_done_callback(_claim)
            async with asyncio.timeout(timeout_s):
                return await asyncio.gather(*futures)
        except AWAY as error:
            raise self._unacknowledged(stream, error) from error

    async def require_leader(self, stream: str) -> None:
        """Raises TransientError unless the stream has a leader that answers. Without a leader nothing can be published or read."""
        try:
            info = await self.client.jetstream(timeout=LEADER_S).stream_info(stream)
        except AWAY as error:
            raise TransientError(self._why(stream, error)) from error
        if info.cluster is not None and info.cluster.leader is None:
            raise TransientError(refusal("nats.no_leader", stream))

    def _unacknowledged(self, stream: str, error: Exception) -> TransientError:
        log.warning("broker.not_acknowledged", stream=stream, error=type(error).__name__)
        return TransientError(refusal("nats.not_acknowledged", stream), self._why(stream, error))

    def _why(self, stream: str, error: Exception) -> Refusal:
        return causes.of_stream(stream, error, is_connected=self.client.is_connected)

    async def last_sequence(self, stream: str) -> int:
        """The sequence of the stream's last message. Raises one of AWAY."""
        info = await self.jetstream.stream_info(stream)
        return info.state.last_seq


def _claim(future: asyncio.Future[PubAck]) -> None:
    """Retrieves the exception of a future that is no longer awaited because another one failed first."""
    if not future.cancelled():
        future.exception()


def declared_partitions(metadata: Mapping[str, Any] | None) -> int:
    """The number of partitions of REPORTS, from its declaration. Raises ConfigurationError if the declaration does not say."""
    text = (metadata or {}).get("partitions", "")
    if not str(text).isdigit():
        raise ConfigurationError(refusal("nats.partitions_missing", subjects.REPORTS))
    return int(text)
