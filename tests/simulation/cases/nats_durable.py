"""Cases on nats-server: a durable consumer, whose messages are acknowledged."""

import asyncio
from typing import Final

from shared.plumbing import reader
from shared.plumbing.broker import Streams
from shared.plumbing.reader import Reader
from shared.wire.subjects import INBOX, INGEST_DURABLE
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.nats_rig import ACK_WAIT_S, MOST_UNACKNOWLEDGED, received, sent

CASES: Final[list[Case[Streams]]] = []
case = case_of(CASES)


def inbox(nats: Streams) -> Reader:
    return reader.durable_reader(nats.client, INBOX, INGEST_DURABLE)


async def acknowledge(nats: Streams, deliveries: list[reader.Delivery], answer: bytes = b"+ACK") -> None:
    for one in deliveries:
        await nats.client.publish(one.reply, answer)


@case
async def what_is_acknowledged_does_not_come_again(nats: Streams) -> None:
    await sent(nats, 3)
    source = inbox(nats)

    await acknowledge(nats, await received(source, 3))

    assert await source.batch(10, ACK_WAIT_S + 0.6) == []
    info = await nats.jetstream.consumer_info(INBOX, INGEST_DURABLE)
    assert (info.num_pending, info.num_ack_pending) == (0, 0)
    assert info.ack_floor is not None
    assert info.ack_floor.stream_seq == 3
    await source.end()


@case
async def what_is_not_acknowledged_in_time_comes_again(nats: Streams) -> None:
    await sent(nats, 3)
    source = inbox(nats)
    first = await received(source, 3)
    await acknowledge(nats, first[1:2])

    again = await received(source, 2)

    assert [one.sequence for one in first] == [1, 2, 3]
    assert sorted(one.sequence for one in again) == [1, 3]
    assert [one.consumer_sequence for one in again] == [4, 5]
    assert {one.stored_ns for one in again} == {one.stored_ns for one in first if one.sequence != 2}
    info = await nats.jetstream.consumer_info(INBOX, INGEST_DURABLE)
    assert (info.num_pending, info.num_ack_pending, info.ack_floor and info.ack_floor.stream_seq) == (0, 2, 0)
    await source.end()


@case
async def a_message_that_is_put_off_comes_again_after_the_delay(nats: Streams) -> None:
    await sent(nats, 1)
    source = inbox(nats)
    loop = asyncio.get_running_loop()
    began_s = loop.time()

    await acknowledge(nats, await received(source, 1), b'-NAK {"delay": 1500000000}')

    assert [one.sequence for one in await received(source, 1)] == [1]
    assert loop.time() - began_s >= 1.2
    await source.end()


@case
async def a_message_that_is_put_off_without_a_delay_comes_again_at_once(nats: Streams) -> None:
    await sent(nats, 1)
    source = inbox(nats)

    await acknowledge(nats, await received(source, 1), b"-NAK")

    assert [one.sequence for one in await received(source, 1, ACK_WAIT_S / 2)] == [1]
    await source.end()


@case
async def a_message_that_is_being_worked_on_does_not_come_again(nats: Streams) -> None:
    await sent(nats, 1)
    source = inbox(nats)
    taken = await received(source, 1)

    for _ in range(3):
        await asyncio.sleep(ACK_WAIT_S / 2)
        await acknowledge(nats, taken, b"+WPI")

    assert await source.batch(10, ACK_WAIT_S / 3) == []
    await source.end()


@case
async def a_message_that_is_given_up_does_not_come_again(nats: Streams) -> None:
    await sent(nats, 1)
    source = inbox(nats)

    await acknowledge(nats, await received(source, 1), b"+TERM event.malformed")

    assert await source.batch(10, ACK_WAIT_S + 0.6) == []
    assert (await nats.jetstream.consumer_info(INBOX, INGEST_DURABLE)).num_ack_pending == 0
    await source.end()


@case
async def no_more_is_delivered_than_may_be_unacknowledged(nats: Streams) -> None:
    await sent(nats, MOST_UNACKNOWLEDGED + 2)
    source = inbox(nats)

    first = await received(source, MOST_UNACKNOWLEDGED + 2, ACK_WAIT_S / 2)
    await acknowledge(nats, first)
    rest = await received(source, 2)

    assert [one.sequence for one in first] == list(range(1, MOST_UNACKNOWLEDGED + 1))
    assert [one.sequence for one in rest] == [MOST_UNACKNOWLEDGED + 1, MOST_UNACKNOWLEDGED + 2]
    await source.end()


@case
async def several_readers_share_the_messages(nats: Streams) -> None:
    sources = inbox(nats), inbox(nats)
    for source in sources:
        await source.batch(1, 0.1)
    await sent(nats, 4)

    found = [one for source in sources for one in await received(source, 4, ACK_WAIT_S / 3)]

    assert sorted(one.sequence for one in found) == [1, 2, 3, 4]
    for source in sources:
        await source.end()
