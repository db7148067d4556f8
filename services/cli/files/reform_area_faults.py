"""What is wrong with the areas of a reform: codes that a unit has, names that differ, members that are unknown, nested or named twice."""

from collections.abc import Iterator

from services.cli.files import csv_rows
from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault
from services.cli.files.reform_files import AREAS, UNITS
from services.cli.files.reform_units import FirstDay
from shared.words import refusals
from shared.words.reform_sides import DAY
from shared.words.refusals import Refusal, refusal


def find(day: FirstDay) -> Iterator[Fault]:
    """The faults in areas.csv."""
    rows = day.files.rows[AREAS]
    areas = {row.cells["area"] for row in rows} | {area.code for area in day.registry.areas if area.is_valid(day.day - DAY)}
    for row in csv_rows.repeated(rows, ("area", "member")):
        yield row.fault(refusal("reform.repeated_member", area=row.cells["area"], code=row.cells["member"]))
    members: dict[str, list[Row]] = {}
    for row in rows:
        members.setdefault(row.cells["area"], []).append(row)
        if (why := _of_member(row.cells["member"], areas, day)) is not None:
            yield row.fault(why)
    for area, of_area in members.items():
        yield from _of_area(area, of_area, day)
    for row in day.files.rows[UNITS]:
        if row.cells["code"] in areas - members.keys():
            yield row.fault(refusal("reform.area_code_taken", code=row.cells["code"], name=row.cells["name"]))


def _of_member(code: str, areas: set[str], day: FirstDay) -> Refusal | None:
    if code in day.codes:
        return None
    if code in areas:
        return refusal("reform.area_nested", code=code)
    return day.lost_zero(code, day.codes) or refusal("reform.unknown_member", code=code, day=refusals.day(day.day))


def _of_area(area: str, rows: list[Row], day: FirstDay) -> Iterator[Fault]:
    if area in day.codes:
        yield rows[0].fault(refusal("reform.area_code_taken", code=area, name=day.name(area)))
    for row in rows:
        if row.cells["name"] != rows[0].cells["name"]:
            yield row.fault(refusal("reform.area_names_differ", code=area, first=rows[0].line))
    members = {row.cells["member"] for row in rows}
    for row in rows:
        above = next((code for code in day.ancestors(row.cells["member"]) if code in members), None)
        if above is not None:
            yield row.fault(refusal("reform.members_nested", code=row.cells["member"], other=above))
