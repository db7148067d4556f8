"""Verify and rebuild on real servers: verify names what is wrong, and rebuild repairs it from the log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Sequence
from typing import Any

import orjson
import pytest
from nats.js import JetStreamContext
from pymongo.errors import OperationFailure

from services.aggregate import log as logs
from services.aggregate.log import Checkpoint, WentBackError
from services.aggregate.rebuild import Rebuild, Rebuilt
from services.aggregate.store import Store
from services.ingest.store import ClaimStore
from shared.plumbing import log_mark, reader
from shared.plumbing.broker import Message
from shared.plumbing.reader import Delivery
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.failures import TransientError
from tests import empty_streams
from tests.aggregate.running import PERIOD, PROVINCE, REGIME, aggregating, log_reports, until_stored, verdict
from tests.waiting import until


async def rebuild(connections: Connections) -> Rebuilt:
    return await Rebuild(connections, ClaimStore(connections.database).accepted, lambda step, done, total: None).run()


async def test_a_field_changed_by_hand_is_named_and_mended_by_a_rebuild(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        assert (await verdict(loaded)).as_dict()["equal"] is True
        await loaded.database["views"].update_one({"_id": PROVINCE}, {"$set": {"indicators.ld_viec_lam_moi.total": 7}})
        [found] = (await verdict(loaded)).differences
        assert (found.view, found.field, found.stored) == (PROVINCE, "indicators.ld_viec_lam_moi.total", 7)
        await rebuild(loaded)
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_a_view_taken_away_or_added_by_hand_is_named(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        view = await loaded.database["views"].find_one_and_delete({"_id": PROVINCE})
        assert view is not None
        await loaded.database["views"].insert_one({**view, "_id": "nq68-quang-binh/2026/khong-co"})
        assert {found.view for found in (await verdict(loaded)).differences} == {PROVINCE, "nq68-quang-binh/2026/khong-co"}


@pytest.mark.stores
async def test_views_and_reports_come_back_from_the_log_alone(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded, revisions=(2, 1)))
    for name in ("views", "reports"):
        await loaded.database[name].drop()
    await loaded.database["checkpoints"].delete_many({"_id": {"$regex": "^aggregate/"}})
    done = await rebuild(loaded)
    assert (done.events, done.stored, done.published) == (290, 290, 0)
    assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_documents_made_or_changed_by_hand_do_not_stop_a_rebuild(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    reports = loaded.database["reports"]
    changed = await reports.find_one_and_update({}, {"$unset": {"sequence": 1}})
    assert changed is not None
    await reports.insert_one({"_id": "x/made-by-hand"})

    done = await rebuild(loaded)

    assert (done.events, done.stored, done.published) == (145, 0, 0)
    assert await reports.find_one({"_id": changed["_id"]}) == changed
    assert await reports.find_one({"_id": "x/made-by-hand"}) == {"_id": "x/made-by-hand"}


async def test_a_rebuild_counts_no_event_under_a_subject_that_is_not_its_own(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    own = subjects.partition_of(REGIME, PERIOD, loaded.declaration.partitions)
    newest = await loaded.streams.jetstream.get_last_msg(subjects.REPORTS, subjects.reports_of(own))
    wrong = subjects.reports((own + 1) % loaded.declaration.partitions, REGIME)
    event = orjson.loads(newest.data or b"")
    copy = orjson.dumps({**event, "id": "misplaced-1", "data": {**event["data"], "revision": 9}})
    await loaded.streams.publish(subjects.REPORTS, Message(wrong, copy, "misplaced/1"))

    done = await rebuild(loaded)

    assert (done.events, done.stored, done.published) == (145, 0, 0)
    assert (await verdict(loaded)).differences == []


async def test_live_reports_are_folded_while_a_rebuild_goes_on(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        before = await loaded.reference.generation()
        await rebuild(loaded)
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
        assert await loaded.reference.generation() == before + 1
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_an_aggregator_adopts_the_generation_of_a_rebuild_that_was_cut_off_before_raising_it(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        newer = await loaded.reference.generation() + 1
        await loaded.database["views"].update_many({}, {"$set": {"position.generation": newer}})
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
        await until(lambda: _is_generation(loaded, newer))
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def _is_generation(connections: Connections, wanted: int) -> bool:
    return await connections.reference.generation() == wanted


@pytest.mark.stores
async def test_a_stream_that_went_back_is_refused_until_a_rebuild_publishes_what_it_lost(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    await loaded.streams.jetstream.delete_stream(subjects.REPORTS)
    await empty_streams.declare(loaded.streams.jetstream, loaded.declaration)
    async with aggregating(loaded) as readiness:
        await until(lambda: _says(readiness.waiting_for, "tonghop rebuild"))
        done = await rebuild(loaded)
        assert (done.events, done.published) == (145, 145)
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_a_stream_that_goes_back_under_a_running_aggregator_is_noticed_before_anything_is_skipped(loaded: Connections) -> None:
    async with aggregating(loaded) as readiness:
        await until_stored(loaded, await log_reports(loaded))
        await loaded.streams.jetstream.delete_stream(subjects.REPORTS)
        await empty_streams.declare(loaded.streams.jetstream, loaded.declaration)
        await log_reports(loaded, revisions=(2, 3), seed=8)  # the sequences are used again, and go beyond
        await until(lambda: _says(readiness.waiting_for, "tonghop rebuild"))
        assert await loaded.database["reports"].count_documents({}) == 145
        await rebuild(loaded)
        await until(lambda: _is_quiet(readiness.waiting_for))
        assert (await verdict(loaded)).as_dict()["equal"] is True


class Rebinding:
    """A reader that has one message of a stream that went back, and then binds again."""

    pending = 0

    def __init__(self, stale: list[Delivery], check: Callable[[], Awaitable[None]], refused: asyncio.Event) -> None:
        self._stale, self._check, self._refused = stale, check, refused

    async def batch(self, _: int, wait_s: float) -> list[Delivery]:
        if self._stale:
            return [self._stale.pop()]
        try:
            await self._check()
        except WentBackError:
            self._refused.set()
            raise
        await asyncio.sleep(wait_s)
        return []

    async def close(self) -> None:
        pass


async def test_a_stream_that_went_back_is_noticed_also_before_a_message_in_hand_is_folded(
    loaded: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_reports(loaded)
    [message] = [found async for batch in logs.whole(loaded.streams, "reports.>", 1) for found in batch]
    stale = [message._replace(stored_ns=message.stored_ns - 1_000_000_000)]
    refused = asyncio.Event()
    own = subjects.reports_of(int(message.subject.split(".")[1]))
    monkeypatch.setattr(
        reader,
        "log_reader",
        lambda client, stream, wanted, begin, check: Rebinding(stale if wanted == own else [], check, refused),
    )
    async with aggregating(loaded), asyncio.timeout(5):
        await refused.wait()
        assert await loaded.database["reports"].count_documents({}) == 0


async def _is_quiet(waiting_for: dict[str, str]) -> bool:
    return not waiting_for


async def test_an_event_that_was_claimed_but_never_stored_is_published_again(loaded: Connections) -> None:
    """Acknowledged to the sender, then lost with the broker's last minutes: the claim still holds it."""
    await log_reports(loaded)
    message = await loaded.streams.jetstream.get_last_msg(subjects.REPORTS, "reports.>")
    claim = {"_id": "x/claimed", "verdict": "accepted", "event": message.data}
    await loaded.database["receipts"].insert_one(claim)
    await loaded.streams.jetstream.delete_msg(subjects.REPORTS, message.seq or 0)
    done = await rebuild(loaded)
    assert (done.events, done.published) == (145, 1)
    async with aggregating(loaded):
        await until_stored(loaded, await loaded.streams.last_sequence(subjects.REPORTS))
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def _says(waiting_for: dict[str, str], words: str) -> bool:
    return any(words in why for why in waiting_for.values())


