"""What a way to the server answers, whichever it is. Pure."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from .complaints import Complaint
from .content import Json

VERDICTS: Final = ("accepted", "rejected", "duplicate")


@dataclass(frozen=True, slots=True)
class Judged:
    """The server's verdict on an event: its receipt, checked for its shape."""

    receipt: Json


@dataclass(frozen=True, slots=True)
class Pending:
    """The server has the event, and no verdict yet."""


@dataclass(frozen=True, slots=True)
class Held:
    """The event may have arrived or not. It stays in the outbox; `retry_s`: it may be sent again after so many seconds.

    `is_of_event`: another event may fare better. Something between here and the server may dislike this one.
    """

    why: Complaint
    retry_s: float | None = None
    is_of_event: bool = False


@dataclass(frozen=True, slots=True)
class Barred:
    """The server does not take anything from this key."""

    why: tuple[Complaint, ...]


Answer = Judged | Pending | Held | Barred


@dataclass(frozen=True, slots=True)
class Learned:
    """What a server says about a report before it is sent: the unit's code, and the next revision. None: it does not say.

    `errors`: why there is no form, such as an unknown regime, in the shape of a receipt's errors.
    """

    unit: str | None = None
    revision: int | None = None
    errors: Any = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the server says about a whole file."""

    said: Json


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer to a dry run."""

    answer: Json


class Door(Protocol):
    """A way to the server. `keeps_receipts`: a receipt can be asked for later."""

    @property
    def keeps_receipts(self) -> bool: ...

    async def learn(self, regime: str, period: str, unit: str) -> Learned | Held | Barred:
        """Asks for the form of a report. `unit` is an id or a code."""

    async def send(self, event_id: str, event: bytes) -> Answer:
        """Sends an event."""

    async def receipt(self, event_id: str) -> Answer:
        """Asks for the receipt of an event that was sent."""


def receipt_of(value: Any, unit: str, event_id: str) -> Json | None:
    """The receipt in an answer; None if it is none, or that of another event. Unknown fields are left out."""
    if not isinstance(value, dict) or value.get("event_id") != event_id or value.get("unit") != unit:
        return None
    if value.get("verdict") not in VERDICTS or value.get("first_verdict", "accepted") not in VERDICTS[:2]:
        return None
    if not all(is_reasons(value.get(name)) for name in ("errors", "warnings")):
        return None
    if "rejected" in (value["verdict"], value.get("first_verdict")) and not value["errors"]:
        return None
    kept = {name: value[name] for name in ("event_id", "unit", "verdict", "first_verdict", "errors", "warnings") if name in value}
    kept |= {name: value[name] for name in ("received_at",) if isinstance(value.get(name), str)}
    numbers = {name: value.get(name) for name in ("standing_revision", "next_revision")}
    return kept | {name: number for name, number in numbers.items() if is_revision(number)}


def is_reasons(value: Any) -> bool:
    """Whether a value is a list of errors or warnings, each with code, path and sentences."""
    names = ("code", "path", "message_vi", "message_en")
    return isinstance(value, list) and all(isinstance(one, dict) and all(isinstance(one.get(name), str) for name in names) for one in value)


def is_revision(value: Any) -> bool:
    """Whether a value can be a revision, 0 for none."""
    return type(value) is int and 0 <= value <= 1_000_000


def refused(unit: str, event_id: str, errors: Any) -> Json:
    """The verdict on an event that the door refused before it was stored: as a receipt without a time."""
    return {"event_id": event_id, "unit": unit, "verdict": "rejected", "errors": errors, "warnings": []}
