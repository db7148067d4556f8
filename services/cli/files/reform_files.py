"""Reads the folder of a reform (đợt sắp xếp): reform.yaml, units.csv, lineage.csv, areas.csv, contacts.csv.

Only reform.yaml is required. A folder is refused as a whole, with the faults of all its files. Source: ADR 0042.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import orjson

from services.cli.files import csv_rows, reform_cells, unit_files, yaml_models, yaml_nodes
from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault, FaultsError
from shared.words.lineage import Basis, Share
from shared.words.reform import AreaLine, Content, Heir, Line, NewUnit, Reform
from shared.words.refusals import Refusal, refusal
from shared.words.units import Registry

MOST_BYTES: Final = 5 * 1024 * 1024  # ten times the size of the files of 1 July 2025
REFORM: Final = "reform.yaml"
UNITS, LINEAGE, AREAS, CONTACTS = "units.csv", "lineage.csv", "areas.csv", "contacts.csv"
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    UNITS: ("code", "name", "level", "kind", "parent"),
    LINEAGE: ("old", "new", "share", "weight", "basis", "heir", "note"),
    AREAS: ("area", "name", "member"),
    CONTACTS: unit_files.CONTACT_COLUMNS,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What there is before a reform: units, and the reforms that were applied, with the digests of their files."""

    registry: Registry
    applied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReformFiles:
    """The files of a folder, each readable by itself. Whether they fit together and fit the units is not checked yet."""

    folder: Path
    reform: Reform
    root: Any
    texts: Mapping[str, str]
    """The files' texts, by name."""
    rows: Mapping[str, Sequence[Row]]
    """The rows of the CSV files, by name."""

    @property
    def digest(self) -> str:
        """Equal for folders with equal files."""
        return hashlib.sha256(orjson.dumps(dict(self.texts), option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def content(self) -> Content:
        """What the files say. Cells that are faulty are replaced or kept as they are; see `services.cli.files.reform_cells`."""
        units = [NewUnit(**row.cells) for row in self.rows[UNITS]]
        areas = [AreaLine(**row.cells) for row in self.rows[AREAS]]
        return Content(self.reform, units, [_line(row.cells) for row in self.rows[LINEAGE]], areas)

    def fault(self, where: Sequence[int | str], why: Refusal) -> Fault:
        """A fault in reform.yaml."""
        path = self.folder / REFORM
        return Fault(path, why, yaml_nodes.line(self.root, where), where)

    def of_file(self, name: str, why: Refusal) -> Fault:
        """A fault of a file that has no certain line."""
        path = self.folder / name
        return Fault(path, why)


def read(folder: Path) -> ReformFiles:
    """Reads a folder. Raises FaultsError with the faults of all its files, as far as they can be judged one by one."""
    faults: list[Fault] = list(_strange_files(folder))
    texts: dict[str, str] = {}
    rows: dict[str, Sequence[Row]] = dict.fromkeys(COLUMNS, ())
    root, reform = None, None
    try:
        texts[REFORM] = csv_rows.text(folder / REFORM, MOST_BYTES)
        root, reform = _reform(folder / REFORM)
    except FaultsError as error:
        faults += error.faults
    for name, columns in COLUMNS.items():
        path = folder / name
        if not _is_there(path):
            continue
        try:
            texts[name] = csv_rows.text(path, MOST_BYTES)
            rows[name] = tuple(csv_rows.rows(path, texts[name], columns))
        except FaultsError as error:
            faults += error.faults
    if faults or reform is None:
        of_cells = [fault for name in (UNITS, LINEAGE, AREAS) for row in rows[name] for fault in reform_cells.faults(name, row)]
        raise FaultsError([*faults, *of_cells])
    return ReformFiles(folder, reform, root, texts, rows)


def folders(parent: Path) -> list[Path]:
    """The folders of reforms inside a folder."""
    return sorted(path.parent for path in parent.glob(f"*/{REFORM}"))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # the name is too long; reading reform.yaml reports that
        return False


def _reform(path: Path) -> tuple[Any, Reform]:
    root, values = yaml_models.read(path)
    if strange := list(yaml_nodes.strange_numbers(root)):
        raise FaultsError([Fault(path, why, yaml_nodes.line(root, where), where) for where, why in strange])
    return root, yaml_models.checked(path, root, values, Reform)


def _strange_files(folder: Path) -> Iterator[Fault]:
    """Tables and YAML files that nobody would read, perhaps because their name is misspelt."""
    names = (REFORM, *COLUMNS)
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() in (".csv", ".yaml", ".yml", ".xlsx") and path.name not in names:
            yield Fault(path, refusal("reform.unknown_file", name=path.name, files=list(names)))


def _line(cells: Mapping[str, str]) -> Line:
    weight = int(cells["weight"]) if reform_cells.WEIGHT.fullmatch(cells["weight"]) else 1
    share, basis, heir = cast(Share, cells["share"]), cast(Basis, cells["basis"]), cast(Heir, cells["heir"])
    return Line(cells["old"], cells["new"], share, weight, basis, heir)
