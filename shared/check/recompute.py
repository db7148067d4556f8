"""The plain recomputation: every view from the set of events, slowly and obviously, for `tonghop verify`.

It shares no code with the fold except the events' models: no matrix, no columns, no order, decimals as `Decimal`, and a unit's subtree is
computed by walking up from each reporter. If it agrees with the fold, two different programs have the same result.
"""

import copy
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any

from shared.check import plain_duties, plain_figures, plain_periods, plain_reforms
from shared.check.history import History, Noted, in_force
from shared.wire import events
from shared.wire.events import Logged
from shared.wire.view_key import AS_REPORTED, ViewKey
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.units import Unit

Json = dict[str, Any]
ABSENT = object()  # in place of a value that a report does not have
ALL = math.inf  # no bound: every event of the history


@dataclass(frozen=True, slots=True)
class _Report:
    """A unit's report that counts: the winning submission's data, and whether it was on time."""

    data: Json
    is_on_time: bool


class Plain:
    """One regime and period: which views must exist, and what each must say as of a sequence of the log. With `early`, it is the early
    block of that day: the units of the day, and what was received until its end.
    """

    def __init__(self, reference: Reference, whole: Regime, period: Period, history: History, early: date | None = None) -> None:
        day = early or plain_periods.reference_day(reference, whole, period)
        self._early = early
        regime = self._regime = whole.on(day)
        self._period = period
        self._early_days = plain_reforms.early_days(reference, whole, period)
        self._working_days = reference.working_days
        self._history = history
        self._tree = reference.registry.at(day)
        self._groups = plain_duties.groups(regime, self._tree)
        self._below: dict[str, list[Unit]] = {}
        areas = sorted(set(regime.groupings))
        for unit in [self._tree.by_id[unit_id] for unit_id in self._groups]:
            for above in plain_duties.above_of(self._tree, unit):
                self._below.setdefault(above.id, [unit for unit in [above] if unit.id in self._groups]).append(unit)
            for area in plain_duties.areas_of(self._tree, unit, areas):
                self._below.setdefault(area.id, []).append(unit)
        self._counted: dict[tuple[str, float], _Report | None] = {}
        self._own: dict[str, list[Noted]] = {}
        concerned = plain_reforms.Concerned(reference.registry, self._tree)
        for unit_id in history.units:
            for noted in history.logged(unit_id):
                if early is None or noted.day <= early:
                    self._own.setdefault(concerned.by(unit_id, noted), []).append(noted)

    @property
    def views(self) -> dict[str, str]:
        """The unit id of every view, by the view's id: every unit above a reporter has a view, and so
        has every area of the regime.
        """
        return {self._key(unit_id): unit_id for unit_id in self._below}

    def _key(self, unit_id: str) -> str:
        series = AS_REPORTED if self._early is None else self._early.isoformat()
        return ViewKey(self._regime.id, self._period.code, unit_id, series).text

    def view(self, unit_id: str, bound: float = ALL) -> Json:
        """The view of a unit in JSON's types, from the events up to the sequence `bound`; without position and updated_at."""
        unit, reporters = self._tree.by_id[unit_id], self._below[unit_id]
        reports = [self._report(reporter.id, bound) for reporter in reporters]
        counted = [report for report in reports if report is not None]
        missing = sorted(reporter.code for reporter, report in zip(reporters, reports, strict=True) if report is None)
        on_time = sum(report.is_on_time for report in counted)
        body = {
            "regime": self._regime.id,
            "period": self._period.code,
            "unit": {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent},
            "reporting": {
                "expected": len(reporters),
                "received": len(counted),
                "on_time": on_time,
                "late": len(counted) - on_time,
                "missing": missing,
                "rate": plain_figures.percent(len(counted), len(reporters)),
                "timely_rate": plain_figures.percent(on_time, len(reporters)),
            },
            "indicators": {indicator.code: _figure(indicator, counted, unit, not missing) for indicator in self._regime.indicators},
            "narratives": {
                code: sum(code in (counting.data.get("narratives") or {}) for counting in counted) for code in self._regime.narratives
            },
        }
        early = {} if self._early is None else {"units": self._early.isoformat()}
        official = self._official(unit_id, bound, body)
        return body | {"_id": self._key(unit_id), "hash": _hash(body), "official": official, **early}

    def _official(self, unit_id: str, bound: float, body: Json) -> Json | None:
        """The confirmed version: how many confirmations of this block were not undone, and the latest of them."""
        if self._regime.derived_from is not None:
            return None
        own = [noted for noted in self._own.get(unit_id, ()) if noted.sequence <= bound]
        undone = {noted.name for noted in own if noted.type == events.UNDONE}
        standing = {
            noted.name: noted
            for noted in own
            if noted.type == events.CONFIRMED and noted.name not in undone and self._early_of(noted.day) == self._early
        }
        if not standing:
            return None
        last = max(standing.values(), key=lambda noted: (noted.key[1:], noted.name))
        at = events.to_text(events.from_ms(last.key[1]))
        return {"number": len(standing), "hash": last.stated, "at": at, "moved": last.stated not in (_hash(body), _old_hash(body))}

    def _early_of(self, day: date) -> date | None:
        """The early day whose block what is received on `day` belongs to; None for the block of the period."""
        return min((early for early in self._early_days if day <= early), default=None)

    def _report(self, unit_id: str, bound: float) -> _Report | None:
        if (unit_id, bound) not in self._counted:
            opened = self._history.opened(bound, self._early or date.max)
            due = plain_duties.deadline(self._regime, self._groups[unit_id], self._period, opened, self._working_days)
            self._counted[unit_id, bound] = _counting(due, [noted for noted in self._own.get(unit_id, ()) if noted.sequence <= bound])
        return self._counted[unit_id, bound]


