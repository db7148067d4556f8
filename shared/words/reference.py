"""Reference data: the units and regimes of one generation."""

from dataclasses import dataclass, field
from datetime import date, datetime

from shared.words.calendar import COMMON, WorkingDays
from shared.words.regimes import Regime
from shared.words.units import Registry


@dataclass(frozen=True, repr=False)
class Reference:
    """Units and regimes of one generation, and the agency's working days. `loaded_at` says when each regime was loaded."""

    generation: int
    registry: Registry
    regimes: dict[str, Regime]
    loaded_at: dict[str, datetime]
    working_days: WorkingDays = COMMON
    _groups: dict[tuple[str, date], dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def groups(self, regime: Regime, day: date) -> dict[str, str]:
        """Group name by unit id, for the reporters of a regime on a day. It is cached: for 10,035 communes, computing it for every report
        is too slow.
        """
        key = (regime.id, self.registry.unchanged_since(day))
        if key not in self._groups:
            self._groups[key] = regime.group_of(self.registry.at(day))
        return self._groups[key]

    def derived_of(self, source_id: str) -> list[Regime]:
        """The regime itself, if it exists, and the regimes that are derived from it."""
        return [regime for regime in self.regimes.values() if regime.source_id == source_id]
