"""What a sender spoiled: how much of it is kept on a day, and which attributes can still be read from it. Source: ADR-0066."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from shared.words import periods, texts

MOST_KEPT: Final = 100  # messages of one unit and day that are kept whole; bodies that are refused by their reason, over HTTP
MOST_TEXT: Final = 200  # characters of an attribute

Key = TypeVar("Key")


class Attributes(NamedTuple):
    """Attributes of an event, as far as they can be read from a message that is none, or that nobody has checked."""

    event_id: str | None = None
    traceparent: str | None = None


def attributes(payload: bytes) -> Attributes:
    """What a message says in the places of an event's id and trace."""
    try:
        tree: Any = json.loads(payload, strict=False)
    except (ValueError, RecursionError):  # ValueError: also of bytes that are not UTF-8
        return Attributes()
    return Attributes(_text(tree.get("id")), _text(tree.get("traceparent"))) if isinstance(tree, dict) else Attributes()


def kept(found: Sequence[tuple[Key, bool]], before: Mapping[Key, int]) -> list[bool]:
    """Which of the messages are kept whole. Each is given by its unit and day, and by whether it is kept already.

    `before`: how many are.
    """
    counts = dict(before)
    decided = []
    for key, is_kept in found:
        takes = is_kept or counts.get(key, 0) < MOST_KEPT
        counts[key] = counts.get(key, 0) + (takes and not is_kept)
        decided.append(takes)
    return decided


def until_tomorrow_s(now: datetime) -> int:
    """Seconds until the next day begins in Vietnam."""
    tomorrow = periods.start_of(periods.local_day(now) + timedelta(days=1))
    return max(1, int((tomorrow - now).total_seconds()))


def counter_id(unit: str, day: date) -> str:
    """The id of the counter of a unit and a day."""
    return f"{unit}/{day.isoformat()}"


def _text(value: object) -> str | None:
    is_good = isinstance(value, str) and 0 < len(value) <= MOST_TEXT and texts.forbidden(value) is None
    return str(value) if is_good else None
