"""Which instant is in force of those that a recipient set: until when a period is open, or a unit was given longer.

Of all corrections the one with the highest (received time, event id), then the latest of it and of the plain ones received after
it; without a correction the latest of all. What is kept only grows, so order and repetition of events cannot matter. One rule
for ingest, aggregate, notify and the portal. Source: design, section 4, "Openings and extensions".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.words import deadlines

GivenKey = tuple[int, str]  # received time in ms since 1970, event id


@dataclass(frozen=True, slots=True, order=True)
class Given:
    """An instant that the recipient set: until when a period is open, or until when one unit has time."""

    received_ms: int
    event_id: str
    at: datetime = field(compare=False)
    reason: str = field(compare=False)
    author: str = field(compare=False)  # code of the unit that set it
    corrects: bool = field(compare=False, default=False)

    @property
    def key(self) -> GivenKey:
        return self.received_ms, self.event_id


Givens = Mapping[GivenKey, Given]
"""All instants that were set for one deadline. Later events only add to them."""


class GivingEvent(Protocol):
    """What is read of an event that sets an instant (`shared/wire/events.py:Logged`)."""

    @property
    def received_ms(self) -> int: ...
    @property
    def event_id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


def given(event: GivingEvent, name: str) -> Given | None:
    """The instant in the field `name` of an event; None when it is no instant (ingest accepts no such event)."""
    at = deadlines.of_event(event.data.get(name))
    if at is None:
        return None
    reason, corrects = str(event.data.get("reason") or ""), event.data.get("corrects") is True
    return Given(event.received_ms, event.event_id, at, reason, event.sender, corrects)


def in_force(given_ones: Iterable[Given]) -> Given | None:
    """The one that is in force; of several that set the same instant the latest. None while nobody set one."""
    known = list(given_ones)
    corrected = max((one for one in known if one.corrects), default=None)
    latest = max((one.at for one in known if corrected is None or one >= corrected), default=None)
    return max((one for one in known if one.at == latest), default=None)
