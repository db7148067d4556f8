"""Builds the knowledge of earlier accepted events, from events as they were sent, for tests of screening."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.ingest.domain.known import About, Known
from shared.wire import events
from shared.wire.events import Logged
from tests.builders import CALLER, RECEIVED, Event, opened

EARLIER = events.to_ms(RECEIVED) - 60_000


def known(
    *before: Event,
    opened_periods: Iterable[tuple[str, str]] = (),
    views: Mapping[About, str] | None = None,
    received: datetime | None = None,
) -> Known:
    """The events of `before` were accepted a minute before `RECEIVED`, one after the other; units have their codes as ids."""
    found = Known()
    start = EARLIER if received is None else events.to_ms(received)
    openings = [opened(sender=CALLER, regime=regime, period=period, deadline="2099-12-31") for regime, period in opened_periods]
    for number, event in enumerate([*openings, *before]):
        found.take(logged(event, start + number))
    for about, view_hash in (views or {}).items():
        found.of(about).view_hash = view_hash
    return found


def logged(event: Event, received_ms: int) -> Logged:
    data: dict[str, Any] = event["data"]
    sender = event["source"].removeprefix("/units/")
    return Logged(f"{sender}/{event['id']}", event["type"], data["regime"], data["period"], data.get("unit", ""), received_ms, data, b"")
