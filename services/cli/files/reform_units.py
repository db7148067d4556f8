"""The units of a reform's first day, as far as its files are right: what its faults and warnings are judged by."""

import re
from collections.abc import Container, Iterator, Sequence
from datetime import date
from typing import Final

from services.cli.files import unit_files
from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault
from services.cli.files.reform_files import CONTACTS, LINEAGE, UNITS, ReformFiles
from shared.words import refusals
from shared.words.reform_sides import DAY, Sides
from shared.words.refusals import Refusal, refusal
from shared.words.units import Registry, Unit

NUMBER: Final = re.compile(r"([0-9]+)(-.+)?", re.ASCII)
LENGTHS: Final = (2, 3, 5)  # digits of the codes of provinces, districts and communes


class FirstDay:
    """A reform's files beside the registry of the day before."""

    def __init__(self, files: ReformFiles, registry: Registry) -> None:
        self.files = files
        self.registry = registry
        self.day = files.reform.valid_from
        self.sides = Sides(files.content, registry)
        self.rows_out: dict[str, list[Row]] = {}
        """The rows of lineage.csv by their old code."""
        self.rows_into: dict[str, list[Row]] = {}
        """The rows of lineage.csv by their new code."""
        for row in files.rows[LINEAGE]:
            self.rows_out.setdefault(row.cells["old"], []).append(row)
            self.rows_into.setdefault(row.cells["new"], []).append(row)
        self.listed = {row.cells["code"]: row for row in files.rows[UNITS]}
        """The rows of units.csv by code."""
        going_on = {row.id for row in self.sides.goes_on.values()}
        self.stays: dict[str, Unit] = {
            code: unit for code, unit in self.sides.before.items() if code not in self.sides.out and unit.id not in going_on
        }
        """The units that the files do not mention, by code."""
        self.codes = {**dict.fromkeys(self.stays), **dict.fromkeys(self.listed)}.keys()
        """The codes of all units from the first day on."""
        self._ever = {unit.code for unit in registry.units}
        self._since = _changes(registry, self.day)

    def parent(self, code: str) -> str | None:
        """The code of the unit above a unit from the first day on; None if there is none."""
        if code in self.listed:
            return self.listed[code].cells["parent"] or None
        unit = self.stays.get(code)
        above = self.sides.tree.by_id.get(unit.parent) if unit is not None and unit.parent is not None else None
        return None if above is None else above.code

    def ancestors(self, code: str) -> Iterator[str]:
        """The codes of the units above a unit from the first day on, nearest first."""
        seen, above = {code}, self.parent(code)
        while above is not None and above not in seen:
            seen.add(above)
            yield above
            above = self.parent(above)

    def is_below_itself(self, code: str) -> bool:
        """Whether the parents of a listed unit lead back to it."""
        last = code
        for above in self.ancestors(code):
            last = above
        return self.parent(last) is not None and self.parent(last) in self.codes

    def name(self, code: str) -> str:
        """The name of a unit from the first day on."""
        return self.listed[code].cells["name"] if code in self.listed else self.stays[code].name

    def unknown(self, code: str) -> Refusal:
        """Why a code means no unit on the day before."""
        if near := self.lost_zero(code, self.sides.before):
            return near
        if code in self._ever:
            return refusal("reform.unit_not_valid", code=code, day=refusals.day(self.day - DAY))
        return refusal("reform.unknown_unit", code=code)

    def lost_zero(self, code: str, known: Container[str]) -> Refusal | None:
        """The refusal of a code from which zeros in front seem to be lost; None if no known code is near."""
        near = self.near(code, known)
        return refusal("reform.lost_zero", code=code, near=near) if near else None

    def near(self, code: str, known: Container[str]) -> list[str]:
        """The known codes that an unknown one could be with zeros in front."""
        digits = NUMBER.fullmatch(code)
        if digits is None or code in self._ever:
            return []
        wider = (digits[1].zfill(length) + (digits[2] or "") for length in LENGTHS if length > len(digits[1]))
        return [other for other in wider if other in known]

    def changed_later(self, code: str) -> date | None:
        """The day from which a later reform has changed a unit, or another unit has its code; None if there is none."""
        unit = self.sides.before.get(code)
        days = [day for key in (("code", code), ("id", unit.id if unit else "")) if (day := self._since.get(key)) is not None]
        return min(days, default=None)

    def ended_later(self, code: str) -> date | None:
        """The day on which a later reform has ended a unit that stays; None if there is none."""
        unit = self.stays.get(code) or self.sides.goes_on.get(code)
        out = self.registry.lineage.out_of(unit.id) if unit is not None else ()
        return next((edge.day for edge in out if edge.day >= self.day), None)

    def is_as_before(self, code: str) -> bool:
        """Whether a listed unit goes on and nothing about it changes."""
        unit, cells = self.sides.goes_on.get(code), self.listed[code].cells
        if unit is None or (unit.code, unit.name, unit.level, unit.kind) != (code, cells["name"], cells["level"], cells["kind"]):
            return False
        above = self.stays.get(cells["parent"]) or self.sides.goes_on.get(cells["parent"])
        return unit.parent == (above.id if above is not None else None)

    def contact_faults(self) -> Sequence[Fault]:
        """Faults in contacts.csv. It may name the units of units.csv, by their codes."""
        return unit_files.of_contacts(self.files.rows[CONTACTS], self.listed)


def _changes(registry: Registry, day: date) -> dict[tuple[str, str], date]:
    """When units change from a day on: by id, when a row or an edge changes them; by code, when a unit begins that has it."""
    changes: dict[tuple[str, str], date] = {}
    dated = [(key, row.valid_from) for row in registry.units if row.valid_from >= day for key in (("id", row.id), ("code", row.code))]
    dated += [(("id", edge.old), edge.day) for edge in registry.lineage.edges if edge.day >= day]
    for key, since in dated:
        changes[key] = min(since, changes.get(key, since))
    return changes
