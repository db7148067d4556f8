"""Readers of streams while the server is restarted, killed or away, and while consumers and messages go: nothing is lost or doubled."""

import asyncio

import nats.errors
import nats.js.errors
import pytest
from nats.aio.msg import Msg

from shared.plumbing import reader
from shared.words.refusals import refusal
from tests.shared.reading import DURABLE, STREAM, Broker, known, read, sequences, until_connected


@pytest.mark.parametrize("most", [10, 1000])
async def test_a_log_goes_on_after_the_server_restarted(broker: Broker, most: int) -> None:
    await broker.publish(300)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1, window=100)
    found = await read(follow, 150, most)

    await broker.server.kill()
    await broker.server.start()
    found += await read(follow, 150, most)
    await broker.publish(50)
    found += await read(follow, 50, most)

    assert sequences(found) == list(range(1, 351))
    await follow.close()


async def test_a_batch_that_waits_survives_a_restart(broker: Broker) -> None:
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    assert await follow.batch(10, wait_s=0.2) == []
    waiting = asyncio.create_task(read(follow, 20))

    await broker.server.kill()
    await broker.server.start()
    await until_connected(broker.client)
    await broker.publish(20)

    assert sequences(await waiting) == list(range(1, 21))
    await follow.close()


async def test_nothing_is_lost_or_doubled_while_a_server_is_killed_again_and_again(broker: Broker) -> None:
    async def publish_all() -> None:
        for number in range(1, 241):
            while True:
                try:
                    await broker.client.jetstream(timeout=0.5).publish("parked.a", b"%d" % number, headers={"Nats-Msg-Id": str(number)})
                except (nats.errors.Error, nats.js.errors.Error):
                    await asyncio.sleep(0.05)
                else:
                    break

    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1, window=40)
    publishing = asyncio.create_task(publish_all())

    found = await read(follow, 60, most=7)
    for _ in range(2):
        await broker.server.kill()
        await broker.server.start()
        found += await read(follow, 90, most=7)

    assert [delivery.payload for delivery in found] == [b"%d" % number for number in range(1, 241)]
    await publishing
    await follow.close()


async def test_while_the_server_is_away_a_batch_is_empty(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BIND_TIMEOUT_S", 0.5)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    await broker.server.kill()

    async with asyncio.timeout(15):
        assert await follow.batch(10, wait_s=0.5) == []

    await broker.server.start()
    await until_connected(broker.client)
    await broker.publish(3)
    assert sequences(await read(follow, 3)) == [1, 2, 3]
    await follow.close()


async def test_a_reader_tells_that_nothing_can_be_read_until_the_broker_is_heard_again(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BIND_TIMEOUT_S", 0.5)
    await broker.publish(5)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    assert known(follow) == (None, None)  # nobody was asked yet
    await read(follow, 3)
    assert known(follow) == (None, 2)
    await read(follow, 2)
    assert known(follow) == (None, 0)

    await broker.server.kill()
    async with asyncio.timeout(20):
        while follow.trouble is None:
            assert await follow.batch(10, wait_s=0.1) == []
    assert follow.trouble == refusal("nats.away", STREAM)
    assert follow.pending is None
    for _ in range(3):  # an empty batch takes nothing back
        assert await follow.batch(10, wait_s=0.1) == []
        assert follow.trouble is not None

    await broker.server.start()
    async with asyncio.timeout(30):
        while follow.trouble is not None:
            assert await follow.batch(10, wait_s=0.5) == []
    assert follow.pending == 0
    await follow.close()


async def test_a_reader_tells_that_its_stream_is_not_there(broker: Broker) -> None:
    follow = reader.durable_reader(broker.client, STREAM, DURABLE)
    assert await follow.batch(10, wait_s=0.1) == []
    assert follow.trouble == refusal("nats.not_declared", STREAM)

    await broker.make_durable()
    await broker.publish(1)

    assert sequences(await read(follow, 1)) == [1]
    assert follow.trouble is None
    await follow.close()


async def test_a_log_goes_on_after_its_consumer_was_deleted(broker: Broker) -> None:
    await broker.publish(100)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1, window=20)
    found = await read(follow, 50)

    await broker.delete_consumers()
    found += await read(follow, 50)

    assert sequences(found) == list(range(1, 101))
    await follow.close()


async def test_a_waiting_log_goes_on_after_its_consumer_was_deleted(broker: Broker) -> None:
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    assert await follow.batch(10, wait_s=0.2) == []

    await broker.delete_consumers()
    await broker.publish(10)

    assert sequences(await read(follow, 10)) == list(range(1, 11))
    await follow.close()


async def test_a_log_with_a_gap_is_read_again_from_before_it(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    await broker.publish(30)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)
    take = follow._take

    async def lose_the_twelfth(message: Msg) -> None:
        if reader_lost.is_set() or message.data != b"12":
            await take(message)
        else:
            reader_lost.set()

    reader_lost = asyncio.Event()
    monkeypatch.setattr(follow, "_take", lose_the_twelfth)

    found = await read(follow, 30, most=5)

    assert reader_lost.is_set()
    assert sequences(found) == list(range(1, 31))
    await follow.close()


async def test_messages_that_were_purged_are_no_gap(broker: Broker) -> None:
    await broker.publish(30)
    for sequence in (1, 2, 10, 11):
        await broker.client.jetstream().delete_msg(STREAM, sequence)
    follow = reader.log_reader(broker.client, STREAM, "parked.>", 1)

    assert sequences(await read(follow, 26)) == [number for number in range(1, 31) if number not in (1, 2, 10, 11)]
    await follow.close()


async def test_a_durable_gives_back_what_was_not_acknowledged_before_a_restart(broker: Broker) -> None:
    await broker.make_durable(ack_wait_s=1.0)
    await broker.publish(20)
    follow = reader.durable_reader(broker.client, STREAM, DURABLE)
    for delivery in await read(follow, 8):
        await broker.client.publish(delivery.reply, b"+ACK")
    await broker.client.flush()

    await broker.server.kill()
    await broker.server.start()

    assert set(sequences(await read(follow, 12))) == set(range(9, 21))
    await follow.close()


async def test_a_durable_that_is_made_late_is_waited_for(broker: Broker) -> None:
    await broker.publish(5)
    follow = reader.durable_reader(broker.client, STREAM, DURABLE)
    assert await follow.batch(10, wait_s=0.2) == []

    await broker.make_durable()

    assert sequences(await read(follow, 5)) == [1, 2, 3, 4, 5]
    await follow.close()
