"""The plain recomputation: every view from the set of events, slowly and obviously, for `tonghop verify`.

It shares no code with the fold: no matrix, no columns, no order, decimals as `Decimal`, a unit's subtree found by walking up
from each reporter. If it and the fold agree, two different programs say the same.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from shared import deadlines, events
from shared.events import Logged
from shared.periods import Period
from shared.reference import Reference
from shared.regimes import Indicator, Regime
from shared.units import Tree, Unit

Json = dict[str, Any]


@dataclass(frozen=True)
class _Report:
    """What counts of one unit: the winning submission's data, and whether it was on time."""

    data: Json
    is_on_time: bool


def expected_views(reference: Reference, logged: Iterable[Logged], now: datetime) -> Iterator[Json]:
    """Every view that must stand in MongoDB, as JSON holds it, without position and updated_at."""
    by_period: dict[tuple[str, str], list[Logged]] = {}
    for event in logged:
        by_period.setdefault((event.regime, event.period), []).append(event)
    for regime in reference.regimes.values():
        for code in _open_periods(regime, reference, by_period, now):
            period = regime.period(code)
            if period is not None:
                yield from _views(regime, period, reference.registry.at(period.cut_off), by_period.get((regime.source_id, code), []))


def _open_periods(regime: Regime, reference: Reference, by_period: dict[tuple[str, str], list[Logged]], now: datetime) -> list[str]:
    """Periods that have begun by the calendar, and those that events speak of."""
    source = reference.regimes[regime.source_id]
    spoken_of = {code for regime_id, code in by_period if regime_id == regime.source_id}
    if source.is_on_call or source.periods == "any":
        return sorted(spoken_of)
    begun = {code for code in source.periods if (period := source.period(code)) is not None and period.has_begun(now)}
    return sorted(begun | spoken_of)


def _views(regime: Regime, period: Period, tree: Tree, logged: list[Logged]) -> Iterator[Json]:
    groups = regime.group_of(tree)
    opened = max((deadlines.instant(event.data["deadline"]) for event in logged if event.type == events.OPENED), default=None)
    own: dict[str, list[Logged]] = {unit_id: [] for unit_id in groups}
    for event in logged:
        if event.unit_id in own:
            own[event.unit_id].append(event)
    reports = {
        unit_id: _counting(deadlines.group_deadline(regime, group, period, opened), own[unit_id]) for unit_id, group in groups.items()
    }
    below: dict[str, list[Unit]] = {}
    for unit_id in groups:
        for above in tree.ancestors(unit_id):
            below.setdefault(above.id, []).append(tree.by_id[unit_id])
    for unit_id, units in below.items():
        itself = [tree.by_id[unit_id]] if unit_id in groups else []
        yield _view(regime, period, tree.by_id[unit_id], [*itself, *units], reports)


def _counting(deadline: datetime | None, own: list[Logged]) -> _Report | None:
    """The report of a unit that stands, if any, from all events about the unit."""
    revisions = [event for event in own if event.type in (events.SUBMITTED, events.WITHDRAWN)]
    if not revisions:
        return None
    winner = max(revisions, key=lambda event: (event.revision, event.received_ms, event.event_id))
    returned = [event.revision for event in own if event.type == events.RETURNED]
    if winner.type != events.SUBMITTED or any(winner.revision <= revision for revision in returned):
        return None
    first = min(event.received_ms for event in revisions if event.type == events.SUBMITTED)
    extended = max((deadlines.instant(event.data["until"]) for event in own if event.type == events.EXTENDED), default=None)
    due = deadlines.effective(deadline, extended)
    return _Report(winner.data, due is None or events.from_ms(first) < due)


def _view(regime: Regime, period: Period, unit: Unit, reporters: list[Unit], reports: dict[str, _Report | None]) -> Json:
    counted = [found for reporter in reporters if (found := reports[reporter.id]) is not None]
    missing = sorted(reporter.code for reporter in reporters if reports[reporter.id] is None)
    on_time = sum(found.is_on_time for found in counted)
    body = {
        "regime": regime.id,
        "period": period.code,
        "unit": {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent},
        "reporting": {
            "expected": len(reporters),
            "received": len(counted),
            "on_time": on_time,
            "late": len(counted) - on_time,
            "missing": missing,
            "rate": _percent(len(counted), len(reporters)),
            "timely_rate": _percent(on_time, len(reporters)),
        },
        "indicators": {code: _figure(indicator, counted, unit, not missing) for code, indicator in regime.by_code.items()},
        "narratives": {code: sum(code in (found.data.get("narratives") or {}) for found in counted) for code in regime.narratives},
    }
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return body | {"_id": f"{regime.id}/{period.code}/{unit.id}", "hash": hashlib.sha256(canonical.encode()).hexdigest()}


def _figure(indicator: Indicator, counted: list[_Report], unit: Unit, is_complete: bool) -> Json:
    values = [found.data["values"][indicator.code] for found in counted if indicator.code in (found.data.get("values") or {})]
    figure: Json = {"kind": indicator.kind, "reported": len(values)}
    reached: Decimal | None = None
    if indicator.kind == "quantity":
        reached = _aggregated(indicator, [Decimal(value) for value in values])
        decimals = None if indicator.decimals == 0 and indicator.aggregation != "mean" else indicator.decimals
        figure |= {"total": None if reached is None else _number(reached, decimals), "measure": indicator.measure}
    elif indicator.kind == "ratio":
        numerator = sum((Decimal(value["numerator"]) for value in values), Decimal(0))
        denominator = sum((Decimal(value["denominator"]) for value in values), Decimal(0))
        decimals = indicator.decimals or None
        figure |= {"numerator": _number(numerator, decimals), "denominator": _number(denominator, decimals)}
        figure["percent"] = _percent(numerator, denominator)
        reached = numerator * 100 / denominator if denominator else None
    elif indicator.kind == "flag":
        true = sum(value is True for value in values)
        figure |= {"true": true, "percent": _percent(true, len(values))}
        reached = Decimal(true * 100) / len(values) if values else None
    else:
        figure["counts"] = {option: values.count(option) for option in indicator.options}
    target = indicator.target
    if target is not None and target.level in (None, unit.level):
        is_met = is_complete and reached is not None and reached >= Decimal(target.at_least)
        figure["target"] = {"at_least": target.at_least, "by": target.by, "met": is_met}
    return figure


def _aggregated(indicator: Indicator, values: list[Decimal]) -> Decimal | None:
    if not values:
        return None
    match indicator.aggregation:
        case "max":
            return max(values)
        case "min":
            return min(values)
        case "mean":
            with localcontext(prec=60):
                return sum(values, Decimal(0)) / len(values)
        case _:
            return sum(values, Decimal(0))


def _number(value: Decimal, decimals: int | None) -> int | str:
    """An integer for counts of whole things, else a string with all its decimals."""
    if decimals is None:
        return int(value)
    return format(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN), "f")


def _percent(part: int | Decimal, whole: int | Decimal) -> str | None:
    if whole == 0:
        return None
    with localcontext(prec=60):
        return format((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_EVEN), "f")
