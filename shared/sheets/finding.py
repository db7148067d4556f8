"""Finds the form in a workbook: its stamps, and the cell of each field, by the markers and then by defined names. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

import orjson
from pydantic import TypeAdapter

from shared.sheets import markers
from shared.sheets.grid import MOST_MERGED, Formula, Kind, Place, Sheet, Workbook, reference
from shared.sheets.stamp import VISIBLE
from shared.words import texts
from shared.words.failures import PermanentError
from shared.words.refusals import number, refusal

Value = TypeVar("Value")

MOST_FIELDS: Final = 20_000
MOST_TIMES: Final = 5  # that a field is there and says something else
MOST_STAMPS: Final = 20
MOST_BESIDE: Final = 10  # texts in the row of a figure, and characters of each
MOST_LABEL: Final = 300
LABELLED: Final = frozenset({markers.VALUE, *markers.PARTS})
ROW_LETTERS: Final = {"v": markers.FIGURES_COLUMN, "n": markers.FIGURES_COLUMN, "d": markers.FIGURES_COLUMN, "t": markers.TEXT_COLUMN}
BESIDE: Final = {markers.NOTE: markers.NOTE_COLUMN, markers.ESTIMATE: markers.ESTIMATE_COLUMN}


@dataclass(frozen=True, slots=True)
class Found:
    """The cell of a field, as it is called in messages (`Biểu!F12`), and what is in it. `shares` is the first cell of the range
    with which it is merged.
    """

    sheet: str
    cell: str
    kind: Kind | None = None
    text: str = ""
    formula: Formula = ""
    shares: str = ""

    @property
    def path(self) -> str:
        return f"{self.sheet}!{self.cell}"

    def says_what(self, other: "Found") -> bool:
        """Whether another cell says the same."""
        return (self.kind, self.text, self.formula, self.shares) == (other.kind, other.text, other.formula, other.shares)


@dataclass
class Filled:
    """What a file says. `meanings` has the fingerprint of each indicator and text, by code; `beside` the texts in the row of each figure
    (`v.gd_lop`) before its cell, among them its label.
    """

    stamps: list[str] = field(default_factory=list)
    fields: dict[str, list[Found]] = field(default_factory=dict)
    meanings: dict[str, list[str]] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)
    has_links: bool = False


FILLED: Final = TypeAdapter(Filled)
SLICE: Final = 200  # fields of a line; a millisecond or two


def written(found: Filled) -> bytes:
    """What a file says, as lines of JSON, each a part of it: no thread waits for another one while a large answer is read."""
    parts = [Filled(found.stamps, has_links=found.has_links)]
    parts += [Filled(fields=part) for part in _slices(found.fields)]
    parts += [Filled(meanings=part) for part in _slices(found.meanings)]
    parts += [Filled(beside=part) for part in _slices(found.beside)]
    return b"\n".join(map(orjson.dumps, parts))


def read(lines: bytes) -> Filled:
    """What `written` has written."""
    found = Filled()
    for line in lines.split(b"\n"):
        part = FILLED.validate_json(line)
        found.stamps += part.stamps
        found.fields |= part.fields
        found.meanings |= part.meanings
        found.beside |= part.beside
        found.has_links |= part.has_links
    return found


def _slices(whole: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
    left = iter(whole.items())
    while part := dict(islice(left, SLICE)):
        yield part


def find(book: Workbook) -> Filled:
    """What the form in a workbook says."""
    found = Filled([book.stamp] if book.stamp else [], has_links=book.has_links)
    for sheet in book.sheets:
        _Sheet(sheet, found).look()
    _by_names(book, found)
    return found


class _Sheet:
    """One sheet while it is looked through."""

    def __init__(self, sheet: Sheet, found: Filled) -> None:
        self._sheet, self._found = sheet, found
        self._columns: dict[str, list[int]] = {}  # somebody may have copied one
        self._rows: list[tuple[int, str, str]] = []  # the row, its letter and code
        self._head = _merged_cells(sheet)

    def look(self) -> None:
        for (row, column), cell in self._sheet.cells.items():
            if cell.kind == "text":
                self._mark(row, column, cell.text)
        fields = [(name, (row, column)) for row, letter, code in self._rows for name, column in self._fields(letter, code)]
        own = {at for _, at in fields}
        for name, at in fields:
            add(self._found, name, place(self._sheet, at, self._head.get(at, at), own))

    def _mark(self, row: int, column: int, text: str) -> None:
        if not text.startswith(markers.PREFIX):
            if texts.normal(text[:60]).lstrip().startswith(VISIBLE):
                self._stamp(text)
            elif self._rows and self._rows[-1][0] == row:
                self._read_beside(column, text)
        elif text.startswith(markers.STAMP):
            self._stamp(text[len(markers.STAMP) :])
        elif (marked := markers.COLUMN.fullmatch(text)) is not None:
            self._columns.setdefault(marked[1], []).append(column)
        elif (marked := markers.ROW.fullmatch(text)) is not None:
            self._rows.append((row, marked[1], marked[2]))
            known = self._found.meanings.setdefault(marked[2], [])
            if marked[3] not in known and len(known) < MOST_TIMES:
                known.append(marked[3])

    def _read_beside(self, column: int, text: str) -> None:
        _, letter, code = self._rows[-1]
        if letter in LABELLED and column < min(self._columns.get(markers.FIGURES_COLUMN, (0,))):
            listed = self._found.beside.setdefault(f"{letter}.{code}", [])
            if len(listed) < MOST_BESIDE:
                listed.append(text[:MOST_LABEL])

    def _stamp(self, text: str) -> None:
        if len(self._found.stamps) < MOST_STAMPS:
            self._found.stamps.append(text[:400])

    def _fields(self, letter: str, code: str) -> Iterator[tuple[str, int]]:
        wanted = {letter: ROW_LETTERS[letter], **(BESIDE if letter in "vn" else {})}
        for name, mark in wanted.items():
            for column in self._columns.get(mark, ())[:MOST_TIMES]:
                yield f"{name}.{code}", column


def place(sheet: Sheet, at: Place, head: Place, own: Collection[Place] = ()) -> Found:
    """What is in a cell. `head` is the first cell of its merged range, `own` are the cells of all fields: one that is merged with a field
    before it in its row has nothing of its own.
    """
    where = reference(*at)
    cell = sheet.cells.get(head)
    if cell is None or (head != at and head[0] == at[0] and head in own):
        return Found(sheet.name, where)
    return Found(sheet.name, where, cell.kind, cell.text, cell.formula, "" if head == at else reference(*head))


def add(found: Filled, name: str, one: Found) -> None:
    """Adds a cell of a field, unless another one says the same."""
    listed = found.fields.setdefault(name, [])
    if len(listed) < MOST_TIMES and not any(one.says_what(other) for other in listed):
        listed.append(one)
    if len(found.fields) > MOST_FIELDS:
        raise PermanentError(refusal("sheet.too_many_rows", most=number(MOST_FIELDS)))


def _merged_cells(sheet: Sheet) -> Mapping[Place, Place]:
    """The first cell of the merged range in which a cell is; of small ranges only, as those of a form are."""
    found: dict[Place, Place] = {}
    for first, last in sheet.merged:
        size = (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
        if 1 < size <= MOST_MERGED and len(found) < MOST_MERGED * 10:
            cells = ((row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1))
            found |= dict.fromkeys(cells, first)
    return found


def _by_names(book: Workbook, found: Filled) -> None:
    """Adds the fields that have no marker, but a defined name."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    heads: dict[str, Mapping[Place, Place]] = {}
    for name, (sheet_name, at) in book.names.items():
        marked = markers.NAME.fullmatch(name)
        sheet = sheets.get(sheet_name)
        if marked is not None and sheet is not None and (key := f"{marked[1]}.{marked[2]}") not in found.fields:
            if sheet_name not in heads:
                heads[sheet_name] = _merged_cells(sheet)
            add(found, key, place(sheet, at, heads[sheet_name].get(at, at)))