def _hash(body: Json) -> str:
    """The hash of a view. Source: `shared/contracts/README.md`, "The hash of a view"."""
    hashed = copy.deepcopy(body)
    hashed["unit"] = body["unit"]["id"]
    for name in ("on_time", "late", "rate", "timely_rate"):
        del hashed["reporting"][name]
    for indicator in hashed["indicators"].values():
        for name in ("measure", "target"):
            indicator.pop(name, None)
    return hashlib.sha256(json.dumps(hashed, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _old_hash(body: Json) -> str:
    """The hash of a view up to data format 4: of everything that the view says."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _counting(deadline: datetime | None, own: list[Noted]) -> _Report | None:
    """The unit's report that counts, computed from all events about the unit; None if no report counts."""
    revisions = [noted for noted in own if noted.type in (events.SUBMITTED, events.WITHDRAWN)]
    if not revisions:
        return None
    winner = max(revisions, key=lambda noted: noted.key)
    returned = [noted.key[0] for noted in own if noted.type == events.RETURNED]
    if winner.type != events.SUBMITTED or winner.key[0] in returned:
        return None
    first = min(noted.key[1] for noted in revisions if noted.type == events.SUBMITTED)
    logged = events.read_logged(winner.text or b"")
    data = {} if logged is None else logged.data
    if deadline is None:
        return _Report(data, is_on_time=True)
    extended = in_force([noted for noted in own if noted.type == events.EXTENDED])
    due = deadline if extended is None else max(deadline, extended)
    return _Report(data, events.from_ms(first) < due.replace(microsecond=due.microsecond // 1000 * 1000))


def _figure(indicator: Indicator, counted: list[_Report], unit: Unit, is_complete: bool) -> Json:
    values, estimates = [], []
    for report in counted:
        value = (report.data.get("values") or {}).get(indicator.code, ABSENT)
        if value is ABSENT or not plain_figures.is_figure(indicator, value):
            continue
        values.append(value)
        if (report.data.get("status") or {}).get(indicator.code) == "estimate":
            estimates.append(value)
    figure = plain_figures.figure(indicator, values, estimates)
    target = indicator.target
    if target is not None and target.level in (None, unit.level) and indicator.kind != "choice":
        is_met = is_complete and _reaches(indicator, values, Decimal(target.at_least))
        figure["target"] = {"at_least": target.at_least, "by": target.by, "met": is_met}
    return figure


def _reaches(indicator: Indicator, values: list[Any], wanted: Decimal) -> bool:
    """Whether a figure reaches its target, compared without rounding."""
    with localcontext(prec=plain_figures.DIGITS):
        match indicator.kind:
            case "ratio":
                part, whole = plain_figures.ratio(values)
                part *= 100
            case "flag":
                part, whole = Decimal(100 * sum(value is True for value in values)), Decimal(len(values))
            case _ if indicator.aggregation == "mean":
                part, whole = sum(map(Decimal, values), Decimal(0)), Decimal(len(values))
            case _:
                part, whole = plain_figures.aggregate(indicator, values) or Decimal(0), Decimal(bool(values))
        return whole > 0 and part >= wanted * whole


def plains(
    reference: Reference,
    histories: Mapping[tuple[str, str], History],
    now: datetime,
    is_wanted: Callable[[str, str], bool] = lambda source, period: True,
) -> Iterator[Plain]:
    """A plain recomputation of every regime and period that must have views, and of its early blocks: for the source regimes and periods
    that are wanted.
    """
    for regime in reference.regimes.values():
        spoken_of = [code for source, code in histories if source == regime.source_id]
        for period in _periods(regime, reference, spoken_of, now):
            if not is_wanted(regime.source_id, period.code):
                continue
            history = histories.get((regime.source_id, period.code), History())
            if not plain_periods.has_ended(reference, regime, period):
                yield Plain(reference, regime, period, history)
            for early in plain_reforms.early_days(reference, regime, period):
                yield Plain(reference, regime, period, history, early)


def _periods(regime: Regime, reference: Reference, spoken_of: Iterable[str], now: datetime) -> list[Period]:
    """The periods of a regime that have begun, or that events of the source regime name."""
    source = reference.regimes[regime.source_id]
    codes = set(spoken_of)
    if not source.is_on_call and source.periods != "any":
        listed = [period for code in source.periods if (period := plain_periods.period(source, code)) is not None]
        codes |= {period.code for period in listed if plain_periods.has_begun(period, now)}
    return [period for code in sorted(codes) if (period := plain_periods.period(regime, code)) is not None]


def expected_views(
    reference: Reference, logged: Iterable[Logged], now: datetime, is_wanted: Callable[[str, str], bool] = lambda source, period: True
) -> Iterator[Json]:
    """Every view that must be in MongoDB, those of early blocks included, in JSON's types, without position and updated_at: of the source
    regimes and periods that are wanted.
    """
    histories: dict[tuple[str, str], History] = {}
    for sequence, event in enumerate(logged):
        histories.setdefault((event.regime, event.period), History()).take(event, sequence)
    for plain in plains(reference, histories, now, is_wanted):
        for unit_id in plain.views.values():
            yield plain.view(unit_id)
