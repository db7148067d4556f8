"""The key of an event: `<sender>/<event id>`, for example `06253/7f0c1f2e-6f0b`. An event's own id is unique for its sender only.

The key is the `_id` of a claim and of a logged event, the id of the message that brings the event to a stream, and the name of a
confirmation in what undoes it. An event id has no `/`.
"""

from typing import Final

SEPARATOR: Final = "/"


def of(sender: str, event_id: str) -> str:
    """The key of the event that a unit (by its id) sent under an id."""
    return f"{sender}{SEPARATOR}{event_id}"


def sender(key: str) -> str:
    """The id of the unit that sent the event."""
    return key.partition(SEPARATOR)[0]


def event_id(key: str) -> str:
    """The event's own id; of a key of a claim that a re-used id made, with what follows `#`."""
    return key.partition(SEPARATOR)[2]
