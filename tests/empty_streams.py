"""Resets the streams to their state on a new broker."""

import asyncio

from nats.js import JetStreamContext

from shared.plumbing import streams
from shared.plumbing.streams import Declaration
from shared.words.failures import ConfigurationError


async def make(jetstream: JetStreamContext, declaration: Declaration) -> None:
    """Every stream anew, as declared."""
    await remove(jetstream)
    await declare(jetstream, declaration)


async def declare(jetstream: JetStreamContext, declaration: Declaration) -> None:
    """Makes the streams that are missing. The broker may still be removing the files of those just deleted."""
    for _ in range(50):
        try:
            await streams.apply(jetstream, declaration)
        except ConfigurationError:  # “error creating store for stream”
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError("the streams could not be made")


async def remove(jetstream: JetStreamContext) -> None:
    """Deletes every stream there is."""
    for info in await jetstream.streams_info():
        await jetstream.delete_stream(str(info.config.name))
