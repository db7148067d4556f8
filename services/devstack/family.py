"""Processes that are started in order, restarted when they die, and stopped in reverse order."""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from services.devstack.process import Process

FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 5.0
SETTLED_AFTER_S = 30.0  # after a run of this length the delay starts at the smallest value again
LOOK_S = 0.1

log = structlog.stdlib.get_logger()


class _Backoff:
    """When a dead process may be launched again."""

    def __init__(self) -> None:
        self._delay_s = FIRST_BACKOFF_S
        self._launched_at = time.monotonic()
        self._due_at: float | None = None

    def is_over(self, now: float) -> bool:
        """Whether the delay has passed. It is called repeatedly while the process is dead; the first call starts the delay."""
        if self._due_at is None:
            if now - self._launched_at > SETTLED_AFTER_S:
                self._delay_s = FIRST_BACKOFF_S
            self._due_at = now + self._delay_s
            self._delay_s = min(self._delay_s * 2, LONGEST_BACKOFF_S)
        return now >= self._due_at

    def launched(self, now: float) -> None:
        self._launched_at, self._due_at = now, None


class Family:
    """The children of one supervisor. `on_change` is called after every launch, so that an orphan can be identified later."""

    def __init__(self, on_change: Callable[[Sequence[Process]], None]) -> None:
        self._children: dict[Process, _Backoff] = {}
        self._on_change = on_change

    def adopt(self, child: Process) -> None:
        """Supervise a process that has been launched."""
        self._children[child] = _Backoff()
        self._on_change(list(self._children))

    async def keep_alive(self) -> None:
        """Launch every dead child again, after 0.2 to 5 s. Runs until it is cancelled."""
        while True:
            for child, backoff in self._children.items():
                if not child.is_alive and backoff.is_over(time.monotonic()):
                    log.warning("process.restarted", name=child.name)
                    child.launch()
                    backoff.launched(time.monotonic())
                    self._on_change(list(self._children))
            await asyncio.sleep(LOOK_S)

    def launch(self, names: Sequence[str]) -> None:
        """Launch these children again. They must have been stopped."""
        for child, backoff in self._children.items():
            if child.name in names:
                child.launch()
                backoff.launched(time.monotonic())
        self._on_change(list(self._children))

    async def stop(self, names: Sequence[str]) -> None:
        """Stop these children concurrently."""
        await asyncio.gather(*(child.stop() for child in self._children if child.name in names))
