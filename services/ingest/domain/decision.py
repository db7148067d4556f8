"""The decision on one message: accepted, rejected, or not an event at all."""

from dataclasses import dataclass
from typing import NamedTuple

from shared.words.refusals import Refusal


class Concerned(NamedTuple):
    """What an event is about; a field is empty if it could not be read."""

    type: str = ""
    regime: str = ""
    period: str = ""
    unit_id: str = ""
    revision: int = 0


class Accepted(NamedTuple):
    """The event is accepted: what is logged, and the warnings for its sender."""

    event_id: str
    hash: str
    about: Concerned
    logged: bytes
    warnings: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The event has an id, but it is refused."""

    event_id: str
    hash: str
    about: Concerned
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Malformed:
    """The message could not be parsed: it is parked, and nothing is claimed. `event_id` is the text in the place of the id, if any."""

    reason: Refusal
    event_id: str | None = None


Decision = Accepted | Rejected | Malformed
