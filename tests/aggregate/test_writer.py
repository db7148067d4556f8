"""The writer with a fake store: one write at a time, and the checkpoint never ahead of the written data."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from services.aggregate import writer as writing
from services.aggregate.domain.view import View
from services.aggregate.feed import Feed
from services.aggregate.log import Checkpoint
from services.aggregate.store import Store
from services.aggregate.writer import NewGenerationError, Work, Writer
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.wire.documents.reports import ReportDocument


class Stored:
    """Notes what is stored, in order. A write waits while `goes_on` is not set."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.refused_by = 0

    async def put_reports(self, reports: Sequence[ReportDocument]) -> None:
        await self.goes_on.wait()
        self.done += [report["_id"] for report in reports]

    async def put_views(self, views: Sequence[View]) -> int:
        return self.refused_by

    async def put_early_views(self, views: Sequence[View]) -> int:
        return 0

    async def put_checkpoint(self, partition: int, checkpoint: Checkpoint) -> None:
        self.done.append(checkpoint.sequence)

    async def forget_older(self, partition: int, generation: int) -> None:
        self.done.append("tidied")

    # of the feed and of the reference data

    def offer(self, views: Sequence[View]) -> None:
        """Nobody reads FEED here."""

    async def raise_to(self, generation: int) -> None:
        self.done.append(f"generation {generation}")


def writer_on(stored: Stored) -> Writer:
    return Writer(0, 1, None, cast(Store, stored), cast(Feed, stored), cast(ReferenceStore, stored), Readiness(), system_clock)


def work(name: str, sequence: int | None = None, *, is_whole: bool = False) -> Work:
    report: Any = {"_id": name}
    checkpoint = None if sequence is None else Checkpoint(sequence, name, 0, "now")
    return Work([report], checkpoint=checkpoint, is_whole=is_whole)


async def test_what_is_submitted_is_written_in_order_and_one_at_a_time() -> None:
    stored = Stored()
    stored.goes_on.clear()
    writer = writer_on(stored)
    await writer.submit(work("a"))
    second = asyncio.create_task(writer.submit(work("b")))
    await asyncio.sleep(0)
    assert (stored.done, second.done()) == ([], False)

    stored.goes_on.set()
    await second
    await writer.idle()

    assert stored.done == ["a", "b"]
    await writer.close()


async def test_the_checkpoint_moves_behind_what_is_written_and_only_to_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHECKPOINT_S", 0.02)
    stored = Stored()
    writer = writer_on(stored)
    for sequence, name in enumerate("abcd", start=1):
        await writer.submit(work(name, sequence))
    await writer.idle()
    await asyncio.sleep(0.1)

    assert [one for one in stored.done if isinstance(one, str)] == ["a", "b", "c", "d"]
    moved = [one for one in stored.done if isinstance(one, int)]
    assert (moved, moved[-1]) == (sorted(set(moved)), 4)
    assert all(stored.done.index(number) > stored.done.index("abcd"[number - 1]) for number in moved)
    await writer.close()


async def test_work_without_its_views_leaves_the_checkpoint_where_it_is() -> None:
    stored = Stored()
    writer = writer_on(stored)
    await writer.submit(work("a"))
    await writer.idle()
    await asyncio.sleep(0)

    assert stored.done == ["a"]
    await writer.close()


async def test_a_view_of_a_newer_generation_raises_ours_and_is_told_by_the_next_submit() -> None:
    stored = Stored()
    stored.refused_by = 7
    writer = writer_on(stored)
    await writer.submit(work("a", 1))

    with pytest.raises(NewGenerationError):
        await writer.submit(work("b", 2))

    assert stored.done == ["a", "generation 7"]
    with pytest.raises(NewGenerationError):
        await writer.idle()
    await writer.close()


async def test_older_views_are_deleted_once_all_of_the_log_is_written_and_then_once_in_a_while() -> None:
    stored = Stored()
    writer = writer_on(stored)
    await writer.submit(work("a"))
    for name in "bc":
        await writer.submit(work(name, is_whole=True))
    await writer.idle()

    assert stored.done == ["a", "b", "tidied", "c"]
    await writer.close()


async def test_a_writer_that_is_closed_gives_up_its_write() -> None:
    stored = Stored()
    stored.goes_on.clear()
    writer = writer_on(stored)
    await writer.submit(work("a", 1))
    await writer.close()
    stored.goes_on.set()
    await asyncio.sleep(0)

    assert stored.done == []
