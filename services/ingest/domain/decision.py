"""The decision on one message: accepted, rejected, or not an event at all."""

from dataclasses import dataclass
from typing import NamedTuple

from shared.words.refusals import Refusal


class Concerned(NamedTuple):
    """What an event is about. A field is empty if it could not be read."""

    type: str = ""
    regime: str = ""
    period: str = ""
    unit_id: str = ""
    revision: int = 0
    received_then_ms: int | None = None  # when an imported event was received, by its `receivedat`


class Accepted(NamedTuple):
    """The event is accepted: its form for the log, and warnings for its sender."""

    event_id: str
    hash: str
    about: Concerned
    logged: bytes
    warnings: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The event has a valid id, but is refused."""

    event_id: str
    hash: str
    about: Concerned
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Malformed:
    """The message could not be parsed as an event: it is parked, and no claim is made. `event_id` is the text in the id's place, if any."""

    reason: Refusal
    event_id: str | None = None


Decision = Accepted | Rejected | Malformed
