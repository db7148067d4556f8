"""What ingest parks, counts and refuses to park, on real servers."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from services.ingest.app import ingest as run_ingest
from services.ingest.domain import screening, spoiled
from services.ingest.intake import Intake
from services.ingest.parked import Parking
from services.ingest.parked_counts import ParkedCounts
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, tasks
from shared.plumbing.reader import Delivery
from shared.plumbing.readiness import Readiness
from shared.wire import subjects
from tests.builders import COMMUNE, payload, submitted
from tests.ingest.conftest import Ingest
from tests.waiting import until, until_inbox_is_done

NEIGHBOUR = "06256"
SPOILED = b'{"id": "event-abc", "id": "event-abd", "traceparent": "00-1"}'


async def parked(ingest: Ingest) -> list[dict[str, Any]]:
    return [found async for found in ingest.connections.database["parked"].find().sort("sequence", 1)]


async def counts(ingest: Ingest) -> dict[str, tuple[int, int, int]]:
    found = ingest.connections.database["parked_counts"].find()
    return {one["unit"]: (one["kept"], one["counted"], one["refused"]) async for one in found}


async def test_a_spoiled_message_is_kept_whole_with_its_reason(ingest: Ingest) -> None:
    [message] = await ingest.send(SPOILED)
    await ingest.work([message])

    [found] = await parked(ingest)
    reason = found.pop("reason")
    assert reason.keys() == {"code", "path", "message_vi", "message_en"}
    assert reason["code"] == "event.duplicate_key"
    assert found.pop("parked_at").tzinfo is not None
    assert found == {
        "_id": f"ingest/{message.sequence}",
        "subject": "inbox.06253",
        "sender": COMMUNE,
        "sequence": message.sequence,
        "received_ms": message.stored_ms,
        "size": len(SPOILED),
        "payload": SPOILED,
        "event_id": "event-abd",
        "traceparent": "00-1",
        "state": "waiting",
    }
    assert await counts(ingest) == {COMMUNE: (1, 0, 0)}
    await until_inbox_is_done(ingest.connections)


async def test_a_megabyte_is_kept_whole(ingest: Ingest) -> None:
    whole = b"\xff" * 1_000_000

    [receipt] = await ingest.take(whole)

    [found] = await parked(ingest)
    assert (found["payload"], receipt["errors"][0]["code"]) == (whole, "event.too_large")


async def test_beyond_the_limit_of_a_day_spoiled_messages_are_only_counted_and_each_gets_its_receipt(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoiled, "MOST_KEPT", 3)
    first = await ingest.take(*[b"x"] * 2)
    second = await ingest.take(*[b"y"] * 4, payload(submitted()))
    third = await ingest.take(b"z")
    other = await ingest.take(b"z", sender=NEIGHBOUR)

    assert [found["payload"] for found in await parked(ingest)] == [b"x", b"x", b"y", b"z"]
    assert await counts(ingest) == {COMMUNE: (3, 4, 0), NEIGHBOUR: (1, 0, 0)}
    assert len(await ingest.stored(subjects.PARKED)) == 4
    verdicts = [receipt["verdict"] for receipt in [*first, *second, *third, *other]]
    assert (len(verdicts), verdicts.count("accepted")) == (9, 1)
    await until_inbox_is_done(ingest.connections)


async def test_a_batch_that_comes_again_after_a_crash_is_kept_and_counted_once(ingest: Ingest) -> None:
    batch = await ingest.send(b"x", SPOILED)
    for _ in range(3):
        await ingest.work(batch)

    assert len(await parked(ingest)) == 2
    assert len(await ingest.stored(subjects.PARKED)) == 2
    assert await counts(ingest) == {COMMUNE: (2, 0, 0)}


async def test_a_sequence_that_a_restored_broker_uses_again_hides_nothing(ingest: Ingest) -> None:
    [message] = await ingest.send(b"x")
    later = message._replace(payload=b"y", stored_ns=message.stored_ns + 1_000_000)
    await ingest.work([message])
    for _ in range(2):
        await ingest.work([later])

    assert {found["_id"]: found["payload"] for found in await parked(ingest)} == {
        f"ingest/{message.sequence}": b"x",
        f"ingest/{message.sequence}@{later.stored_ms}": b"y",
    }


async def test_while_spoiled_messages_cannot_be_kept_the_others_of_the_batch_have_their_receipts(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of spoiled messages is kept after everything else is answered, so that nobody waits for it."""

    async def is_away(*_: object) -> None:
        raise AutoReconnect

    monkeypatch.setattr(Parking, "spoiled", is_away)
    batch = await ingest.send(*[b"x"] * 200, payload(submitted(event_id="event-abc")))

    assert not await ingest.deliver(batch)

    await ingest.settle()
    assert [(receipt["event_id"], receipt["verdict"]) for receipt in ingest.receipts] == [("event-abc", "accepted")]
    monkeypatch.undo()
    again: list[Delivery] = []
    while len(again) < 200:
        again += await ingest.follow.batch(1000, wait_s=2.0)
    assert {message.payload for message in again} == {b"x"}  # the report is not delivered again


