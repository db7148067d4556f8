"""An event loop in made-up time: no clock, no sleep, no I/O; the seed chooses among the callbacks that are ready.

Every callback belongs to the instance in whose context it was made. An instance can be paused: its callbacks are kept until
it goes on, while everything else does. What belongs to no instance is the outside: servers, the network, the operator.
"""

import asyncio
import contextvars
import itertools
from asyncio.events import Handle, TimerHandle
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from heapq import heappop, heappush
from random import Random
from typing import Any, Final, TypeVarTuple

Args = TypeVarTuple("Args")
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


class Numbered(asyncio.Task[Any]):
    """A task whose place in a set is that of its number, not that of its address: a group ends its tasks in the same order each time."""

    def __init__(self, number: int, work: Any, **options: Any) -> None:
        self._number = number
        super().__init__(work, **options)

    def __hash__(self) -> int:
        return self._number


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio's own loop with the waiting taken out, and its checks: nearly all of a simulation's time goes through here."""

    _ready: deque[Handle]

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self.steps = 0
        self._timers: list[tuple[float, int, TimerHandle]] = []
        self._numbers = itertools.count()
        self._now = 0.0
        self._rng = rng
        self._failed: BaseException | None = None
        self.set_exception_handler(self._on_exception)
        self.set_task_factory(lambda loop, work, **options: Numbered(next(self._numbers), work, loop=loop, **options))

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None) -> Handle:
        handle = Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(self, when: float, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None) -> TimerHandle:
        timer = TimerHandle(when, callback, args, self, context)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def call_later(self, delay: float, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None) -> TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def spawn(self, process: Process, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Starts work as (a part of) a process."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(work, context=context)

    def later(self, delay_s: float, act: Callable[..., object], *args: Any) -> None:
        """Does something outside of every process."""
        self.call_at(self._now + delay_s, act, *args, context=OUTSIDE)

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
        ready, timers = self._ready, self._timers
        if not ready:
            while timers and timers[0][2].cancelled():
                heappop(timers)
            if not timers:
                raise NeverEndsError("nothing left to run")
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            ready.append(heappop(timers)[2])
        if len(ready) > 1 and (skipped := int(self._rng.random() * min(len(ready), 4))):
            ready.rotate(-skipped)
            handle = ready.popleft()
            ready.rotate(skipped)
        else:
            handle = ready.popleft()
        if handle.cancelled():
            return
        process = handle._context.get(PROCESS)  # type: ignore[attr-defined]  # asyncio gives no other way
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
