"""What is wrong with a reform's files: with each other, and with the units and reforms of before. Every fault has its file and line.

Faults of areas are in `services.cli.files.reform_area_faults`. Source: ADR 0042.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from services.cli.files import csv_rows, reform_area_faults, reform_cells, unit_files
from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault
from services.cli.files.reform_files import AREAS, LINEAGE, UNITS, Known, ReformFiles
from services.cli.files.reform_units import FirstDay
from shared.words import refusals
from shared.words.lineage import Share
from shared.words.reform import Count
from shared.words.reform_sides import DAY
from shared.words.refusals import Both, Refusal, refusal

LAND: Final[tuple[Share, ...]] = ("whole", "part")
HEIRS: Final = ("x", "?")
COUNTED: Final[Mapping[Count, Both]] = {
    "ends": Both("kết thúc", "that end"),
    "goes_on": Both("tiếp tục", "that go on"),
    "begins": Both("mới", "that begin"),
    "untouched": Both("giữ nguyên", "that are untouched"),
    "after": Both("sau đợt sắp xếp", "after the reform"),
}


def find(files: ReformFiles, known: Known) -> list[Fault]:
    """All faults of a reform's files. `known` has the reforms before it."""
    if faults := list(_of_reform(files, known)):
        return faults
    day = FirstDay(files, known.registry)
    faults = [
        *(fault for name in (UNITS, LINEAGE, AREAS) for row in files.rows[name] for fault in reform_cells.faults(name, row)),
        *_of_units(day),
        *_of_lines(day),
        *_of_sources(day),
        *_orphans(day),
        *_applied_later(day),
        *reform_area_faults.find(day),
        *_of_law(day),
        *day.contact_faults(),
    ]
    order = {files.folder / name: number for number, name in enumerate(("reform.yaml", *files.rows))}
    return sorted(dict.fromkeys(faults), key=lambda fault: (order[fault.file], fault.line is None, fault.line or 0))


def unmet(files: ReformFiles, counts: Mapping[Count, Mapping[str, int]]) -> Iterator[Fault]:
    """Counts in `expect` that differ from those of the plan."""
    for what, levels in files.reform.expect.items():
        for level, expected in levels.items():
            counted = counts[what].get(level, 0)
            if counted != expected:
                numbers = refusals.number(expected), refusals.number(counted)
                why = refusal("reform.expect_not_met", level=level, count=COUNTED[what], expected=numbers[0], counted=numbers[1])
                yield files.fault(("expect", what, level), why)


def _of_reform(files: ReformFiles, known: Known) -> Iterator[Fault]:
    """Faults that leave nothing to compare the other files with."""
    reform, units = files.reform, known.registry.units
    first = min((unit.valid_from for unit in units), default=date.max)
    if reform.valid_from <= first:
        day = refusals.day(reform.valid_from - DAY)
        yield files.fault(("valid_from",), refusal("reform.before_first_day", first=refusals.day(first), day=day))
    if known.applied.get(reform.id, files.digest) != files.digest:
        yield files.fault(("id",), refusal("reform.other_content", id=reform.id))
    for number, other in enumerate(reform.after):
        if other not in known.applied:
            yield files.fault(("after", number), refusal("reform.after_not_applied", id=other))
    if not any(files.rows[name] for name in (UNITS, LINEAGE, AREAS)):
        yield files.fault((), refusal("reform.no_change"))


def _of_units(day: FirstDay) -> Iterator[Fault]:
    for row in csv_rows.repeated(day.files.rows[UNITS], ("code",)):
        yield row.fault(refusal("unit.repeated", code=row.cells["code"]))
    for row in day.files.rows[UNITS]:
        code, parent = row.cells["code"], row.cells["parent"]
        if code not in day.sides.goes_on and code not in day.sides.into:
            yield row.fault(day.lost_zero(code, day.sides.before) or refusal("reform.without_source", code=code))
        if parent and parent not in day.codes:
            yield row.fault(_no_parent(parent, day))
        elif day.is_below_itself(code):
            yield row.fault(refusal("unit.below_itself", code=code))


def _no_parent(parent: str, day: FirstDay) -> Refusal:
    if parent in day.sides.ended:
        return refusal("reform.parent_ended", code=parent, day=refusals.day(day.day))
    return day.lost_zero(parent, day.codes) or refusal("unit.unknown_parent", code=parent, day=refusals.day(day.day))


