"""Ends tasks reliably.

In Python 3.11 `asyncio.wait_for` may swallow a cancellation that comes at the same moment as its result, also inside the servers' clients;
a task group would then wait for ever.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

AGAIN_S: Final = 0.5
GRACE_S: Final = 2.0


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancels tasks repeatedly until all have ended. Whoever is cancelled while waiting here still waits for them: otherwise a task that
    missed its cancellation would go on alone.
    """
    cancelled: asyncio.CancelledError | None = None
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=AGAIN_S)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


async def uncut(action: Coroutine[Any, Any, None], grace_s: float = GRACE_S) -> None:
    """Runs what must not be cut off half-way, as the opening of a connection, which would stay open. If it is cancelled, it has `grace_s`
    seconds to end by itself before it is cut off all the same.
    """
    task = asyncio.create_task(action)
    try:
        await asyncio.shield(task)
    finally:
        await asyncio.wait({task}, timeout=grace_s)
        await end(task)


async def together(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Runs coroutines concurrently; the first error cancels the others and is raised."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end(*tasks)
