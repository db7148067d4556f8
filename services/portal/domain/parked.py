"""Parked messages and counts as the page for operators shows them: never what a message says, for operators see no figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.portal.domain import cursor
from shared.wire import events
from shared.wire.documents.parked import ParkedCountDocument, ParkedDocument
from shared.words.units import Registry

STATES: Final = {"waiting": "đang chờ", "replayed": "đã gửi lại", "dropped": "đã bỏ"}
MOST_SHOWN: Final = 80  # characters of a subject or an id

Place = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One parked message."""

    id: str
    unit: str
    subject: str
    at: datetime
    size: int
    code: str
    reason: str
    state: str
    by: str
    done_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one unit spoiled on one day."""

    day: date
    unit: str
    kept: int
    counted: int
    refused: int


def row(message: ParkedDocument, registry: Registry) -> Row:
    """A message in the list."""
    reason = message["reason"]
    return Row(
        message["_id"],
        name(message["sender"], registry),
        _cut(message["subject"]),
        events.from_ms(message["received_ms"]),
        message["size"],
        reason["code"],
        reason["message_vi"],
        STATES.get(message["state"], message["state"]),
        message.get("by", ""),
        message.get("at"),
        message.get("why", ""),
    )


def counts(found: Sequence[ParkedCountDocument], registry: Registry) -> list[DayCount]:
    """The counts in the order in which they are given."""
    return [
        DayCount(date.fromisoformat(one["day"]), name(one["unit"], registry), one["kept"], one["counted"], one["refused"]) for one in found
    ]


def name(unit_id: str, registry: Registry) -> str:
    """The unit's last name with its id; the id alone of a unit that never was."""
    rows = registry.ids.get(unit_id)
    return f"{rows[-1].name} ({unit_id})" if rows else _cut(unit_id)


def after(message: ParkedDocument, *choice: object) -> str:
    """The cursor behind a message."""
    return cursor.after(f"{message['received_ms']}/{message['_id']}", *choice)


def place(text: str, *choice: object) -> Place | None:
    """Where the list goes on; None if the cursor is of another list."""
    key = cursor.key_of(text, *choice)
    at, _, message_id = (key or "").partition("/")
    return (int(at), message_id) if at.isdecimal() and at.isascii() else None


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"