def _of_lines(day: FirstDay) -> Iterator[Fault]:
    """Codes of lineage.csv that no unit has, and pairs that occur twice."""
    seen: set[tuple[str, str]] = set()
    for row in day.files.rows[LINEAGE]:
        old, new = row.cells["old"], row.cells["new"]
        if old not in day.sides.before and unit_files.CODE.fullmatch(old):
            yield row.fault(day.unknown(old))
        if new not in day.listed and unit_files.CODE.fullmatch(new):
            yield row.fault(day.lost_zero(new, day.listed) or refusal("reform.not_listed", code=new))
        if (old, new) in seen:
            yield row.fault(refusal("reform.repeated_pair", old=old, new=new))
        seen.add((old, new))
    for code, lines in day.rows_into.items():
        bearer = day.sides.before.get(code)
        land = [row for row in lines if row.cells["share"] in LAND]
        if land and bearer is not None and code not in day.sides.out:
            yield land[0].fault(refusal("reform.code_still_borne", code=code, name=bearer.name))


def _of_sources(day: FirstDay) -> Iterator[Fault]:
    """Units whose lines contradict each other."""
    for code, rows in day.rows_out.items():
        pairs = {row.cells["new"]: row for row in reversed(rows)}  # a repeated pair is reported elsewhere
        distinct = [row for row in rows if pairs[row.cells["new"]] is row]
        yield from _of_shares(code, distinct)
        yield from _of_heirs(code, distinct)


def _of_shares(code: str, rows: Sequence[Row]) -> Iterator[Fault]:
    whole = [row for row in rows if row.cells["share"] == "whole"]
    parts = [row for row in rows if row.cells["share"] == "part"]
    if whole and len(rows) > 1:
        yield whole[0].fault(refusal("reform.whole_beside_others", code=code))
    elif len(parts) == 1 and all(row.cells["share"] in reform_cells.SHARES for row in rows):
        yield parts[0].fault(refusal("reform.lone_part", code=code))


def _of_heirs(code: str, rows: Sequence[Row]) -> Iterator[Fault]:
    marked = [row for row in rows if row.cells["heir"] in HEIRS]
    if len(marked) > 1:
        yield marked[1].fault(refusal("reform.two_heirs", code=code))
    elif not marked and all(not row.cells["heir"] for row in rows):
        yield rows[0].fault(refusal("reform.no_heir", code=code))


def _orphans(day: FirstDay) -> Iterator[Fault]:
    """Units below a unit that ends, about which the files say nothing."""
    ended = {day.sides.before[code].id: day.sides.before[code] for code in day.sides.ended}
    meant = {near for code in day.sides.out for near in day.near(code, day.sides.before)}
    for code, unit in sorted(day.stays.items()):
        if unit.parent in ended and code not in day.listed and code not in meant:
            why = refusal("reform.orphan", code=unit.code, name=unit.name, parent=ended[unit.parent].name)
            yield day.files.of_file(LINEAGE, why)


def _applied_later(day: FirstDay) -> Iterator[Fault]:
    """Units that a reform of a later day has changed already, each once."""
    by_code: dict[str, Fault] = {}
    for code, row, since in (*_changed_sources(day), *_changed_units(day)):
        if since is not None:
            by_code.setdefault(code, row.fault(refusal("reform.applied_later", code=code, day=refusals.day(since))))
    yield from by_code.values()


def _changed_sources(day: FirstDay) -> Iterator[tuple[str, Row, date | None]]:
    for code, rows in day.rows_out.items():
        yield code, rows[0], day.changed_later(code)


def _changed_units(day: FirstDay) -> Iterator[tuple[str, Row, date | None]]:
    """The new and changed units of units.csv, and the units above them."""
    for code, row in day.listed.items():
        if not day.is_as_before(code):
            yield code, row, day.changed_later(code)
            yield row.cells["parent"], row, day.ended_later(row.cells["parent"])


def _of_law(day: FirstDay) -> Iterator[Fault]:
    for number, law in enumerate(day.files.reform.legal_basis):
        if law.within is not None and law.within not in day.codes and law.within not in day.sides.before:
            yield day.files.fault(("legal_basis", number, "within"), day.unknown(law.within))
