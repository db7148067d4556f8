"""Uncounted: what the log contains but no view counts, because its regime, period, unit or type is unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.check import plain_duties, plain_periods
from shared.check.history import History
from shared.wire import sent
from shared.wire.log_message import NotFolded
from shared.wire.view_key import ViewKey
from shared.words.reference import Reference

Json = dict[str, Any]
WHOLE_PERIOD = ""  # the unit id of an event about a whole period


@dataclass(slots=True)
class Uncounted:
    """What the log contains but no view counts; each list is sorted.

    `unreadable` are the sequences of messages that are not events, `misplaced` those of events under a wrong subject: ingest writes
    neither. `not_asked` is not a fault: these units are known and have reported, but do not have to report, or no longer have to.
    """

    regimes: list[str] = field(default_factory=list)  # not loaded, or derived by now
    periods: list[str] = field(default_factory=list)  # `<regime>/<period>` that the regime does not have
    units: list[str] = field(default_factory=list)  # `<regime>/<period>/<unit id>`
    types: list[str] = field(default_factory=list)  # event types that this version does not know
    unreadable: list[int] = field(default_factory=list)
    misplaced: list[int] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)  # `<regime>/<period>/<unit id>`

    def __bool__(self) -> bool:
        return bool(self.regimes or self.periods or self.units or self.types or self.unreadable or self.misplaced)

    def add(self, other: "Uncounted") -> None:
        """Adds the findings of another partition. Several partitions may name the same regime."""
        self.regimes = sorted({*self.regimes, *other.regimes})
        self.periods = sorted({*self.periods, *other.periods})
        self.units = sorted({*self.units, *other.units})
        self.types = sorted({*self.types, *other.types})
        self.unreadable = sorted({*self.unreadable, *other.unreadable})
        self.misplaced = sorted({*self.misplaced, *other.misplaced})
        self.not_asked = sorted({*self.not_asked, *other.not_asked})

    def as_dict(self) -> Json:
        return {
            "unknown_regimes": self.regimes,
            "unknown_periods": self.periods,
            "unknown_units": self.units,
            "unknown_types": self.types,
            "unreadable": self.unreadable,
            "misplaced": self.misplaced,
            "not_asked": self.not_asked,
        }


def find(reference: Reference, histories: Mapping[tuple[str, str], History], not_folded: Mapping[NotFolded, Iterable[int]]) -> Uncounted:
    """What is unknown in the histories (by regime and period), together with the messages that are not in any history."""
    unreadable, misplaced = (sorted(not_folded.get(why, ())) for why in (NotFolded.UNREADABLE, NotFolded.MISPLACED))
    uncounted = Uncounted(unreadable=unreadable, misplaced=misplaced)
    for (regime_id, code), history in histories.items():
        regime = reference.regimes.get(regime_id)
        uncounted.types += history.types - sent.SENT.keys()
        if regime is None or regime.derived_from is not None:
            uncounted.regimes.append(regime_id)
        elif (period := plain_periods.period(regime, code)) is None:
            uncounted.periods.append(f"{regime_id}/{code}")
        else:
            day = plain_periods.reference_day(reference, regime, period)
            asked = plain_duties.groups(regime.on(day), reference.registry.at(day))
            unknown = history.units - reference.registry.ids.keys() - {WHOLE_PERIOD}
            uncounted.units += [ViewKey(regime_id, code, unit_id).text for unit_id in unknown]
            uncounted.not_asked += [ViewKey(regime_id, code, unit_id).text for unit_id in history.reporting - asked.keys() - unknown]
    uncounted.add(Uncounted())
    return uncounted
