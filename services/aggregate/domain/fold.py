"""Fold: turns events into changed views, for one partition of the log.

Views are a pure function of the set of accepted events: any order, any repetition and any split into batches give the same figures. The
fold never raises on a logged event: an event about something that the reference data do not have is stored in `reports` but not counted.
"""

from collections.abc import Iterable
from datetime import datetime

from services.aggregate.domain import view as views
from services.aggregate.domain.block import Block
from services.aggregate.domain.view import View
from shared.wire import subjects
from shared.wire.events import Logged
from shared.words.reference import Reference


class Fold:
    """The blocks of one partition, under one generation of units and regimes."""

    def __init__(self, reference: Reference, partition: int, partitions: int) -> None:
        self.reference = reference
        self.partition = partition
        self.partitions = partitions
        self._blocks: dict[tuple[str, str], list[Block]] = {}  # (source regime, period): its block, and those of derived regimes
        self._dirty: dict[tuple[str, str, str], Block] = {}  # (regime, period, unit id)

    def take(self, logged: Iterable[tuple[Logged, int]]) -> None:
        """Folds events, given with their sequences."""
        for event, sequence in logged:
            for block in self._blocks_of(event.regime, event.period):
                for unit_id in block.apply(event, sequence):
                    self._dirty[block.regime.id, event.period, unit_id] = block

    def open(self, now: datetime) -> None:
        """Creates the views of every period that has begun by `now`, even if nobody has reported."""
        for regime in self.reference.regimes.values():
            if regime.derived_from is None and not regime.is_on_call and regime.periods != "any":
                for code in regime.periods:
                    self._open(regime.id, code, now)

    def _open(self, regime_id: str, code: str, now: datetime) -> None:
        period = self.reference.regimes[regime_id].period(code)
        is_ours = subjects.partition_of(regime_id, code, self.partitions) == self.partition
        if is_ours and (regime_id, code) not in self._blocks and period is not None and period.has_begun(now):
            self._blocks_of(regime_id, code)

    def mark_all(self) -> None:
        """Marks every view as changed."""
        for (_, period), blocks in self._blocks.items():
            for block in blocks:
                for unit_id in block.tree.spans:
                    self._dirty[block.regime.id, period, unit_id] = block

    def changed(self) -> list[View]:
        """The views that were marked since the last call, recomputed from their rows."""
        dirty, self._dirty = self._dirty, {}
        return [views.render(block, unit_id, self.reference.generation, self.partition) for (_, _, unit_id), block in dirty.items()]

    def _blocks_of(self, source_id: str, code: str) -> list[Block]:
        key = (source_id, code)
        if key not in self._blocks:
            self._blocks[key] = made = self._make(source_id, code)
            for block in made:
                for unit_id in block.tree.spans:
                    self._dirty[block.regime.id, code, unit_id] = block
        return self._blocks[key]

    def _make(self, source_id: str, code: str) -> list[Block]:
        made = []
        for regime in self.reference.derived_of(source_id):
            period = regime.period(code)
            if period is not None:
                made.append(Block(regime, period, self.reference.registry.at(period.cut_off), self.reference.working_days))
        return made
