"""A TCP proxy that can become a black hole: bytes in both directions are dropped, and neither side is informed."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from tests.faults.kills import Fault
from tests.faults.world import World

HOLE_S: Final = 6.0
CHUNK: Final = 65536


class Proxy:
    """Connections to a port of this machine. One that a hole has swallowed stays dead for ever, as behind a router that forgot it."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._is_hole = False
        self._holes = 0  # so far: what was connected before the last is dead
        self._flows = set[asyncio.Task[None]]()
        self._writers = list[asyncio.StreamWriter]()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for flow in self._flows:
                flow.cancel()
            for writer in self._writers:
                writer.close()

    async def swallow(self, seconds: float) -> None:
        """A black hole for some seconds: what is connected now, or connects meanwhile, is never heard of again."""
        self._holes += 1
        self._is_hole = True
        await asyncio.sleep(seconds)
        self._is_hole = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self._is_hole:
            return
        try:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._writers.append(to_writer)
        for source, sink in ((reader, to_writer), (to_reader, writer)):
            flow = asyncio.create_task(self._pass_on(source, sink, self._holes))
            self._flows.add(flow)
            flow.add_done_callback(self._flows.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, born: int) -> None:
        """Bytes until one end closes; the other end is told, unless a hole came between."""
        try:
            while data := await source.read(CHUNK):
                if self._holes == born:
                    sink.write(data)
                    await sink.drain()
        except OSError:
            pass  # one end was killed: as if it had closed
        if self._holes == born:
            sink.close()


@asynccontextmanager
async def behind_proxies(world: World) -> AsyncIterator[dict[str, Fault]]:
    """The services reach both servers through proxies while the block runs; the black holes that there may be."""
    nats_port, mongo_port = urlsplit(world.nats.url).port or 0, urlsplit(world.mongo.url).port or 0
    async with Proxy(nats_port).listening() as nats, Proxy(mongo_port).listening() as mongo:
        by_proxy = {
            "nats_url": f"nats://127.0.0.1:{nats.port}",
            "mongo_url": f"mongodb://127.0.0.1:{mongo.port}/?directConnection=true",  # the replica set would name its own address
        }
        await world.start_services(world.settings.model_copy(update=by_proxy))
        try:
            yield {
                "black hole before nats-server": hole(nats),
                "black hole before mongod": hole(mongo),
                "black hole before both": hole(nats, mongo),
            }
        finally:
            await world.start_services()


def hole(*proxies: Proxy) -> Fault:
    async def fault(_: World, __: random.Random) -> None:
        await asyncio.gather(*[proxy.swallow(HOLE_S) for proxy in proxies])

    return fault
