"""Reference data: the units and regimes of one generation."""

from dataclasses import dataclass, field
from datetime import date, datetime

from shared.words.calendar import COMMON, WorkingDays
from shared.words.regimes import Regime
from shared.words.units import Registry


@dataclass(frozen=True, repr=False)
class Reference:
    """Units and regimes of one generation, and the agency's working days. `loaded_at` says since when each regime is known here."""

    generation: int
    registry: Registry
    regimes: dict[str, Regime]
    loaded_at: dict[str, datetime]
    working_days: WorkingDays = COMMON
    _groups: dict[tuple[str, date], dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def groups(self, regime: Regime, day: date) -> dict[str, str]:
        """Group name by unit id of a regime's reporters on a day, computed once: 10,035 communes are too slow for every report."""
        key = (regime.id, day)
        if key not in self._groups:
            self._groups[key] = regime.group_of(self.registry.at(day))
        return self._groups[key]

    def derived_of(self, source_id: str) -> list[Regime]:
        """The regime itself, when it is known, and those derived from it."""
        return [regime for regime in self.regimes.values() if regime.source_id == source_id]
