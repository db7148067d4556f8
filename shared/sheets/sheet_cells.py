"""Reads the cells of one sheet of a workbook, within limits. The declared size of the sheet is not looked at."""

import re
from collections.abc import Mapping
from typing import Final

from shared.sheets.grid import LAST, MOST_MERGED, Cell, Formula, Kind, Sheet, place, points_outside
from shared.sheets.guard import Package
from shared.words.failures import PermanentError
from shared.words.refusals import number, refusal

KINDS: Final[Mapping[str, Kind]] = {"str": "text", "b": "flag", "e": "error", "d": "date"}  # by the type of a cell, `t`
MOST_ROWS: Final = 20_000  # with something in them
MOST_ROW_ELEMENTS: Final = 200_000  # a sheet may be formatted far below its last figure
MOST_CELLS: Final = 200_000
ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


def whole(text: str | None) -> int:
    """A number of an attribute; -1 if it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1


class Left:
    """How many rows, cells and merged ranges all sheets together may still have."""

    def __init__(self) -> None:
        self.rows, self.elements, self.cells, self.merged = MOST_ROWS, MOST_ROW_ELEMENTS, MOST_CELLS, MOST_MERGED

    def take_element(self) -> None:
        self.elements -= 1
        if self.elements < 0:
            raise too_much()

    def take_merged(self) -> None:
        self.merged -= 1
        if self.merged < 0:
            raise PermanentError(refusal("sheet.too_many_merged", most=number(MOST_MERGED)))

    def take_cell(self, *, is_first_of_row: bool) -> None:
        self.cells -= 1
        self.rows -= is_first_of_row
        if self.cells < 0 or self.rows < 0:
            raise too_much()


def too_much() -> PermanentError:
    return PermanentError(refusal("sheet.too_many_rows", most=number(MOST_ROWS)))


class SheetReader:
    """The cells of one sheet. The declared size of the sheet is not looked at."""

    def __init__(self, package: Package, part: str, name: str, strings: list[str], kinds: list[Kind], left: Left) -> None:
        self.sheet = Sheet(name)
        self._strings, self._kinds, self._left = strings, kinds, left
        self._row = self._column = 0
        self._last_row = 0  # with something in it
        self._given: dict[str, str] = {}
        self._value: list[str] = []
        self._inline: list[str] = []
        self._formula: list[str] | None = None
        self._shared: dict[str, Formula] = {}
        self._of = ""  # the element whose text is read
        self._is_phonetic = False  # how a text is read aloud is none of it
        self._share = ""
        package.parse(part, self._start, self._end, self._said)

    def _start(self, element: str, given: dict[str, str]) -> None:
        match element:
            case "row":
                self._left.take_element()
                self._row = whole(given["r"]) if "r" in given else self._row + 1
                self._column = 0
                if not 1 <= self._row <= LAST[0]:
                    raise too_much()
            case "c":
                self._begin_cell(given)
            case "v" | "f" | "t":
                self._of = "" if self._is_phonetic else element
                if element == "f":
                    self._formula = []
                    self._share = given.get("si", "") if given.get("t") == "shared" else ""
            case "rPh":
                self._is_phonetic = True
            case "mergeCell":
                first, _, last = given.get("ref", "").partition(":")
                begins, ends = place(first), place(last or first)
                self._left.take_merged()
                if begins is not None and ends is not None:
                    self.sheet.merged.append((begins, ends))

    def _begin_cell(self, given: dict[str, str]) -> None:
        self._given, self._value, self._inline, self._formula, self._share = given, [], [], None, ""
        found = place(given.get("r", ""))
        if "r" in given and found is None:
            raise PermanentError(refusal("sheet.damaged"))
        if found is not None:
            self._row = found[0]
        self._column = found[1] if found else self._column + 1
        if self._column > LAST[1]:
            raise PermanentError(refusal("sheet.damaged"))

    def _said(self, text: str) -> None:
        if self._of == "v":
            self._value.append(text)
        elif self._of == "t":
            self._inline.append(text)
        elif self._of == "f" and self._formula is not None:
            self._formula.append(text)

    def _end(self, element: str) -> None:
        if element in ("v", "f", "t"):
            self._of = ""
        elif element == "rPh":
            self._is_phonetic = False
        elif element == "c":
            cell = self._cell()
            if cell is not None:
                self._left.take_cell(is_first_of_row=self._row != self._last_row)
                self._last_row = self._row
                self.sheet.cells[self._row, self._column] = cell

    def _cell(self) -> Cell | None:
        formula, value, kind = self._formula_kind(), "".join(self._value), self._given.get("t", "n")
        if kind == "inlineStr":
            value, kind = unescaped("".join(self._inline)), "str"
        elif kind == "s":
            place_of = whole(value.strip())
            if value and not 0 <= place_of < len(self._strings):
                raise PermanentError(refusal("sheet.damaged"))
            value, kind = self._strings[place_of] if value else "", "str"
        elif kind == "str":
            value = unescaped(value)
        if not value and not formula:
            return None
        if kind == "n":
            return Cell(self._number_kind(), value.strip(), formula)
        return Cell(KINDS.get(kind, "text"), value, formula)

    def _number_kind(self) -> Kind:
        style = whole(self._given.get("s"))
        return self._kinds[style] if 0 <= style < len(self._kinds) else "number"

    def _formula_kind(self) -> Formula:
        if self._formula is None:
            return ""
        text = "".join(self._formula)
        kind: Formula = "foreign" if points_outside(text) else "own"
        if self._share:
            kind = self._shared.setdefault(self._share, kind) if not text else kind
            self._shared[self._share] = kind
        return kind


def unescaped(text: str) -> str:
    """A text without the escapes of ECMA-376 for characters that XML cannot hold (`_x000D_`)."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
