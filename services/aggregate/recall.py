"""Which periods of a partition are in memory. A period is recalled from `reports` when an event about it arrives, and released when nobody
has reported about it for a while.

After a start nothing is in memory: views of the present generation are right as they are stored. Under a new generation of units and
regimes, one period after the other is recalled and its views are written, the newest periods first, while new events are folded as usual.
Source: ADR-0041.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Final

from services.aggregate.domain.fold import Fold, RegimePeriod
from services.aggregate.store import Store
from shared.wire.events import Logged
from shared.words.reference import Reference

KEPT: Final = 4  # the periods used last stay in memory, however quiet it is
NEVER_S: Final = float("-inf")
IDLE_S: Final = 60.0  # other periods leave it so long after they were used: recalling one costs less than a hundredth of that


class Recall:
    """Recalls and releases the periods of a fold. `folded_to` is the sequence up to which the partition is folded."""

    def __init__(self, store: Store, fold: Fold, folded_to: int) -> None:
        self._store = store
        self._fold = fold
        self._used_s: dict[RegimePeriod, float] = {}  # on the loop's clock
        self._used_early_s: dict[RegimePeriod, float] = {}  # the same for early blocks
        self._behind = sorted(fold.behind, key=lambda pair: _cut_off(fold.reference, pair))
        self.folded_to = folded_to

    async def for_events(self, logged: Sequence[Logged]) -> None:
        """Recalls the periods of these events, which are folded next."""
        for pair in sorted(self._fold.lacking(logged)):
            await self._recall(pair)
        now_s = asyncio.get_running_loop().time()
        self._used_s |= dict.fromkeys([(event.regime, event.period) for event in logged], now_s)
        self._used_early_s |= dict.fromkeys(self._fold.counted_early(logged), now_s)

    async def next_behind(self) -> None:
        """Recalls the newest period whose views are not stored under the present generation, if there is any."""
        while self._behind:
            pair = self._behind.pop()
            if pair in self._fold.behind:  # otherwise an event has recalled it
                await self._recall(pair)
                return

    def release(self) -> None:
        """Frees the memory of periods that were not used lately. Everything that was folded about them must be stored or being stored."""
        since_s = asyncio.get_running_loop().time() - IDLE_S
        early = self._fold.early_in_memory
        self._fold.release_early([pair for pair in early if self._used_early_s.get(pair, NEVER_S) < since_s])
        if len(self._fold.in_memory) <= KEPT:
            return
        by_use = sorted((self._used_s.get(pair, NEVER_S), pair) for pair in self._fold.in_memory)
        self._fold.release([pair for used_s, pair in by_use[: len(by_use) - KEPT] if used_s < since_s])

    async def _recall(self, pair: RegimePeriod) -> None:
        self._fold.recall(pair, ())  # it may have no events
        async for part in self._store.events(self._fold.partition, pair, self.folded_to):
            self._fold.recall(pair, part)


def _cut_off(reference: Reference, pair: RegimePeriod) -> tuple[date, RegimePeriod]:
    setting = reference.setting(*pair)
    return (date.min if setting is None else setting.period.cut_off), pair
