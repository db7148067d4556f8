"""What the columns of a table mean: by the codes of the form, or by its labels, without regard to accents, case and punctuation. Pure.

A name that fits two things is refused; it is never the first of them. Source: ADR 0084.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from shared.sheets.table import Table, place
from shared.words.forms import Asked
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import Indicator

VALUE, NUMERATOR, DENOMINATOR, NOTE, ESTIMATE, NARRATIVE = "value", "numerator", "denominator", "note", "status", "narrative"
KEYS: Final[Mapping[str, Sequence[str]]] = {
    "regime": ("regime", "chế độ", "mã chế độ", "chế độ báo cáo"),
    "period": ("period", "kỳ", "mã kỳ", "kỳ báo cáo", "kỳ số liệu"),
    "unit": ("unit", "đơn vị", "mã đơn vị", "đơn vị báo cáo", "mã đơn vị báo cáo"),
    "revision": ("revision", "lần nộp"),
    "reason": ("reason", "lý do", "lý do sửa", "lý do sửa báo cáo"),
    "received_at": ("received_at", "nhận lúc", "thời điểm nhận"),
    "indicator": ("indicator", "chỉ tiêu", "mã chỉ tiêu"),
    VALUE: ("value", "giá trị", "số liệu"),
    NUMERATOR: ("numerator", "tử số"),
    DENOMINATOR: ("denominator", "mẫu số"),
    NOTE: ("note", "giải trình"),
    ESTIMATE: ("status", "estimate", "số ước"),
}
OF_FIGURE: Final = (VALUE, NUMERATOR, DENOMINATOR, NOTE, ESTIMATE)
"""Columns that a table has which gives each figure a row."""
IGNORED: Final = ("STT", "TT", "số TT", "tên đơn vị", "tên chế độ", "tên chỉ tiêu", "đơn vị tính")
"""Columns for people, beside those that say the same by code."""
MARKS: Final = re.compile(r"[^\w]+|_+")


class Field(NamedTuple):
    """What a column of a table with a row for each unit says: a part of an indicator, or a narrative (a code each)."""

    part: str
    code: str


def folded(name: str) -> str:
    """A name as it is compared: `Ngày công` and `NGAY_CONG` are the same."""
    plain = "".join(one for one in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(one))
    return " ".join(MARKS.sub(" ", plain.replace("đ", "d")).split())


BY_NAME: Final = {folded(name): key for key, names in KEYS.items() for name in names}
PASSED: Final = frozenset(map(folded, IGNORED))


class Columns:
    """The columns of a table, by their numbers from 1."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = {number: folded(name) for number, name in enumerate(table.names, 1)}
        self.is_by_figure = any(BY_NAME.get(name) == "indicator" for name in self.names.values())
        self.keys = {number: key for number, name in self.names.items() if (key := self._key(name)) is not None}
        self.others = [number for number, name in self.names.items() if name and number not in self.keys and name not in PASSED]

    def _key(self, name: str) -> str | None:
        key = BY_NAME.get(name)
        return None if key is None or (key in OF_FIGURE and not self.is_by_figure) else key

    def name(self, number: int) -> str:
        """A column's name as it is written in the file."""
        return self.table.names[number - 1] if number <= len(self.table.names) else ""

    def faults(self, *required: str) -> list[Refusal]:
        """What is wrong with the columns, whatever the rows say."""
        there = set(self.keys.values())
        missing = [
            key for key in (*required, *((VALUE,) if self.is_by_figure and not there & {VALUE, NUMERATOR} else ())) if key not in there
        ]
        wrong = [refusal("table.no_column", place(self.table.line), name=Both(f"{KEYS[key][1]}, mã {key}", key)) for key in missing]
        seen: dict[str, int] = {}
        for number, name in self.names.items():
            meant = self.keys.get(number, name)
            if meant in seen and meant and name not in PASSED:
                where = place(self.table.line, number)
                wrong.append(refusal("table.same_column", where, first=seen[meant], second=number, name=self.name(number)))
            seen.setdefault(meant, number)
        if self.is_by_figure:
            wrong += [refusal("table.unknown_column", place(self.table.line, one), name=self.name(one)) for one in self.others]
        return wrong

    def fields(self, asked: Asked) -> dict[int, Field | Refusal]:
        """What each column that is no key means for a unit that is asked; those that it is not asked for are left out. Of an ambiguous one,
        and of one that means what another one does (a code and its label), the refusal.
        """
        meanings = named(asked)
        found: dict[int, Field | Refusal] = {}
        first: dict[Field, int] = {}
        for number in self.others:
            fields = meanings.get(self.names[number], [])
            if len(fields) == 1 and first.setdefault(fields[0], number) != number:
                where, name = place(self.table.line, number), self.name(number)
                found[number] = refusal("table.same_column", where, first=first[fields[0]], second=number, name=name)
            elif len(fields) == 1:
                found[number] = fields[0]
            elif fields:
                codes = [one.code if one.part in (VALUE, NARRATIVE) else f"{one.code}.{one.part}" for one in fields]
                found[number] = refusal("table.ambiguous_column", place(self.table.line, number), name=self.name(number), codes=codes)
        return found


def named(asked: Asked) -> dict[str, list[Field]]:
    """The fields of a unit's form by the names that a column may have."""
    found: dict[str, list[Field]] = {}
    for name, field in _named(asked):
        listed = found.setdefault(folded(name), [])
        if field not in listed:
            listed.append(field)
    by_code = {folded(name): field for name, field in _coded(asked)}
    return found | {name: [field] for name, field in by_code.items()}  # a code is never ambiguous


def _coded(asked: Asked) -> Iterator[tuple[str, Field]]:
    for one in asked.indicators:
        yield one.code, Field(VALUE, one.code)
        for part in (NUMERATOR, DENOMINATOR) if one.kind == "ratio" else ():
            yield f"{one.code}.{part}", Field(part, one.code)
        yield f"{one.code}.note", Field(NOTE, one.code)
        yield f"{one.code}.status", Field(ESTIMATE, one.code)
    for code in asked.narratives:
        yield code, Field(NARRATIVE, code)


def _named(asked: Asked) -> Iterator[tuple[str, Field]]:
    for one in asked.indicators:
        yield one.label, Field(VALUE, one.code)
        if one.measure:
            yield f"{one.label} ({one.measure})", Field(VALUE, one.code)
        if one.kind == "ratio":
            yield from _parts(one)
        yield f"{one.label}: giải trình", Field(NOTE, one.code)
        yield f"{one.label}: số ước", Field(ESTIMATE, one.code)
    for code, label in asked.narratives.items():
        yield label, Field(NARRATIVE, code)


def _parts(one: Indicator) -> Iterator[tuple[str, Field]]:
    words = ((NUMERATOR, one.numerator_label, "tử số"), (DENOMINATOR, one.denominator_label, "mẫu số"))
    for part, label, word in words:
        yield f"{one.label}: {word}", Field(part, one.code)
        if label and folded(label) != folded(one.label):
            yield label, Field(part, one.code)
            yield f"{one.label}: {label}", Field(part, one.code)
