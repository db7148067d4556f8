"""Compares the units of a reform's first day with an official list (`code,name,level,parent`)."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.cli.files import csv_rows, unit_files
from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault, FaultsError
from shared.words.reform import OFFICE
from shared.words.refusals import refusal
from shared.words.units import AREA, Tree, Unit

COLUMNS: Final = ("code", "name", "level", "parent")
TONES: Final = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
SAME_MARKS: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "–": "-", "‐": "-", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a tree differs from a list. `spelling` are names that differ only in the place of tone marks or in Unicode."""

    compared: int
    codes: Sequence[Fault]
    names: Sequence[Fault]
    levels: Sequence[Fault]
    parents: Sequence[Fault]
    spelling: Sequence[Fault]

    @property
    def differences(self) -> list[Fault]:
        """All differences but those of spelling."""
        return [*self.codes, *self.names, *self.levels, *self.parents]


def compare(path: Path, tree: Tree) -> Comparison:
    """Compares the people's committees of a tree with a list, for the levels that the list has. Raises FaultsError."""
    rows = list(csv_rows.read(path, COLUMNS))
    faults = [fault for row in rows for fault in (*unit_files.of_codes(row, "code"), *unit_files.of_text(row, "name"))]
    faults += [row.fault(refusal("unit.repeated", code=row.cells["code"])) for row in csv_rows.repeated(rows, ("code",))]
    if faults:
        raise FaultsError(faults)
    listed = {row.cells["code"]: row for row in rows}
    levels = {row.cells["level"] for row in rows}
    ours = {unit.code: unit for unit in tree.by_id.values() if unit.level in levels and unit.kind not in (OFFICE, AREA)}
    both = [(row, ours[code]) for code, row in listed.items() if code in ours]
    renamed = [(row, unit) for row, unit in both if row.cells["name"] != unit.name]
    return Comparison(
        compared=len(both),
        codes=list(_codes(path, listed, ours)),
        names=[_name(row, unit) for row, unit in renamed if same_spelling(row.cells["name"]) != same_spelling(unit.name)],
        levels=[_differs(row, "level", unit.level) for row, unit in both if row.cells["level"] != unit.level],
        parents=[_differs(row, "parent", _parent(unit, tree)) for row, unit in both if row.cells["parent"] != _parent(unit, tree)],
        spelling=[_name(row, unit) for row, unit in renamed if same_spelling(row.cells["name"]) == same_spelling(unit.name)],
    )


def same_spelling(name: str) -> str:
    """The name without the place of its tone marks: equal for `Hòa Bình` and `Hoà Bình`, `Cư M'gar` and `Cư M’gar`."""
    words = unicodedata.normalize("NFD", name.translate(SAME_MARKS)).split()
    return " ".join(_without_places(word) for word in words)


def _without_places(word: str) -> str:
    letters = "".join(letter for letter in word if letter not in TONES)
    return unicodedata.normalize("NFC", letters) + "".join(sorted(letter for letter in word if letter in TONES))


def _codes(path: Path, listed: Mapping[str, Row], ours: Mapping[str, Unit]) -> Iterator[Fault]:
    for code, row in listed.items():
        if code not in ours:
            yield row.fault(refusal("reform.only_in_list", code=code, name=row.cells["name"]))
    for code, unit in sorted(ours.items()):
        if code not in listed:
            yield Fault(path, refusal("reform.not_in_list", code=code, name=unit.name))


def _name(row: Row, unit: Unit) -> Fault:
    return _differs(row, "name", unit.name)


def _differs(row: Row, column: str, ours: str) -> Fault:
    why = refusal("reform.differs_from_list", code=row.cells["code"], column=column, listed=row.cells[column], ours=ours)
    return row.fault(why)


def _parent(unit: Unit, tree: Tree) -> str:
    above = tree.by_id.get(unit.parent) if unit.parent is not None else None
    return "" if above is None else above.code
