"""Runs `tonghop rebuild` for the benchmark as a separate process that prints each progress message with its time as a line of JSON."""

import asyncio
import time

import orjson

from services.aggregate.rebuild import Rebuild
from services.ingest.store import ClaimStore
from shared.shell import service
from shared.shell.settings import Settings


async def main() -> None:
    connections = service.connections(Settings(), "rebuild")
    await connections.broker.start()

    def say(**about: object) -> None:
        print(orjson.dumps({"at": time.time(), **about}).decode(), flush=True)

    try:
        say(step="start")
        done = await Rebuild(
            connections, ClaimStore(connections.database).accepted, lambda step, done, total: say(step=step, done=done, total=total)
        ).run()
        say(step="end", events=done.events, views=done.views, generation=done.generation)
    finally:
        await connections.close()


if __name__ == "__main__":
    asyncio.run(main())
