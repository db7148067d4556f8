"""Uncounted: what stands in the log and in no view, because nobody knows what it is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.reference import Reference

Json = dict[str, Any]
WHOLE_PERIOD = ""  # the unit id of an event that is about all units


@dataclass(slots=True)
class Uncounted:
    """What the log speaks of and units and regimes do not know; each sorted. `unreadable` are the sequences of messages that are no
    events, or that stand in another partition than theirs: ingest has not written them.
    """

    regimes: list[str] = field(default_factory=list)  # not loaded, or taking no reports of its own any more
    periods: list[str] = field(default_factory=list)  # `<regime>/<period>`, of a regime that has them no more
    units: list[str] = field(default_factory=list)  # `<regime>/<period>/<unit id>`
    unreadable: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.regimes or self.periods or self.units or self.unreadable)

    def add(self, other: "Uncounted") -> None:
        """Takes what another partition says; a regime may be spoken of in several."""
        self.regimes = sorted({*self.regimes, *other.regimes})
        self.periods = sorted({*self.periods, *other.periods})
        self.units = sorted({*self.units, *other.units})
        self.unreadable = sorted({*self.unreadable, *other.unreadable})

    def as_dict(self) -> Json:
        return {
            "unknown_regimes": self.regimes,
            "unknown_periods": self.periods,
            "unknown_units": self.units,
            "unreadable": self.unreadable,
        }


def find(reference: Reference, spoken_of: Mapping[tuple[str, str], Collection[str]], unreadable: Collection[int]) -> Uncounted:
    """What is not known of what the log speaks of: the unit ids by regime and period."""
    found = Uncounted(unreadable=sorted(unreadable))
    regimes: set[str] = set()
    for (regime_id, code), unit_ids in sorted(spoken_of.items()):
        regime = reference.regimes.get(regime_id)
        if regime is None or regime.derived_from is not None:
            regimes.add(regime_id)
        elif regime.period(code) is None:
            found.periods.append(f"{regime_id}/{code}")
        else:
            unknown = {unit_id for unit_id in unit_ids if unit_id not in reference.registry.by_id} - {WHOLE_PERIOD}
            found.units += [f"{regime_id}/{code}/{unit_id}" for unit_id in sorted(unknown)]
    found.regimes = sorted(regimes)
    return found
