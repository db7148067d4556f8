"""A crash at any step, or a server that is away, leaves one event with one received time."""

import asyncio
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.plumbing import delivery
from shared.plumbing.broker import Streams
from shared.plumbing.reader import Delivery
from shared.wire import subjects
from shared.wire.receipts import LogPosition
from shared.words.failures import TransientError
from shared.words.refusals import refusal
from tests.builders import submitted
from tests.ingest.claiming import NEIGHBOUR
from tests.ingest.conftest import PARTITIONS, Ingest
from tests.waiting import until_inbox_is_done


class Crash(BaseException):
    """The process is gone."""


class Unpublished(Intake):
    """A door whose process dies after the claims."""

    async def publish(self, claims: Any) -> dict[str, LogPosition]:
        raise Crash


class Unanswered(Intake):
    """A door whose process dies after the events were published, before it answers and acks."""

    async def _answer(self, asked: Any, claims: Any, positions: Any) -> None:
        raise Crash


def door_that_dies(kind: str, ingest: Ingest) -> Intake:
    parts = (ingest.connections.streams, ingest.store, ingest.parking, ingest.connections.reference, PARTITIONS)
    return Unpublished(*parts) if kind == "between claim and publish" else Unanswered(*parts)


@pytest.mark.parametrize("kind", ["between claim and publish", "between publish and ack"])
@pytest.mark.parametrize("sent_again", [False, True])
async def test_a_crash_leaves_one_event_with_one_received_time(ingest: Ingest, kind: str, sent_again: bool) -> None:
    events_sent = [submitted(event_id="event-abc"), submitted(NEIGHBOUR, event_id="event-abd"), submitted(NEIGHBOUR, period="1999")]
    batch = await ingest.send(*events_sent)
    with pytest.raises(Crash):
        await door_that_dies(kind, ingest).on_inbox(batch)
    assert ingest.receipts == []

    if sent_again:  # the sender, who has no answer, is faster than the broker
        await ingest.take(*events_sent)
    await ingest.work(batch)

    reports = await ingest.stored(subjects.REPORTS)
    assert [(report["id"], report["receivedms"]) for report in reports] == [
        ("event-abc", str(batch[0].stored_ms)),
        ("event-abd", str(batch[1].stored_ms)),
    ]
    assert len(await ingest.claims()) == 3
    assert [receipt["verdict"] for receipt in ingest.receipts[-3:]] == ["accepted", "accepted", "rejected"]
    assert [receipt["position"]["sequence"] for receipt in ingest.receipts[-3:-1]] == [1, 2]
    await until_inbox_is_done(ingest.connections)


async def test_a_message_that_is_delivered_again_after_its_ack_was_lost_gets_the_same_answer(ingest: Ingest) -> None:
    batch = await ingest.send(submitted())
    await ingest.work(batch)

    await ingest.work(batch)

    assert ingest.receipts[0] == ingest.receipts[1]
    assert len(await ingest.stored(subjects.REPORTS)) == 1


@pytest.mark.parametrize("failing", ["insert", "find", "positions", "reports"])
async def test_while_a_server_is_away_nothing_is_lost_and_the_batch_comes_again(
    ingest: Ingest, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "NAK_DELAY_S", 0.1)
    batch = await ingest.send(submitted(), submitted(NEIGHBOUR))
    with monkeypatch.context() as patched:
        break_down(patched, failing)
        assert not await ingest.deliver(batch)

    again: list[Delivery] = []
    async with asyncio.timeout(5):
        while len(again) < 2:
            again += await ingest.follow.batch(10, wait_s=1.0)
    await ingest.work(again)

    assert len(await ingest.stored(subjects.REPORTS)) == 2
    assert [receipt["verdict"] for receipt in ingest.receipts] == ["accepted", "accepted"]
    await until_inbox_is_done(ingest.connections)


def break_down(patched: pytest.MonkeyPatch, part: str) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise AutoReconnect("rs0")

    async def unacknowledged(*_: Any, **__: Any) -> Any:
        raise TransientError(refusal("nats.not_acknowledged", "REPORTS"))

    match part:
        case "insert":
            patched.setattr("shared.plumbing.mongo.insert_new", away)
        case "find":
            patched.setattr(ClaimStore, "_stored", away)
        case "positions":
            patched.setattr(ClaimStore, "positions", away)
        case "reports":
            patched.setattr(Streams, "publish_together", unacknowledged)
