"""Faults in single cells of a reform's tables."""

import re
from collections.abc import Iterator
from typing import Final, get_args

from services.cli.files import unit_files
from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault
from shared.words.lineage import MOST_WEIGHT, Basis, Share
from shared.words.reform import Heir
from shared.words.refusals import number, refusal

WEIGHT: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
SHARES: Final[tuple[str, ...]] = get_args(Share)
BASES: Final[tuple[str, ...]] = get_args(Basis)
HEIRS: Final[tuple[str, ...]] = get_args(Heir)


def faults(name: str, row: Row) -> Iterator[Fault]:
    """The faults in a row of the file with this name."""
    match name:
        case "units.csv":
            yield from unit_files.of_unit(row)
        case "lineage.csv":
            yield from _of_line(row)
        case "areas.csv":
            yield from unit_files.of_codes(row, "area", "member")
            yield from unit_files.of_text(row, "name")


def _of_line(row: Row) -> Iterator[Fault]:
    cells = row.cells
    yield from unit_files.of_codes(row, "old", "new")
    if cells["share"] not in SHARES:
        yield row.fault(refusal("reform.unknown_share", text=cells["share"]))
    elif cells["share"] == "part":
        yield from _of_part(row)
    elif cells["weight"] or cells["basis"]:
        yield row.fault(refusal("reform.weight_without_part"))
    if cells["heir"] not in HEIRS:
        yield row.fault(refusal("reform.unknown_heir", text=cells["heir"]))


def _of_part(row: Row) -> Iterator[Fault]:
    weight, basis = row.cells["weight"], row.cells["basis"]
    if not weight:
        yield row.fault(refusal("reform.weight_missing"))
    elif not WEIGHT.fullmatch(weight):
        yield row.fault(refusal("reform.invalid_weight", text=weight))
    elif int(weight) > MOST_WEIGHT:
        yield row.fault(refusal("reform.weight_too_large", text=weight, most=number(MOST_WEIGHT)))
    if not basis:
        yield row.fault(refusal("reform.basis_missing"))
    elif basis not in BASES:
        yield row.fault(refusal("reform.unknown_basis", text=basis))
