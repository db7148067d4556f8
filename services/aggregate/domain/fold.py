"""Fold: turns events into changed views, for one partition of the log.

Views are a pure function of the set of accepted events: any order, any repetition and any split into batches give the same figures. The
fold never raises on a logged event: an event about something that the reference data do not have is stored in `reports` but not counted.

The blocks of periods that nobody has reported about for a while are not in memory (ADR-0041). They must be recalled from `reports` before
an event about them is folded.
"""

from collections.abc import Iterable, Iterator, Set
from datetime import date, datetime

from services.aggregate.domain import view as views
from services.aggregate.domain.block import Block
from services.aggregate.domain.view import View
from shared.wire import subjects
from shared.wire.events import Logged
from shared.words import periods
from shared.words.reference import Reference

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
        self._blocks: dict[RegimePeriod, list[Block]] = {}  # a regime's block, and those of the regimes derived from it
        self._dirty: dict[tuple[str, str, str], Block] = {}  # (regime, period, unit id)

    def take(self, logged: Iterable[tuple[Logged, int]]) -> None:
        """Folds events, given with their sequences."""
        for event, sequence in logged:
            for block in self._blocks_of(event.regime, event.period):
                for unit_id in block.apply(event, sequence):
                    self._dirty[block.regime.id, event.period, unit_id] = block

    def lacking(self, pairs: Set[RegimePeriod]) -> Set[RegimePeriod]:
        """The periods among `pairs` that must be recalled before an event about them is folded."""
        return pairs & (self._released | self.behind)

    def recall(self, pair: RegimePeriod, stored: Iterable[tuple[Logged, int]]) -> None:
        """Takes a period into memory, with its events that were folded before; they may come in several parts. If its views are not stored
        yet, all of them are marked.
        """
        if pair not in self._blocks:
            is_behind = pair in self.behind
            self.behind.discard(pair)
            self._released.discard(pair)
            self._blocks[pair] = self._make(*pair)
            if is_behind:
                self._mark(pair)
        for event, sequence in stored:
            for block in self._blocks[pair]:
                block.apply(event, sequence)

    def release(self, pairs: Iterable[RegimePeriod]) -> None:
        """Frees the memory of periods; a period with changed views, which are not rendered yet, stays."""
        changed = {id(block) for block in self._dirty.values()}
        for pair in pairs:
            if not any(id(block) in changed for block in self._blocks[pair]):
                del self._blocks[pair]
                self._released.add(pair)

    @property
    def in_memory(self) -> Set[RegimePeriod]:
        return self._blocks.keys()

    @property
    def shown(self) -> Set[RegimePeriod]:
        """The periods whose views were all rendered: now, or before the period was released."""
        return self._released | self._blocks.keys()

    def open(self, now: datetime) -> None:
        """Creates the views of every period that has begun by `now`, even if nobody has reported."""
        day = periods.local_day(now)
        while self._ahead and self._ahead[-1][0] <= day:
            _, pair = self._ahead.pop()
            if pair not in self._released and pair not in self.behind:
                self._blocks_of(*pair)

    def _listed(self) -> Iterator[tuple[date, RegimePeriod]]:
        """The periods that regimes of this partition list, with their first days."""
        for regime in self.reference.regimes.values():
            if regime.derived_from is None and not regime.is_on_call:
                for setting in self.reference.settings(regime.id):
                    pair = regime.id, setting.period.code
                    if subjects.partition_of(*pair, self.partitions) == self.partition:
                        yield setting.period.begins, pair

    def mark_all(self) -> None:
        """Marks every view as changed."""
        for pair in self._blocks:
            self._mark(pair)

    def _mark(self, pair: RegimePeriod) -> None:
        for block in self._blocks[pair]:
            for unit_id in block.tree.spans:
                self._dirty[block.regime.id, pair[1], unit_id] = block

    def changed(self) -> list[View]:
        """The views that were marked since the last call, recomputed from their rows."""
        dirty, self._dirty = self._dirty, {}
        return [views.render(block, unit_id, self.reference.generation, self.partition) for (_, _, unit_id), block in dirty.items()]

    def _blocks_of(self, source_id: str, code: str) -> list[Block]:
        key = (source_id, code)
        if key not in self._blocks:
            if key in self._released or key in self.behind:
                raise NotRecalledError(key)
            self._blocks[key] = self._make(source_id, code)
            self._mark(key)
        return self._blocks[key]

    def _make(self, source_id: str, code: str) -> list[Block]:
        made = []
        for regime in self.reference.derived_of(source_id):
            setting = self.reference.setting(regime.id, code)
            if setting is not None:
                made.append(Block(setting, self.reference.working_days))
        return made
