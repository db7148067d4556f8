"""What an exception does to a message, on a real broker, and to a task, without a broker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from unittest.mock import AsyncMock

import nats.errors
import nats.js.errors
import orjson
import pytest
import structlog
from pymongo.errors import AutoReconnect, BulkWriteError

from shared.plumbing import delivery, reader
from shared.plumbing.reader import Delivery, Reader
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.failures import ConfigurationError, PermanentError, TransientError
from shared.words.refusals import Refusal, refusal
from tests.waiting import until_inbox_is_done

POISONED = refusal("event.unknown_type", type="x", known="y")
POISON = b"poison"
Handler = Callable[[Sequence[Delivery]], Awaitable[None]]


class Decides:
    """What a service decides about single messages that fail: it is done with poison, and stops when it is told to."""

    def __init__(self) -> None:
        self.is_stopped = False
        self.stops_after: int | None = None
        self.failed: list[int] = []
        self.succeeded: list[int] = []
        self.raises: Exception | None = None

    def succeed(self, deliveries: Sequence[Delivery]) -> None:
        self.succeeded += [found.sequence for found in deliveries]

    async def fail(self, found: Delivery, error: Exception) -> bool:
        self.failed.append(found.sequence)
        self.is_stopped = len(self.failed) == self.stops_after
        if self.raises is not None:
            raise self.raises
        return isinstance(error, PermanentError)


class Inbox:
    """INBOX with some messages, its durable's reader, and what a handler has handled."""

    def __init__(self, connections: Connections, follow: Reader) -> None:
        self.connections = connections
        self.follow = follow
        self.handled: list[int] = []
        self.decides = Decides()

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
        went_well = await delivery.deliver(self.connections.streams.client, batch, handle, self.decides)
        await self.connections.streams.client.flush()
        return went_well

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
    assert (inbox.decides.succeeded, inbox.decides.failed) == ([1, 2], [])
    await until_inbox_is_done(inbox.connections)


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
    assert (inbox.decides.succeeded, inbox.decides.failed) == ([], [])


async def stumble(batch: Sequence[Delivery]) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("place", [0, 1, 4])
async def test_one_poison_message_in_a_batch_does_not_hold_up_the_others(inbox: Inbox, place: int) -> None:
    payloads = [b"a", b"b", b"c", b"d", b"e"]
    payloads[place] = POISON
    batch = await inbox.fill(*payloads)

    assert await inbox.deliver(batch, inbox.take)

    assert inbox.handled == inbox.decides.succeeded == [number for number in range(1, 6) if number != place + 1]
    assert inbox.decides.failed == [place + 1]


async def test_a_message_that_the_service_is_not_done_with_comes_again_and_does_not_hold_up_the_others(inbox: Inbox) -> None:
    async def handle(batch: Sequence[Delivery]) -> None:
        if any(found.payload == POISON for found in batch):
            raise ZeroDivisionError
        await inbox.take(batch)

    batch = await inbox.fill(b"a", POISON, b"c")

    assert not await inbox.deliver(batch, handle)

    assert (inbox.handled, inbox.decides.failed) == ([1, 3], [2])
    assert [found.sequence for found in await inbox.read(1)] == [2]


async def test_when_the_service_stops_the_rest_of_a_batch_comes_again_untried(inbox: Inbox) -> None:
    inbox.decides.stops_after = 2
    batch = await inbox.fill(*[b"%d" % number for number in range(8)])

    assert not await inbox.deliver(batch, stumble)

    assert inbox.decides.failed == [1, 2]
    assert sorted(found.sequence for found in await inbox.read(8)) == list(range(1, 9))


async def test_the_log_says_where_a_message_failed_and_nothing_of_what_it_says() -> None:
    """The text of an error may hold figures: a driver's has the document that it could not write."""
    message = Delivery("inbox.06253", b"12345", "reply", 7, 7, 0, 0)

    async def handle(batch: Sequence[Delivery]) -> None:
        try:
            int(f"so {batch[0].payload.decode()}")
        except ValueError as error:
            raise BulkWriteError({"writeErrors": [{"op": {"event": batch[0].payload}}]}) from error

    decides = Decides()
    decides.raises = KeyError("12345")
    with structlog.testing.capture_logs() as lines:
        await delivery.deliver(AsyncMock(), [message], handle, decides)

    assert [(line["event"], line["error"]) for line in lines] == [
        ("message.failed", "BulkWriteError < ValueError"),
        ("message.not_parked", "KeyError < BulkWriteError < ValueError"),
    ]
    assert all("in handle" in line["calls"] for line in lines)
    assert "12345" not in str(lines)


@pytest.mark.parametrize("error", [AutoReconnect(), ZeroDivisionError()], ids=["away", "unexpected"])
async def test_a_message_about_which_the_service_cannot_decide_comes_again(inbox: Inbox, error: Exception) -> None:
    inbox.decides.raises = error
    batch = await inbox.fill(POISON)

    assert not await inbox.deliver(batch, inbox.take)

    assert [found.sequence for found in await inbox.read(1)] == [1]


async def test_a_message_that_is_terminated_does_not_come_again(inbox: Inbox) -> None:
    batch = await inbox.fill(POISON)

    await delivery.terminate(inbox.connections.streams.client, batch, "message.failed")

    await until_inbox_is_done(inbox.connections)
    assert await inbox.follow.batch(1, wait_s=0.05) == []


def test_of_a_huge_message_the_stream_gets_an_excerpt() -> None:
    huge = Delivery("inbox.06253", b"\xff" * 900_000, "nobody.waits", 7, 1, 0, 0)

    message = delivery.excerpt("test", huge, POISONED)

    assert (message.subject, message.id) == ("parked.test", "test/inbox.06253/7")
    assert orjson.loads(message.payload) == {
        "reason": {"code": POISONED.code, "path": "", "message_vi": POISONED.message_vi, "message_en": POISONED.message_en},
        "subject": "inbox.06253",
        "sequence": 7,
        "size_bytes": 900_000,
        "payload": "\\xff" * delivery.PARKED_EXCERPT_BYTES,
    }


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
