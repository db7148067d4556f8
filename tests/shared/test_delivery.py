"""What an exception does to a message, on a real broker, and to a task, without a broker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import nats.errors
import nats.js.errors
import orjson
import pytest
from pymongo.errors import AutoReconnect

from shared.plumbing import delivery, reader
from shared.plumbing.reader import Delivery, Reader
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from shared.wire.published import ParkedReason
from shared.words.failures import ConfigurationError, PermanentError, TransientError
from shared.words.refusals import Refusal, refusal
from tests.waiting import until_inbox_is_done

POISONED = refusal("event.unknown_type", type="x", known="y")
POISON = b"poison"
Handler = Callable[[Sequence[Delivery]], Awaitable[None]]


class Inbox:
    """INBOX with some messages, its durable's reader, and what a handler has handled."""

    def __init__(self, connections: Connections, follow: Reader) -> None:
        self.connections = connections
        self.follow = follow
        self.handled: list[int] = []

    async def fill(self, *payloads: bytes) -> list[Delivery]:
        for payload in payloads:
            await self.connections.streams.jetstream.publish("inbox.06253", payload)
        return await self.read(len(payloads))

    async def read(self, count: int, within_s: float = 5.0) -> list[Delivery]:
        found: list[Delivery] = []
        async with asyncio.timeout(within_s):
            while len(found) < count:
                found += await self.follow.batch(100, wait_s=0.5)
        return found

    async def deliver(self, batch: Sequence[Delivery], handle: Handler) -> bool:
        went_well = await delivery.deliver(self.connections.streams, "test", batch, handle)
        await self.connections.streams.client.flush()
        return went_well

    async def parked(self) -> list[dict[str, object]]:
        jetstream = self.connections.streams.jetstream
        last = (await jetstream.stream_info(subjects.PARKED)).state.last_seq
        return [orjson.loads((await jetstream.get_msg(subjects.PARKED, sequence)).data or b"") for sequence in range(1, last + 1)]

    async def take(self, batch: Sequence[Delivery]) -> None:
        """A handler that handles all but the poison."""
        if any(found.payload == POISON for found in batch):
            raise PermanentError(POISONED)
        self.handled += [found.sequence for found in batch]
        await delivery.acknowledge(self.connections.streams.client, batch)


@pytest.fixture
async def inbox(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr(delivery, "NAK_DELAY_S", 0.2)
    return Inbox(connections, reader.durable_reader(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE))


def failing(error: Exception) -> Handler:
    async def handle(_: Sequence[Delivery]) -> None:
        raise error

    return handle


async def test_a_batch_that_was_handled_is_not_delivered_again(inbox: Inbox) -> None:
    batch = await inbox.fill(b"a", b"b")

    assert await inbox.deliver(batch, inbox.take)

    assert inbox.handled == [1, 2]
    await until_inbox_is_done(inbox.connections)
    assert await inbox.parked() == []


@pytest.mark.parametrize(
    "error",
    [
        TransientError(refusal("nats.away")),
        nats.errors.TimeoutError(),
        nats.js.errors.NoStreamResponseError(),
        AutoReconnect(),
        TimeoutError(),
        ConnectionResetError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_batch_that_met_a_server_that_is_away_is_delivered_again_after_a_pause(inbox: Inbox, error: Exception) -> None:
    batch = await inbox.fill(b"a", b"b")

    assert not await inbox.deliver(batch, failing(error))

    assert await inbox.follow.batch(10, wait_s=0.05) == []
    assert sorted(found.sequence for found in await inbox.read(2)) == [1, 2]
    assert await inbox.parked() == []


async def test_a_message_that_no_retry_can_help_is_parked_with_its_reason_and_terminated(inbox: Inbox) -> None:
    batch = await inbox.fill(POISON)

    assert await inbox.deliver(batch, inbox.take)

    assert await inbox.parked() == [
        {
            "reason": {"code": "message.permanent_error", "detail": POISONED.line("en")},
            "subject": "inbox.06253",
            "sequence": 1,
            "size_bytes": len(POISON),
            "payload": "poison",
        }
    ]
    await until_inbox_is_done(inbox.connections)


async def test_one_poison_message_in_a_batch_does_not_hold_up_the_others(inbox: Inbox) -> None:
    batch = await inbox.fill(b"a", POISON, b"c", b"d")

    assert await inbox.deliver(batch, inbox.take)

    assert inbox.handled == [1, 3, 4]
    assert [parked["sequence"] for parked in await inbox.parked()] == [2]
    await until_inbox_is_done(inbox.connections)


async def test_a_message_that_fails_for_an_unknown_reason_comes_again_and_does_not_hold_up_the_others(inbox: Inbox) -> None:
    async def stumble(batch: Sequence[Delivery]) -> None:
        if any(found.payload == POISON for found in batch):
            raise ZeroDivisionError
        await inbox.take(batch)

    batch = await inbox.fill(b"a", POISON, b"c")

    assert not await inbox.deliver(batch, stumble)

    assert inbox.handled == [1, 3]
    assert await inbox.parked() == []
    assert [found.sequence for found in await inbox.read(1)] == [2]


async def test_parking_again_after_a_crash_keeps_one_copy(inbox: Inbox) -> None:
    batch = await inbox.fill(POISON)

    for _ in range(2):
        await delivery.park(inbox.connections.streams, "test", batch[0], ParkedReason(code="event.malformed"))

    assert len(await inbox.parked()) == 1


async def test_of_a_huge_message_an_excerpt_is_parked(inbox: Inbox) -> None:
    batch = await inbox.fill(b"\xff" * 900_000)

    await delivery.park(inbox.connections.streams, "test", batch[0], ParkedReason(code="event.too_large"))

    parked = (await inbox.parked())[0]
    assert parked["size_bytes"] == 900_000
    assert parked["payload"] == "\\xff" * delivery.PARKED_EXCERPT_BYTES


class Task:
    """A task that meets some errors before it succeeds."""

    def __init__(self, readiness: Readiness, *errors: Exception) -> None:
        self.readiness = readiness
        self.errors = list(errors)
        self.seen: list[dict[str, str]] = []

    async def __call__(self) -> str:
        self.seen.append(dict(self.readiness.waiting_for))
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.fixture
def readiness(monkeypatch: pytest.MonkeyPatch) -> Readiness:
    monkeypatch.setattr(delivery, "BACKOFF_S", (0.0,))
    ready = Readiness()
    ready.has("start")
    return ready


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TransientError(refusal("nats.not_declared", "INBOX")), refusal("nats.not_declared", "INBOX")),
        (AutoReconnect("rs0"), refusal("mongo.away")),
        (nats.errors.TimeoutError(), refusal("nats.away")),
        (ZeroDivisionError(), refusal("service.unexpected_error")),
    ],
)
async def test_a_task_is_tried_until_it_succeeds_and_readiness_says_why_it_waits(
    readiness: Readiness, error: Exception, why: Refusal
) -> None:
    task = Task(readiness, error, error)

    assert await delivery.keep_trying("work", task, readiness) == "done"

    assert task.seen == [{}, {"work": why.text("vi")}, {"work": why.text("vi")}]
    assert readiness.waiting_for == {}


async def test_a_setting_that_forbids_going_on_is_raised_at_once(readiness: Readiness) -> None:
    task = Task(readiness, ConfigurationError(refusal("mongo.standalone")))

    with pytest.raises(ConfigurationError):
        await delivery.keep_trying("work", task, readiness)

    assert len(task.seen) == 1
