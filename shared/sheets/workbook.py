"""What is in a workbook, as far as a form needs it: its sheets with their cells, merged ranges, defined names, and one document property.

Source: ECMA-376, part 1, sections 18.2–18.8. Namespaces and prefixes are not looked at, so "transitional" and "strict" files read alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from shared.sheets.guard import Package
from shared.sheets.stamp import PROPERTY
from shared.words.failures import PermanentError
from shared.words.refusals import number, refusal

Kind = Literal["number", "date", "percent", "text", "flag", "error"]
Formula = Literal["", "own", "foreign"]
Place = tuple[int, int]
"""Row and column, from 1."""

MOST_ROWS: Final = 20_000  # with something in them
MOST_ROW_ELEMENTS: Final = 200_000  # a sheet may be formatted far below its last figure
MOST_CELLS: Final = 200_000
MOST_STRINGS: Final = 200_000
MOST_LETTERS: Final = 8_000_000  # of all shared texts
MOST_SHEETS: Final = 50
LAST: Final = (1_048_576, 16_384)
REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
FOREIGN: Final = re.compile(  # `[1]Biểu!A1`, `'C:\\[so.xlsx]Biểu'!A1`, `'so.xlsx'!Tên`, an address, DDE; not `Bảng[[#All],[Cột]]`
    r"\[[^\[\]]*\](?:[\w.]*|[^\[\]']*')!|\.xl\w*['\]]|://|\||\b(?:WEBSERVICE|CALL|REGISTER\.ID|RTD|DDE)\s*\(", re.IGNORECASE
)
PERCENTS: Final = frozenset({9, 10})
DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


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


def read(package: Package) -> Workbook:
    """The workbook in a package. Raises `PermanentError` if it cannot be read or has too much in it."""
    main = next((target for kind, target in _related(package, "") if kind == "officeDocument"), "")
    if not main or main not in package:
        raise PermanentError(refusal("sheet.damaged"))
    listed = _Contents(package, main)
    related = list(_related(package, main))
    parts = dict(listed.targets)
    one = {kind: target for kind, target in related if kind in ("sharedStrings", "styles")}
    strings = _Strings(package, one.get("sharedStrings", "")).found
    kinds = _Styles(package, one.get("styles", "")).kinds
    limits = _Left()
    sheets = [
        _Cells(package, parts[key], name, strings, kinds, limits).sheet for name, key in listed.sheets if parts.get(key, "") in package
    ]
    has_links = any(kind in ("externalLink", "externalLinkPath") for kind, _ in related) or _has_link_parts(package)
    return Workbook(sheets, listed.names, _stamp(package), has_links)


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


def _has_link_parts(package: Package) -> bool:
    return any(name.startswith("xl/externallinks/") for name in package.names)


def _related(package: Package, part: str) -> Iterator[tuple[str, str]]:
    """The relationships of a part inside the package, each as its kind (the end of its type) and target; of "" those of the package."""
    folder, _, name = part.rpartition("/")
    where = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    found: list[tuple[str, str]] = []

    def start(element: str, given: dict[str, str]) -> None:
        if element == "Relationship" and given.get("TargetMode") != "External":
            found.append((given.get("Type", "").rpartition("/")[2], _target(folder, given.get("Target", ""))))

    if where in package:
        package.parse(where, start)
    yield from found


def _target(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    path = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            path = path[:-1]
        elif step != ".":
            path.append(step)
    return "/".join(path)


def _stamp(package: Package) -> str:
    """The document property of the form."""
    part = next((target for kind, target in _related(package, "") if kind == "custom-properties"), "")
    if part not in package or not part:
        return ""
    found: dict[str, str] = {}
    current = [""]

    def start(element: str, given: dict[str, str]) -> None:
        if element == "property":
            current[0] = given.get("name", "")

    def text(said: str) -> None:
        found[current[0]] = found.get(current[0], "") + said

    package.parse(part, start, text=text)
    return found.get(PROPERTY, "").strip()


class _Contents:
    """The sheets of a workbook, in order, and its defined names."""

    def __init__(self, package: Package, main: str) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.names: dict[str, tuple[str, Place]] = {}
        self.targets: dict[str, str] = {}
        self._name, self._text = "", ""
        folder, _, name = main.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        self._folder = folder
        if rels in package:
            package.parse(rels, self._relationship)
        package.parse(main, self._start, self._end, self._said)
        if len(self.sheets) > MOST_SHEETS:
            raise PermanentError(refusal("sheet.too_many_sheets", most=MOST_SHEETS))

    def _relationship(self, element: str, given: dict[str, str]) -> None:
        if element == "Relationship" and given.get("TargetMode") != "External" and "Id" in given:
            self.targets[given["Id"]] = _target(self._folder, given.get("Target", ""))

    def _start(self, element: str, given: dict[str, str]) -> None:
        if element == "sheet":
            self.sheets.append((given.get("name", ""), given.get("id", "")))
        elif element == "definedName":
            self._name, self._text = given.get("name", ""), ""

    def _said(self, text: str) -> None:
        if self._name:
            self._text += text

    def _end(self, element: str) -> None:
        if element == "definedName":
            sheet, _, where = self._text.rpartition("!")
            if (found := place(where.strip())) is not None:
                self.names[self._name] = (_sheet_name(sheet), found)
            self._name = ""


def _sheet_name(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") and len(text) > 1 else text


class _Strings:
    """The shared texts; what is said about how a text is read aloud (`rPh`) is none of it."""

    def __init__(self, package: Package, part: str) -> None:
        self.found: list[str] = []
        self._text: list[str] = []
        self._is_text = self._is_phonetic = False
        self._letters = 0
        if part and part in package:
            package.parse(part, self._start, self._end, self._said)

    def _start(self, element: str, _: dict[str, str]) -> None:
        if element == "si":
            self._text = []
        elif element == "rPh":
            self._is_phonetic = True
        elif element == "t":
            self._is_text = not self._is_phonetic

    def _said(self, text: str) -> None:
        if self._is_text:
            self._text.append(text)

    def _end(self, element: str) -> None:
        if element == "t":
            self._is_text = False
        elif element == "rPh":
            self._is_phonetic = False
        elif element == "si":
            text = "".join(self._text)
            self._letters += len(text)
            if len(self.found) >= MOST_STRINGS or self._letters > MOST_LETTERS:
                raise _too_much()
            self.found.append(unescaped(text))


class _Styles:
    """What each style makes of a number."""

    def __init__(self, package: Package, part: str) -> None:
        self._codes: dict[int, Kind] = {}
        self.kinds: list[Kind] = []
        self._is_cells = False
        if part and part in package:
            package.parse(part, self._start, self._end)

    def _start(self, element: str, given: dict[str, str]) -> None:
        if element == "numFmt":
            self._codes[_whole(given.get("numFmtId"))] = _kind_of_format(given.get("formatCode", ""))
        elif element == "cellXfs":
            self._is_cells = True
        elif element == "xf" and self._is_cells:
            self.kinds.append(self._kind(_whole(given.get("numFmtId"))))

    def _end(self, element: str) -> None:
        if element == "cellXfs":
            self._is_cells = False

    def _kind(self, code: int) -> Kind:
        if code in self._codes:
            return self._codes[code]
        return "percent" if code in PERCENTS else "date" if code in DATES else "number"


def _kind_of_format(code: str) -> Kind:
    bare = QUOTED.sub("", code.split(";")[0]).casefold()
    if "%" in bare:
        return "percent"
    return "date" if re.search("[ymdhs]", bare.replace("general", "").replace("standard", "")) else "number"


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1


class _Left:
    """How many rows and cells all sheets together may still have."""

    def __init__(self) -> None:
        self.rows, self.elements, self.cells = MOST_ROWS, MOST_ROW_ELEMENTS, MOST_CELLS

    def take_element(self) -> None:
        self.elements -= 1
        if self.elements < 0:
            raise _too_much()

    def take_cell(self, *, is_first_of_row: bool) -> None:
        self.cells -= 1
        self.rows -= is_first_of_row
        if self.cells < 0 or self.rows < 0:
            raise _too_much()


def _too_much() -> PermanentError:
    return PermanentError(refusal("sheet.too_many_rows", most=number(MOST_ROWS)))


class _Cells:
    """The cells of one sheet. The declared size of the sheet is not looked at."""

    def __init__(self, package: Package, part: str, name: str, strings: list[str], kinds: list[Kind], left: _Left) -> None:
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
        self._share = ""
        package.parse(part, self._start, self._end, self._said)

    def _start(self, element: str, given: dict[str, str]) -> None:
        match element:
            case "row":
                self._left.take_element()
                self._row = _whole(given["r"]) if "r" in given else self._row + 1
                self._column = 0
                if not 1 <= self._row <= LAST[0]:
                    raise _too_much()
            case "c":
                self._begin_cell(given)
            case "v" | "f" | "t":
                self._of = element
                if element == "f":
                    self._formula = []
                    self._share = given.get("si", "") if given.get("t") == "shared" else ""
            case "rPh":
                self._of = ""
            case "mergeCell":
                first, _, last = given.get("ref", "").partition(":")
                begins, ends = place(first), place(last or first)
                if begins is not None and ends is not None:
                    self._left.take_element()
                    self.sheet.merged.append((begins, ends))

    def _begin_cell(self, given: dict[str, str]) -> None:
        self._given, self._value, self._inline, self._formula, self._share = given, [], [], None, ""
        found = place(given.get("r", ""))
        if "r" in given and found is None:
            raise PermanentError(refusal("sheet.damaged"))
        if found is not None:
            self._row = found[0]
        self._column = found[1] if found else self._column + 1

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
            place_of = _whole(value.strip())
            if value and not 0 <= place_of < len(self._strings):
                raise PermanentError(refusal("sheet.damaged"))
            value, kind = self._strings[place_of] if value else "", "str"
        elif kind == "str":
            value = unescaped(value)
        if not value and not formula:
            return None
        if kind == "n":
            return Cell(self._number_kind(), value.strip(), formula)
        return Cell({"str": "text", "b": "flag", "e": "error", "d": "date"}.get(kind, "text"), value, formula)  # type: ignore[arg-type]

    def _number_kind(self) -> Kind:
        style = _whole(self._given.get("s"))
        return self._kinds[style] if 0 <= style < len(self._kinds) else "number"

    def _formula_kind(self) -> Formula:
        if self._formula is None:
            return ""
        text = "".join(self._formula)
        kind: Formula = "foreign" if FOREIGN.search(re.sub('"[^"]*"', "", text)) else "own"
        if self._share:
            kind = self._shared.setdefault(self._share, kind) if not text else kind
            self._shared[self._share] = kind
        return kind


def unescaped(text: str) -> str:
    """A text without the escapes of ECMA-376 for characters that XML cannot hold (`_x000D_`)."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
