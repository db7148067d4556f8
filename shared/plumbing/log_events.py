"""Reads the events from messages of the log, for the services that fold them."""

from collections.abc import Iterable, Iterator

import structlog

from shared.plumbing.reader import Delivery
from shared.wire import log_message
from shared.wire.events import Logged
from shared.wire.log_message import NotFolded

log = structlog.get_logger()


def read(deliveries: Iterable[Delivery], partitions: int) -> Iterator[tuple[Logged, int]]:
    """The events with their sequences. A message that must not be folded is left out, and an error is logged."""
    for delivery in deliveries:
        event = log_message.read(delivery.subject, delivery.payload, partitions)
        if isinstance(event, NotFolded):
            log.error(event.value, subject=delivery.subject, sequence=delivery.sequence)
        else:
            yield event, delivery.sequence
