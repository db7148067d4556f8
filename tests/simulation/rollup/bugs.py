"""Bugs to be planted: each breaks one rule of ingest or aggregate, and the simulation must find it.

A bug replaces something public of the real code, small enough that somebody could have written it. None of them changes a stand-in or the
judge.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

import numpy as np
from nats.js import JetStreamContext
from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from services.aggregate import log as logs
from services.aggregate import partition as partitions
from services.aggregate import store as stores
from services.aggregate import writer
from services.aggregate.domain.block import Block
from services.aggregate.domain.fold import Fold, RegimePeriod
from services.aggregate.domain.tree import ReporterTree
from services.aggregate.log import Checkpoint, PartitionReader
from services.aggregate.partition import Partition
from services.aggregate.rebuild import Rebuild
from services.aggregate.store import Store
from services.aggregate.writer import Work, Writer
from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, mongo, reader
from shared.plumbing.mongo import Session
from shared.plumbing.reader import Reader
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.wire import collection_names, events, subjects
from shared.wire.events import Logged
from shared.wire.receipts import LogPosition
from shared.words import instants
from shared.words.instants import Given, GivingEvent
from shared.words.periods import Period
from shared.words.reference import Reference, Setting, Version
from shared.words.refusals import refusal
from shared.words.regimes import Regime
from shared.words.report_state import Confirmation, PeriodState, ReportState, Return, StateEvent
from shared.words.units import Registry
from tests.simulation.planting import Plant, put, together

Pairs = Sequence[tuple[dict[str, Any], dict[str, Any]]]


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


async def _noted_once(self: Writer, shown: Set[RegimePeriod]) -> None:
    """Periods that come later are not noted."""
    if not vars(self).get("is_noted", False):
        await _note_shown(self, shown)
    vars(self)["is_noted"] = bool(shown)


def _complete_too_early(fold: Fold, logged: Any, reader: PartitionReader, *pace: Any) -> Work:
    """The first checkpoint under a new generation says that all views are stored."""
    work = _work_of(fold, logged, reader, *pace)
    return replace(work, checkpoint=work.checkpoint and replace(work.checkpoint, generation=fold.reference.generation))


async def _nothing_recalled(*_: Any) -> AsyncIterator[Any]:
    """A period that comes back into memory begins without its events."""
    nothing: tuple[Any, ...] = ()
    for found in nothing:
        yield found


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


async def _everything(self: Store, partition: int, pair: RegimePeriod, _: int) -> AsyncIterator[Any]:
    """What is stored, also beyond the checkpoint."""
    async for found in _events(self, partition, pair, 10**9):
        yield found


async def _newest_first(collection: Any, documents: Sequence[Any]) -> list[Any]:
    """Events are stored one after the other, which is right, and lets a crash leave gaps among them."""
    if collection.name != collection_names.REPORTS:
        return await _insert_new(collection, documents)
    there: list[Any] = []
    for document in reversed(documents):
        there += await _insert_new(collection, [document])
        await asyncio.sleep(0.5)
    return there


def _touched_on_change(self: Block, event: Any, sequence: int) -> tuple[str, ...]:
    rows, touched = self.rows.copy(), dict(self.touched)
    found = _apply(self, event, sequence)
    if (rows == self.rows).all():
        self.touched = touched
        return ()
    return found


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


# which report counts


def _marked_for_ever(self: Block, row: int, data: dict[str, Any]) -> None:
    """A figure that was an estimate once stays one."""
    before = None if self.estimates is None else self.estimates[row].copy()
    _mark_estimates(self, row, data)
    if self.estimates is not None and before is not None:
        self.estimates[row] |= before


def _returned_on_arrival(self: ReportState, returned: Return) -> None:
    if self.winner.number <= returned.revision:
        self.is_submission = False


def _undone_or_not(self: ReportState) -> dict[str, Confirmation]:
    return dict(sorted(self.confirmations.items(), key=lambda item: item[1]))


def _as_they_came(self: ReportState) -> dict[str, Confirmation]:
    return {name: found for name, found in self.confirmations.items() if name not in self.undone}


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


async def _nothing_lost(*_: Any) -> int:
    return 0


async def _current_once(self: ReferenceStore, age_s: float = 0.0) -> Reference:
    """Read at the start, and never again."""
    return await _current(self, float("inf"))


async def _only_the_last(streams: Any, subject_filter: str, end: int, begin: int = 1, check: Any = reader.no_check) -> AsyncIterator[Any]:
    """Of what came while a rebuild read the log, only the last message is taken."""
    async for deliveries in _whole(streams, subject_filter, end, begin, check):
        yield deliveries if begin == 1 else deliveries[-1:]


def _red_for_ever(self: Readiness, what: str) -> None:
    if what != "work":
        _has(self, what)


# FEED


async def _no_versions(*_: Any) -> dict[str, Any]:
    """FEED is compared with nothing."""
    return {}


async def _no_versions_at_start(self: Store, numbers: Sequence[int], regime: str) -> dict[str, Any]:
    """The first repair of an instance compares FEED with nothing."""
    asked: set[str] = vars(self).setdefault("asked", set())
    is_first = regime not in asked
    asked.add(regime)
    return {} if is_first else await _versions(self, numbers, regime)


async def _write_without_feed(self: Writer, work: Work) -> None:
    """What a start computes is written, and FEED gets nothing of it."""
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


async def _claim_again(collection: Any, documents: Sequence[Any]) -> list[Any]:
    """A redelivery claims again, with its own received time."""
    there = await _insert_new(collection, documents)
    if there and collection.name == collection_names.RECEIPTS:
        again = [UpdateOne({"_id": one["_id"]}, {"$set": {"received_ms": one["received_ms"]}}) for one in there]
        await collection.bulk_write(again, ordered=False)
    return there


async def _claimed_is_done(_: ClaimStore, ids: Sequence[str]) -> dict[str, LogPosition]:
    """An event that was claimed before is taken to be in the log."""
    return {key: LogPosition(partition=0, sequence=1) for key in ids}


async def _claim_over(collection: Any, documents: Sequence[Any]) -> list[Any]:
    """Whoever claims last wins."""
    if not documents or collection.name != collection_names.RECEIPTS:
        return await _insert_new(collection, documents)
    await collection.bulk_write([mongo.replacement(document) for document in documents], ordered=False)
    return []


async def _acknowledged_first(self: Intake, batch: Any) -> None:
    await delivery.acknowledge(self.streams.client, batch)
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


async def _documents_first(self: ReferenceStore, collection: Any, changed: Sequence[Any], session: Any) -> None:
    """The generation is raised after what it stands for."""
    if changed:
        await collection.bulk_write([mongo.replacement(document) for document in changed], ordered=False)
    await self.count_import(bool(changed), session)


# reforms


def _units_of_today(self: Reference, regime: Regime, period: Period) -> date:
    """Every period has the units and the version of the last day that anybody knows."""
    return max(_day(self, regime, period), TODAY)


def _version_of_today(self: Reference, regime: Regime, period: Period, day: date) -> Setting | None:
    """The units of then, asked what the regime says today."""
    found = _setting_on(self, regime, period, day)
    return found and Setting(period, Version(regime.on(TODAY), found.version.since, found.tree))


def _pins_ignored(self: Reference, regime: Regime, period: Period) -> date:
    return period.cut_off


def _heirs_take_all(self: Reference, setting: Setting, unit_id: str, code: str, received: date) -> str:
    """What units that end reported is counted for their heirs, and so added."""
    return self.registry.lineage.heir(unit_id, self.day(setting.regime, setting.period)) or unit_id


def _since_ever(self: Registry, unit_id: str) -> date:
    """Whoever has a code has it for all that was ever received."""
    return date.min


def _never_over(day: date) -> int:
    """Reports after a reform still count in its early block."""
    return events.LATEST_MS


def _twice(self: ReporterTree, *args: Any) -> None:
    """A unit that is a member, and below a member, is two rows of an area."""
    _tree(self, *args)
    for unit_id, span in self.spans.items():
        if not isinstance(span.rows, slice):
            self.spans[unit_id] = replace(span, rows=np.concatenate([span.rows, span.rows]))


async def _two_generations(self: ReferenceStore, session: Session) -> Reference:
    """Units are read before the generation, and not in one snapshot."""
    units = await _read(self, cast(Session, None))
    return replace(units, generation=await self.generation())


async def _rows_left(*_: Any) -> None:
    """A revert opens what was closed, and leaves what was begun."""


def _early_never_lacking(self: Fold, logged: Iterable[Logged]) -> Set[RegimePeriod]:
    """Early blocks that are not in memory begin without their events."""
    found = {pair for pair in _lacking(self, logged) if pair not in self.in_memory}
    for pair in self.counted_early(logged):
        if pair in self.in_memory and pair not in self.early_in_memory:
            self.recall(pair, ())
    return found


# reading


def _unordered(self: Reader, *args: Any, **about: Any) -> None:
    """A gap is not looked for."""
    _reader(self, *args, **(about | {"is_ordered": False}))


TODAY: Final = date(2025, 12, 31)
_day, _setting_on, _lacking = Reference.day, Reference.setting_on, Fold.lacking
_read = ReferenceStore.read
_js_publish, _has = JetStreamContext.publish, Readiness.has
_events, _tree, _open = Store.events, ReporterTree.__init__, PeriodState.apply
_current, _write, _versions = ReferenceStore.current, Writer.write, Store.versions
_work_of, _note_shown = partitions.work_of, Writer.note_shown
_given = instants.given
_on_inbox, _publish, _reader = Intake.on_inbox, Intake.publish, Reader.__init__
_mark_estimates = Block.mark_estimates
_apply, _insert_new, _whole = Block.apply, mongo.insert_new, logs.whole

NAMED: Final[dict[str, Plant]] = {
    "checkpoint before views": put(Writer, "write", _checkpoint_first),
    "FEED not repaired at start": together(put(Store, "versions", _no_versions_at_start), put(Writer, "write", _write_without_feed)),
    "no guard": put(mongo, "put_newer", _unguarded),
    "no retry after a duplicate key": put(mongo, "put_newer", _only_once),
    "guard that compares the partition first": put(stores, "older_than", _partition_first),
    "state loaded beyond the checkpoint": together(
        put(Store, "events", _everything), put(mongo, "insert_new", _newest_first), put(partitions, "FIRST_S", 0.0)
    ),
    "dirty only on change": put(Block, "apply", _touched_on_change),
    "a forgotten ancestor": put(ReporterTree, "__init__", _without_province),
    "any write error ignored": put(Writer, "keep_trying", _whatever_happens),
    "returns applied on arrival": put(ReportState, "give_back", _returned_on_arrival),
    "withdrawn counted": put(ReportState, "withdraw", ReportState.submit),
    "received time overwritten by a redelivery": put(mongo, "insert_new", _claim_again),
    "claim treated as done": put(ClaimStore, "positions", _claimed_is_done),
    "generation ignored": put(Partition, "require_generation", _nothing),
    "last sequence alone as the test for a restored stream": put(logs, "require_same_stream", _long_enough),
}
MORE: Final[dict[str, Plant]] = {
    "a write error of a bulk ignored": put(mongo, "only_duplicates", _duplicates_or_not),
    "a checkpoint beyond the views that are written": put(partitions, "work_of", _checkpoint_of_what_is_left),
    "periods that come later are not noted": put(Writer, "note_shown", _noted_once),
    "a checkpoint that says too early that all views are stored": put(partitions, "work_of", _complete_too_early),
    "a period comes back without its events": put(Store, "events", _nothing_recalled),
    "a checkpoint goes back": put(stores, "behind", lambda checkpoint: {}),
    "another forgotten ancestor": put(ReporterTree, "__init__", _without_district),
    "an estimate that stays one": put(Block, "mark_estimates", _marked_for_ever),
    "an undone confirmation counts": put(ReportState, "standing_confirmations", property(_undone_or_not)),
    "the confirmation that came last is official": put(ReportState, "standing_confirmations", property(_as_they_came)),
    "the opening that came last": put(PeriodState, "apply", _opened_last),
    "a correction that corrects nothing": put(instants, "given", _never_corrected),
    "FEED never repaired": put(Store, "versions", _no_versions),
    "FEED without the last sequence expected": put(JetStreamContext, "publish", _published_anyway),
    "units read once": put(ReferenceStore, "current", _current_once),
    "a restored stream is not looked for": put(logs, "require_same_stream", _nothing),
    "a rebuild publishes nothing": put(Rebuild, "publish_lost", _nothing_lost),
    "a claim overwritten": put(mongo, "insert_new", _claim_over),
    "acknowledged first": put(Intake, "on_inbox", _acknowledged_first),
    "a publish that is not acknowledged taken for done": put(Intake, "publish", _published_or_not),
    "a gap in the log not looked for": together(put(Reader, "__init__", _unordered), put(reader, "LAST_DELIVERED", "")),
    "a start that failed once is reported for ever": put(Readiness, "has", _red_for_ever),
    "views that lost their reporters stay": put(Store, "forget_older", _nothing),
    "older views taken away before all are written": together(put(Writer, "write", _tidied_at_once), put(partitions, "FIRST_S", 1.0)),
    "a view that a late write brought back stays": put(writer, "TIDY_S", float("inf")),
    "a loss at the end of the log not looked for": put(reader, "LAST_DELIVERED", ""),
    "an import in parts": together(put(mongo, "in_transaction", _in_parts), put(ReferenceStore, "store", _documents_first)),
    "a rebuild's checkpoint beyond what was read": put(logs, "whole", _only_the_last),
}
REFORMS: Final[dict[str, Plant]] = {
    "code resolved today instead of then": put(Reference, "day", _units_of_today),
    "version of today used for an old period": put(Reference, "setting_on", _version_of_today),
    "pin ignored": put(Reference, "day", _pins_ignored),
    "early reports added": put(Reference, "unit_of", _heirs_take_all),
    "the bearer of a code without the day of receipt": put(Registry, "begins", _since_ever),
    "later reports counted early": put(events, "end_ms", _never_over),
    "an area counted twice": put(ReporterTree, "__init__", _twice),
    "units of two generations": put(ReferenceStore, "read", _two_generations),
    "a row left by a revert": put(mongo, "delete_each", _rows_left),
    "an early block comes back without its events": put(Fold, "lacking", _early_never_lacking),
}
BUGS: Final = NAMED | MORE | REFORMS
