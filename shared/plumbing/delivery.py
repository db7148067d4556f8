"""What happens to a message or a task after an exception. This is the only place that catches `Exception`.

`TransientError`, and the errors of the servers' clients while a server is away: retry with back-off. Any other error of a single message:
its service decides (`Failing`). `ConfigurationError`: the service stops.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar

import nats.errors
import structlog
from nats.aio.client import Client
from pymongo.errors import OperationFailure

from shared.plumbing import broker, causes, metrics, mongo
from shared.plumbing.broker import Message
from shared.plumbing.reader import Delivery
from shared.plumbing.readiness import Readiness
from shared.wire import subjects
from shared.wire.parked import Parked, ParkedReason
from shared.words.failures import ConfigurationError, TransientError
from shared.words.refusals import Refusal

log = structlog.get_logger()

Result = TypeVar("Result")
Handle = Callable[[Sequence[Delivery]], Awaitable[None]]

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


async def terminate(client: Client, deliveries: Sequence[Delivery], why: str) -> None:
    """Ends the delivery of messages that are parked. `why` is a code of the error catalogue."""
    for delivery in deliveries:
        await client.publish(delivery.reply, b"+TERM " + why.encode())


def excerpt(service: str, delivery: Delivery, reason: Refusal) -> Message:
    """What the stream PARKED gets of a message that a service parks. The broker drops a second copy."""
    parked = Parked(
        reason=ParkedReason.of(reason),
        subject=delivery.subject,
        sequence=delivery.sequence,
        size_bytes=len(delivery.payload),
        payload=delivery.payload[:PARKED_EXCERPT_BYTES].decode(errors="backslashreplace"),
    )
    payload = parked.model_dump_json(exclude_unset=True).encode()
    parked_id = f"{service}/{delivery.subject}/{delivery.sequence}"
    return Message(subjects.parked(service), payload, parked_id, {"content-type": "application/json"})


class Failing(Protocol):
    """What a service decides about single messages that fail for an unexpected reason."""

    @property
    def is_stopped(self) -> bool:
        """Whether the service handles no further messages for now."""

    def succeed(self, deliveries: Sequence[Delivery]) -> None:
        """Takes note of messages that were handled."""

    async def fail(self, delivery: Delivery, error: Exception) -> bool:
        """Decides about a message that failed. Returns whether it is done with; otherwise it is delivered again after a pause."""


async def deliver(client: Client, batch: Sequence[Delivery], handle: Handle, failing: Failing) -> bool:
    """Hands a batch to its handler, which acks. After an error, decides what happens to the messages. Returns whether all are done with.

    If a batch fails for an unknown reason, its halves are handed over, down to single messages, so that one message cannot hold up the
    others.
    """
    try:
        await handle(batch)
    except Exception as error:
        if is_passing(error):
            log.warning("batch.postponed", count=len(batch), error=type(error).__name__)
        elif len(batch) > 1:
            halves = batch[: len(batch) // 2], batch[len(batch) // 2 :]
            return all([await _half(client, half, handle, failing) for half in halves])
        elif await _is_done_with(batch[0], error, failing):
            return True
        await postpone(client, batch)
        return False
    failing.succeed(batch)
    return True


async def _half(client: Client, batch: Sequence[Delivery], handle: Handle, failing: Failing) -> bool:
    if failing.is_stopped:
        await postpone(client, batch)
        return False
    return await deliver(client, batch, handle, failing)


async def _is_done_with(delivery: Delivery, error: Exception, failing: Failing) -> bool:
    """What the service decides about a message that failed; if it cannot decide, the message comes again."""
    log.error("message.failed", subject=delivery.subject, sequence=delivery.sequence, **_cause(error))
    try:
        return await failing.fail(delivery, error)
    except Exception as again:
        if is_passing(again):
            log.warning("batch.postponed", count=1, error=type(again).__name__)
        else:
            log.error("message.not_parked", sequence=delivery.sequence, **_cause(again))
        return False


def _cause(error: BaseException) -> dict[str, object]:
    """The kinds of an error and of what led to it, newest first, and the calls in which it occurred. Without the errors' texts: they may
    hold what a message says.
    """
    chain = [error]
    while (led := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(led)
    calls = [line for one in reversed(chain) for line in traceback.format_tb(one.__traceback__)]
    return {"error": " < ".join(type(one).__name__ for one in chain), "calls": "".join(calls)}


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
