"""A table for a spreadsheet: typed cells below a header, with lines above that say what it is. Exports write it, pages may show it."""

from dataclasses import dataclass
from decimal import Decimal

Cell = str | int | Decimal | None
"""A text, a number, or nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """Each row has as many cells as the header. `name` is that of its sheet: at most 31 characters, without `[]:*?/\\`.

    `about` are the lines above the header in a workbook: what the table is, its filter, when it was made, how many of how many rows. A CSV
    file has none, so that a program finds the header in its first row.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    name: str = "Số liệu"
    about: tuple[str, ...] = ()
