"""The one place that reads the machine's clock and makes random ids. All other code gets them as arguments."""

from collections.abc import Callable
from datetime import UTC, datetime
from secrets import choice, token_urlsafe
from uuid import uuid4

Clock = Callable[[], datetime]
"""Returns the current time in UTC."""

NewId = Callable[[], str]
"""Returns a new unique id: 32 hexadecimal digits."""


NewSecret = Callable[[], str]
"""Returns a new secret: 43 characters, base64url."""


def system_clock() -> datetime:
    """The current time of the machine's clock, in UTC."""
    return datetime.now(UTC)


def random_id() -> str:
    """A random id, 32 hexadecimal digits, for things without a cause from which an id could be derived."""
    return uuid4().hex


def random_secret() -> str:
    """A secret for a cookie, a key or a link: 32 random bytes, 43 characters that need no escaping in an address."""
    return token_urlsafe(32)


def random_character(text: str) -> str:
    """One character of a text, for generated passwords."""
    return choice(text)
