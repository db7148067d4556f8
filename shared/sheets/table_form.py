"""The form of one unit as a table (CSV): a row for each figure and text, to be filled and sent back to the door of tables. Pure.

The table names regime, period and unit in each row, so a filled one says by itself what it is. Months are written `kỳ 2026-01`, because a
spreadsheet makes a date of `2026-01`. Source: ADR 0084.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from shared.sheets import columns, layout, table_reports
from shared.sheets.columns import DENOMINATOR, ESTIMATE, NOTE, NUMERATOR, VALUE, folded
from shared.sheets.table import Table
from shared.sheets.table_reports import Find, Key, Report
from shared.words.forms import Asked, Content
from shared.words.refusals import Refusal, refusal
from shared.words.regime_parts import Indicator
from shared.words.spreadsheet_texts import BOM, harmless

MEDIA_TYPE: Final = "text/csv; charset=utf-8"
LABEL, MEASURE = columns.IGNORED[-2:]  # for people: a reader passes over these columns
MONTH: Final = re.compile(r"\d{4}-\d\d", re.ASCII)
WORD: Final = "kỳ "


def file_name(asked: Asked) -> str:
    """The name of the table's file, in ASCII."""
    return layout.file_name(asked, "csv")


def written(asked: Asked) -> bytes:
    """The table, not filled: UTF-8 with a byte-order mark, `;` between the cells."""
    has_ratios = any(one.kind == "ratio" for one in asked.indicators)
    parts = [VALUE, *((NUMERATOR, DENOMINATOR) if has_ratios else ()), NOTE, *((ESTIMATE,) if asked.regime.estimates else ())]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(["regime", "period", "unit", "indicator", LABEL, MEASURE, *parts])
    period = asked.period.code
    key = [asked.regime.id, f"{WORD}{period}" if MONTH.fullmatch(period) else period, asked.unit.id]
    for code, label, measure in _rows(asked):
        writer.writerow([*key, code, harmless(label), harmless(measure), *("" for _ in parts)])
    return (BOM + file.getvalue()).encode()


def finder(asked: Asked) -> Find:
    """How rows are understood where only this form is filled: a row of another one is refused by what is other."""
    regimes = table_reports.regime_names(asked.regime)
    units = {asked.unit.id, asked.unit.code}

    def find(key: Key) -> Asked | Refusal:
        for name, said, wanted, is_own in (
            ("regime", key.regime, asked.regime.id, folded(key.regime) in regimes),
            ("period", key.period, asked.period.code, key.period.upper() == asked.period.code),
            ("unit", key.unit, asked.unit.id, not units.isdisjoint(table_reports.unit_codes(key.unit))),
        ):
            if not is_own:
                return refusal("table.other_form", name, **{"is": said, "wanted": wanted})
        return asked

    return find


@dataclass(frozen=True, slots=True)
class OwnTable:
    """What a table says about one form. The paths of `faults` are `line:column`."""

    report: Report
    faults: list[Refusal]

    @property
    def content(self) -> Content:
        one = self.report
        return Content(one.values, one.narratives, one.notes, one.status)

    @property
    def reason(self) -> str:
        """Why a report is corrected; "" if it is not said."""
        return self.report.reason

    def at_cells(self, reasons: Iterable[Refusal]) -> list[Refusal]:
        """Reasons about the event, each with the cell that it is about."""
        return self.report.at_cells(reasons)


def read(found: Table, asked: Asked) -> OwnTable:
    """What a table says where only this form is filled; its rows need not name it.

    Raises PermanentError with what is wrong with the file."""
    own = Key(asked.regime.id, asked.period.code, asked.unit.id)
    reports = table_reports.read(found, finder(asked), required=(), own=own)
    faults = [fault for report in reports for fault in report.faults]
    return OwnTable(next((report for report in reports if report.asked is not None), reports[0]), faults)


def _rows(asked: Asked) -> Iterator[tuple[str, str, str]]:
    for one in asked.indicators:
        yield one.code, one.label, _measure(one)
    for code, label in asked.narratives.items():
        yield code, label, "văn bản"


def _measure(one: Indicator) -> str:
    """The measure, or what may be written."""
    match one.kind:
        case "flag":
            return "có / không"
        case "choice":
            return " / ".join(one.options.values())
    return one.measure
