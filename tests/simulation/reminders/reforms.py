"""A small made-up province whose units are reformed under way, from one seed: it crosses 1/3/2025 and 1/7/2025 as the real ones did.

Offices are merged twice in one period; districts end; communes are merged, split, renamed or left alone; a reform is known before or after
its first day, reverted and applied again with an heir that nobody had declared before.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from shared.wire.events import Logged
from shared.words.lineage import Edge
from shared.words.regimes import Regime
from shared.words.units import Contact, Unit
from tests.simulation.reminders import decree, estimates
from tests.simulation.reminders.decree import DAY, at
from tests.simulation.reminders.eras import Era, Pair, Task

BASE, MARCH, JULY = date(2024, 1, 1), date(2025, 3, 1), date(2025, 7, 1)
YEARLY: Final = "nam"
MONTHLY: Final = "thang"
ON_CALL: Final = "dot-xuat"
XA: Final = {"label": "Xã", "level": "commune"}
YEARS: Final = [str(year) for year in range(2024, 2029)]
Fields = dict[str, Any]
VERSIONS: Final[dict[str, list[tuple[date, Fields]]]] = {
    YEARLY: [
        (
            BASE,
            {
                "calendar": "report_year",
                "periods": YEARS,
                "recipient": "P-LD",
                "on_behalf_of": "P",
                "reporters": {"xa": XA, "so": {"label": "Sở", "units": ["P-NV", "P-TC"]}},
                "obligation": {
                    "deadlines": {"xa": {"before": "12-20"}, "so": {"by": "12-15"}},
                    "confirm": [{"level": "district", "before": "12-22"}, {"recipient": True, "before": "12-25"}],
                },
                "estimates": {"until": {"by": "12-28"}},
            },
        ),
        (MARCH, {"recipient": "P-NV"}),
        (
            JULY,
            {
                "recipient": "P-TH",
                "obligation": {
                    "deadlines": {"xa": {"before": "12-20"}, "so": {"by": "12-15"}},
                    "confirm": [{"recipient": True, "before": "12-25"}],
                },
            },
        ),
    ],
    MONTHLY: [
        (
            BASE,
            {
                "calendar": "year",
                "periods": [f"{year}-{month:02}" for year in YEARS[1:3] for month in range(1, 13)],
                "recipient": "P-TC",
                "reporters": {"xa": XA},
                "obligation": {"deadlines": {"xa": {"day_of_next_month": 5}}},
            },
        ),
        (JULY, {"recipient": "P-TH"}),
    ],
    ON_CALL: [
        (BASE, {"calendar": "year", "recipient": "P-LD", "reporters": {"xa": XA}, "obligation": {"on_call": True}}),
        (MARCH, {"recipient": "P-NV"}),
        (JULY, {"recipient": "P-TH"}),
    ],
}


def regimes() -> list[Regime]:
    """The regimes as the product reads them."""
    found = []
    for regime_id, versions in VERSIONS.items():
        changes = [{"from": day.isoformat(), "legal_basis": [], **fields} for day, fields in versions[1:]]
        found.append(Regime.model_validate({**_fields(regime_id, BASE), "changes": changes}))
    return found


def _fields(regime_id: str, day: date) -> Fields:
    """What a regime says on a day."""
    said: Fields = {"id": regime_id, "title": "Chế độ thử", "legal_basis": []}
    for first, fields in VERSIONS[regime_id]:
        said |= fields if first <= day else {}
    return said


@dataclass(frozen=True)
class Reform:
    """What begins, goes on under another row, and ends on a day."""

    day: date
    begun: tuple[Unit, ...]
    changed: tuple[Unit, ...]
    edges: tuple[Edge, ...]
    pins: Mapping[Pair, date]


def _unit(unit_id: str, level: str, parent: str | None, begins: date = BASE, kind: str = "peoples_committee") -> Unit:
    code = unit_id.partition("-20")[0]
    mail = (Contact("", "", f"{unit_id}@xa.example"),) if len(unit_id) % 3 else ()
    return Unit(unit_id, code, f"Xã {unit_id}", level, kind, parent, begins, contacts=mail)


def base() -> list[Unit]:
    offices = [_unit(code, "province", "P", kind="office") for code in ("P-LD", "P-NV", "P-TC")]
    communes = [_unit(f"{district}{number}", "commune", district) for district in ("HA", "HB") for number in range(1, 6)]
    return [_unit("P", "province", None), _unit("HA", "district", "P"), _unit("HB", "district", "P"), *offices, *communes]


def begins_of(rows: Sequence[Unit], reforms: Sequence[Reform]) -> list[Unit]:
    """The rows after some reforms."""
    found = list(rows)
    for reform in reforms:
        closed = {edge.old for edge in reform.edges} | {unit.id for unit in reform.changed}
        found = [replace(row, valid_to=reform.day) if row.id in closed and row.valid_to is None else row for row in found]
        found += [*reform.begun, *reform.changed]
    return found


def march(rng: random.Random) -> Reform:
    merged = _unit("P-NV-2025", "province", "P", MARCH, "office")
    edges = tuple(Edge(old, merged.id, MARCH, "none", is_heir=True) for old in ("P-LD", "P-NV"))
    return Reform(MARCH, (merged,), (), edges, {})


def july(rng: random.Random, pins: Mapping[Pair, date]) -> Reform:
    """Districts end; communes are merged into two, one is split, one is only renamed, others move below the province."""
    codes = [unit.id for unit in base() if unit.level == "commune"]
    rng.shuffle(codes)
    first, second, split, renamed, *alone = codes[:3], codes[3:5], codes[5], codes[6], *codes[7:]
    office, begun, edges = _unit("P-TH-2025", "province", "P", JULY, "office"), list[Unit](), list[Edge]()
    for group in (first, second):
        begun.append(_unit(f"{rng.choice(group)}-2025", "commune", "P", JULY))
        edges += [Edge(old, begun[-1].id, JULY, "whole", is_heir=True) for old in group]
    parts = [begun[0], begun[1]] if rng.random() < 0.5 else [begun[0], _unit(f"{split}-2025", "commune", "P", JULY)]
    begun += [unit for unit in parts if unit not in begun]
    edges += [Edge(split, part.id, JULY, "part", 1, "assumed") for part in parts]
    edges += [Edge(old, office.id, JULY, "none", is_heir=True) for old in ("P-NV-2025", "P-TC")]
    edges += [Edge(old, "P", JULY, "none", is_heir=old == "HA" or rng.random() < 0.6) for old in ("HA", "HB")]
    changed = [replace(_unit(old, "commune", "P", JULY), name=f"Phường {old}") for old in (renamed, *alone)]
    changed.append(replace(_unit("P", "province", None, JULY), name="Tỉnh mới"))
    return Reform(JULY, (*begun, office), tuple(changed), tuple(edges), pins)


def declared(reform: Reform) -> Reform:
    """The reform with an heir for every unit: of a split the second part, which is not first in the list."""
    open_ones = {edge.old for edge in reform.edges} - {edge.old for edge in reform.edges if edge.is_heir}
    last = {edge.old: edge.new for edge in reform.edges if edge.old in open_ones}
    return replace(reform, edges=tuple(replace(edge, is_heir=edge.is_heir or last.get(edge.old) == edge.new) for edge in reform.edges))


def later(rng: random.Random, before: Reform) -> Reform:
    """Two of the communes that began in July become one, on a day of the next months."""
    day = JULY + rng.randrange(100, 220) * DAY
    old = [unit.id for unit in before.begun if unit.level == "commune"][:2]
    merged = _unit(f"{old[0].partition('-')[0]}-2026", "commune", "P", day)
    return Reform(day, (merged,), (), tuple(Edge(one, merged.id, day, "whole", is_heir=True) for one in old), {})


def eras(rng: random.Random, begins: datetime, ends: datetime, opened: Mapping[Pair, Sequence[Logged]]) -> list[Era]:
    """What is known when: reforms before or after their day, some reverted and applied again, corrected."""
    pins = {pair: JULY - DAY for pair in opened if pair[1].startswith("2025") and rng.random() < 0.6}
    first, draft = march(rng), july(rng, pins)
    mended = declared(draft)
    last = later(rng, draft)
    known_first = at(MARCH) + timedelta(days=rng.uniform(-40, 30))
    known = max(known_first + DAY, at(JULY) + timedelta(days=rng.uniform(-60, 45)))
    plan: list[tuple[datetime, list[Reform]]] = [(begins, []), (known_first, [first]), (known, [first, draft])]
    if rng.random() < 0.8:  # a correction is a revert and another apply
        reverted = max(known, at(JULY)) + timedelta(days=rng.uniform(0, 30))
        again = reverted + timedelta(days=rng.choice([0.01, rng.uniform(0, 6)]))
        plan += [(reverted, [first]), (again, [first, mended])]
        draft, known = mended, again
    plan.append((max(known + DAY, at(last.day) + timedelta(days=rng.uniform(-30, 20))), [first, draft, last]))
    return [_era(since, reforms, ends, opened) for since, reforms in plan]


def _era(since: datetime, reforms: Sequence[Reform], ends: datetime, opened: Mapping[Pair, Sequence[Logged]]) -> Era:
    rows, pins = begins_of(base(), reforms), {pair: day for reform in reforms for pair, day in reform.pins.items()}
    pairs = [(regime, period) for regime in (YEARLY, MONTHLY) for period in VERSIONS[regime][0][1]["periods"]] + list(opened)
    days = {pair: pins.get(pair) or decree.cut_off(VERSIONS[pair[0]][0][1]["calendar"], pair[1]) for pair in pairs}
    tasks = [task for pair, day in days.items() for task in _tasks(pair, day, rows, ends)]
    recipients = {pair: _recipients(_fields(pair[0], day), _on(rows, day)) for pair, day in days.items()}
    edges = [edge for reform in reforms for edge in reform.edges]
    first_days = tuple(reform.day for reform in reforms)
    return Era(since, rows, edges, {task.id: task for task in tasks}, recipients, days, pins, first_days)


def _on(rows: Sequence[Unit], day: date) -> dict[str, Unit]:
    """The units of a day, by code."""
    return {row.code: row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)}


def _recipients(said: Fields, units: Mapping[str, Unit]) -> tuple[str, str]:
    recipient = units.get(said["recipient"])
    if recipient is None:
        return "", ""
    above = units.get(said.get("on_behalf_of") or "")
    return recipient.id, above.id if above else recipient.parent or ""


def _tasks(pair: Pair, day: date, rows: Sequence[Unit], ends: datetime) -> Iterator[Task]:
    """Who reports and who confirms, by what the regime says on the reference day."""
    said, units = _fields(pair[0], day), _on(rows, day)
    regime, begins = Regime.model_validate(said), decree.begins(said["calendar"], pair[1])
    rules, name = said["obligation"], "/".join(pair)
    if begins >= ends or regime.obligation is None:
        return
    for group, members in said["reporters"].items():
        due = None if "on_call" in rules else decree.due(regime.obligation.deadlines[group], regime, pair[1])
        for unit in units.values():
            if unit.code in members.get("units", ()) or unit.level == members.get("level"):
                yield Task(f"{name}/{unit.id}", *pair, unit.id, "report", begins, due)
                if (until := estimates.until(regime, pair[1])) is not None:
                    yield Task(f"{name}/{unit.id}/official", *pair, unit.id, "official", begins, until)
    for rule in regime.obligation.confirm:
        due = decree.due(rule, regime, pair[1])
        for unit in units.values() if rule.level else ():
            if unit.level == rule.level and unit.kind == "peoples_committee":
                yield Task(f"{name}/{unit.id}/confirm", *pair, unit.id, "confirm", begins, due)
        if rule.recipient and said["recipient"] in units:
            unit = units[said["recipient"]]
            yield Task(f"{name}/{unit.id}/confirm", *pair, unit.id, "confirm", begins, due, units["P"].id)
