"""Rows of CSV files: cells by column, with file and line. A file with other columns, or damaged, is refused as a whole."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.cli.files.faults import Fault, FaultsError
from shared.plumbing import text_files
from shared.plumbing.text_files import MOST_BYTES, UnreadableError
from shared.words.refusals import Both, Refusal, refusal

SEPARATORS: Final = {";": Both("dấu chấm phẩy", "semicolons"), "\t": Both("dấu tab", "tabs")}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line, by column, without spaces around them."""

    file: Path
    line: int
    cells: dict[str, str]

    def fault(self, why: Refusal) -> Fault:
        return Fault(self.file, why, self.line)


def read(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a file with exactly these columns. Raises FaultsError."""
    return rows(path, text(path), columns)


def text(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """The text of a file. Raises FaultsError."""
    try:
        return text_files.read(path, text_files.FROM_EXCEL, most_bytes)
    except UnreadableError as error:
        raise FaultsError([Fault.of_unreadable(path, error)]) from error


def rows(path: Path, text: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a file's text, which has exactly these columns. Raises FaultsError."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    _require_columns(path, text.partition("\n")[0], tuple(_header(path, reader)), columns)
    for cells in _cells(path, reader):
        if None in cells or None in cells.values():
            raise FaultsError([Fault(path, refusal("csv.wrong_number_of_cells", count=len(columns)), reader.line_num)])
        yield Row(path, reader.line_num, {name: cell.strip() for name, cell in cells.items()})


def _header(path: Path, reader: "csv.DictReader[str]") -> Sequence[str]:
    try:
        return reader.fieldnames or ()
    except csv.Error as error:
        raise FaultsError([Fault(path, refusal("csv.not_csv", detail=error), 1)]) from error


def _require_columns(path: Path, first_line: str, found: tuple[str, ...], wanted: Sequence[str]) -> None:
    if found == tuple(wanted):
        return
    columns = [",".join(wanted)]
    separator = next((mark for mark in SEPARATORS if mark in first_line and "," not in first_line.replace(f"sep={mark}", "")), None)
    if separator is not None:
        why = refusal("csv.wrong_separator", separator=SEPARATORS[separator], columns=columns)
    elif not first_line.strip():
        why = refusal("csv.first_line_blank", columns=columns)
    else:
        why = refusal("csv.wrong_columns", columns=columns)
    raise FaultsError([Fault(path, why, 1)])


def _cells(path: Path, reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise FaultsError([Fault(path, refusal("csv.not_csv", detail=error), reader.line_num)]) from error


def repeated(rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    """Rows with the same values in these columns, unless the last column is empty."""
    keys = [tuple(row.cells[column] for column in columns) for row in rows]
    counts = Counter(keys)
    return [row for row, key in zip(rows, keys, strict=True) if counts[key] > 1 and key[-1]]
