"""Reads what a filled form says, as the parts of a report, and names every cell that is wrong. Pure.

A fault has the cell as its path (`Biểu!F12`). Faults that ingest finds later get the cell by `Reading.at_cells`.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

import orjson

from shared.sheets import cells, layout, markers, stamp
from shared.sheets.finding import Filled, Found
from shared.sheets.stamp import Core
from shared.wire import events
from shared.words import texts
from shared.words.forms import Asked, Content
from shared.words.refusals import Refusal, refusal
from shared.words.regime_parts import Indicator

MOST_NAMED: Final = 10
ID_DIGITS: Final = 32


@dataclass
class Reading:
    """What was read. `faults` make it no report; `remarks` are for the sender to know."""

    values: dict[str, object] = field(default_factory=dict)
    narratives: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    faults: list[Refusal] = field(default_factory=list)
    remarks: list[Refusal] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    """The cell of each field: `v.gd_lop` is `Biểu!F12`."""

    @property
    def parts(self) -> dict[str, dict[str, object]]:
        """The parts of the report that are not empty."""
        named: dict[str, Any] = {"values": self.values, "narratives": self.narratives, "notes": self.notes, "status": self.status}
        return {name: part for name, part in named.items() if part}

    @property
    def content(self) -> Content:
        return Content(self.values, self.narratives, self.notes, self.status)

    def at_cells(self, reasons: Iterable[Refusal]) -> list[Refusal]:
        """Reasons about a report's `data`, each with the cell that it is about, if there is one."""
        return [reason.at(self.cell(reason.path) or reason.path) for reason in reasons]

    def cell(self, path: str) -> str:
        """The cell that a path in a report's `data` is about; "" if there is none."""
        part, code, *more = [*path.removeprefix("data.").split("."), ""][:3]
        letters = {"notes": markers.NOTE, "status": markers.ESTIMATE, "narratives": markers.NARRATIVE}
        if part in letters:
            return self.paths.get(f"{letters[part]}.{code}", "")
        if part != "values":
            return ""
        wanted = [letter for letter, name in markers.PARTS.items() if name in more] or [markers.VALUE, "n"]
        return next((self.paths[name] for letter in wanted if (name := f"{letter}.{code}") in self.paths), "")


@dataclass(frozen=True, slots=True)
class Group:
    """A message with the cells about which it is said."""

    reason: Refusal
    cells: Sequence[str]


def grouped(reasons: Iterable[Refusal]) -> list[Group]:
    """Like messages together over their cells, in the order in which they come first."""
    found: dict[tuple[str, str], list[Refusal]] = defaultdict(list)
    for reason in reasons:
        found[reason.code, reason.message_vi].append(reason)
    return [Group(listed[0], [one.path for one in listed if one.path]) for listed in found.values()]


def stamped(filled: Filled) -> Core | Refusal:
    """Which form a file is; or why it is none."""
    return stamp.read(filled.stamps)


def other_form(core: Core, asked: Asked) -> list[Refusal]:
    """Why a file is not the form that is expected: another regime, period or unit, each named with what is expected."""
    return [
        refusal("sheet.other_form", name, **{"is": said, "wanted": wanted})
        for name, said, wanted in (
            ("regime", core.regime, asked.regime.id),
            ("period", core.period, asked.period.code),
            ("unit", core.unit, asked.unit.id),
        )
        if said != wanted
    ]


def changed(asked: Asked, core: Core, filled: Filled) -> list[str]:
    """What a file asks otherwise than the form of today, by name: what means something else, and in a file of another version what is new,
    and what is no longer asked and was answered.
    """
    now = {indicator.code: (markers.of_indicator(indicator), indicator.label) for indicator in asked.indicators}
    now |= {code: (markers.of_narrative(code), label) for code, label in asked.narratives.items()}
    differs = [label for code, (meaning, label) in now.items() if filled.meanings.get(code, [meaning]) != [meaning]]
    if core.version == markers.of_form(asked.indicators, asked.narratives):
        return differs
    new = [label for code, (_, label) in now.items() if code not in filled.meanings and not _has_field(filled, code)]
    gone = [code for code in filled.meanings if code not in now and _is_answered(filled, code)]
    return [*differs, *new, *gone]


def unchanged(asked: Asked, filled: Filled) -> Reading:
    """What a form of another version says about what still means the same: to be filled into a new form."""
    now = {indicator.code: markers.of_indicator(indicator) for indicator in asked.indicators}
    now |= {code: markers.of_narrative(code) for code in asked.narratives}
    same = {name: found for name, found in filled.fields.items() if (code := name[2:]) in now and filled.meanings.get(code) == [now[code]]}
    return read(asked, replace(filled, fields=same))


