"""A malicious client's messages stop nothing: every message is screened and acknowledged, reminders go out, figures are right.

How: real servers, ingest and the aggregator as tasks, messages written byte by byte (`tests/hostile.py`). Again: `pytest
tests/system/test_hostile_messages.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from services.aggregate.app import aggregate
from services.aggregate.verify import verify
from services.ingest.app import ingest
from services.ingest.store import ClaimStore
from services.notify import tick
from services.notify.app import opened
from shared.plumbing import tasks
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from shared.wire import subjects
from tests import hostile, nats_users
from tests.builders import COMMUNE, payload, submitted
from tests.hostile import Hostile
from tests.running import with_all_settings
from tests.waiting import until, until_inbox_is_done

AT = datetime(2026, 11, 1, tzinfo=UTC)
INBOX = b"inbox.06253"


@asynccontextmanager
async def doing(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        await tasks.end(task)


@asynccontextmanager
async def ingesting(connections: Connections) -> AsyncIterator[None]:
    async with doing(ingest(connections, ClaimStore(connections.database), Readiness())):
        yield


@pytest.mark.parametrize("name", hostile.HEADERS)
async def test_after_any_header_the_tick_works_and_the_report_counts(loaded: Connections, name: str) -> None:
    block = hostile.HEADERS[name]
    sent = payload(submitted(event_id="event-abc"))
    # in the streams' own account: an import makes a block of one byte part of the body
    url = loaded.settings.nats_servers[0]
    await hostile.publish(url, Hostile(INBOX, sent, block), Hostile(INBOX, b"", block), user=nats_users.OWNER)

    async with ingesting(loaded), opened(with_all_settings(loaded)) as desk:
        async with asyncio.timeout(20):
            await tick.tick(desk, AT)
        await until_inbox_is_done(loaded)

    claim = await loaded.database["receipts"].find_one({"_id": f"{COMMUNE}/event-abc"})
    assert claim is not None
    assert claim["verdict"] == "accepted"
    assert await loaded.streams.last_sequence(subjects.REPORTS) == 1
    assert await loaded.streams.last_sequence(subjects.PARKED) == 1


async def test_after_any_subject_and_reply_the_tick_works(loaded: Connections) -> None:
    strange = [Hostile(b"inbox." + token, body) for token in hostile.TOKENS.values() for body in (b"{}", payload(submitted()))]
    answered = [Hostile(INBOX, payload(submitted()), reply=reply) for reply in hostile.REPLIES.values()]
    await hostile.publish(loaded.settings.nats_servers[0], *strange, *answered)

    async with ingesting(loaded), opened(with_all_settings(loaded)) as desk:
        async with asyncio.timeout(20):
            await tick.tick(desk, AT)
        await until_inbox_is_done(loaded)

    assert await loaded.database["receipts"].count_documents({"verdict": "accepted"}) == len(hostile.REPLIES)
    assert await loaded.database["receipts"].count_documents({"verdict": "rejected"}) == len(hostile.TOKENS)


@pytest.mark.parametrize("name", hostile.REFUSED_HEADERS)
async def test_what_the_broker_refuses_is_nowhere(loaded: Connections, name: str) -> None:
    await hostile.publish(loaded.settings.nats_servers[0], Hostile(INBOX, payload(submitted()), hostile.REFUSED_HEADERS[name]))
    assert await loaded.streams.last_sequence(subjects.INBOX) == 0


async def test_no_header_in_the_log_or_the_feed_stops_what_reads_them(loaded: Connections) -> None:
    """Only ingest and the aggregator write there; whoever gets at the broker might."""
    url = loaded.settings.nats_servers[0]
    await hostile.publish(url, *hostile.of_every_kind(b"reports.1.ct27-van-quan", b"{}"))
    for number, block in enumerate(hostile.HEADERS.values()):  # each is the newest of its subject
        bodies = (Hostile(b"feed.20.ct27-van-quan.2024.%d" % place, body, block) for place, body in ((number, b"{}"), (1000 + number, b"")))
        await hostile.publish(url, *bodies)
    await hostile.publish(url, *[Hostile(b"feed." + token, b"{}") for token in hostile.TOKENS.values()])
    await hostile.publish(url, Hostile(b"feed.20.ct27-van-quan.2024.184", b"{}", hostile.HEADERS["position of a view"]))
    await hostile.publish(url, Hostile(INBOX, payload(submitted(event_id="event-abc"))))

    async with ingesting(loaded), doing(aggregate(with_all_settings(loaded), Readiness())), opened(with_all_settings(loaded)) as desk:
        async with asyncio.timeout(20):
            await tick.tick(desk, AT)

        async def is_shown() -> bool:
            view = await loaded.database["views"].find_one({"_id": "ct27-van-quan/2024/184"})
            return view is not None and view["reporting"]["received"] == 1

        async def is_told() -> bool:
            message = await loaded.streams.jetstream.get_last_msg(subjects.FEED, "feed.20.ct27-van-quan.2024.184")
            return message.data != b"{}"

        await until(is_shown)
        await until(is_told)
        found = (await verify(loaded, lambda _: None)).as_dict()
        assert found["differences"] == []
