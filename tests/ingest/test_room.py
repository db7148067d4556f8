"""Every unit has room in INBOX: screened messages of units that send much are removed, unscreened ones never."""

import asyncio

import pytest

from services.ingest import room
from shared.plumbing import causes, streams, tasks
from shared.plumbing.broker import AWAY
from shared.shell import service
from shared.shell.service import Connections
from shared.wire import subjects
from tests.builders import COMMUNE, submitted
from tests.ingest.conftest import Ingest
from tests.waiting import until

MOST = 6


@pytest.fixture
async def narrow(known: Connections) -> Connections:
    """INBOX takes six messages of a unit."""
    config = known.declaration.stream_config(subjects.INBOX)
    await known.streams.jetstream.update_stream(config.evolve(max_msgs_per_subject=MOST))
    return known


async def counts(connections: Connections) -> dict[str, int]:
    info = await connections.streams.jetstream.stream_info(subjects.INBOX, subjects_filter=">")
    return dict(info.state.subjects or {})


def test_a_subject_is_crowded_from_half_of_its_share_on() -> None:
    assert room.crowded({"inbox.a": 2499, "inbox.b": 2500, "inbox.c": 5000, "inbox.c.people": 1}, 5000) == ["inbox.b", "inbox.c"]


async def test_screened_messages_of_a_crowded_subject_are_removed_and_others_stay(narrow: Connections, ingest: Ingest) -> None:
    await ingest.take(submitted("06256"))
    await ingest.take(*[submitted(revision=number) for number in range(1, MOST + 1)])
    with pytest.raises(AWAY) as refused:
        await narrow.streams.jetstream.publish(subjects.inbox(COMMUNE), b"{}")
    assert causes.is_full(refused.value)

    await room.make(narrow.streams.jetstream, MOST)

    assert await counts(narrow) == {subjects.inbox("06256"): 1}
    [receipt] = await ingest.take(submitted(revision=MOST + 1))
    assert receipt["verdict"] == "accepted"


async def test_what_is_not_screened_stays(narrow: Connections, ingest: Ingest) -> None:
    await ingest.take(*[submitted(revision=number) for number in range(1, 4)])
    late = await ingest.send(*[submitted(revision=number) for number in range(4, MOST + 1)])

    await room.make(narrow.streams.jetstream, MOST)

    assert await counts(narrow) == {subjects.inbox(COMMUNE): 3}
    before = len(ingest.receipts)
    await ingest.work(late)
    assert [receipt["verdict"] for receipt in ingest.receipts[before:]] == ["accepted"] * 3


async def test_the_rights_of_ingest_are_enough(narrow: Connections, ingest: Ingest) -> None:
    await ingest.take(*[submitted(revision=number) for number in range(1, 4)])
    own = service.connections(narrow.settings, "ingest")
    try:
        await own.broker.start()
        await room.make(own.streams.jetstream, MOST)
    finally:
        await own.close()

    assert await counts(narrow) == {}


async def test_room_is_made_while_ingest_runs_and_a_failure_is_only_logged(
    narrow: Connections, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FIRST_S", 0)
    monkeypatch.setattr(room, "PAUSE_S", 0.05)
    await narrow.streams.jetstream.delete_consumer(subjects.INBOX, subjects.INGEST_DURABLE)
    keeping = asyncio.create_task(room.keep(narrow.streams.jetstream, MOST))
    await asyncio.sleep(0.3)
    await streams.apply(narrow.streams.jetstream, narrow.declaration)
    await ingest.take(*[submitted(revision=number) for number in range(1, 4)])

    async def is_empty() -> bool:
        return await counts(narrow) == {}

    await until(is_empty)
    await tasks.end(keeping)
