"""A connection that no message can break, on core NATS: what passes by without a stream is taken too."""

import asyncio

import pytest
from nats.aio.msg import Msg

from shared.broker import create_broker
from shared.service import Connections
from tests import hostile
from tests.hostile import Hostile

SUBJECT = b"hostile.a"


async def test_every_broker_is_on_such_a_connection(held: Connections) -> None:
    async with asyncio.timeout(20):
        heard = await _heard(held, *hostile.of_every_kind(SUBJECT, b"x"), Hostile(SUBJECT, b"last"))
    assert len(heard) == len(hostile.HEADERS) + len(hostile.REPLIES) + 1
    assert {message.data for message in heard} == {b"x", b"last"}


@pytest.mark.parametrize("token", hostile.TOKENS.values(), ids=hostile.TOKENS)
async def test_every_subject_is_taken(held: Connections, token: bytes) -> None:
    async with asyncio.timeout(20):
        heard = await _heard(held, Hostile(b"hostile." + token, b"x"), Hostile(SUBJECT, b"last"))
    assert [message.data for message in heard] == [b"x", b"last"]


async def test_a_header_block_that_is_none_is_no_header(held: Connections) -> None:
    [one, *_] = await _heard(held, Hostile(SUBJECT, b"x", b"X"), Hostile(SUBJECT, b"last"))
    assert one.headers is None


async def test_an_answer_of_the_broker_keeps_its_status(held: Connections) -> None:
    """Only what a stream delivered loses it: the broker says so that nobody listens."""
    answers = await held.streams.client.subscribe("answers")
    await held.streams.client.publish("nobody.listens", b"", reply="answers")
    headers = (await answers.next_msg(timeout=5)).headers
    assert headers is not None
    assert headers["Status"] == "503"


async def _heard(held: Connections, *messages: Hostile) -> list[Msg]:
    """What a plain subscriber of a broker's connection hears, up to the message `last`."""
    broker = create_broker(held.settings.nats_servers, "test")
    await broker.start()
    client = broker.config.broker_config.connection_state.connection
    heard: asyncio.Queue[Msg] = asyncio.Queue()
    try:
        await client.subscribe("hostile.>", cb=heard.put)
        await client.flush()
        await hostile.publish(held.settings.nats_servers[0], *messages)
        found = [await heard.get()]
        while found[-1].data != b"last":
            found.append(await heard.get())
        return found
    finally:
        await broker.stop()
