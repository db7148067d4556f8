"""An event loop in made-up time: no clock, no sleep, no I/O; the seed chooses among the callbacks that are ready.

Every callback belongs to the instance in whose context it was made. An instance can be paused: its callbacks are kept until
it goes on, while everything else does. What belongs to no instance is the outside: servers, the network, the operator.
"""

import asyncio
import contextvars
import heapq
from asyncio.events import Handle, TimerHandle
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from random import Random
from typing import Any, Final

OUTSIDE: Final = contextvars.Context()
MOST_STEPS: Final = 600_000  # a seed takes about a tenth of them


class NeverEndsError(BaseException):
    """There is nothing left to run while somebody waits, or no end of it."""


class NotFakedError(BaseException):
    """The product does what no stand-in knows. Ends the run, whoever catches it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualLoop):
            loop.fail(self)


class Process:
    """One life of one instance: what runs in its context is frozen or ended with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_dead = False
        self.is_paused = False
        self.is_cut_off = False  # its power failed: what it had on its way does not arrive either
        self.kept: list[Handle] = []


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio's own loop with the waiting taken out."""

    _ready: deque[Handle]
    _scheduled: list[TimerHandle]

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self.steps = 0
        self._now = 0.0
        self._rng = rng
        self._failed: BaseException | None = None
        self.set_exception_handler(self._on_exception)

    def time(self) -> float:
        return self._now

    def spawn(self, process: Process, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Starts work as (a part of) a process."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(work, context=context)

    def later(self, delay_s: float, act: Callable[..., object], *args: Any) -> None:
        """Does something outside of every process."""
        self.call_later(delay_s, act, *args, context=OUTSIDE)

    def pause(self, process: Process) -> None:
        """Nothing of the process runs until it goes on."""
        process.is_paused = True

    def go_on(self, process: Process) -> None:
        """What was kept runs now, in its order."""
        process.is_paused = False
        kept, process.kept = process.kept, []
        self._ready.extend(kept)

    def fail(self, error: BaseException) -> None:
        """Ends the run: the simulation itself is wrong."""
        self._failed = self._failed or error

    def clear_failure(self) -> None:
        """What runs from now on only ends what is left."""
        self._failed = None
        self.steps = 0

    def _run_once(self) -> None:
        if self._failed is not None:
            raise self._failed
        ready, scheduled = self._ready, self._scheduled
        if not ready:
            while scheduled and scheduled[0].cancelled():
                heapq.heappop(scheduled)
            if not scheduled:
                raise NeverEndsError("nothing left to run")
            self._now = max(self._now, scheduled[0].when())
        while scheduled and scheduled[0].when() <= self._now:
            ready.append(heapq.heappop(scheduled))
        if len(ready) > 1 and (skipped := int(self._rng.random() * min(len(ready), 4))):
            ready.rotate(-skipped)
            handle = ready.popleft()
            ready.rotate(skipped)
        else:
            handle = ready.popleft()
        if handle.cancelled():
            return
        process = handle._context.get(PROCESS)  # type: ignore[attr-defined]
        if process is not None and process.is_paused:
            process.kept.append(handle)
            return
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise NeverEndsError(f"still running after {MOST_STEPS} steps, at {self._now:.1f} s")
        handle._run()

    def _on_exception(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An exception that nobody fetched is logged by a real loop, and no more; one of a stand-in's callbacks ends the run."""
        error = context.get("exception")
        if isinstance(error, BaseException) and "handle" in context:
            self.fail(error)

    def _write_to_self(self) -> None:
        """Nobody sleeps, nobody need be woken."""

    def _process_events(self, event_list: object) -> None:
        """There are none."""
