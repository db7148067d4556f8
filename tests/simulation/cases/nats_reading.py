"""Cases on nats-server: reading a log in order."""

from typing import Final

import nats.errors as client_errors
import nats.js.errors as nats_errors
import pytest
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.plumbing import reader
from shared.plumbing.broker import Streams
from shared.wire import subjects
from shared.wire.subjects import FEED, REPORTS
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.nats_rig import NO_CONSUMER, event, fed, received, watched

CASES: Final[list[Case[Streams]]] = []
case = case_of(CASES)


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
