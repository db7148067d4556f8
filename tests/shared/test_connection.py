"""A connection that no message can break, on core NATS too, and that does not wait for a vanished host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from nats.aio.msg import Msg

from shared.plumbing import tasks
from shared.shell.service import Connections
from tests import hostile, nats_users, vanishing
from tests.hostile import Hostile

SUBJECT = b"hostile.a"


async def test_every_broker_is_on_such_a_connection(connections: Connections) -> None:
    async with asyncio.timeout(20):
        heard = await _heard(connections, *hostile.of_every_kind(SUBJECT, b"x"), Hostile(SUBJECT, b"last"))
    assert len(heard) == len(hostile.HEADERS) + len(hostile.REPLIES) + 1
    assert {message.data for message in heard} == {b"x", b"last"}


@pytest.mark.parametrize("token", hostile.TOKENS.values(), ids=hostile.TOKENS)
async def test_every_subject_is_taken(connections: Connections, token: bytes) -> None:
    async with asyncio.timeout(20):
        heard = await _heard(connections, Hostile(b"hostile." + token, b"x"), Hostile(SUBJECT, b"last"))
    assert [message.data for message in heard] == [b"x", b"last"]


async def test_a_header_block_that_is_none_is_no_header(connections: Connections) -> None:
    [one, *_] = await _heard(connections, Hostile(SUBJECT, b"x", b"X"), Hostile(SUBJECT, b"last"))
    assert one.headers is None


async def test_an_answer_of_the_broker_keeps_its_status(connections: Connections) -> None:
    """Only what a stream delivered loses it: the broker says so that nobody listens."""
    answers = await connections.streams.client.subscribe("answers")
    await connections.streams.client.publish("nobody.listens", b"", reply="answers")
    headers = (await answers.next_msg(timeout=5)).headers
    assert headers is not None
    assert headers["Status"] == "503"


async def _heard(connections: Connections, *messages: Hostile) -> list[Msg]:
    """What a plain subscriber of a broker's connection hears, up to the message `last`."""
    broker = nats_users.create_broker(connections.settings.nats_servers)
    await broker.start()
    client = broker.config.broker_config.connection_state.connection
    heard: asyncio.Queue[Msg] = asyncio.Queue()
    try:
        await client.subscribe("hostile.>", cb=heard.put)
        await client.flush()
        await hostile.publish(connections.settings.nats_servers[0], *messages)
        found = [await heard.get()]
        while found[-1].data != b"last":
            found.append(await heard.get())
        return found
    finally:
        await broker.stop()


class Stuffed:
    """A way to a port of this machine on which, from a moment on, nothing is taken any more, and nobody is told."""

    def __init__(self, target: int) -> None:
        self.url = ""
        self._target = target
        self._server: asyncio.Server | None = None
        self._flows = set[asyncio.Task[None]]()
        self._writers = list[asyncio.StreamWriter]()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Stuffed"]:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"nats://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            await self.stuff()
            for writer in self._writers:
                writer.transport.abort()

    async def stuff(self) -> None:
        if self._server is not None:
            self._server.close()
        await tasks.end(*self._flows)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, to_writer]
        for source, sink in ((reader, to_writer), (to_reader, writer)):
            self._flows.add(asyncio.create_task(_pass_on(source, sink)))


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()


async def test_a_client_turns_to_another_server_though_much_is_unsent(tmp_path: Path) -> None:
    first, second = [await vanishing.start_with_stream(tmp_path / name) for name in ("first", "second")]
    try:
        async with Stuffed(urlsplit(first.url).port or 0).open() as way:

            async def vanish() -> None:
                await second.start()
                await way.stuff()

            await second.kill()
            assert await vanishing.send_through(way.url, second.url, vanish) > 1
    finally:
        await first.kill()
        await second.kill()
