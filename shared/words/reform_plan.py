"""Computes the plan of a reform from its files and the registry of the day before. Pure; the files have no faults.

A unit that goes on keeps its id and gets a new row if anything about it changes. Every other unit of units.csv is a new unit with a new id.
Source: ADR 0042.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from shared.words import reform_areas
from shared.words.lineage import Edge
from shared.words.reform import OFFICE, Content, Count, NewUnit, Plan
from shared.words.reform_sides import DAY, Sides
from shared.words.units import Area, Registry, Unit


def make(content: Content, registry: Registry) -> Plan:
    """The plan of a reform. `registry` has every reform before it and none after it that concerns the same units."""
    sides, day = Sides(content, registry), content.reform.valid_from
    listed = sorted(content.units, key=lambda unit: unit.code)
    ids = _ids([unit.code for unit in listed], sides, registry, day)
    rows = [_row(unit, ids, sides, day) for unit in listed]
    changed = [row for row in rows if not _is_as_before(row, sides)]
    goes_on = {row.id: row for row in sides.goes_on.values()}
    closed = [sides.before[code] for code in sides.ended] + [goes_on[row.id] for row in changed if row.id in goes_on]
    areas_closed, areas_begun = _areas(content, ids, sides, registry)
    plan = Plan(
        reform=content.reform,
        closed=tuple(sorted(closed, key=_order)),
        begun=tuple(sorted(changed, key=_order)),
        edges=tuple(_edges(content, ids, sides, "")),
        open_heirs=tuple(_edges(content, ids, sides, "?")),
        areas_closed=tuple(sorted(areas_closed, key=_order)),
        areas_begun=tuple(sorted(areas_begun, key=_order)),
    )
    return replace(plan, counts=_counts(plan, sides, {row.id for row in changed if row.id in goes_on}))


def _ids(codes: Sequence[str], sides: Sides, registry: Registry, day: date) -> dict[str, str]:
    """The ids of all units from the first day on, by code.

    The first unit that has a code has it as its id, a later one `<code>-<year>`, with `-2`, `-3` … behind it if that id is taken.
    """
    borne, taken = _known(registry)
    ids = {code: unit.id for code, unit in sides.before.items() if code not in sides.out}
    for code in codes:
        same = sides.goes_on.get(code)
        ids[code] = same.id if same is not None else new_id(code, day, borne, taken)
        taken.add(ids[code])
    return ids


def _known(registry: Registry) -> tuple[set[str], set[str]]:
    """The codes that units and areas ever had, and their ids."""
    rows: list[Unit | Area] = [*registry.units, *registry.areas]
    return {row.code for row in rows}, {row.id for row in rows}


def new_id(code: str, day: date, borne: Iterable[str], taken: Iterable[str]) -> str:
    """The id of a unit or area that begins on a day, if codes were `borne` and ids are `taken`."""
    dated = code if code not in borne else f"{code}-{day.year}"
    if dated in taken and dated == code:
        dated = f"{code}-{day.year}"
    unit_id, number = dated, 1
    while unit_id in taken:
        number += 1
        unit_id = f"{dated}-{number}"
    return unit_id


def _row(unit: NewUnit, ids: Mapping[str, str], sides: Sides, day: date) -> Unit:
    before = sides.goes_on.get(unit.code)
    contacts, valid_to = (before.contacts, before.valid_to) if before is not None else ((), None)
    parent = ids[unit.parent] if unit.parent else None
    return Unit(ids[unit.code], unit.code, unit.name, unit.level, unit.kind, parent, day, valid_to, contacts)


def _is_as_before(row: Unit, sides: Sides) -> bool:
    before = sides.goes_on.get(row.code)
    return before is not None and replace(row, valid_from=before.valid_from) == before


def _edges(content: Content, ids: Mapping[str, str], sides: Sides, heir: str) -> list[Edge]:
    """The edges out of units that end; with an `heir` only those that are marked so."""
    reform = content.reform
    edges = [
        Edge(sides.before[line.old].id, ids[line.new], reform.valid_from, line.share, line.weight, line.basis, line.heir == "x", reform.id)
        for line in content.lines
        if line.old in sides.ended and heir in ("", line.heir)
    ]
    return sorted(edges, key=lambda edge: (edge.old, edge.new))


def _areas(content: Content, ids: Mapping[str, str], sides: Sides, registry: Registry) -> tuple[list[Area], list[Area]]:
    """The areas that the reform closes and begins.

    An area of before stays if the files do not name it and none of its members ends, or if they name it with the same members.
    """
    day = content.reform.valid_from
    before = {area.code: area for area in registry.areas if area.is_valid(day - DAY)}
    ended = {sides.before[code].id for code in sides.ended}
    named: dict[str, tuple[str, set[str]]] = {}
    for line in content.areas:
        named.setdefault(line.area, (line.name, set()))[1].add(line.member)
    closed = [area for area in before.values() if area.code not in named and ended.intersection(area.members)]
    begun: list[Area] = []
    borne, taken = _known(registry)
    borne |= set(ids)
    taken |= set(ids.values())
    for code, (name, members) in sorted(named.items()):
        covers = reform_areas.coverage(members, sides).text
        area = Area(new_id(code, day, borne, taken), code, name, tuple(sorted(ids[member] for member in members)), day, covers=covers)
        old = before.get(code)
        if old is not None and (old.name, old.members) == (area.name, area.members):
            continue
        closed += [old] if old is not None else []
        begun.append(area)
        taken.add(area.id)
    return closed, begun


def _counts(plan: Plan, sides: Sides, goes_on: set[str]) -> dict[Count, dict[str, int]]:
    closed = {row.id for row in plan.closed}
    untouched = [row for row in sides.before.values() if row.id not in closed]
    return {
        "ends": _by_level(row for row in plan.closed if row.id not in goes_on),
        "goes_on": _by_level(row for row in plan.begun if row.id in goes_on),
        "begins": _by_level(row for row in plan.begun if row.id not in goes_on),
        "untouched": _by_level(untouched),
        "after": _by_level((*untouched, *plan.begun)),
    }


def _by_level(rows: Iterable[Unit]) -> dict[str, int]:
    return dict(sorted(Counter(OFFICE if row.kind == OFFICE else row.level for row in rows).items()))


def _order(row: Unit | Area) -> tuple[str, str]:
    return row.code, row.id
