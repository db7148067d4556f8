"""What ingest does with a single message that fails for an unexpected reason: tries again, parks it, or stops until one succeeds.

An event that is claimed is never parked: its decision stands, so it is tried until it is published. Source: ADR-0066.
"""

from collections.abc import Sequence

from services.ingest.domain import screening, spoiled
from services.ingest.domain.failures import Failures
from services.ingest.parked import Parking
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, metrics
from shared.plumbing.broker import Streams
from shared.plumbing.reader import Delivery
from shared.wire import subjects
from shared.words.refusals import Refusal, refusal


class FailedMessages:
    """The last messages of one instance, and what is done with those that fail."""

    def __init__(self, streams: Streams, store: ClaimStore, parking: Parking) -> None:
        self._streams, self._store, self._parking = streams, store, parking
        self._failures = Failures()

    @property
    def is_stopped(self) -> bool:
        """Whether so many messages failed that nothing more is taken until one succeeds."""
        return self._failures.is_stopped

    @property
    def trouble(self) -> Refusal | None:
        """Why nothing is taken; None while messages are taken."""
        if not self.is_stopped:
            return None
        return refusal("ingest.stopped", failed=self._failures.failed, seen=self._failures.seen)

    def parts(self, batch: Sequence[Delivery]) -> list[list[Delivery]]:
        """The batch, and apart from it each message that has failed before: what does not help it does not disturb the others either."""
        return self._failures.in_order([(message.sequence, message) for message in batch])

    def succeed(self, deliveries: Sequence[Delivery]) -> None:
        """Takes note of messages that were handled."""
        self._failures.succeed(message.sequence for message in deliveries)

    async def fail(self, message: Delivery, error: Exception) -> bool:
        """Decides about a message that failed. Returns whether it is parked."""
        metrics.FAILED.inc()
        if self._failures.fail(message.sequence) != "park" or await self._is_claimed(message):
            return False
        await self._parking.failed(message, error)
        await delivery.terminate(self._streams.client, [message], "message.failed")
        self._failures.forget(message.sequence)
        return True

    async def _is_claimed(self, message: Delivery) -> bool:
        """Whether there is a decision about an event with this id of this sender."""
        event_id = spoiled.attributes(message.payload).event_id
        sender = subjects.read_inbox(message.subject).sender
        return event_id is not None and screening.is_event_id(event_id) and await self._store.is_claimed(sender, event_id)
