"""A message that is never acknowledged is reported: INBOX's acknowledgement floor does not move although messages wait."""

import asyncio

import pytest

from shared.plumbing import delivery, reader, standstill, tasks
from shared.plumbing.standstill import STILL_S, Look, Standstill
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.refusals import refusal
from tests.waiting import until


def watched(connections: Connections) -> Standstill:
    return Standstill(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)


def test_a_floor_that_stands_still_while_messages_wait_is_told_and_taken_back_when_it_moves(connections: Connections) -> None:
    one = watched(connections)
    one.take(Look(floor=7, waiting=1), now=100.0)
    one.take(Look(floor=7, waiting=900), now=100.0 + STILL_S - 0.1)
    assert one.trouble is None

    one.take(Look(floor=7, waiting=1), now=100.0 + STILL_S)
    assert one.trouble is not None
    assert one.trouble == refusal("ingest.standstill", "INBOX", floor=7, seconds="15")

    one.take(Look(floor=8, waiting=1), now=101.0 + STILL_S)
    assert one.trouble is None


def test_a_quiet_durable_is_no_standstill(connections: Connections) -> None:
    one = watched(connections)
    for second in range(1000):
        one.take(Look(floor=7, waiting=0), now=float(second))
    one.take(Look(floor=7, waiting=1), now=1000.0)
    assert one.trouble is None


async def test_one_message_that_is_never_acknowledged_is_told_though_all_others_are(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "STILL_S", 2.0)
    monkeypatch.setattr(standstill, "LOOK_S", 0.1)
    for _ in range(20):
        await connections.streams.jetstream.publish(subjects.inbox("06253"), b"{}")
    follow = reader.durable_reader(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)
    batch = await follow.batch(20)
    kept, others = batch[4], [found for found in batch if found is not batch[4]]
    await delivery.acknowledge(connections.streams.client, others)
    one = watched(connections)
    watching = asyncio.create_task(one.watch())

    async def is_told() -> bool:
        return one.trouble is not None and one.waiting == 1

    async def is_over() -> bool:
        return one.trouble is None and one.waiting == 0

    await until(is_told)
    assert one.trouble is not None
    assert "ngay sau vị trí 4" in one.trouble.message_vi
    await delivery.acknowledge(connections.streams.client, [kept])
    await until(is_over)
    await tasks.end(watching)
    await follow.close()
