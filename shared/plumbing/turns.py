"""Of each owner one file is taken at a time: reading and marking one costs seconds, and others wait for the same few readers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.words.failures import TransientError
from shared.words.refusals import refusal


@dataclass
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Turns:
    """The owners of which a file is taken now, by this instance. `waiting`: how many more files of an owner may wait for their turn."""

    def __init__(self, waiting: int = 0) -> None:
        self._waiting = waiting
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def of(self, owner: str) -> AsyncIterator[None]:
        """A turn of the owner. Raises TransientError if too many others of his are before it."""
        line = self._lines.setdefault(owner, _Line())
        if line.length > self._waiting:
            raise TransientError(refusal("sheet.one_at_a_time"))
        line.length += 1
        try:
            async with line.lock:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[owner]
