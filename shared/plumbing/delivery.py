"""What happens to a message or a task after an exception. This is the only place that catches `Exception`.

`TransientError`, and the errors of the servers' clients while a server is away: retry with back-off. `PermanentError`: park the message
with its reason, then terminate it. `ConfigurationError`: the service stops.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import nats.errors
import structlog
from nats.aio.client import Client
from pymongo.errors import OperationFailure

from shared.plumbing import broker, causes, metrics, mongo
from shared.plumbing.broker import Message, Streams
from shared.plumbing.reader import Delivery
from shared.plumbing.readiness import Readiness
from shared.wire import subjects
from shared.wire.published import Parked, ParkedReason
from shared.words.failures import ConfigurationError, PermanentError, TransientError

log = structlog.get_logger()

Result = TypeVar("Result")

BACKOFF_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
NAK_DELAY_S: Final = 1.0
PARKED_EXCERPT_BYTES: Final = 16_384

PASSING = (TransientError, *broker.AWAY, *mongo.AWAY)
"""Transient errors. Some of the errors that a server answers are transient too: see `is_passing`."""

MAY_PASS = (*PASSING, OperationFailure)


def is_passing(error: BaseException) -> bool:
    """Whether the error is transient, so that a retry may succeed."""
    return isinstance(error, PASSING) or mongo.is_away(error)


async def acknowledge(client: Client, deliveries: Sequence[Delivery]) -> None:
    """Acks each message. A lost ack only causes a redelivery."""
    for delivery in deliveries:
        await client.publish(delivery.reply, b"+ACK")


async def postpone(client: Client, deliveries: Sequence[Delivery]) -> None:
    """Naks messages, to be delivered again after a pause."""
    body = b'-NAK {"delay": %d}' % int(NAK_DELAY_S * 1e9)
    try:
        for delivery in deliveries:
            await client.publish(delivery.reply, body)
    except nats.errors.Error:
        log.info("delivery.nak_skipped", count=len(deliveries))  # they are redelivered after ack_wait


async def park(streams: Streams, service: str, delivery: Delivery, reason: ParkedReason) -> None:
    """Stores a message in PARKED with the reason, because a retry would not help, and terminates it."""
    parked = Parked(
        reason=reason,
        subject=delivery.subject,
        sequence=delivery.sequence,
        size_bytes=len(delivery.payload),
        payload=delivery.payload[:PARKED_EXCERPT_BYTES].decode(errors="backslashreplace"),
    )
    parked_id = f"{service}/{delivery.subject}/{delivery.sequence}"
    payload = parked.model_dump_json(exclude_unset=True).encode()
    await streams.publish(subjects.PARKED, Message(subjects.parked(service), payload, parked_id, {"content-type": "application/json"}))
    await streams.client.publish(delivery.reply, b"+TERM " + reason.code.encode())
    log.warning("message.parked", code=reason.code, subject=delivery.subject, sequence=delivery.sequence)


async def deliver(
    streams: Streams, service: str, batch: Sequence[Delivery], handle: Callable[[Sequence[Delivery]], Awaitable[None]]
) -> bool:
    """Hands a batch to its handler, which acks. After an error, decides what happens to the messages. Returns whether all went well.

    If a batch fails for an unknown reason, its messages are handed over one by one, so that one message cannot hold up the others.
    """
    try:
        await handle(batch)
    except Exception as error:
        if is_passing(error):
            log.warning("batch.postponed", count=len(batch), error=type(error).__name__)
            await postpone(streams.client, batch)
            return False
        if len(batch) > 1:
            return all([await deliver(streams, service, [delivery], handle) for delivery in batch])
        if isinstance(error, PermanentError):
            await park(streams, service, batch[0], ParkedReason(code="message.permanent_error", detail=str(error)))
            return True
        log.error("message.failed", subject=batch[0].subject, sequence=batch[0].sequence, exc_info=True)
        await postpone(streams.client, batch)
        return False
    return True


async def keep_trying(name: str, act: Callable[[], Awaitable[Result]], readiness: Readiness) -> Result:
    """Runs `act` until it succeeds; readiness is red meanwhile. ConfigurationError is raised at once."""
    attempt = 0
    while True:
        try:
            result = await act()
        except ConfigurationError:
            raise
        except Exception as error:
            why = causes.of(error)
            if is_passing(error):
                codes, reason = [refused.code for refused in why], " ".join(refused.text("en") for refused in why)
                log.warning("task.retried", task=name, codes=codes, reason=reason, error=type(error).__name__)
            else:
                log.error("task.failed", task=name, exc_info=True)
            metrics.RETRIES.inc()
            readiness.wait_for(name, *why)
        else:
            readiness.has(name)
            return result
        await asyncio.sleep(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
        attempt += 1
