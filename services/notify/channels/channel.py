"""The interface of a channel, by which alerts go out. To add a channel, add a file to this folder and a line to
`services/notify/app.py`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.notify.domain.alerts import Outcome
from services.notify.texts.content import Content
from shared.words.units import Unit


class Connection(Protocol):
    """A channel's connection, open for one tick."""

    def send(self, contents: Sequence[Content]) -> AsyncIterator[Sequence[Outcome]]:
        """Sends alerts and yields each outcome as soon as it is known. An alert without an outcome is sent again by a later tick.

        Sending the same alert again is safe: its id stays the same. `contents` has whole bundles, if the channel is bundling.
        """
        ...


class Channel(Protocol):
    """A way by which alerts go out. `name` is part of an alert's id and is stored. `is_bundling` says whether the alerts of a bundle
    (`services/notify/domain/bundles.py`) go out as one message. `batch` is the number of messages that can safely be sent within one lease.
    """

    @property
    def name(self) -> str: ...
    @property
    def is_bundling(self) -> bool: ...
    @property
    def batch(self) -> int: ...
    def reaches(self, unit: Unit) -> bool:
        """Whether alerts to a unit use this channel."""
        ...

    def connected(self) -> AbstractAsyncContextManager[Connection]: ...
