"""What a channel is: a way by which alerts go out. A new one is a file beside this one, and a line in `services/notify/app.py`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.notify.domain.alerts import Outcome
from services.notify.texts.content import Content
from shared.words.units import Unit


class Connection(Protocol):
    """A channel while one tick sends by it."""

    def send(self, contents: Sequence[Content]) -> AsyncIterator[Sequence[Outcome]]:
        """Sends alerts; what became of them, as soon as it is known. An alert without an outcome is sent again by a later tick.

        Sending the same alert again is safe: its id stays the same.
        """
        ...


class Channel(Protocol):
    """A way by which alerts go out. `name` is part of an alert's id and is stored; `batch` alerts are sent well within a lease."""

    @property
    def name(self) -> str: ...
    @property
    def batch(self) -> int: ...
    def reaches(self, unit: Unit) -> bool:
        """Whether alerts to a unit take this channel."""
        ...

    def connected(self) -> AbstractAsyncContextManager[Connection]: ...