async def test_reports_that_come_in_while_lost_events_are_published_again_are_in_the_views(loaded: Connections) -> None:
    """The view of a lost event must not stand at its new, later position without what was logged before it."""

    async def claimed(_: Container[str]) -> AsyncIterator[bytes]:
        await until_stored(loaded, await log_reports(loaded, revisions=(3,), seed=8))
        yield lost.data or b""

    await log_reports(loaded, revisions=(1, 2))
    lost = await loaded.streams.jetstream.get_last_msg(subjects.REPORTS, "reports.>")
    await loaded.streams.jetstream.delete_msg(subjects.REPORTS, lost.seq or 0)
    async with aggregating(loaded):
        await until_stored(loaded, await loaded.streams.last_sequence(subjects.REPORTS) - 1)
        await Rebuild(loaded, claimed, lambda step, done, total: None).run()
        await until_stored(loaded, await loaded.streams.last_sequence(subjects.REPORTS))
        assert (await verdict(loaded)).as_dict()["equal"] is True


@pytest.mark.parametrize("revisions", [(3,), (3, 4, 5)], ids=["shorter than what was read", "longer"])
async def test_a_rebuild_under_which_the_stream_goes_back_is_refused(
    loaded: Connections, monkeypatch: pytest.MonkeyPatch, revisions: Sequence[int]
) -> None:
    """Else a checkpoint would stand behind messages that were never read: those that took the places of what was."""
    created = await log_mark.stream_created(loaded.streams.jetstream)

    async def as_in_the_copy(_: JetStreamContext) -> str:
        return created

    async def claimed(_: Container[str]) -> AsyncIterator[bytes]:
        await loaded.streams.jetstream.delete_stream(subjects.REPORTS)
        await empty_streams.declare(loaded.streams.jetstream, loaded.declaration)
        await log_reports(loaded, revisions, seed=8)
        for text in list[bytes]():
            yield text

    await log_reports(loaded, revisions=(1, 2))
    with monkeypatch.context() as restored:
        restored.setattr(log_mark, "stream_created", as_in_the_copy)
        with pytest.raises(WentBackError):
            await Rebuild(loaded, claimed, lambda step, done, total: None).run()
    await rebuild(loaded)
    async with aggregating(loaded):
        await until_stored(loaded, await loaded.streams.last_sequence(subjects.REPORTS))
        assert (await verdict(loaded)).as_dict()["equal"] is True


