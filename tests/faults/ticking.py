"""`python -m tests.faults.ticking ISO`: one tick of a notifier of its own in made-up time, as a process that can be killed.

The command `tonghop notify tick` only rehearses what is later than now.
"""

import asyncio
import sys
from datetime import datetime

from services.cli import session
from services.notify import app as notifier
from services.notify import tick as ticking


async def tick(at: datetime) -> None:
    async with session.connected() as connections, notifier.opened(connections) as desk:
        await ticking.tick(desk, at)
        await ticking.wait_for_others(desk, at)


if __name__ == "__main__":
    asyncio.run(tick(datetime.fromisoformat(sys.argv[1])))