async def test_a_flood_of_one_unit_costs_two_reads_and_two_writes_a_batch(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("_names", "_keep"):
        kept = getattr(Parking, name)

        async def noted(self: Parking, found: Any, name: str = name, kept: Any = kept) -> Any:
            asked.append(name)
            return await kept(self, found)

        monkeypatch.setattr(Parking, name, noted)
    for name in ("kept", "_write"):
        count = getattr(ParkedCounts, name)

        async def counted(self: ParkedCounts, found: Any, name: str = name, count: Any = count) -> Any:
            asked.append(name)
            return await count(self, found)

        monkeypatch.setattr(ParkedCounts, name, counted)

    await ingest.work(await ingest.send(*[b"x"] * 200))

    assert asked == ["_names", "kept", "_keep", "_write"]
    assert await counts(ingest) == {COMMUNE: (100, 100, 0)}


# what we could not do


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Texts; screening raises an unexpected error for every message with one of them."""
    found: set[str] = set()
    read = screening.read

    def with_a_fault(incoming: Any, reference: Any) -> Any:
        if any(text.encode() in incoming.payload for text in found):
            raise ZeroDivisionError
        return read(incoming, reference)

    monkeypatch.setattr(screening, "read", with_a_fault)
    monkeypatch.setattr(delivery, "NAK_DELAY_S", 0.02)
    with capture_logs():  # hundreds of tracebacks take long to print
        yield found


async def again(ingest: Ingest, least: int = 1) -> list[Delivery]:
    found: list[Delivery] = []
    async with asyncio.timeout(10):
        while len(found) < least:
            found += await ingest.follow.batch(1000, wait_s=1.0)
    return found


async def test_a_message_that_we_cannot_process_is_parked_whole_after_five_deliveries(ingest: Ingest, broken: set[str]) -> None:
    broken.add("event-bad")
    batch = await ingest.send(submitted(event_id="event-bad"), submitted(event_id="event-good"))
    sequence = batch[0].sequence
    for attempt in range(5):
        assert await parked(ingest) == [], attempt
        assert await ingest.deliver(batch) == (attempt == 4)
        if attempt < 4:
            batch = await again(ingest)

    [found] = await parked(ingest)
    assert (found["_id"], found["event_id"], found["reason"]["code"]) == (f"ingest/{sequence}", "event-bad", "message.failed")
    assert "ZeroDivisionError" in found["reason"]["message_vi"]
    assert [claim["event_id"] for claim in (await ingest.claims()).values()] == ["event-good"]
    await ingest.settle()
    assert [receipt["event_id"] for receipt in ingest.receipts] == ["event-good"]  # there is no decision about the other
    assert await counts(ingest) == {}
    await until_inbox_is_done(ingest.connections)


async def test_a_claimed_event_is_never_parked_and_is_published_in_the_end(
    ingest: Ingest, broken: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(Intake, "publish", fail)
        batch = await ingest.send(submitted(event_id="event-abc"))
        for _ in range(3):
            assert not await ingest.deliver(batch)
            batch = await again(ingest)
    broken.add("event-abc")  # another fault, before the claim: of a later version, say
    for _ in range(7):
        assert not await ingest.deliver(batch)
        batch = await again(ingest)
    broken.clear()

    await ingest.work(batch)

    assert await parked(ingest) == []
    assert len(await ingest.stored(subjects.REPORTS)) == 1


async def test_a_message_that_cannot_be_parked_now_is_parked_later(
    ingest: Ingest, broken: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_away(*_: object) -> None:
        raise AutoReconnect

    broken.add("event-bad")
    with monkeypatch.context() as patched:
        patched.setattr(Parking, "failed", is_away)
        batch = await ingest.send(submitted(event_id="event-bad"))
        for _ in range(6):
            assert not await ingest.deliver(batch)
            batch = await again(ingest)

    assert await ingest.deliver(batch)

    assert len(await parked(ingest)) == 1


async def test_if_too_many_fail_ingest_stops_parks_nothing_and_goes_on_by_itself(
    ingest: Ingest, broken: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BACKOFF_S", (0.0,))
    readiness = Readiness()
    readiness.has("start")
    tried: list[int] = []
    on_inbox = Intake.on_inbox

    async def noted(self: Intake, batch: Sequence[Delivery]) -> None:
        tried.append(len(batch))
        await on_inbox(self, batch)

    monkeypatch.setattr(Intake, "on_inbox", noted)
    await ingest.follow.close()
    broken.add(COMMUNE)
    messages = [payload(submitted(event_id=f"event-{number:03d}")) for number in range(25)]
    for message in messages:
        await ingest.connections.streams.jetstream.publish(subjects.inbox(COMMUNE), message)
    working = asyncio.create_task(run_ingest(ingest.connections, ClaimStore(ingest.connections.database), readiness))

    async def is_red() -> bool:
        return "message.failed" in readiness.waiting_for.get("inbox", "")

    async def tries_singly() -> bool:
        return len(tried) > 200 and set(tried[-150:]) == {1}

    await until(is_red)
    await until(tries_singly)  # each message has been delivered more than five times
    assert await parked(ingest) == []
    assert await ingest.claims() == {}

    broken.clear()

    async def is_ready() -> bool:
        return readiness.as_dict() == {"ready": True, "lag": 0, "waiting_for": {}}

    await until(is_ready)
    assert len(await ingest.claims()) == 25
    assert await parked(ingest) == []
    await tasks.end(working)


async def test_while_ingest_has_stopped_a_message_that_it_can_process_does_not_wait_behind_the_others(
    ingest: Ingest, broken: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BACKOFF_S", (0.02,))
    readiness = Readiness()
    await ingest.follow.close()
    broken.add(COMMUNE)
    jetstream = ingest.connections.streams.jetstream
    for number in range(30):
        await jetstream.publish(subjects.inbox(COMMUNE), payload(submitted(event_id=f"event-{number:03d}")))
    working = asyncio.create_task(run_ingest(ingest.connections, ClaimStore(ingest.connections.database), readiness))
    await until(lambda: _is_true("message.failed" in readiness.waiting_for.get("inbox", "")))

    await jetstream.publish(subjects.inbox(NEIGHBOUR), payload(submitted(NEIGHBOUR, event_id="event-good")))

    async def is_claimed() -> bool:
        return f"{NEIGHBOUR}/event-good" in await ingest.claims()

    await until(is_claimed)
    assert await parked(ingest) == []
    await tasks.end(working)


async def _is_true(value: bool) -> bool:
    return value
