"""Uncounted: what the log contains but no view counts, because its regime, period, unit or type is unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.check import plain_periods, plain_reforms
from shared.check.history import History, Noted
from shared.wire import events, sent
from shared.wire.log_message import NotFolded
from shared.wire.view_key import ViewKey
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regimes import Regime

Json = dict[str, Any]
WHOLE_PERIOD = ""  # the unit id of an event about a whole period


@dataclass(slots=True)
class Uncounted:
    """What the log contains but no view counts; each list is sorted.

    `unreadable` are the sequences of messages that are not events, `misplaced` those of events under a wrong subject: ingest writes
    neither. `not_asked` is not a fault: these units are known and have reported, but do not have to report, or no longer have to. Nor is
    `early`: these units reported before a reform ended them, and their reports are in an early block only.
    """

    regimes: list[str] = field(default_factory=list)  # not loaded, or derived by now
    periods: list[str] = field(default_factory=list)  # `<regime>/<period>` that the regime does not have
    units: list[str] = field(default_factory=list)  # `<regime>/<period>/<unit id>`
    types: list[str] = field(default_factory=list)  # event types that this version does not know
    unreadable: list[int] = field(default_factory=list)
    misplaced: list[int] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)  # `<regime>/<period>/<unit id>`
    early: list[str] = field(default_factory=list)  # the same

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
        self.early = sorted({*self.early, *other.early})

    def as_dict(self) -> Json:
        return {
            "unknown_regimes": self.regimes,
            "unknown_periods": self.periods,
            "unknown_units": self.units,
            "unknown_types": self.types,
            "unreadable": self.unreadable,
            "misplaced": self.misplaced,
            "not_asked": self.not_asked,
            "early": self.early,
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
            _add_units(uncounted, reference, regime, period, history)
    uncounted.add(Uncounted())
    return uncounted


class _Asked:
    """Who reports in a period, by the units of a day."""

    def __init__(self, reference: Reference, regime: Regime, day: date) -> None:
        self._asked = plain_reforms.asked(reference, regime, day)
        self._concerned = plain_reforms.Concerned(reference.registry, reference.registry.at(day))

    def has(self, unit_id: str, noted: Noted) -> bool:
        """Whether an event is about a unit that reports."""
        return self._concerned.by(unit_id, noted) in self._asked


def _add_units(uncounted: Uncounted, reference: Reference, regime: Regime, period: Period, history: History) -> None:
    """Adds the units that have events which no view of the period counts."""
    asked = _Asked(reference, regime, plain_periods.reference_day(reference, regime, period))
    early = {eve: _Asked(reference, regime, eve) for eve in plain_reforms.early_days(reference, regime, period)}
    known = reference.registry.ids.keys() | {area.id for area in reference.registry.areas}
    for unit_id in history.units - {WHOLE_PERIOD}:
        name = ViewKey(regime.id, period.code, unit_id).text
        rest = [noted for noted in history.logged(unit_id) if not asked.has(unit_id, noted)]
        nowhere = [noted for noted in rest if not any(noted.day <= eve and early[eve].has(unit_id, noted) for eve in early)]
        if nowhere and unit_id not in known:
            uncounted.units.append(name)
        elif _has_report(nowhere):
            uncounted.not_asked.append(name)
        if _has_report([noted for noted in rest if noted not in nowhere]):
            uncounted.early.append(name)


def _has_report(noted: list[Noted]) -> bool:
    return any(event.type == events.SUBMITTED for event in noted)
