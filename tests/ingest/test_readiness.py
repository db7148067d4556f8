"""Ingest's readiness on a real broker: what it cannot screen, how much waits, and whether a fault blocks a message for ever."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from services.ingest.app import ingest
from services.ingest.domain import failures
from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.plumbing import standstill, tasks
from shared.plumbing.reader import Delivery
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from tests.builders import COMMUNE, payload, submitted
from tests.waiting import until

POISON = b"poison"


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Until it is set ingest has a fault, which one message meets."""
    on_inbox, mended = Intake.on_inbox, asyncio.Event()

    async def with_a_fault(self: Intake, batch: Sequence[Delivery]) -> None:
        if not mended.is_set() and any(found.payload == POISON for found in batch):
            raise ZeroDivisionError
        await on_inbox(self, batch)

    monkeypatch.setattr(Intake, "on_inbox", with_a_fault)
    return mended


@pytest.fixture
async def readiness(known: Connections, mended: asyncio.Event, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Readiness]:
    """That of an ingest which looks often."""
    monkeypatch.setattr(standstill, "STILL_S", 3.0)
    monkeypatch.setattr(failures, "MOST_ATTEMPTS", 1000)  # nothing is parked meanwhile
    monkeypatch.setattr(standstill, "LOOK_S", 0.1)
    found = Readiness()
    found.has("start")
    task = asyncio.create_task(ingest(known, ClaimStore(known.database), found))
    yield found
    await tasks.end(task)


async def test_one_message_that_is_never_screened_turns_readiness_red_though_the_others_are(
    known: Connections, readiness: Readiness, mended: asyncio.Event
) -> None:
    async def send(body: bytes) -> None:
        await known.streams.jetstream.publish(subjects.inbox(COMMUNE), body)

    async def is_told() -> bool:
        return "acknowledgements" in readiness.waiting_for

    async def is_quiet() -> bool:
        return readiness.as_dict() == {"ready": True, "lag": 0, "waiting_for": {}}

    await until(is_quiet)
    await send(POISON)
    for _ in range(3):
        await send(payload(submitted()))
    await until(is_told)
    assert readiness.waiting_for["acknowledgements"].startswith("INBOX: Thông điệp ngay sau vị trí 0 ")
    assert await known.database["receipts"].count_documents({"verdict": "accepted"}) == 3
    assert readiness.lag == 1

    mended.set()

    await until(is_quiet)


async def test_a_durable_that_is_gone_is_told_and_the_lag_is_not_known(known: Connections, readiness: Readiness) -> None:
    async def is_told() -> bool:
        return readiness.lag is None and "tonghop streams apply" in readiness.waiting_for.get("inbox", "")

    await known.streams.jetstream.delete_consumer(subjects.INBOX, subjects.INGEST_DURABLE)
    await until(is_told)
