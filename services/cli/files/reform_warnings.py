"""What looks wrong in a reform without being refused, and what an authority still has to declare.

Source of the warning about namesakes: the mapping of 2025 was first joined by the names of communes inside the merged provinces, which made
31 edges between places that lie 18 to 99 km apart.
"""

from collections.abc import Iterable, Iterator, Sequence

from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault
from services.cli.files.reform_files import CONTACTS, LINEAGE, UNITS
from services.cli.files.reform_units import FirstDay
from shared.words import refusals
from shared.words.reform import Plan
from shared.words.refusals import number, refusal

SHOWN = 5  # examples in one sentence


def find(day: FirstDay, plan: Plan) -> list[Fault]:
    """All warnings. The files have no faults."""
    of_lines: list[Fault] = [*_assumed(day), *_open_heirs(day), *_several_provinces(day), *_namesakes(day)]
    return [*of_lines, *_levels(day, plan), *_without_contacts(day, plan), *_areas(day, plan)]


def to_declare(day: FirstDay) -> list[Fault]:
    """The weights and heirs that nobody has declared, each with the units among which to choose, in the order of the file."""
    faults = [_weights_to_declare(day, rows[0], rows) for rows in _with_assumed(day)]
    faults += [_heir_to_declare(day, row) for row in day.files.rows[LINEAGE] if row.cells["heir"] == "?"]
    return sorted(faults, key=lambda fault: fault.line or 0)


def _assumed(day: FirstDay) -> Iterator[Fault]:
    units = list(_with_assumed(day))
    if units:
        lines = sum(row.cells["basis"] == "assumed" for rows in units for row in rows)
        yield day.files.of_file(LINEAGE, refusal("reform.assumed_weights", units=number(len(units)), lines=number(lines)))


def _with_assumed(day: FirstDay) -> Iterator[Sequence[Row]]:
    """The lines of every unit that has an assumed weight."""
    return (rows for rows in day.rows_out.values() if any(row.cells["basis"] == "assumed" for row in rows))


def _open_heirs(day: FirstDay) -> Iterator[Fault]:
    heirless = [_former(day, row.cells["old"]) for row in day.files.rows[LINEAGE] if row.cells["heir"] == "?"]
    if heirless:
        yield day.files.of_file(LINEAGE, refusal("reform.open_heirs", count=number(len(heirless)), first=heirless[:SHOWN]))


def _several_provinces(day: FirstDay) -> Iterator[Fault]:
    mixed = [
        f"{day.name(code)} ({code})"
        for code in day.rows_into
        if len({day.sides.tree.top(day.sides.before[line.old].id).id for line in day.sides.land_into(code)}) > 1
    ]
    if mixed:
        yield day.files.of_file(LINEAGE, refusal("reform.several_provinces", count=number(len(mixed)), first=mixed[:SHOWN]))


def _namesakes(day: FirstDay) -> Iterator[Fault]:
    """Former units of one name in one province of the first day that lead to the same new unit, as one group for each name."""
    groups: dict[tuple[str, str], dict[str, set[str]]] = {}
    for code in day.rows_into:
        named: dict[str, set[str]] = {}
        for line in day.sides.land_into(code):
            named.setdefault(day.sides.before[line.old].name, set()).add(line.old)
        province = [code, *day.ancestors(code)][-1]
        for name, codes in named.items():
            if len(codes) > 1:
                groups.setdefault((province, name), {})[code] = codes
    for (province, name), of_targets in sorted(groups.items()):
        former = sorted(set().union(*of_targets.values()))
        targets = [f"{day.name(code)} ({code})" for code in sorted(of_targets)]
        why = refusal("reform.namesakes", province=day.name(province), name=name, units=len(former), codes=former, targets=targets)
        yield day.rows_into[min(of_targets)][0].fault(why)


def _levels(day: FirstDay, plan: Plan) -> Iterator[Fault]:
    before = {unit.level for unit in day.sides.before.values()}
    closed = {row.id for row in plan.closed}
    after = {unit.level for unit in (*plan.begun, *(unit for unit in day.sides.before.values() if unit.id not in closed))}
    for level in sorted(before - after):
        yield day.files.of_file(UNITS, refusal("reform.level_without_units", level=level, day=refusals.day(day.day)))


def _without_contacts(day: FirstDay, plan: Plan) -> Iterator[Fault]:
    going_on = {row.id for row in day.sides.goes_on.values()}
    silent = [f"{row.name} ({row.code})" for row in plan.begun if row.id not in going_on and not row.contacts]
    if silent:
        yield day.files.of_file(CONTACTS, refusal("reform.without_contact", count=number(len(silent)), first=silent[:SHOWN]))


def _areas(day: FirstDay, plan: Plan) -> Iterator[Fault]:
    begun = {area.code for area in plan.areas_begun}
    for area in plan.areas_closed:
        if area.code not in begun:
            yield day.files.of_file("areas.csv", refusal("reform.area_ends", name=area.name, code=area.code))


def _weights_to_declare(day: FirstDay, first: Row, rows: Iterable[Row]) -> Fault:
    unit = day.sides.before[first.cells["old"]]
    province = day.sides.tree.top(unit.id).name
    why = refusal("reform.weights_to_declare", name=unit.name, code=unit.code, province=province, targets=_targets(day, rows))
    return first.fault(why)


def _heir_to_declare(day: FirstDay, row: Row) -> Fault:
    unit = day.sides.before[row.cells["old"]]
    rows = day.rows_out[unit.code]
    province = day.sides.tree.top(unit.id).name
    return row.fault(refusal("reform.heir_to_declare", name=unit.name, code=unit.code, province=province, targets=_targets(day, rows)))


def _targets(day: FirstDay, rows: Iterable[Row]) -> list[str]:
    return [f"{day.name(row.cells['new'])} ({row.cells['new']})" for row in rows]


def _former(day: FirstDay, code: str) -> str:
    return f"{day.sides.before[code].name} ({code})"
