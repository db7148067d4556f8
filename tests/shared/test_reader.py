"""Readers of streams, on a server that is restarted while they read: nothing is lost, nothing is doubled."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nats.errors
import nats.js.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

from services.devstack.servers import Server, choose_ports
from shared.plumbing import reader
from shared.plumbing.reader import Delivery, Reader
from shared.wire import events
from shared.words.refusals import Refusal, refusal
from tests import hostile, nats_users
from tests.hostile import Hostile

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


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async def ignore(_: Exception) -> None:
        return

    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path / "nats", ports.nats, ports.nats_http)
    client = await nats_users.connect(server.url, max_reconnect_attempts=-1, error_cb=ignore, reconnect_time_wait=0.1)
    await client.jetstream().add_stream(name=STREAM, subjects=["parked.*"])
    yield Broker(server, client)
    await client.close()
    await server.kill()


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


@pytest.mark.parametrize("domain", ["", "hub.ACCOUNTHASH."])
def test_the_metadata_are_read_with_and_without_a_domain(domain: str) -> None:
    tail = "S.worker.1.42.7.1733797800123456789.5" + (".token" if domain else "")
    message = Msg(Client(), subject="parked.a", reply=f"$JS.ACK.{domain}{tail}", data=b"x")

    found = reader.delivery(message)

    assert (found.sequence, found.consumer_sequence, found.pending) == (42, 7, 5)
    assert (found.stored_ns, found.stored_ms) == (1733797800123456789, 1733797800123)


async def until_connected(client: Client) -> None:
    async with asyncio.timeout(10):
        while not client.is_connected:
            await asyncio.sleep(0.05)