def read(asked: Asked, filled: Filled) -> Reading:
    """What a filled form says about the indicators and texts that are asked."""
    found = Reading()
    reader = _Reader(filled, found)
    for indicator in asked.indicators:
        reader.read_indicator(indicator)
    for code in asked.narratives:
        one = reader.cell(f"{markers.NARRATIVE}.{code}")
        if one is not None and (text := reader.text(one)):
            found.narratives[code] = text
    found.faults.extend(_moved(asked, filled, found.paths))
    if lost := reader.lost:
        found.faults.append(refusal("sheet.lost_rows", names=lost[:MOST_NAMED]))
    if filled.has_links and not any(fault.code == "sheet.foreign_formula" for fault in found.faults):
        found.faults.append(refusal("sheet.external_links"))
    return found


def _moved(asked: Asked, filled: Filled, paths: Mapping[str, str]) -> Iterator[Refusal]:
    """The rows that have the label of another figure: somebody has sorted or moved what is seen, and not the hidden markers. A label that
    was changed otherwise is nobody's.
    """
    labels = {name: _bare(label) for name, label in layout.row_labels(asked.indicators).items()}
    known = set(labels.values())
    for name, beside in filled.beside.items():
        seen, wanted = [_bare(text) for text in beside], labels.get(name)
        if wanted is not None and wanted not in seen and (other := next((text for text in seen if text in known), None)) is not None:
            yield refusal("sheet.moved_row", paths.get(name, ""), label=other, wanted=wanted)


def _bare(text: str) -> str:
    return " ".join(texts.normal(text).split())


def event_id(core: Core, parts: Mapping[str, Mapping[str, object]]) -> str:
    """The id of the event of a file: the same for the same figures, so that a file that is sent again is a repeat.

    The first 32 hex digits of sha256(unit id, regime, period, revision, canonical values).
    """
    said = {name: _canonical(part) for name, part in sorted(parts.items())}
    written = orjson.dumps([core.unit, core.regime, core.period, core.revision, said], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(written).hexdigest()[:ID_DIGITS]


def _canonical(value: object) -> object:
    match value:
        case dict():
            return {key: _canonical(one) for key, one in value.items()}
        case str() if cells.SAVED.fullmatch(value):
            return cells.plain(Decimal(value))
    return value


def _has_field(filled: Filled, code: str) -> bool:
    return any(f"{letter}.{code}" in filled.fields for letter in ("v", "n", "d", "t"))


def _is_answered(filled: Filled, code: str) -> bool:
    return any(not cells.is_blank(one) for letter in ("v", "n", "d", "t") for one in filled.fields.get(f"{letter}.{code}", ()))


class _Reader:
    """Reads the fields of one form."""

    def __init__(self, filled: Filled, found: Reading) -> None:
        self._filled, self._found = filled, found
        self.lost: list[str] = []

    def cell(self, name: str, label: str = "") -> Found | None:
        """The cell of a field, if it says something that can be read. What cannot be read is a fault."""
        listed = self._filled.fields.get(name)
        if listed is None:
            if label and label not in self.lost:
                self.lost.append(label)
            return None
        filled = [one for one in listed if not cells.is_blank(one)]
        one = filled[0] if filled else listed[0]
        self._found.paths[name] = one.path
        if not filled:
            return None
        if any((other.kind, other.text) != (one.kind, one.text) for other in filled):
            self._fault(refusal("sheet.twice", one.path, cells=[other.path for other in filled]))
            return None
        if one.shares:
            self._fault(refusal("sheet.merged", one.path, other=one.shares))
            return None
        if (trouble := cells.trouble(one)) is not None:
            self._fault(trouble)
            return None
        if one.formula:
            self._found.remarks.append(refusal("sheet.from_formula", one.path))
        return one

    def read_indicator(self, indicator: Indicator) -> None:
        code = indicator.code
        value = self._ratio(indicator) if indicator.kind == "ratio" else self._value(indicator, markers.VALUE)
        if value is not None:
            self._found.values[code] = value
        mark = self.cell(f"{markers.ESTIMATE}.{code}")
        if mark is not None and self._taken(cells.mark(mark)):
            self._found.status[code] = events.ESTIMATE
        note = self.cell(f"{markers.NOTE}.{code}")
        if note is not None and (text := self.text(note)):
            self._found.notes[code] = text

    def text(self, found: Found) -> str:
        return cells.shown(found)

    def _ratio(self, indicator: Indicator) -> object:
        before = len(self._found.faults)
        parts = {part: self._value(indicator, letter) for letter, part in markers.PARTS.items()}
        typed = {part: value for part, value in parts.items() if value is not None}
        return typed or None if len(self._found.faults) == before else None

    def _value(self, indicator: Indicator, letter: str) -> object:
        found = self.cell(f"{letter}.{indicator.code}", indicator.label)
        if found is None:
            return None
        match indicator.kind:
            case "flag":
                return self._taken(cells.flag(found))
            case "choice":
                return self._taken(cells.option(found, indicator))
        return self._taken(cells.number(found, indicator))

    def _taken(self, read: object) -> object:
        if isinstance(read, Refusal):
            self._fault(read)
            return None
        return read

    def _fault(self, reason: Refusal) -> None:
        self._found.faults.append(reason)
