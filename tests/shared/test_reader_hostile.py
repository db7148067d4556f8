"""No header, subject or reply subject of a message stops a reader or decides what it reads."""

import asyncio

import pytest

from shared.plumbing import reader
from shared.plumbing.reader import Reader
from tests import hostile, nats_users
from tests.hostile import Hostile
from tests.shared.reading import DURABLE, STREAM, Broker, read, sequences


@pytest.mark.parametrize("block", hostile.HEADERS.values(), ids=hostile.HEADERS)
async def test_no_header_decides_what_is_read(broker: Broker, block: bytes) -> None:
    await broker.make_durable()
    sent = [Hostile(b"parked.a", b"1"), Hostile(b"parked.a", b"2", block), Hostile(b"parked.a", b"", block), Hostile(b"parked.a", b"4")]
    await hostile.publish(broker.server.url, *sent, user=nats_users.OWNER)
    log = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    found = await read(log, 4, within_s=10)
    assert [delivery.payload for delivery in found] == [b"1", b"2", b"", b"4"]
    assert sequences(found) == [1, 2, 3, 4]
    await log.close()

    durable = reader.durable_reader(broker.client, STREAM, DURABLE)
    by_sequence: dict[int, bytes] = {}
    async with asyncio.timeout(15):  # less than the time after which a message is overdue
        while len(by_sequence) < 4:
            for delivery in await durable.batch(10, wait_s=1.0):
                by_sequence[delivery.sequence] = delivery.payload
                await broker.client.publish(delivery.reply, b"+ACK")
    assert by_sequence == {1: b"1", 2: b"2", 3: b"", 4: b"4"}
    await durable.close()


@pytest.mark.parametrize("block", [b"", b"NATS/1.0 404 No Messages\r\n\r\n"], ids=["no header", "status line"])
async def test_a_message_that_ends_the_brokers_answers_does_not_stop_a_reader(broker: Broker, block: bytes) -> None:
    """Through a service import nats-server passes on nothing behind it. The reader requests again at once; it does not wait until it has
    heard nothing for too long, and then bind again.
    """
    await broker.make_durable()
    binds = 0

    async def bind(_: int) -> tuple[str, int]:
        nonlocal binds
        binds += 1
        return DURABLE, 0

    follow = Reader(broker.client, STREAM, bind, is_ordered=False)
    for _ in range(3):
        await hostile.publish(broker.server.url, Hostile(b"parked.a", b"", block), user=nats_users.OWNER)
        await read(follow, 1)
    await follow.close()
    assert binds == 1


async def test_what_is_under_way_behind_such_a_message_is_delivered_again_at_once(broker: Broker) -> None:
    """And in a flood of them, nothing waits until its acknowledgement is overdue, which takes half a minute here."""
    await broker.make_durable()
    durable = reader.durable_reader(broker.client, STREAM, DURABLE)
    ends, count = Hostile(b"parked.x", b""), 300
    sent = [message for number in range(count) for message in ((ends,) * (number % 3 == 0)) + (Hostile(b"parked.a", b"%d" % number),)]
    publishing = asyncio.create_task(hostile.publish(broker.server.url, *sent, user=nats_users.OWNER))
    read_payloads: set[bytes] = set()
    async with asyncio.timeout(20):
        while len(read_payloads) < count:
            for delivery in await durable.batch(100, wait_s=1.0):
                read_payloads |= {delivery.payload} - {b""}
                await broker.client.publish(delivery.reply, b"+ACK")
    await publishing
    await durable.close()


@pytest.mark.parametrize("token", hostile.TOKENS.values(), ids=hostile.TOKENS)
async def test_no_subject_stops_a_reader(broker: Broker, token: bytes) -> None:
    await broker.make_durable()
    await hostile.publish(broker.server.url, Hostile(b"parked." + token, b"1"), Hostile(b"parked.a", b"2"), user=nats_users.OWNER)
    for follow in (reader.log_reader(broker.client, STREAM, "parked.>", 1), reader.durable_reader(broker.client, STREAM, DURABLE)):
        found = await read(follow, 2, within_s=10)

        assert [delivery.payload for delivery in found] == [b"1", b"2"]
        assert found[0].subject == "parked." + token.decode(errors="backslashreplace")
        await follow.close()


@pytest.mark.parametrize("reply", hostile.REPLIES.values(), ids=hostile.REPLIES)
async def test_no_reply_subject_of_a_sender_reaches_a_reader(broker: Broker, reply: bytes) -> None:
    await broker.make_durable()
    await hostile.publish(broker.server.url, Hostile(b"parked.a", b"1", reply=reply), user=nats_users.OWNER)
    follow = reader.durable_reader(broker.client, STREAM, DURABLE)

    [found] = await read(follow, 1, within_s=10)

    assert found.reply.startswith(f"$JS.ACK.{STREAM}.{DURABLE}.")
    await follow.close()


@pytest.mark.parametrize("reply", [b"", b"$JS.ACK.x", b"$JS.ACK.a.b.c.d.e.f.g", b"parked.a"], ids=["none", "short", "words", "other"])
async def test_what_is_written_to_a_readers_own_subject_is_ignored(broker: Broker, reply: bytes) -> None:
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    assert await follow.batch(10, wait_s=0.2) == []
    assert follow._subscription is not None
    own = follow._subscription.subject.encode()
    await broker.client.publish(own.decode(), b"forged", reply=reply.decode())
    await broker.publish(3)

    assert [delivery.payload for delivery in await read(follow, 3)] == [b"1", b"2", b"3"]
    await follow.close()
