"""Bugs to be planted: each breaks one rule of ingest or aggregate, and the simulation must find it.

A bug is a patch of the real code, small enough that somebody could have written it. None of them changes a stand-in or the judge.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any, Final
from unittest import mock

from nats.js import JetStreamContext
from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from services.aggregate import log as logs
from services.aggregate import partition as partitions
from services.aggregate import store as stores
from services.aggregate import writer
from services.aggregate.domain.block import Block, Touch
from services.aggregate.domain.tree import ReporterTree
from services.aggregate.feed import Feed
from services.aggregate.log import Checkpoint, PartitionReader
from services.aggregate.partition import Partition
from services.aggregate.rebuild import Rebuild
from services.aggregate.store import Store
from services.aggregate.writer import Work, Writer
from services.ingest import store as claims
from services.ingest.domain.claims import Claim
from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, mongo, reader
from shared.plumbing.reader import Delivery, Reader
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.wire import events, subjects
from shared.wire.published import LogPosition
from shared.words import instants
from shared.words.instants import Given, GivingEvent
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.report_state import PeriodState, ReportState, Return, StateEvent

Plant = Callable[[], AbstractContextManager[Any]]
Pairs = Sequence[tuple[dict[str, Any], dict[str, Any]]]


def _put(where: Any, name: str, wrong: Any) -> Plant:
    return lambda: mock.patch.object(where, name, wrong)


def _all(*plants: Plant) -> Plant:
    def plant() -> AbstractContextManager[Any]:
        together = ExitStack()
        for one in plants:
            together.enter_context(one())
        return together

    return plant


# views and their checkpoint


async def _checkpoint_first(self: Writer, work: Work) -> None:
    if work.checkpoint is not None:
        checkpoint = work.checkpoint
        await self.keep_trying(lambda: self.store.put_checkpoint(self.number, checkpoint))
    await _write(self, work)


def _checkpoint_of_what_is_left(fold: Any, deliveries: Any, reader: PartitionReader, *pace: Any) -> Work:
    """The checkpoint moves with every batch, also with one whose views are left to a later one."""
    work = _work_of(fold, deliveries, reader, *pace)
    return replace(work, checkpoint=reader.read_to)


async def _unguarded(collection: Any, pairs: Pairs) -> list[Any]:
    if pairs:
        writes = [ReplaceOne({"_id": document["_id"]}, document, upsert=True) for _, document in pairs]
        await collection.bulk_write(writes, ordered=False)
    return []


async def _only_once(collection: Any, pairs: Pairs) -> list[Any]:
    """A duplicate key is taken to mean at once that the stored one is newer."""
    try:
        if pairs:
            await collection.bulk_write([ReplaceOne(found, document, upsert=True) for found, document in pairs], ordered=False)
    except BulkWriteError as error:
        return [pairs[failure["index"]][1] for failure in mongo.only_duplicates(error)]
    return []


def _partition_first(newer: tuple[int, int]) -> dict[str, Any]:
    """Partition, sequence, generation: the partition is always the same, so that the generation comes last."""
    generation, sequence = newer
    return {"$or": [{"position.sequence": {"$lt": sequence}}, {"position.sequence": sequence, "position.generation": {"$lt": generation}}]}


async def _everything(self: Store, partition: int, _: int) -> AsyncIterator[Any]:
    """What is stored, also beyond the checkpoint."""
    async for found in _events(self, partition, 10**9):
        yield found


async def _newest_first(self: Store, reports: Sequence[Any]) -> None:
    """Events are stored one after the other, which is right, and lets a crash leave gaps among them."""
    for report in reversed(reports):
        await mongo.insert_new(self._reports, [report])
        await asyncio.sleep(0.5)


def _touched_on_change(self: Block, event: Any, sequence: int) -> tuple[str, ...]:
    before, deadlines = self.rows.copy(), list(self._deadlines)
    touched = self._take(event)
    if (before == self.rows).all() and deadlines == self._deadlines:
        return ()
    for unit_id in touched:
        self.touched[unit_id] = max(self.touched.get(unit_id, Touch(0, 0)), Touch(sequence, event.received_ms))
    return touched


def _without_province(self: ReporterTree, *args: Any) -> None:
    _tree(self, *args)
    self.views_above = tuple(path[1:] if len(path) > 1 else path for path in self.views_above)


def _without_district(self: ReporterTree, *args: Any) -> None:
    _tree(self, *args)
    self.views_above = tuple(path[:1] for path in self.views_above)


async def _whatever_happens(self: Writer, act: Callable[[], Any]) -> Any:
    """A write that fails is left."""
    try:
        return await act()
    except (BulkWriteError, *delivery.PASSING):
        return 0


def _duplicates_or_not(error: BulkWriteError) -> list[Any]:
    """Whatever failed in a bulk was there already."""
    return [failure for failure in error.details["writeErrors"] if failure["code"] == mongo.DUPLICATE_KEY]


async def _checkpoint_unguarded(self: Store, partition: int, checkpoint: Checkpoint) -> None:
    document = stores.checkpoint_document(partition, checkpoint)
    await self._checkpoints.replace_one({"_id": document["_id"]}, document, upsert=True)


# which report counts


def _returned_on_arrival(self: ReportState, returned: Return) -> None:
    if self.winner.number <= returned.revision:
        self.is_submission = False


def _opened_last(self: PeriodState, event: StateEvent) -> bool:
    """The opening that came last, not the latest deadline."""
    self.openings = {}
    return _open(self, event)


def _never_corrected(event: GivingEvent, name: str) -> Given | None:
    """A correction is taken for one more instant."""
    found = _given(event, name)
    return found and replace(found, corrects=False)


# generations and lives of the stream


async def _nothing(*_: Any) -> None:
    """Does not look."""


async def _long_enough(jetstream: Any, checkpoint: Checkpoint | None) -> None:
    """A stream that reaches as far as the checkpoint is taken for the same."""
    if checkpoint is not None:
        info = await jetstream.stream_info(subjects.REPORTS)
        if info.state.last_seq < checkpoint.sequence:
            raise logs.WentBackError(refusal("service.log_went_back", sequence=checkpoint.sequence))


async def _nothing_lost(self: Rebuild, generation: int) -> int:
    return 0


async def _current_once(self: ReferenceStore, age_s: float = 0.0) -> Reference:
    """Read at the start, and never again."""
    if self._held is None:
        return await _current(self, age_s)
    return self._held


async def _beyond(self: Rebuild, unseen: Any, generation: int) -> int:
    """What was published again is taken for the end of what was read."""
    lost = sorted((event for event in unseen if event.id not in self._seen), key=lambda event: event.received_ms)
    sequences = await self._held.streams.publish_together(subjects.REPORTS, [self._message(event, generation) for event in lost])
    read = []
    for event, sequence in zip(lost, sequences, strict=True):
        at = (await self._held.streams.jetstream.get_msg(subjects.REPORTS, sequence)).time
        assert at is not None
        read.append(Delivery(self._message(event, generation).subject, event.raw, "", sequence, 0, events.to_ms(at) * 1_000_000, 0))
    if read:
        await self._put(self._fold(read))
    return len(lost)


def _red_for_ever(self: Readiness, what: str) -> None:
    if what != "work":
        _has(self, what)


# FEED


async def _scan_only(self: Feed) -> None:
    self._last = await self._scan()


async def _not_at_start(self: Feed) -> None:
    if self.__dict__.setdefault("repairs", 0) == 0:
        await _scan_only(self)
        self.__dict__["repairs"] = 1
    else:
        await _repair(self)


async def _write_untold(self: Writer, work: Work) -> None:
    """What a start computes is written, and FEED is not told."""
    is_first = self.tidied_at_s == float("-inf")
    await self.keep_trying(lambda: self.store.put_views(work.views))
    await _write(self, replace(work, views=()) if is_first else work)


async def _tidied_at_once(self: Writer, work: Work) -> None:
    """Views of an older generation are taken away before those of this one are written."""
    await self.tidy()
    await _write(self, work)


async def _published_anyway(self: JetStreamContext, *args: Any, **about: Any) -> Any:
    (about.get("headers") or {}).pop("Nats-Expected-Last-Subject-Sequence", None)
    return await _js_publish(self, *args, **about)


# ingest


async def _claim_again(self: ClaimStore, decided: Any, parts: int) -> list[Claim]:
    """A redelivery claims again, with its own received time."""
    found = await _claim(self, decided, parts)
    for place, ((incoming, _), claim) in enumerate(zip(decided, found, strict=True)):
        if claim.is_repeat and "#" not in claim.id:
            found[place] = replace(claim, received_ms=incoming.received_ms)
            await self._receipts.bulk_write([UpdateOne({"_id": claim.id}, {"$set": {"received_ms": incoming.received_ms}})], ordered=False)
    return found


async def _claimed_is_done(_: ClaimStore, ids: Sequence[str]) -> dict[str, LogPosition]:
    """An event that was claimed before is taken to be in the log."""
    return {key: LogPosition(partition=0, sequence=1) for key in ids}


async def _claim_over(self: ClaimStore, decided: Any, parts: int) -> list[Claim]:
    """Whoever claims last wins."""
    wanted: dict[str, Any] = {
        document["_id"]: document for document in (claims._document(incoming, decision, parts) for incoming, decision in decided)
    }
    if wanted:
        await self._receipts.bulk_write(
            [ReplaceOne({"_id": key}, document, upsert=True) for key, document in wanted.items()], ordered=False
        )
    return [claims._claim(wanted[f"{incoming.sender}/{decision.event_id}"]) for incoming, decision in decided]


async def _acknowledged_first(self: Intake, batch: Any) -> None:
    await delivery.acknowledge(self._streams.client, batch)
    await _on_inbox(self, batch)


async def _published_or_not(self: Intake, wanted: Any) -> dict[str, LogPosition]:
    """A publish that is not acknowledged is taken for done."""
    try:
        return await _publish(self, wanted)
    except delivery.PASSING:
        return {}


async def _in_parts(_: Any, act: Callable[[Any], Any]) -> Any:
    """No transaction."""
    return await act(None)


async def _documents_first(self: ReferenceStore, collection: Any, changed: Sequence[Any], _: None) -> None:
    """The generation is raised after what it stands for."""
    if changed:
        await collection.bulk_write([ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in changed], ordered=False)
        await self._database["checkpoints"].update_one({"_id": "generation"}, {"$inc": {"value": 1}}, upsert=True)


# reading


async def _batch_unordered(self: Reader, most: int, wait_s: float = 30.0) -> Any:
    """A gap is not looked for."""
    self._is_ordered = False
    return await _batch(self, most, wait_s)


_js_publish, _has = JetStreamContext.publish, Readiness.has
_events, _tree, _open = Store.events, ReporterTree.__init__, PeriodState.apply
_current, _repair, _write = ReferenceStore.current, Feed.repair, Writer.write
_work_of = partitions.work_of
_given = instants.given
_claim, _on_inbox, _publish, _batch = ClaimStore.claim, Intake.on_inbox, Intake._publish, Reader.batch

NAMED: Final[dict[str, Plant]] = {
    "checkpoint before views": _put(Writer, "write", _checkpoint_first),
    "FEED not repaired at start": _all(_put(Feed, "repair", _not_at_start), _put(Writer, "write", _write_untold)),
    "no guard": _put(mongo, "put_newer", _unguarded),
    "no retry after a duplicate key": _put(mongo, "put_newer", _only_once),
    "guard that compares the partition first": _put(stores, "older_than", _partition_first),
    "state loaded beyond the checkpoint": _all(
        _put(Store, "events", _everything), _put(Store, "put_reports", _newest_first), _put(partitions, "FIRST_S", 0.0)
    ),
    "dirty only on change": _put(Block, "apply", _touched_on_change),
    "a forgotten ancestor": _put(ReporterTree, "__init__", _without_province),
    "any write error ignored": _put(Writer, "keep_trying", _whatever_happens),
    "returns applied on arrival": _put(ReportState, "give_back", _returned_on_arrival),
    "withdrawn counted": _put(ReportState, "withdraw", ReportState.submit),
    "received time overwritten by a redelivery": _put(ClaimStore, "claim", _claim_again),
    "claim treated as done": _put(ClaimStore, "positions", _claimed_is_done),
    "generation ignored": _put(Partition, "require_generation", _nothing),
    "last sequence alone as the test for a restored stream": _put(logs, "require_same_stream", _long_enough),
}
MORE: Final[dict[str, Plant]] = {
    "a write error of a bulk ignored": _put(mongo, "only_duplicates", _duplicates_or_not),
    "a checkpoint beyond the views that are written": _put(partitions, "work_of", _checkpoint_of_what_is_left),
    "a checkpoint goes back": _put(Store, "put_checkpoint", _checkpoint_unguarded),
    "another forgotten ancestor": _put(ReporterTree, "__init__", _without_district),
    "the opening that came last": _put(PeriodState, "apply", _opened_last),
    "a correction that corrects nothing": _put(instants, "given", _never_corrected),
    "FEED never repaired": _put(Feed, "repair", _scan_only),
    "FEED without the last sequence expected": _put(JetStreamContext, "publish", _published_anyway),
    "units read once": _put(ReferenceStore, "current", _current_once),
    "a restored stream is not looked for": _put(logs, "require_same_stream", _nothing),
    "a rebuild publishes nothing": _put(Rebuild, "_publish_lost", _nothing_lost),
    "a claim overwritten": _put(ClaimStore, "claim", _claim_over),
    "acknowledged first": _put(Intake, "on_inbox", _acknowledged_first),
    "a publish that is not acknowledged taken for done": _put(Intake, "_publish", _published_or_not),
    "a gap in the log not looked for": _all(_put(Reader, "batch", _batch_unordered), _put(reader, "LAST_DELIVERED", "")),
    "a start that failed once is told for ever": _put(Readiness, "has", _red_for_ever),
    "views that lost their reporters stay": _put(Store, "forget_older", _nothing),
    "older views taken away before all are written": _all(_put(Writer, "write", _tidied_at_once), _put(partitions, "FIRST_S", 1.0)),
    "a view that a late write brought back stays": _put(writer, "TIDY_S", float("inf")),
    "a loss at the end of the log not looked for": _put(reader, "LAST_DELIVERED", ""),
    "an import in parts": _all(_put(mongo, "in_transaction", _in_parts), _put(ReferenceStore, "_store", _documents_first)),
    "a rebuild's checkpoint beyond what was read": _put(Rebuild, "_publish_lost", _beyond),
}
BUGS: Final = NAMED | MORE
