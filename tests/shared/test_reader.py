"""Readers of streams on a real server: what is read, in which order, and how soon."""

import asyncio
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.plumbing import reader
from shared.plumbing.reader import Delivery
from shared.wire import events
from tests.shared.reading import DURABLE, STREAM, Broker, read, sequences


async def test_a_log_is_read_in_order_from_the_sequence_asked_for(broker: Broker) -> None:
    await broker.publish(500)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 101)

    found = await read(follow, 400)

    assert sequences(found) == list(range(101, 501))
    assert [delivery.payload for delivery in found] == [b"%d" % number for number in range(101, 501)]
    assert follow.next_sequence == 501
    await follow.close()


async def test_a_batch_gives_at_once_what_is_there(broker: Broker) -> None:
    await broker.publish(3)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    loop = asyncio.get_running_loop()
    began = loop.time()

    found = await read(follow, 3, most=1000)

    assert sequences(found) == [1, 2, 3]
    assert loop.time() - began < 0.5
    await follow.close()


async def test_a_message_that_comes_while_waiting_is_given_at_once(broker: Broker) -> None:
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    waiting = asyncio.create_task(follow.batch(1000, wait_s=10))
    await asyncio.sleep(0.3)
    loop = asyncio.get_running_loop()
    began = loop.time()

    await broker.publish(1)

    assert sequences(await waiting) == [1]
    assert loop.time() - began < 0.5
    await follow.close()


async def test_a_batch_is_empty_when_nothing_comes(broker: Broker) -> None:
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)

    assert await follow.batch(10, wait_s=0.3) == []
    await follow.close()


async def test_a_batch_is_never_longer_than_asked_for(broker: Broker) -> None:
    await broker.publish(50)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    await follow.batch(1)
    await asyncio.sleep(0.3)  # all are there by now

    assert sequences(await follow.batch(20)) == list(range(2, 22))
    await follow.close()


async def test_only_the_subjects_asked_for_are_read(broker: Broker) -> None:
    await broker.publish(5, "parked.a")
    await broker.publish(5, "parked.b")
    await broker.publish(5, "parked.a")
    follow = reader.log_reader(broker.client, STREAM, "parked.a", 1)

    assert sequences(await read(follow, 10)) == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    await follow.close()


async def test_a_reader_asks_again_before_its_window_is_used_up(broker: Broker) -> None:
    await broker.publish(400)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1, window=20)

    assert sequences(await read(follow, 400, most=7)) == list(range(1, 401))
    await follow.close()


async def test_a_closed_reader_begins_again_where_it_stopped(broker: Broker) -> None:
    await broker.publish(20)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    found = await read(follow, 7)

    await follow.close()
    found += await read(follow, 13)

    assert sequences(found) == list(range(1, 21))
    await follow.close()


async def test_two_readers_of_a_durable_share_its_messages(broker: Broker) -> None:
    await broker.make_durable()
    one, other = (reader.durable_reader(broker.client, STREAM, DURABLE, window=20) for _ in range(2))
    began = [asyncio.create_task(follow.batch(1, wait_s=5)) for follow in (one, other)]
    await asyncio.sleep(0.3)
    await broker.publish(100)
    found: list[Delivery] = [delivery for task in began for delivery in await task]

    async with asyncio.timeout(20):
        while len(found) < 100:
            for follow in (one, other):
                found += await follow.batch(10, wait_s=0.1)

    assert sorted(sequences(found)) == list(range(1, 101))
    await one.close()
    await other.close()


async def test_a_delivery_tells_when_the_broker_stored_it_and_how_many_wait(broker: Broker) -> None:
    before = datetime.now(UTC)
    await broker.publish(3)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)

    found = await read(follow, 3, most=1)

    assert [delivery.pending for delivery in found] == [2, 1, 0]
    assert all(events.to_ms(before) - 1000 <= delivery.stored_ms <= events.to_ms(datetime.now(UTC)) for delivery in found)
    stored = await broker.client.jetstream().get_msg(STREAM, 1)
    assert stored.time is not None
    assert found[0].stored_ms == events.to_ms(stored.time)
    await follow.close()


@pytest.mark.parametrize("domain", ["", "hub.ACCOUNTHASH."])
def test_the_metadata_are_read_with_and_without_a_domain(domain: str) -> None:
    tail = "S.worker.1.42.7.1733797800123456789.5" + (".token" if domain else "")
    message = Msg(Client(), subject="parked.a", reply=f"$JS.ACK.{domain}{tail}", data=b"x")

    found = reader.delivery(message)

    assert (found.sequence, found.consumer_sequence, found.pending) == (42, 7, 5)
    assert (found.stored_ns, found.stored_ms) == (1733797800123456789, 1733797800123)
