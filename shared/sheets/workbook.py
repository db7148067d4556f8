"""What is in a workbook, as far as a form needs it: its sheets with their cells, merged ranges, defined names, and one document property.

Source: ECMA-376, part 1, sections 18.2–18.8. Namespaces and prefixes are not looked at, so "transitional" and "strict" files read alike.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from shared.sheets.grid import Kind, Place, Workbook, place
from shared.sheets.guard import Package
from shared.sheets.sheet_cells import Left, SheetReader, too_much, unescaped, whole
from shared.sheets.stamp import PROPERTY
from shared.words.failures import PermanentError
from shared.words.refusals import refusal

MOST_STRINGS: Final = 200_000
MOST_LETTERS: Final = 8_000_000  # of all shared texts
MOST_SHEETS: Final = 50
DAYS_TO_1904: Final = 1_462  # from the day 0 of one kind of workbook to that of the other
NUMBER: Final = re.compile(r"[0-9]{1,7}(?:\.[0-9]{0,20})?", re.ASCII)
PERCENTS: Final = frozenset({9, 10})
DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


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
    limits = Left()
    sheets = [
        SheetReader(package, parts[key], name, strings, kinds, limits).sheet for name, key in listed.sheets if parts.get(key, "") in package
    ]
    if listed.is_since_1904:
        for sheet in sheets:
            sheet.cells |= {at: replace(cell, text=_since_1900(cell.text)) for at, cell in sheet.cells.items() if cell.kind == "date"}
    has_links = any(kind in ("externalLink", "externalLinkPath") for kind, _ in related) or _has_link_parts(package)
    return Workbook(sheets, listed.names, _stamp(package), has_links)


def _since_1900(day: str) -> str:
    """A day of a workbook that counts from 1904, as of one that counts from 1900; a text that is no number as it is."""
    return str(Decimal(day) + DAYS_TO_1904) if NUMBER.fullmatch(day) else day


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
    part = next((target for kind, target in _related(package, "") if kind in ("custom-properties", "customProperties")), "")
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
        self.is_since_1904 = False
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
        elif element == "workbookPr":
            self.is_since_1904 = given.get("date1904") in ("1", "true")

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
                raise too_much()
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
            self._codes[whole(given.get("numFmtId"))] = _kind_of_format(given.get("formatCode", ""))
        elif element == "cellXfs":
            self._is_cells = True
        elif element == "xf" and self._is_cells:
            self.kinds.append(self._kind(whole(given.get("numFmtId"))))

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
