"""Reads reports from a table: one row for each unit, or one row for each figure. Pure.

Each report is for itself: what is wrong with one, with its line and column, does not touch the others. What the figures mean is judged by
ingest; here texts are read as people write them (`shared/words/typed_numbers.py`). Source: design, section 4, "Tables"; ADR 0084.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from shared.sheets import layout, table, typed_words
from shared.sheets.columns import DENOMINATOR, ESTIMATE, NARRATIVE, NOTE, NUMERATOR, VALUE, Columns, Field, folded
from shared.sheets.table import Row, Table, place
from shared.wire import events
from shared.words import texts, typed_numbers
from shared.words.failures import PermanentError
from shared.words.forms import Asked
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.typed_numbers import Decimals

MOST_DIGITS: Final = 7
MOST_NAMED: Final = 12
PERIOD_WORD: Final = re.compile(r"k(?:ỳ|y)[ \xa0]+", re.IGNORECASE)  # before a month, which a spreadsheet would take for a date
SAID_ONCE: Final = ("reason", "received_at")  # of a report, in one of its rows or in each
NAMES: Final = {"regime": "chế độ", "period": "kỳ", "unit": "đơn vị"}


class Key(NamedTuple):
    """Which report a row is about, as the row says it; and when it was received, where a table says that."""

    regime: str
    period: str
    unit: str
    received_at: str = ""


NO_KEY: Final = Key("", "", "")
CODE_DIGITS: Final = 5  # of a commune's code, whose leading zeros a spreadsheet drops
Find = Callable[[Key], Asked | Refusal]
"""What the unit of a row is asked for; or why it cannot be sent, with the path `regime`, `period` or `unit`."""


def regime_names(regime: Regime) -> tuple[str, str]:
    """How rows name a regime, folded: by its id or its title."""
    return folded(regime.id), folded(regime.title)


def unit_codes(text: str) -> tuple[str, ...]:
    """The codes or ids that a cell with a unit may mean, the likelier first."""
    return (text, text.zfill(CODE_DIGITS)) if text.isascii() and text.isdigit() else (text,)


@dataclass
class Report:
    """A report of a table. With `faults` it is none; their paths are `line:column`."""

    line: int
    key: Key
    asked: Asked | None = None
    revision: int | None = None
    reason: str = ""
    received_at: str = ""
    values: dict[str, object] = field(default_factory=dict)
    narratives: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    faults: list[Refusal] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    """Where each field is: `data.values.gd_lop` at `3:5`."""

    @property
    def parts(self) -> dict[str, object]:
        """The parts of the event's `data` that are not empty."""
        named: Mapping[str, object] = {"values": self.values, "narratives": self.narratives, "notes": self.notes, "status": self.status}
        return {name: part for name, part in (*named.items(), ("reason", self.reason)) if part}

    def at_cells(self, reasons: Iterable[Refusal]) -> list[Refusal]:
        """Reasons about the event, each with the cell that it is about; the line where there is none."""
        return [reason.at(self._place(reason.path)) for reason in reasons]

    def _place(self, path: str) -> str:
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return place(self.line)


def read(
    found: Table, find: Find, decimal: Decimals = "comma", required: Sequence[str] = ("regime", "period"), own: Key = NO_KEY
) -> list[Report]:
    """The reports of a table, in the order of their first rows. `own` is what rows mean that do not say it.

    Raises PermanentError with what is wrong with the columns."""
    columns = Columns(found)
    if wrong := columns.faults(*required):
        raise PermanentError(*wrong)
    return _Reader(columns, find, decimal, own).read()