FIRST, SECOND, THIRD = (Checkpoint(sequence, f"06253/event-{sequence}", sequence, "2024-01-01") for sequence in (9, 4, 7))


async def test_a_checkpoint_that_aggregators_make_while_a_rebuild_goes_on_stays(
    loaded: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also that of a partition of which nothing was read."""
    made = Checkpoint(10**6, "06253/event-later", 1, "2024-01-01")

    async def look(self: Store, partition: int) -> Checkpoint | None:
        found = await checkpoint(self, partition)
        await self.put_checkpoint(partition, made)
        return found

    checkpoint = Store.checkpoint
    await log_reports(loaded)
    monkeypatch.setattr(Store, "checkpoint", look)
    await rebuild(loaded)
    store = Store(loaded.database)
    assert {await checkpoint(store, number) for number in range(loaded.declaration.partitions)} == {made}


async def test_a_checkpoint_is_replaced_only_as_long_as_it_is_the_stale_one(loaded: Connections) -> None:
    store = Store(loaded.database)
    await store.put_checkpoint(0, FIRST)
    await store.replace_checkpoint(0, FIRST, SECOND)
    assert await store.checkpoint(0) == SECOND
    for late in (THIRD, None):
        await store.replace_checkpoint(0, FIRST, late)
        assert await store.checkpoint(0) == SECOND
    await store.replace_checkpoint(0, SECOND, None)
    assert await store.checkpoint(0) is None


async def test_what_an_earlier_rebuild_sent_and_lands_late_takes_nobodys_place(loaded: Connections) -> None:
    await log_reports(loaded)
    await loaded.database["views_next_earlier"].insert_one({"_id": PROVINCE})
    await rebuild(loaded)
    with pytest.raises(OperationFailure, match="does not exist"):
        await loaded.database["views_next_earlier"].rename("views", dropTarget=True)
    assert [name for name in await loaded.database.list_collection_names() if name.startswith("views")] == ["views"]


async def test_a_rebuild_whose_views_another_took_away_is_refused_and_the_views_stay(
    loaded: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_reports(loaded)
    await rebuild(loaded)
    before = await loaded.database["views"].find().to_list(None)
    prepare = Store.prepare

    async def meet_another(self: Store) -> None:
        await prepare(self)
        monkeypatch.setattr(type(self._views), "insert_many", _insert_but_one(type(self._views).insert_many))

    monkeypatch.setattr(Store, "prepare", meet_another)
    with pytest.raises(TransientError, match=r"aggregate\.rebuild_running"):
        await rebuild(loaded)
    assert await loaded.database["views"].find().to_list(None) == before


def _insert_but_one(insert_many: Any) -> Any:
    return lambda self, documents, **options: insert_many(self, documents[1:] or documents, **options)
