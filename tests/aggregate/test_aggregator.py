"""The aggregator on real servers: two instances at once, new reference data, FEED and its repair."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import nats.js.errors
import orjson
import pytest
from bson.decimal128 import Decimal128

from services.aggregate import log as logs
from services.aggregate.app import chosen
from services.aggregate.feed import COALESCE_S, plain
from services.aggregate.log import Checkpoint
from services.aggregate.store import Store, report_document
from shared.plumbing import log_events, log_mark
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import envelope, events, subjects
from shared.wire.documents.reports import ReportDocument
from shared.wire.events import Logged
from shared.words.failures import ConfigurationError
from shared.words.regimes import Regime
from tests import builders
from tests.aggregate.running import PERIOD, PROVINCE, REGIME, aggregating, log_reports, until_stored, verdict
from tests.waiting import until


async def newest(connections: Connections, unit: str) -> dict[str, Any]:
    """The newest message of FEED for a unit's view."""
    message = await connections.streams.jetstream.get_last_msg(subjects.FEED, subjects.feed("44", REGIME, PERIOD, unit))
    event: dict[str, Any] = orjson.loads(message.data or b"")
    return event


async def feed_has(connections: Connections, unit: str) -> bool:
    """Whether FEED's newest message for a unit is its view as stored."""
    stored = await connections.database["views"].find_one({"_id": f"{REGIME}/{PERIOD}/{unit}"})
    try:
        return bool(stored) and (await newest(connections, unit))["data"] == {
            key: value for key, value in plain(stored).items() if key != "_id"
        }
    except nats.js.errors.NotFoundError:
        return False


async def test_every_event_is_stored_once_and_every_view_is_right(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded, revisions=(2, 1, 3)))
        assert await loaded.database["reports"].count_documents({}) == 3 * 145
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_feed_carries_the_trace_of_the_event_that_changed_a_view(loaded: Connections) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    sent = builders.submitted(traceparent=trace)
    key = f"{sent['source'][7:]}/{sent['id']}"
    partition = subjects.partition_of(builders.CT27, "2024", 8)
    text = envelope.encode(envelope.logged(sent, builders.COMMUNE, events.to_ms(builders.RECEIVED)))
    async with aggregating(loaded):
        await loaded.streams.publish(subjects.REPORTS, Message(subjects.reports(partition, builders.CT27), text, key))

        async def traces() -> bool:
            feed = subjects.feed("20", builders.CT27, "2024", "184")
            try:
                message = await loaded.streams.jetstream.get_last_msg(subjects.FEED, feed)
            except nats.js.errors.NotFoundError:
                return False
            event = orjson.loads(message.data or b"{}")
            return event.get("traceparent") == trace and "traceparent" not in event["data"]

        await until(traces)


