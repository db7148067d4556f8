"""A nats-server with one stream, for tests of readers."""

import asyncio
from dataclasses import dataclass

from nats.aio.client import Client
from nats.js.api import ConsumerConfig

from services.devstack.servers import Server
from shared.plumbing.reader import Delivery, Reader
from shared.words.refusals import Refusal

STREAM = "S"
DURABLE = "worker"


@dataclass
class Broker:
    """A nats-server with one stream, and a client of it."""

    server: Server
    client: Client

    async def publish(self, count: int, subject: str = "parked.a") -> None:
        """Adds numbered messages; the server syncs each, so many are in flight."""
        jetstream = self.client.jetstream()
        first = (await jetstream.stream_info(STREAM)).state.last_seq + 1
        futures = [await jetstream.publish_async(subject, b"%d" % number) for number in range(first, first + count)]
        await asyncio.wait_for(asyncio.gather(*futures), 10)

    async def delete_consumers(self) -> None:
        jetstream = self.client.jetstream()
        for info in await jetstream.consumers_info(STREAM):
            await jetstream.delete_consumer(STREAM, info.name)

    async def make_durable(self, ack_wait_s: float = 30.0) -> None:
        await self.client.jetstream().add_consumer(STREAM, ConsumerConfig(durable_name=DURABLE, ack_wait=ack_wait_s, max_ack_pending=500))


async def read(follow: Reader, count: int, most: int = 100, within_s: float = 20.0) -> list[Delivery]:
    """So many messages, in as many batches as it takes."""
    found: list[Delivery] = []
    async with asyncio.timeout(within_s):
        while len(found) < count:
            found += await follow.batch(min(most, count - len(found)), wait_s=1.0)
    return found


def known(follow: Reader) -> tuple[Refusal | None, int | None]:
    """What a reader knows: why nothing can be read, and how much waits."""
    return follow.trouble, follow.pending


def sequences(found: list[Delivery]) -> list[int]:
    return [delivery.sequence for delivery in found]


async def until_connected(client: Client) -> None:
    async with asyncio.timeout(10):
        while not client.is_connected:
            await asyncio.sleep(0.05)
