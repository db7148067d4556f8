"""The one place that reads the machine's clock and makes random ids. Everybody else takes them as arguments."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present instant, UTC."""


def system_clock() -> datetime:
    """The present instant by the machine's clock, UTC."""
    return datetime.now(UTC)
