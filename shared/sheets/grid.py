"""What a workbook holds, as far as a form needs it: sheets with their cells and merged ranges, and names. Pure.

Source: ECMA-376, part 1, section 18.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["number", "date", "percent", "text", "flag", "error"]
Formula = Literal["", "own", "foreign"]
Place = tuple[int, int]
"""Row and column, from 1."""

LAST: Final = (1_048_576, 16_384)
MOST_MERGED: Final = 5_000  # ranges of a workbook, and cells of a range that is looked at; a form has some hundred
REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
FOREIGN: Final = re.compile(  # `[1]Biểu!A1`, `'C:\\[so.xlsx]Biểu'!A1`, `'so.xlsx'!Tên`, an address, DDE; not `Bảng[[#All],[Cột]]`
    r"\[[^\[\]]*\](?:[\w.]*|[^\[\]']*')!|\.xl\w*['\]]|://|\||\b(?:WEBSERVICE|CALL|REGISTER\.ID|RTD|DDE)\s*\(", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with something in it. `text` is what was saved: of a number its digits, of a flag `1` or `0`. A formula has the text of its
    result; "" if none was saved.
    """

    kind: Kind
    text: str
    formula: Formula = ""


@dataclass
class Sheet:
    name: str
    cells: dict[Place, Cell] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)


@dataclass
class Workbook:
    sheets: list[Sheet]
    names: dict[str, tuple[str, Place]]
    """The cell of each defined name that is one cell: its sheet's name, row and column."""
    stamp: str
    """The document property in which the form has its stamp; "" if there is none."""
    has_links: bool
    """Whether it has links to other workbooks."""


def place(reference: str) -> Place | None:
    """Row and column of `B12` or `$B$12`; None for anything else."""
    found = REFERENCE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    return (row, column) if 1 <= row <= LAST[0] and column <= LAST[1] else None


def reference(row: int, column: int) -> str:
    """`B12`."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def points_outside(formula: str) -> bool:
    """Whether a formula needs another file, or a program."""
    return FOREIGN.search(re.sub('"[^"]*"', "", formula)) is not None
