"""Fold: turns events into changed views, for one partition of the log.

Views are a pure function of the set of accepted events: any order, any repetition and any split into batches give the same figures. The
fold never raises on a logged event: an event about something that the reference data do not have is stored in `reports` but not counted.

The blocks of periods that nobody has reported about for a while are not in memory (ADR-0041). They must be recalled from `reports` before
an event about them is folded. Early blocks are in memory only while events can count in them (ADR-0048).
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date, datetime

from services.aggregate.domain import view as views
from services.aggregate.domain.block import Block
from services.aggregate.domain.preview import Preview
from services.aggregate.domain.view import View
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words import periods
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regimes import Regime

RegimePeriod = tuple[str, str]
"""A source regime and a period."""


class NotRecalledError(LookupError):
    """An event was folded before the events about its period were recalled: a fault of the caller, which would lose them from the views."""


class Fold:
    """The blocks of one partition, under one generation of units and regimes.

    `shown` are the periods whose views are stored under this generation, `behind` those whose views are not; nothing of them is in memory.
    """

    def __init__(
        self,
        reference: Reference,
        partition: int,
        partitions: int,
        shown: Iterable[RegimePeriod] = (),
        behind: Iterable[RegimePeriod] = (),
    ) -> None:
        self.reference = reference
        self.partition = partition
        self.partitions = partitions
        self.behind = set(behind)
        self._released = set(shown)
        self._ahead = sorted(self._listed(), reverse=True)  # the periods that have not begun yet, the next one last
        self._blocks: dict[RegimePeriod, list[Block]] = {}  # a regime's block, and those of the regimes derived from it; early ones last
        self._with_early: set[RegimePeriod] = set()  # the periods in memory whose early blocks are in memory
        self._early_until_ms: dict[RegimePeriod, int] = {}  # when the last early day of a period ends; 0 if it has none
        self._now_ms = 0
        self._dirty: dict[tuple[Block, str], None] = {}  # (block, unit id), in the order of the changes
        self._dirty_early: dict[tuple[Block, str], None] = {}

    def take(self, logged: Iterable[tuple[Logged, int]]) -> None:
        """Folds events, given with their sequences."""
        for event, sequence in logged:
            pair = event.regime, event.period
            blocks = self._blocks_of(pair)
            if pair not in self._with_early and self._counts_early(pair, event):
                raise NotRecalledError(pair)
            for block in blocks:
                dirty = self._dirty if block.early is None else self._dirty_early
                for unit_id in block.apply(event, sequence):
                    dirty[block, unit_id] = None

    def counted_early(self, logged: Iterable[Logged]) -> Set[RegimePeriod]:
        """The periods among those of these events in whose early blocks one of them counts."""
        if not self.reference.reform_days:
            return set()
        return {pair for event in logged if self._counts_early(pair := (event.regime, event.period), event)}

    def lacking(self, logged: Iterable[Logged]) -> Set[RegimePeriod]:
        """The periods that must be recalled before these events are folded."""
        taken = list(logged)
        pairs = {(event.regime, event.period) for event in taken}
        early = {pair for pair in self.counted_early(taken) if pair in self._blocks and pair not in self._with_early}
        return pairs & (self._released | self.behind) | early

    def recall(self, pair: RegimePeriod, stored: Iterable[tuple[Logged, int]]) -> None:
        """Takes a period into memory, or its early blocks, with its events that were folded before; they may come in several parts. If its
        views are not stored yet, all of them are marked.
        """
        if pair not in self._blocks:
            is_behind = pair in self.behind
            self.behind.discard(pair)
            self._released.discard(pair)
            self._make(pair)
            if is_behind:
                self._mark(pair)
        elif pair not in self._with_early and self._early_until(pair):
            self._make_early(pair)
        for event, sequence in stored:
            for block in self._blocks[pair]:
                block.apply(event, sequence)

    def release(self, pairs: Iterable[RegimePeriod]) -> None:
        """Frees the memory of periods; a period with changed views, which are not rendered yet, stays."""
        changed = self._changed_blocks()
        for pair in pairs:
            if changed.isdisjoint(self._blocks[pair]):
                del self._blocks[pair]
                self._with_early.discard(pair)
                self._released.add(pair)

    def release_early(self, pairs: Iterable[RegimePeriod]) -> None:
        """Frees the memory of the early blocks of periods whose early days are over; those with changed views stay."""
        changed = self._changed_blocks()
        for pair in pairs:
            early = [block for block in self._blocks[pair] if block.early is not None]
            if self._early_until(pair) <= self._now_ms and changed.isdisjoint(early):
                self._blocks[pair] = [block for block in self._blocks[pair] if block.early is None]
                self._with_early.discard(pair)

    def _changed_blocks(self) -> set[Block]:
        return {block for block, _ in (*self._dirty, *self._dirty_early)}

    def preview(self, event: Logged) -> Preview:
        """What an event would change in the views. The fold itself does not change."""
        if not self.is_complete(pair := (event.regime, event.period)):
            raise NotRecalledError(pair)
        return self.preview_of(self._blocks[pair] if pair in self._blocks else self.fresh(pair), event)

    def preview_of(self, blocks: Sequence[Block], event: Logged) -> Preview:
        """The same, by blocks that this fold does not keep."""
        return Preview(blocks, event, self.reference.generation, self.partition)

    def is_complete(self, pair: RegimePeriod) -> bool:
        """Whether everything that was folded about a period is in memory."""
        return pair not in self._released and pair not in self.behind

    def fresh(self, pair: RegimePeriod) -> list[Block]:
        """New blocks of a regime and those that are derived from it, without any report. The fold does not keep them."""
        settings = (self.reference.setting(regime.id, pair[1]) for regime in self.reference.derived_of(pair[0]))
        return [Block(self.reference, setting) for setting in settings if setting is not None]

    @property
    def in_memory(self) -> Set[RegimePeriod]:
        return self._blocks.keys()

    @property
    def early_in_memory(self) -> Set[RegimePeriod]:
        """The periods whose early blocks are in memory."""
        return frozenset(self._with_early)

    @property
    def shown(self) -> Set[RegimePeriod]:
        """The periods whose views were all rendered: now, or before the period was released."""
        return self._released | self._blocks.keys()

    def open(self, now: datetime) -> None:
        """Creates the views of every period that has begun by `now`, even if nobody has reported."""
        day, self._now_ms = periods.local_day(now), events.to_ms(now)
        while self._ahead and self._ahead[-1][0] <= day:
            _, pair = self._ahead.pop()
            if pair not in self._released and pair not in self.behind:
                self._blocks_of(pair)

    def _listed(self) -> Iterator[tuple[date, RegimePeriod]]:
        """The periods that regimes of this partition list, with their first days."""
        for regime in self.reference.regimes.values():
            if regime.derived_from is None and isinstance(regime.periods, list) and not regime.is_on_call:
                for code in regime.periods:
                    pair, period = (regime.id, code), regime.period(code)
                    is_ours = subjects.partition_of(*pair, self.partitions) == self.partition
                    if period is not None and is_ours and self._has_blocks(pair):
                        yield period.begins, pair

    def _has_blocks(self, pair: RegimePeriod) -> bool:
        of_pair = (self.reference.setting(regime.id, pair[1]) for regime in self.reference.derived_of(pair[0]))
        return any(setting is not None for setting in of_pair) or any(self._early(pair))

    def mark_all(self) -> None:
        """Marks every view as changed."""
        for pair in self._blocks:
            self._mark(pair)

    def _mark(self, pair: RegimePeriod) -> None:
        for block in self._blocks[pair]:
            dirty = self._dirty if block.early is None else self._dirty_early
            for unit_id in block.tree.spans:
                dirty[block, unit_id] = None

    def changed(self) -> list[View]:
        """The views that were marked since the last call, recomputed from their rows."""
        dirty, self._dirty = self._dirty, {}
        return self._rendered(dirty)

    def changed_early(self) -> list[View]:
        """The same for the views of early blocks."""
        dirty, self._dirty_early = self._dirty_early, {}
        return self._rendered(dirty)

    def _rendered(self, dirty: Iterable[tuple[Block, str]]) -> list[View]:
        return [views.render(block, unit_id, self.reference.generation, self.partition) for block, unit_id in dirty]

    def _blocks_of(self, pair: RegimePeriod) -> list[Block]:
        if pair not in self._blocks:
            if pair in self._released or pair in self.behind:
                raise NotRecalledError(pair)
            self._make(pair)
            self._mark(pair)
        return self._blocks[pair]

    def _make(self, pair: RegimePeriod) -> None:
        self._blocks[pair] = self.fresh(pair)
        self._make_early(pair)

    def _make_early(self, pair: RegimePeriod) -> None:
        for regime, period, early in self._early(pair):
            setting = self.reference.setting_on(regime, period, early)
            if setting is not None:
                self._blocks[pair].append(Block(self.reference, setting, early))
                self._with_early.add(pair)

    def _early(self, pair: RegimePeriod) -> Iterator[tuple[Regime, Period, date]]:
        """The early days of a period, of the regime and those that are derived from it."""
        source_id, code = pair
        for regime in self.reference.derived_of(source_id):
            period = regime.period(code)
            if period is not None:
                for early in self.reference.early_days(regime, period):
                    yield regime, period, early

    def _early_until(self, pair: RegimePeriod) -> int:
        if pair not in self._early_until_ms:
            self._early_until_ms[pair] = max((events.end_ms(early) for _, _, early in self._early(pair)), default=0)
        return self._early_until_ms[pair]

    def _counts_early(self, pair: RegimePeriod, event: Logged) -> bool:
        return event.received_ms < self._early_until(pair)