class _Reader:
    def __init__(self, columns: Columns, find: Find, decimal: Decimals, own: Key) -> None:
        self._columns, self._find, self._decimal, self._own = columns, find, decimal, own
        self._asked: dict[Key, Asked | Refusal] = {}
        self._fields: dict[tuple[str, str, str], dict[int, Field | Refusal]] = {}
        self._times: dict[Key, str] = {}
        self._meant = set[int]()  # columns that mean something for a row

    def read(self) -> list[Report]:
        reports = self._by_figure() if self._columns.is_by_figure else self._by_unit()
        if not self._columns.is_by_figure and any(report.asked is not None for report in reports):
            line = self._columns.table.line
            unknown = [number for number in self._columns.others if number not in self._meant]
            if unknown:
                names = [(number, self._columns.name(number)) for number in unknown]
                raise PermanentError(*(refusal("table.unknown_column", place(line, number), name=name) for number, name in names))
        return reports

    def _by_unit(self) -> list[Report]:
        first: dict[Key, int] = {}
        reports = []
        for row in self._columns.table.rows:
            report = self._begun(row)
            key = self._same(report)
            if report.asked is None:
                pass  # it is refused already
            elif key in first:
                said = dict(zip(("regime", "period", "unit"), key[:3], strict=True))
                report.faults.append(refusal("table.repeated_report", place(row.line), first=first[key], **said))
            else:
                first[key] = row.line
                self._take_fields(report, row)
            reports.append(report)
        return reports

    def _by_figure(self) -> list[Report]:
        reports: dict[Key, Report] = {}
        for row in self._columns.table.rows:
            begun = self._begun(row)
            report = reports.setdefault(self._same(begun), begun)
            if report is not begun:
                report.faults += begun.faults
                self._merge(report, begun, row)
            if report.asked is not None:
                self._take_figure(report, report.asked, row)
        return list(reports.values())

    def _merge(self, report: Report, begun: Report, row: Row) -> None:
        if begun.revision is not None and report.revision not in (None, begun.revision):
            report.faults.append(refusal("table.wrong_revision", place(row.line, self._column("revision")), text=str(begun.revision)))
        report.revision = report.revision if begun.revision is None else begun.revision
        for key in SAID_ONCE:
            first, other = getattr(report, key), getattr(begun, key)
            if first and other and first != other:
                report.faults.append(refusal("table.differs", place(row.line, self._column(key)), first=report.line, text=other))
            setattr(report, key, first or other)

    def _same(self, report: Report) -> Key:
        """The report as it is compared: by the unit that is meant, however the rows name it."""
        asked = report.asked
        return report.key if asked is None else Key(asked.regime.id, asked.period.code, asked.unit.id)

    def _begun(self, row: Row) -> Report:
        """The report of a row, without its figures."""
        said = {self._columns.keys[cell.column]: cell for cell in row.cells if cell.column in self._columns.keys}
        text = {name: said[name].text if name in said else "" for name in ("regime", "period", "unit", "reason", "received_at")}
        text["period"] = text["period"][begin.end() :] if (begin := PERIOD_WORD.match(text["period"])) else text["period"]
        text |= {name: said_so for name, said_so in self._own._asdict().items() if not text[name]}
        key = self._at_its_time(Key(text["regime"], text["period"], text["unit"]), text["received_at"])
        report = Report(row.line, key, reason=text["reason"], received_at=text["received_at"])
        report.faults += table.faults_of_width(self._columns.table, row)
        for name in ("regime", "period"):
            if not text[name]:
                report.faults.append(refusal("table.no_key", place(row.line, self._column(name)), name=Both(NAMES[name], name)))
        if "revision" in said:
            self._take_revision(report, said["revision"].text, place(row.line, said["revision"].column))
        if report.faults:
            return report
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = self._find(key)
        if isinstance(asked, Refusal):
            report.faults.append(asked.at(place(row.line, self._column(asked.path))))
        else:
            report.asked = asked
        return report

    def _at_its_time(self, key: Key, received_at: str) -> Key:
        """The key with the time that this row says, or one before it of the same report: what is asked follows from it."""
        return key._replace(received_at=self._times.setdefault(key, received_at) or received_at)

    def _column(self, key: str) -> int:
        return next((number for number, name in self._columns.keys.items() if name == key), 0)

    def _take_revision(self, report: Report, text: str, where: str) -> None:
        if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and 1 <= int(text) <= 1_000_000:
            report.revision = int(text)
        else:
            report.faults.append(refusal("table.wrong_revision", where, text=text))
        report.places["data.revision"] = where

    def _take_fields(self, report: Report, row: Row) -> None:
        asked = report.asked
        if asked is None:
            return
        key = (asked.regime.id, asked.period.code, asked.unit.id)
        fields = self._fields.get(key)
        if fields is None:
            fields = self._fields[key] = self._columns.fields(asked)
            self._meant |= fields.keys()
        by_code = {one.code: one for one in asked.indicators}
        for cell in row.cells:
            if cell.column in self._columns.keys or cell.column not in self._columns.others:
                if not self._columns.name(cell.column):
                    report.faults.append(refusal("table.unnamed_column", place(row.line, cell.column)))
                continue
            meant = fields.get(cell.column)
            where = place(row.line, cell.column)
            if meant is None:
                name = self._columns.name(cell.column)
                report.faults.append(refusal("table.not_asked", where, name=name, regime=asked.regime.id))
                self._meant |= {cell.column} if self._is_of_regime(asked, cell.column) else set()
            elif isinstance(meant, Refusal):
                report.faults.append(meant.at(where))
            elif meant.part == NARRATIVE:
                report.narratives[meant.code] = texts.normal(cell.text)
                report.places[f"data.narratives.{meant.code}"] = where
            else:
                self._take(report, by_code[meant.code], meant.part, cell.text, where)

    def _is_of_regime(self, asked: Asked, column: int) -> bool:
        """Whether the regime has an indicator of this name, although the unit is not asked for it."""
        name = self._columns.names[column]
        return any(name in (folded(one.code), folded(one.label)) for one in asked.regime.indicators)

    def _take_figure(self, report: Report, asked: Asked, row: Row) -> None:
        """The figure of a row, in a table that gives each figure a row."""
        said = {self._columns.keys[cell.column]: cell for cell in row.cells if cell.column in self._columns.keys}
        column = self._column("indicator")
        if "indicator" not in said:
            report.faults.append(refusal("table.no_key", place(row.line, column), name=Both("chỉ tiêu", "indicator")))
            return
        where = place(row.line, column)
        name = folded(said["indicator"].text)
        fits = [one for one in asked.indicators if folded(one.code) == name] or [
            one for one in asked.indicators if folded(one.label) == name
        ]
        texts_of = [code for code, label in asked.narratives.items() if name in (folded(code), folded(label))]
        if len(fits) + len(texts_of) > 1:
            codes = [*(one.code for one in fits), *texts_of]
            report.faults.append(refusal("table.ambiguous_column", where, name=said["indicator"].text, codes=codes))
        elif not fits and not texts_of:
            report.faults.append(refusal("table.not_asked", where, name=said["indicator"].text, regime=asked.regime.id))
        else:
            code = fits[0].code if fits else texts_of[0]
            line = report.places.get(f"of.{code}")
            if line is not None:
                report.faults.append(refusal("table.repeated_figure", where, first=line))
                return
            report.places[f"of.{code}"] = str(row.line)
            if not fits:
                if VALUE in said:
                    report.narratives[code] = texts.normal(said[VALUE].text)
                    report.places[f"data.narratives.{code}"] = place(row.line, said[VALUE].column)
                return
            for part in (VALUE, NUMERATOR, DENOMINATOR, NOTE, ESTIMATE):
                if part in said:
                    self._take(report, fits[0], part, said[part].text, place(row.line, said[part].column))

    def _take(self, report: Report, indicator: Indicator, part: str, text: str, where: str) -> None:
        code = indicator.code
        match part:
            case "note":
                report.notes[code] = texts.normal(text)
                report.places[f"data.notes.{code}"] = where
            case "status":
                self._take_status(report, code, text, where)
            case "numerator" | "denominator" if indicator.kind != "ratio":
                report.faults.append(refusal("table.not_a_ratio", where, code=code))
            case "numerator" | "denominator":
                self._take_part(report, indicator, part, text, where)
            case _ if indicator.kind == "ratio":
                numerator, slash, denominator = text.partition("/")
                self._take_part(report, indicator, NUMERATOR, numerator, where)
                if slash:
                    self._take_part(report, indicator, DENOMINATOR, denominator, where)
            case _:
                value = self._value(indicator, text)
                if isinstance(value, Refusal):
                    report.faults.append(value.at(where))
                elif value is not None:
                    report.values[code] = value
                report.places[f"data.values.{code}"] = where

    def _take_status(self, report: Report, code: str, text: str, where: str) -> None:
        report.places[f"data.status.{code}"] = where
        said = typed_words.estimate(text)
        if said:
            report.status[code] = events.ESTIMATE
        elif said is None:
            report.faults.append(refusal("table.not_an_estimate", where, text=text))

    def _take_part(self, report: Report, indicator: Indicator, part: str, text: str, where: str) -> None:
        number = typed_numbers.read(text, indicator.decimals, indicator.measure, self._decimal)
        report.places[f"data.values.{indicator.code}.{part}"] = where
        report.places.setdefault(f"data.values.{indicator.code}", where)
        if isinstance(number, Refusal):
            report.faults.append(number.at(where))
        elif number is not None:
            ratio = report.values.setdefault(indicator.code, {})
            assert isinstance(ratio, dict)
            if ratio.setdefault(part, number) != number:
                report.faults.append(refusal("table.two_parts", where, first=ratio[part], second=number))

    def _value(self, indicator: Indicator, text: str) -> object:
        """The value as the event has it, or why it was not read."""
        if indicator.kind == "quantity":
            return typed_numbers.read(text, indicator.decimals, indicator.measure, self._decimal)
        if indicator.kind == "flag":
            flag = typed_words.flag(text)
            return refusal("table.not_a_flag", text=text) if flag is None else flag
        if (chosen := typed_words.option(text, layout.option_labels(indicator))) is not None:
            return chosen
        shown = [f"{code} ({label})" for code, label in indicator.options.items()][:MOST_NAMED]
        return refusal("table.not_a_choice", text=text, options=Both(", ".join(shown), ", ".join(shown)))
