"""The one place that reads the machine's clock and makes random ids. Everybody else takes them as arguments."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

Clock = Callable[[], datetime]
"""Gives the present instant, UTC."""

NewId = Callable[[], str]
"""Gives an id that no other call gives: 32 hexadecimal digits."""


def system_clock() -> datetime:
    """The present instant by the machine's clock, UTC."""
    return datetime.now(UTC)


def random_id() -> str:
    """An id out of thin air, for what has no cause to derive one from: 32 hexadecimal digits."""
    return uuid4().hex
