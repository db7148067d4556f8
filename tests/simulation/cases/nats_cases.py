"""What the product relies on when it talks to nats-server, one case each. The stand-in and the real server must both pass.

A case gets `Streams` on empty streams, declared as `DECLARED` says: short windows, so that a case can wait for their end.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import nats.errors as client_errors
import nats.js.errors as nats_errors
import orjson
import pytest
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.plumbing import reader, streams
from shared.plumbing.broker import DUPLICATE_IN_BATCH, WRONG_LAST_SEQUENCE, Message, Streams
from shared.plumbing.reader import Reader
from shared.wire import subjects
from shared.wire.subjects import FEED, INBOX, INGEST_DURABLE, REPORTS
from shared.words.failures import TransientError

Case = Callable[[Streams], Coroutine[Any, Any, None]]
CASES: Final[list[Case]] = []

WINDOW_S: Final = 0.4
ACK_WAIT_S: Final = 1.0
MOST_UNACKNOWLEDGED: Final = 4
MOST_PER_SUBJECT: Final = 3
WRONG_STREAM: Final = 10060
INCOMPLETE_BATCH: Final = 10176
NO_MESSAGE: Final = 10037
NO_CONSUMER: Final = 10014
NO_STREAM: Final = 10059
SUBJECT_FULL: Final = 10077
MOST_OF_A_UNIT: Final = 8

_DECLARED = streams.read()
DECLARED: Final = _DECLARED.model_copy(
    update={
        "partitions": 2,
        "streams": _DECLARED.streams
        | {
            REPORTS: _DECLARED.streams[REPORTS].model_copy(update={"duplicate_window_s": WINDOW_S}),
            INBOX: _DECLARED.streams[INBOX].model_copy(update={"max_msgs_per_subject": MOST_OF_A_UNIT}),
            FEED: _DECLARED.streams[FEED].model_copy(update={"max_msgs_per_subject": MOST_PER_SUBJECT}),
        },
        "consumers": {
            INGEST_DURABLE: _DECLARED.consumers[INGEST_DURABLE].model_copy(
                update={"ack_wait_s": ACK_WAIT_S, "max_ack_pending": MOST_UNACKNOWLEDGED}
            )
        },
    }
)


def case(act: Case) -> Case:
    CASES.append(act)
    return act


def event(number: int, partition: int = 0, **headers: str) -> Message:
    return Message(subjects.reports(partition, "ct27"), b"%d" % number, f"event {number}", headers)


async def fed(nats: Streams, unit: str, last: int | None, text: bytes = b"view") -> int:
    """Publishes a view to FEED, after the message `last` of its subject."""
    expected = {} if last is None else {"Nats-Expected-Last-Subject-Sequence": str(last)}
    ack = await nats.jetstream.publish(subjects.feed("20", "ct27", "2024", unit), text, headers={"Tonghop-Position": "1.2", **expected})
    return ack.seq


async def sent(nats: Streams, count: int) -> None:
    """Puts messages into INBOX."""
    for number in range(count):
        await nats.jetstream.publish(subjects.inbox("X1"), b"%d" % number, stream=INBOX)


async def received(source: Reader, count: int, wait_s: float = 4.0) -> list[reader.Delivery]:
    """As many deliveries as wanted, or those that come until nothing has come for a while."""
    found: list[reader.Delivery] = []
    while len(found) < count and (batch := await source.batch(count - len(found), wait_s)):
        found += batch
    return found


# publishing


@case
async def a_message_is_kept_as_it_was_published(nats: Streams) -> None:
    ack = await nats.publish(REPORTS, event(7, traceparent="00-1"))

    kept = await nats.jetstream.get_msg(REPORTS, ack.seq)

    assert (ack.stream, ack.seq, ack.duplicate) == (REPORTS, 1, None)
    assert (kept.seq, kept.subject, kept.data) == (1, "reports.0.ct27", b"7")
    headers = {"content-type": "application/cloudevents+json", "traceparent": "00-1", "Nats-Msg-Id": "event 7"}
    assert kept.headers == headers | {"Nats-Expected-Stream": REPORTS}
    assert kept.time is not None


@case
async def an_id_that_comes_again_within_the_window_is_not_stored_again(nats: Streams) -> None:
    first = await nats.publish(REPORTS, event(1))
    await nats.publish(REPORTS, event(2))

    again = await nats.publish(REPORTS, event(1))

    assert (again.seq, again.duplicate) == (first.seq, True)
    assert await nats.last_sequence(REPORTS) == 2


@case
async def an_id_that_comes_again_after_the_window_is_stored_again(nats: Streams) -> None:
    await nats.publish(REPORTS, event(1))
    await asyncio.sleep(WINDOW_S + 0.6)

    again = await nats.publish(REPORTS, event(1))

    assert (again.seq, again.duplicate) == (2, None)


@case
async def a_message_for_another_stream_is_refused(nats: Streams) -> None:
    with pytest.raises(nats_errors.BadRequestError) as refused:
        await nats.jetstream.publish(subjects.reports(0, "ct27"), b"1", stream=FEED)

    assert refused.value.err_code == WRONG_STREAM
    assert await nats.last_sequence(REPORTS) == 0


@case
async def a_message_follows_the_last_of_its_subject_or_is_refused(nats: Streams) -> None:
    first = await fed(nats, "184", 0)
    other = await fed(nats, "183", 0)
    second = await fed(nats, "184", first)

    with pytest.raises(nats_errors.BadRequestError) as refused:
        await fed(nats, "184", first)

    assert (first, other, second) == (1, 2, 3)
    assert refused.value.err_code == WRONG_LAST_SEQUENCE


@case
async def only_the_last_messages_of_a_subject_are_kept(nats: Streams) -> None:
    for _ in range(MOST_PER_SUBJECT + 2):
        await fed(nats, "184", None)
    await fed(nats, "183", None)

    info = await nats.jetstream.stream_info(FEED)

    assert (info.state.messages, info.state.first_seq, info.state.last_seq) == (MOST_PER_SUBJECT + 1, 3, 6)
    with pytest.raises(nats_errors.NotFoundError):
        await nats.jetstream.get_msg(FEED, 2)


@case
async def what_a_unit_sends_beyond_its_share_is_refused_and_others_go_on(nats: Streams) -> None:
    await sent(nats, MOST_OF_A_UNIT)

    with pytest.raises(nats_errors.ServiceUnavailableError) as refused:
        await nats.jetstream.publish(subjects.inbox("X1"), b"x", stream=INBOX)
    other = await nats.jetstream.publish(subjects.inbox("X2"), b"x", stream=INBOX)
    people = await nats.jetstream.publish(subjects.inbox_of_people("X1"), b"x", stream=INBOX)

    assert refused.value.err_code == SUBJECT_FULL
    assert (other.seq, people.seq) == (MOST_OF_A_UNIT + 1, MOST_OF_A_UNIT + 2)
    assert (await nats.jetstream.get_msg(INBOX, 1)).data == b"0"


@case
async def a_refusal_of_one_of_many_is_heard_at_once_with_its_reason(nats: Streams) -> None:
    messages = [Message(subjects.inbox("X1"), b"%d" % number, f"message {number}") for number in range(MOST_OF_A_UNIT + 1)]
    began_s = asyncio.get_running_loop().time()

    with pytest.raises(TransientError) as refused:
        await nats.publish_all(INBOX, messages)

    assert refused.value.codes == ["nats.not_acknowledged", "inbox.full"]
    assert asyncio.get_running_loop().time() - began_s < ACK_WAIT_S


@case
async def an_id_hides_no_other_message_of_the_inbox(nats: Streams) -> None:
    for place, unit in enumerate(("X1", "X2", "X1"), start=1):
        ack = await nats.jetstream.publish(subjects.inbox(unit), b"x", stream=INBOX, headers={"Nats-Msg-Id": "same"})
        assert (ack.seq, ack.duplicate) == (place, None)


@case
async def many_are_published_in_order(nats: Streams) -> None:
    acks = await nats.publish_all(REPORTS, [event(number) for number in range(5)])

    assert [ack.seq for ack in acks] == [1, 2, 3, 4, 5]


# atomic batches


@case
async def a_batch_is_stored_as_a_whole(nats: Streams) -> None:
    sequences = await nats.publish_together(REPORTS, [event(number) for number in range(10)])

    kept = await nats.jetstream.get_msg(REPORTS, 10)

    assert sequences == list(range(1, 11))
    assert await nats.last_sequence(REPORTS) == 10
    assert (kept.data, (kept.headers or {})["Nats-Msg-Id"]) == (b"9", "event 9")


@case
async def of_a_batch_with_known_ids_only_the_others_are_stored(nats: Streams) -> None:
    await nats.publish(REPORTS, event(3))

    sequences = await nats.publish_together(REPORTS, [event(number) for number in range(10)])

    assert sequences == [2, 3, 4, 1, 5, 6, 7, 8, 9, 10]


@case
async def a_batch_of_a_batch_is_known_for_the_length_of_the_window(nats: Streams) -> None:
    events = [event(number) for number in range(10)]
    await nats.publish_together(REPORTS, events)

    sequences = await nats.publish_together(REPORTS, events)

    assert sequences == list(range(1, 11))
    assert await nats.last_sequence(REPORTS) == 10


async def batch(nats: Streams, numbers: list[int], ids: list[str], *, commits: bool = True) -> dict[str, Any]:
    """Sends a batch by hand; the answer to its last message."""
    for place, (number, message_id) in enumerate(zip(numbers, ids, strict=True)):
        headers = {"Nats-Batch-Id": "b1", "Nats-Batch-Sequence": str(number), "Nats-Msg-Id": message_id}
        if place < len(numbers) - 1 or not commits:
            await nats.client.publish(subjects.reports(0, "ct27"), b"x", headers=headers)
    if not commits:
        return {}
    answer = await nats.client.request(subjects.reports(0, "ct27"), b"x", timeout=5, headers=headers | {"Nats-Batch-Commit": "1"})
    found: dict[str, Any] = orjson.loads(answer.data)
    return found


@case
async def a_batch_that_names_an_id_twice_is_refused(nats: Streams) -> None:
    answer = await batch(nats, [1, 2, 3], ["a", "b", "a"])

    assert answer["error"]["err_code"] == DUPLICATE_IN_BATCH
    assert await nats.last_sequence(REPORTS) == 0


@case
async def a_batch_with_a_gap_is_refused(nats: Streams) -> None:
    answer = await batch(nats, [1, 3], ["a", "b"])

    assert answer["error"]["err_code"] == INCOMPLETE_BATCH
    assert await nats.last_sequence(REPORTS) == 0


@case
async def a_batch_without_its_end_is_not_stored(nats: Streams) -> None:
    await batch(nats, [1, 2], ["a", "b"], commits=False)

    assert (await nats.publish(REPORTS, event(1))).seq == 1


# asking a stream


@case
async def a_stream_says_what_it_has(nats: Streams) -> None:
    await nats.publish_all(REPORTS, [event(number) for number in range(3)])

    info = await nats.jetstream.stream_info(REPORTS)
    again = await nats.jetstream.stream_info(REPORTS)

    assert (info.config.name, info.config.metadata and info.config.metadata["partitions"]) == (REPORTS, "2")
    assert (info.state.messages, info.state.first_seq, info.state.last_seq) == (3, 1, 3)
    assert info.created is not None
    assert again.created == info.created
    await nats.require_leader(REPORTS)


@case
async def an_empty_stream_has_no_last_message(nats: Streams) -> None:
    info = await nats.jetstream.stream_info(REPORTS)

    assert (info.state.messages, info.state.first_seq, info.state.last_seq) == (0, 0, 0)
    with pytest.raises(nats_errors.NotFoundError) as last:
        await nats.jetstream.get_last_msg(REPORTS, subjects.reports_of(0))
    assert last.value.err_code == NO_MESSAGE


@case
async def an_unknown_stream_is_not_there(nats: Streams) -> None:
    with pytest.raises(nats_errors.NotFoundError) as info:
        await nats.jetstream.stream_info("NOTHING")

    assert info.value.err_code == NO_STREAM


@case
async def a_message_is_found_by_its_sequence(nats: Streams) -> None:
    await nats.publish(REPORTS, event(1))

    assert (await nats.jetstream.get_msg(REPORTS, 1)).data == b"1"
    with pytest.raises(nats_errors.NotFoundError) as beyond:
        await nats.jetstream.get_msg(REPORTS, 2)
    assert beyond.value.err_code == NO_MESSAGE


@case
async def the_next_message_of_a_filter_is_found(nats: Streams) -> None:
    await nats.publish_all(REPORTS, [event(1, 0), event(2, 1), event(3, 0)])

    found = await nats.jetstream.get_msg(REPORTS, 2, subjects.reports_of(0), next=True)

    assert (found.seq, found.data) == (3, b"3")
    assert (await nats.jetstream.get_msg(REPORTS, 1, subjects.ALL_REPORTS, next=True)).seq == 1
    with pytest.raises(nats_errors.NotFoundError):
        await nats.jetstream.get_msg(REPORTS, 3, subjects.reports_of(1), next=True)


@case
async def the_last_message_of_a_subject_is_found(nats: Streams) -> None:
    await fed(nats, "184", 0, b"old")
    await fed(nats, "184", 1, b"new")
    await fed(nats, "183", 0)

    found = await nats.jetstream.get_last_msg(FEED, subjects.feed("20", "ct27", "2024", "184"))

    assert (found.seq, found.data, (found.headers or {})["Tonghop-Position"]) == (2, b"new", "1.2")


# reading in order


@case
async def a_log_is_read_in_order_from_a_sequence(nats: Streams) -> None:
    await nats.publish_all(REPORTS, [event(number, number % 2) for number in range(1, 8)])
    source = reader.log_reader(nats.client, REPORTS, subjects.reports_of(1), 2)

    found = await received(source, 3)

    assert [(one.sequence, one.payload, one.subject) for one in found] == [
        (3, b"3", "reports.1.ct27"),
        (5, b"5", "reports.1.ct27"),
        (7, b"7", "reports.1.ct27"),
    ]
    assert [(one.consumer_sequence, one.pending) for one in found] == [(1, 2), (2, 1), (3, 0)]
    assert (source.next_sequence, source.pending, source.trouble) == (8, 0, None)
    await source.end()


@case
async def what_is_published_later_comes_to_a_waiting_reader(nats: Streams) -> None:
    source = reader.log_reader(nats.client, REPORTS, subjects.ALL_REPORTS, 1)
    assert await source.batch(10, 0.3) == []

    await nats.publish(REPORTS, event(1))

    assert [one.payload for one in await source.batch(10, 4.0)] == [b"1"]
    await source.end()


@case
async def a_quiet_reader_hears_that_the_broker_is_there(nats: Streams) -> None:
    source = reader.log_reader(nats.client, REPORTS, subjects.ALL_REPORTS, 1)

    assert await source.batch(10, reader.SILENCE_S + 0.7) == []

    assert source.trouble is None
    await source.end()


@case
async def a_reader_whose_consumer_is_deleted_goes_on_where_it_was(nats: Streams) -> None:
    source, names = watched(nats)
    await nats.publish(REPORTS, event(1))
    await source.batch(10, 4.0)

    await nats.jetstream.delete_consumer(REPORTS, names[0])
    await nats.publish(REPORTS, event(2))

    assert [one.payload for one in await received(source, 1, 8.0)] == [b"2"]
    assert len(names) == 2
    await source.end()


def watched(nats: Streams) -> tuple[Reader, list[str]]:
    """A reader of the log that notes the names of its consumers."""
    names: list[str] = []

    async def bind(begin: int) -> tuple[str, int]:
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=begin,
            ack_policy=AckPolicy.NONE,
            filter_subject=subjects.ALL_REPORTS,
            inactive_threshold=60.0,
            mem_storage=True,
            num_replicas=1,
        )
        info = await nats.jetstream.add_consumer(REPORTS, config)
        names.append(info.name)
        return info.name, info.num_pending or 0

    return Reader(nats.client, REPORTS, bind, is_ordered=True), names


@case
async def a_consumer_that_was_deleted_is_not_there(nats: Streams) -> None:
    source, names = watched(nats)
    await source.batch(1, 0.1)
    await source.end()

    with pytest.raises(nats_errors.NotFoundError) as info:
        await nats.jetstream.consumer_info(REPORTS, names[0])
    assert info.value.err_code == NO_CONSUMER


@case
async def the_last_message_of_every_subject_is_read(nats: Streams) -> None:
    for unit, text in (("184", b"old"), ("183", b"other"), ("184", b"new")):
        await fed(nats, unit, None, text)
    consumer = await nats.jetstream.pull_subscribe(
        subjects.ALL_FEED,
        stream=FEED,
        config=ConsumerConfig(
            deliver_policy=DeliverPolicy.LAST_PER_SUBJECT,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=30.0,
            mem_storage=True,
            num_replicas=1,
        ),
    )

    pending = (await consumer.consumer_info()).num_pending
    found: list[Msg] = []
    while len(found) < 2:
        found += await consumer.fetch(10, timeout=2)

    assert pending == 2
    assert [(one.data, one.metadata.sequence.stream, one.metadata.num_pending) for one in found] == [(b"other", 2, 1), (b"new", 3, 0)]
    assert (found[0].headers or {})["Tonghop-Position"] == "1.2"
    with pytest.raises(client_errors.TimeoutError):
        await consumer.fetch(1, timeout=0.5)
    await consumer.unsubscribe()


# a durable consumer


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


# what a pull hears


Heard = list[tuple[str, dict[str, str]]]


async def pull(nats: Streams, consumer: str, **request: object) -> Heard:
    """Asks for messages of REPORTS by hand; statuses and their headers, as they come ("" for a message)."""
    heard: Heard = []

    async def on_message(message: Msg) -> None:
        headers = dict(message.headers or {})
        heard.append((headers.pop("Status", ""), headers))

    inbox_of_pull = nats.client.new_inbox()
    await nats.client.subscribe(inbox_of_pull, cb=on_message)
    await nats.client.publish(f"{subjects.STREAMS_API}.CONSUMER.MSG.NEXT.{REPORTS}.{consumer}", orjson.dumps(request), reply=inbox_of_pull)
    return heard


async def consumer_of(nats: Streams) -> str:
    source, names = watched(nats)
    await source.batch(1, 0.05)
    await source.close()
    return names[0]


@case
async def a_pull_that_runs_out_says_what_it_still_owed(nats: Streams) -> None:
    consumer = await consumer_of(nats)
    await nats.publish(REPORTS, event(1))

    heard = await pull(nats, consumer, batch=3, expires=400_000_000)
    await asyncio.sleep(1.0)

    assert [status for status, _ in heard] == ["", "408"]
    assert heard[1][1] == {"Description": "Request Timeout", "Nats-Pending-Messages": "2", "Nats-Pending-Bytes": "0"}


@case
async def a_pull_hears_a_heartbeat_with_what_was_sent_last(nats: Streams) -> None:
    consumer = await consumer_of(nats)
    await nats.publish_all(REPORTS, [event(1), event(2)])

    heard = await pull(nats, consumer, batch=10, expires=10_000_000_000, idle_heartbeat=500_000_000)
    await asyncio.sleep(1.0)

    assert [status for status, _ in heard][:3] == ["", "", "100"]
    assert heard[2][1] == {"Description": "Idle Heartbeat", "Nats-Last-Consumer": "2", "Nats-Last-Stream": "2"}


@case
async def a_pull_hears_that_its_consumer_is_deleted(nats: Streams) -> None:
    consumer = await consumer_of(nats)

    heard = await pull(nats, consumer, batch=1, expires=10_000_000_000)
    await nats.jetstream.consumer_info(REPORTS, consumer)
    await nats.jetstream.delete_consumer(REPORTS, consumer)
    await asyncio.sleep(0.3)

    assert [(status, headers.get("Description")) for status, headers in heard] == [("409", "Consumer Deleted")]


@case
async def a_pull_on_an_unknown_consumer_hears_that_nobody_is_there(nats: Streams) -> None:
    heard = await pull(nats, "nobody", batch=1, expires=1_000_000_000)
    await asyncio.sleep(0.3)

    assert [status for status, _ in heard] == ["503"]


@case
async def a_pull_that_does_not_wait_hears_that_there_is_nothing(nats: Streams) -> None:
    consumer = await consumer_of(nats)

    heard = await pull(nats, consumer, batch=2, no_wait=True)
    await asyncio.sleep(0.3)

    assert [(status, headers.get("Description")) for status, headers in heard] == [("404", "No Messages")]
