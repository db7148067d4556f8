"""Cases on nats-server: what a pull hears."""

import asyncio
from typing import Final

import orjson
from nats.aio.msg import Msg

from shared.plumbing.broker import Streams
from shared.wire import subjects
from shared.wire.subjects import REPORTS
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.nats_rig import event, watched

Heard = list[tuple[str, dict[str, str]]]

CASES: Final[list[Case[Streams]]] = []
case = case_of(CASES)


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
