"""What is to be marked in a sender's own workbook. The marking itself (`marking`) is a confined job and needs openpyxl; this does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.sheets.reading import Group


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong, and the cells about which it is said: sheet, cell, and what the cell is for."""

    message: str
    cells: Sequence[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Marks:
    title: str
    marks: Sequence[Mark]


def of_groups(title: str, groups: Iterable[Group], labels: Mapping[str, str]) -> Marks:
    """The marks of grouped reasons. `labels`: what each cell is for, by its path."""
    found = []
    for group in groups:
        parts = [(path.rpartition("!"), labels.get(path, "")) for path in group.cells if "!" in path]
        found.append(Mark(group.reason.message_vi, [(sheet, where, label) for (sheet, _, where), label in parts]))
    return Marks(title, found)
