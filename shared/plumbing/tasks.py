"""Ends tasks reliably.

In Python 3.11 `asyncio.wait_for` may swallow a cancellation that comes at the same moment as its result, also inside the servers' clients;
a task group would then wait for ever.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

AGAIN_S: Final = 0.5


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancels tasks repeatedly until all have ended."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN_S)


async def together(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Runs coroutines concurrently; the first error cancels the others and is raised."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end(*tasks)
