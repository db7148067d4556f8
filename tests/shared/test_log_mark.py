"""A mark in the log, on a real server: another message at the same sequence does not match it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from shared.plumbing import log_mark, reader
from shared.shell.service import Connections
from shared.wire import subjects
from tests.aggregate.running import log_reports


@dataclass(frozen=True)
class Mark:
    sequence: int
    event_id: str
    stored_ms: int
    stream_created: str


@pytest.fixture
async def mark(loaded: Connections) -> Mark:
    """The mark of the log's last message."""
    last = await log_reports(loaded)
    follow = reader.log_reader(loaded.streams.client, subjects.REPORTS, "reports.>", last)
    found = Mark(*log_mark.last_of(await follow.batch(1, 5.0)), await log_mark.stream_created(loaded.streams.jetstream))
    await follow.close()
    return found


async def test_a_message_is_there_while_nothing_took_its_place(loaded: Connections, mark: Mark) -> None:
    assert mark.sequence > 0
    assert await log_mark.is_there(loaded.streams.jetstream, mark)
    assert await log_mark.is_there(loaded.streams.jetstream, Mark(0, "", 0, mark.stream_created))


OTHERS: dict[str, Callable[[Mark], Mark]] = {
    "another event": lambda mark: replace(mark, event_id="06253/other-event"),
    "the same, stored again": lambda mark: replace(mark, stored_ms=mark.stored_ms + 1),
    "another stream": lambda mark: replace(mark, stream_created="2024-01-01"),
    "another place": lambda mark: replace(mark, sequence=1),
    "none any more": lambda mark: replace(mark, sequence=mark.sequence + 1),
}


@pytest.mark.parametrize("other", OTHERS)
async def test_the_same_event_at_another_time_or_place_is_another_message(loaded: Connections, mark: Mark, other: str) -> None:
    assert not await log_mark.is_there(loaded.streams.jetstream, OTHERS[other](mark))
