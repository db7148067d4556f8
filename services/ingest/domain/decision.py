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


class Standing(NamedTuple):
    """What a report's sender should know for its next revision: which revision stands (0: none), and which one to send next."""

    revision: int
    next_revision: int


class Accepted(NamedTuple):
    """The event is accepted: its form for the log, and warnings for its sender. `standing`: after this decision; None if the event is
    neither a report nor a withdrawal. `attachments` are the files (refs) that the report uses from now on.
    """

    event_id: str
    hash: str
    about: Concerned
    logged: bytes
    warnings: tuple[Refusal, ...] = ()
    standing: Standing | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The event has a valid id, but is refused. `standing` is None if the sender may not know what stands."""

    event_id: str
    hash: str
    about: Concerned
    reasons: tuple[Refusal, ...]
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """The message could not be parsed as an event: it is parked, and no claim is made. `event_id` is the text in the id's place, if any."""

    reason: Refusal
    event_id: str | None = None


Decision = Accepted | Rejected | Malformed
