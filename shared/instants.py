"""Instants that the recipient gives, and may give anew: until when a period is open, or one unit's duty extended.

A later instant stands over an earlier one, so that nobody's deadline moves nearer unseen; a correction takes back all that was given
before it. The effective instant: of all corrections the one with the highest (received, event id), then the latest of it and of the
plain ones received after it (in a later millisecond); without a correction the latest of all. One rule for aggregate, notify, portal and ingest.
What is kept only grows, so the order and repetition of events cannot matter. Source: design, second part, section 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared import deadlines, events
from shared.events import Logged

MEMBER: Final = {events.OPENED: "deadline", events.EXTENDED: "until"}  # of an event's data: where its instant stands


@dataclass(frozen=True, slots=True, order=True)
class Given:
    """One instant as an event gave it. Of equal instants the one received later is meant. `author` is the code of the unit that gave it."""

    at: datetime
    received_ms: int
    event_id: str
    is_correction: bool = field(default=False, compare=False)
    reason: str = field(default="", compare=False)
    author: str = field(default="", compare=False)


@dataclass(slots=True)
class Instants:
    """What was given for one period, or for one unit in it, as far as it may still decide.

    `plain` are those received after the correction, the latest instant first, without one that another exceeds in both instant and
    time of receipt.
    """

    correction: Given | None = None
    plain: tuple[Given, ...] = ()

    def take(self, given: Given) -> None:
        """Takes what an event gave."""
        if not given.is_correction:
            self._keep([*self.plain, given])
        elif self.correction is None or _received(self.correction) < _received(given):
            self.correction = given
            self._keep(self.plain)

    def _keep(self, plain: Iterable[Given]) -> None:
        kept: list[Given] = []
        begin_ms = None if self.correction is None else self.correction.received_ms
        for given in sorted(set(plain), reverse=True):  # the latest instant first
            is_after = begin_ms is None or given.received_ms > begin_ms
            if is_after and all(given.received_ms > later.received_ms for later in kept):
                kept.append(given)
        self.plain = tuple(kept)

    @property
    def effective(self) -> Given | None:
        """The one that stands; None when none was given."""
        return max([*self.plain, *([self.correction] if self.correction else [])], default=None)

    @property
    def at(self) -> datetime | None:
        """The instant that stands."""
        effective = self.effective
        return None if effective is None else effective.at


def of_event(event: Logged) -> Given | None:
    """What an event of the log gives; None when it gives no instant on which a deadline can stand (ingest lets none through)."""
    name = MEMBER.get(event.type)
    at = None if name is None else deadlines.of_event(event.data.get(name))
    if at is None:
        return None
    author, reason = event.id.partition("/")[0], str(event.data.get("reason", ""))
    return Given(at, event.received_ms, event.event_id, event.data.get("corrects") is True, reason, author)


def _received(given: Given) -> tuple[int, str]:
    return given.received_ms, given.event_id
