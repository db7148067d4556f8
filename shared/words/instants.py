"""Openings and extensions: which of the instants that a recipient set is in force.

Without a correction, the latest instant is in force. With corrections, the newest one (by received time, then event id) replaces everything
received before it; the latest instant among it and the events received after it is in force. The stored instants only grow in number, so
order and repetition of events cannot matter. Ingest, aggregate, notify and the portal all use this rule. Source: design, section 4,
"Openings and extensions".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.words import deadlines

GivenKey = tuple[int, str]  # received time in ms since 1970, event id


@dataclass(frozen=True, slots=True, order=True)
class Given:
    """An instant that the recipient set: the deadline with which a period was opened, or the end of one unit's extension."""

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
    """The fields that are read from an event that sets an instant (`shared/wire/events.py:Logged`)."""

    @property
    def received_ms(self) -> int: ...
    @property
    def event_id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


def given(event: GivingEvent, name: str) -> Given | None:
    """The instant in the field `name` of an event; None if the field has no instant (ingest accepts no such event)."""
    at = deadlines.of_event(event.data.get(name))
    if at is None:
        return None
    reason, corrects = str(event.data.get("reason") or ""), event.data.get("corrects") is True
    return Given(event.received_ms, event.event_id, at, reason, event.sender, corrects)


def in_force(givens: Iterable[Given]) -> Given | None:
    """The instant in force; None if none was set. If several events set the same instant, the newest event is returned."""
    known = list(givens)
    corrected = max((given for given in known if given.corrects), default=None)
    latest = max((given.at for given in known if corrected is None or given >= corrected), default=None)
    return max((given for given in known if given.at == latest), default=None)