async def test_two_aggregators_on_the_same_partitions_agree(loaded: Connections) -> None:
    async with aggregating(loaded), aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded, revisions=range(1, 9)))
        assert await loaded.database["reports"].count_documents({}) == 8 * 145
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_an_aggregator_that_comes_later_goes_on_from_the_checkpoint(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    last = await log_reports(loaded, revisions=(2,), seed=8)
    async with aggregating(loaded):
        await until_stored(loaded, last)
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_events_stored_before_a_crash_whose_views_are_stale_are_folded_again(loaded: Connections) -> None:
    """A crash between writing reports and their views: the repeat looks like no change, the views must come right all the same."""
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    checkpoints = [found async for found in loaded.database["checkpoints"].find({"_id": {"$regex": "^aggregate/"}})]
    views = [view async for view in loaded.database["views"].find()]
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
    for document in checkpoints:
        await loaded.database["checkpoints"].replace_one({"_id": document["_id"]}, document)
    for view in views:
        await loaded.database["views"].replace_one({"_id": view["_id"]}, view)
    async with aggregating(loaded):
        await until_stored(loaded, await loaded.streams.last_sequence(subjects.REPORTS))
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_what_comes_while_little_is_written_is_one_write(loaded: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    put, written, began, goes_on = Store.put_reports, list[int](), asyncio.Event(), asyncio.Event()

    async def put_later(self: Store, reports: Sequence[ReportDocument]) -> None:
        if reports:
            written.append(len(reports))
            began.set()
            await goes_on.wait()
        await put(self, reports)

    monkeypatch.setattr(Store, "put_reports", put_later)
    async with aggregating(loaded):
        await log_reports(loaded)
        await began.wait()
        for revision in (2, 3):
            last = await log_reports(loaded, revisions=(revision,))
            await until(lambda: _is_delivered(loaded))
        goes_on.set()
        await until_stored(loaded, last)
        assert (await verdict(loaded)).as_dict()["equal"] is True
    assert len(written) == 2
    assert sum(written) == 3 * 145


async def _is_delivered(connections: Connections) -> bool:
    """Whether the broker has sent all that is logged: on this connection, so before its answer."""
    return all(consumer.num_pending == 0 for consumer in await connections.streams.jetstream.consumers_info(subjects.REPORTS))


async def test_a_changed_regime_makes_all_views_anew(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        regime = (await loaded.reference.current()).regimes[REGIME]
        kept = [indicator for indicator in regime.indicators if indicator.code != "nuoc_sach"]
        changed = Regime.model_validate(
            regime.model_dump(exclude_defaults=True, by_alias=True) | {"indicators": [indicator.model_dump() for indicator in kept]}
        )
        await loaded.reference.put_regimes([changed])
        generation = await loaded.reference.generation()
        await until(lambda: _has_generation(loaded, generation))
        view = await loaded.database["views"].find_one({"_id": PROVINCE})
        assert view is not None
        assert "nuoc_sach" not in view["indicators"]
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def test_a_start_under_another_generation_writes_the_views_of_all_periods_again(loaded: Connections) -> None:
    """Also beside a document that somebody wrote by hand."""
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    await loaded.database["reports"].insert_many([{"_id": "x/made-by-hand"}, {"_id": "x/made-by-hand-too", "regime": REGIME}])
    regime = (await loaded.reference.current()).regimes[REGIME]
    await loaded.reference.put_regimes([regime.model_copy(update={"title": f"{regime.title} (đã sửa)"})])
    generation = await loaded.reference.generation()
    async with aggregating(loaded):
        await until(lambda: _has_generation(loaded, generation))
    view = await loaded.database["views"].find_one({"_id": PROVINCE})
    assert view is not None
    assert view["reporting"]["received"] == 145


async def test_a_start_recalls_only_the_period_of_the_events_that_are_new(loaded: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    stored, recalled = Store.events, list[tuple[str, str]]()

    def recall(self: Store, partition: int, pair: tuple[str, str], up_to: int) -> AsyncIterator[list[tuple[Logged, int]]]:
        recalled.append(pair)
        return stored(self, partition, pair, up_to)

    monkeypatch.setattr(Store, "events", recall)
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
        assert (await verdict(loaded)).as_dict()["equal"] is True
    assert recalled == [(REGIME, PERIOD)]


async def _has_generation(connections: Connections, generation: int) -> bool:
    return await connections.database["views"].count_documents({"position.generation": {"$ne": generation}}) == 0


async def test_decimals_are_decimal128_in_mongodb_and_strings_in_the_feed(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        await until(lambda: feed_has(loaded, "44"))
        stored = await loaded.database["views"].find_one({"_id": PROVINCE})
        event = await newest(loaded, "44")
    assert stored is not None
    assert isinstance(stored["indicators"]["ncc_kinh_phi"]["total"], Decimal128)
    assert event["data"]["indicators"]["ncc_kinh_phi"]["total"] == str(stored["indicators"]["ncc_kinh_phi"]["total"])
    assert isinstance(event["data"]["indicators"]["nuoc_sach"]["numerator"], int)
    assert event["type"] == "vn.tonghop.view.updated.v1"


async def test_feed_is_repaired_at_start(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        await until(lambda: feed_has(loaded, "44"))
    await loaded.streams.jetstream.purge_stream(subjects.FEED)
    async with aggregating(loaded):
        await until(lambda: feed_has(loaded, "44"))
        await until(lambda: feed_has(loaded, "450"))


async def test_feed_coalesces_a_views_changes(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded, revisions=range(1, 21)))
        await until(lambda: feed_has(loaded, "44"))
        await asyncio.sleep(2 * COALESCE_S)
        info = await loaded.streams.jetstream.stream_info(subjects.FEED, subjects_filter="feed.44.>")
    views = await loaded.database["views"].count_documents({})
    assert info.state.messages < 20 * views


@pytest.mark.parametrize("text", ["", "8", "-1", "a", "0,9", "0;1"])
def test_partitions_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="TONGHOP_PARTITIONS"):
        chosen(text, 8)


def test_partitions_are_all_or_named() -> None:
    assert (chosen("all", 3), chosen("2,0,2", 3)) == ([0, 1, 2], [0, 2])


async def test_a_checkpoint_that_an_older_generation_moved_hides_no_event_from_the_views(loaded: Connections) -> None:
    """An aggregator that has not noticed the new units or regimes may store events and move the checkpoint past them, without a view."""
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    older = await loaded.reference.generation()
    regime = (await loaded.reference.current()).regimes[REGIME]
    await loaded.reference.put_regimes([regime.model_copy(update={"title": f"{regime.title} (đã sửa)"})])
    generation = await loaded.reference.generation()
    async with aggregating(loaded):
        await until(lambda: _has_generation(loaded, generation))
        await until(lambda: _is_moved_under(loaded, generation))
    await _store_without_views(loaded, await log_reports(loaded, revisions=(2,), seed=8), older)
    async with aggregating(loaded):
        await until(lambda: _is_moved_under(loaded, generation))
        assert (await verdict(loaded)).as_dict()["equal"] is True


async def _is_moved_under(connections: Connections, generation: int) -> bool:
    partition = subjects.partition_of(REGIME, PERIOD, connections.declaration.partitions)
    found = await connections.database["checkpoints"].find_one({"_id": f"aggregate/{partition}"})
    return found is not None and found.get("moved_under") == found.get("generation") == generation


async def _store_without_views(connections: Connections, end: int, generation: int) -> None:
    """Stores all events of the partition, and moves its checkpoint to the end as an aggregator of an older generation does."""
    partitions = connections.declaration.partitions
    partition, store = subjects.partition_of(REGIME, PERIOD, partitions), Store(connections.database)
    async for deliveries in logs.whole(connections.streams, subjects.reports_of(partition), end):
        read = list(log_events.read(deliveries, partitions))
        await store.put_reports([report_document(event, partition, sequence) for event, sequence in read])
        mark = log_mark.last_of(deliveries)
    created = await log_mark.stream_created(connections.streams.jetstream)
    await store.put_checkpoint(partition, Checkpoint(*mark, created, generation=generation, moved_under=generation))
