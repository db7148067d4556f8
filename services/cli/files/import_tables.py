"""Reads earlier reports from a table (CSV), one row for each report or for each figure, with a column for the time of receipt of then.

The rules are those of the HTTP door's tables, for every unit. Source: design, section 4, "Tables"; ADR 0084.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from services.cli.files import import_lines
from services.cli.files.faults import Fault, FaultsError
from services.cli.files.import_lines import Entry
from shared.plumbing import text_files
from shared.plumbing.text_files import UnreadableError
from shared.sheets import table, table_reports
from shared.sheets.table_reports import Find, Key, Report
from shared.words import forms, periods
from shared.words.failures import PermanentError
from shared.words.forms import Asked
from shared.words.reference import Reference
from shared.words.refusals import Refusal, refusal
from shared.words.typed_numbers import Decimals

SUFFIX: Final = ".csv"
REQUIRED: Final = ("regime", "unit", "received_at")
WRITTEN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
NOON: Final = 12
CODE_DIGITS: Final = 5  # of a commune's code, whose leading zeros a spreadsheet drops


def read(file: Path, period: str, reference: Reference, actor: str, today: date, decimal: Decimals) -> list[Entry | tuple[int, Refusal]]:
    """Every report of a table: an event to import, or its line and why it is none. Raises FaultsError if the file is no table."""
    try:
        found = table.read(text_files.raw(file, table.MOST_BYTES))
        reports = table_reports.read(found, _finder(reference, today), decimal, REQUIRED, Key("", period, ""))
    except UnreadableError as error:
        raise FaultsError([Fault.of_unreadable(file, error)]) from error
    except PermanentError as error:
        raise FaultsError([_fault(file, why) for why in error.refusals]) from error
    return [entry for report in reports for entry in _entries(report, period, reference, actor)]


def instant(text: str) -> str:
    """A time of receipt: as it is, or from the way in which people here write one, in Vietnamese time; noon if only the day is known."""
    match = WRITTEN.fullmatch(text)
    if match is None:
        return text
    day, month, year, hour, minute, second = match.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour or NOON), int(minute or 0), int(second or 0), tzinfo=periods.VIETNAM)
    except ValueError:
        return text
    return at.isoformat()


def day_of(text: str) -> date | None:
    """The day of an instant, in Vietnam; None if it is none, which is said of the event."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at.tzinfo is None else periods.local_day(at)


def _finder(reference: Reference, today: date) -> Find:
    """What a unit was asked for on the day on which its report was received."""

    def find(key: Key) -> Asked | Refusal:
        day = day_of(instant(key.received_at)) or today
        setting = reference.setting_at_receipt(key.regime, key.period, day)
        known = {} if setting is None else setting.tree.by_code
        unit = known.get(key.unit) or known.get(key.unit.zfill(CODE_DIGITS))
        return forms.find(reference, key.regime, key.period, key.unit if unit is None else unit.id, day)

    return find


def _entries(report: Report, period: str, reference: Reference, actor: str) -> Iterator[Entry | tuple[int, Refusal]]:
    if report.key.period != period:
        yield report.line, refusal("import.other_period", "period", found=report.key.period, period=period)
    yield from ((report.line, fault) for fault in report.faults)
    if report.asked is None or report.faults or report.key.period != period:
        return
    if not report.received_at:
        yield report.line, refusal("event.missing_field", "received_at", field="received_at")
        return
    tree: dict[str, Any] = {"regime": report.asked.regime.id, "unit": report.asked.unit.code, "revision": report.revision or 1}
    found = import_lines.short(report.line, tree | {"received_at": instant(report.received_at)} | report.parts, period, reference, actor)
    yield found if isinstance(found, Entry) else (report.line, found)


def _fault(file: Path, why: Refusal) -> Fault:
    line = why.path.partition(":")[0]
    return Fault(file, why, int(line) if line.isdigit() else None, [why.path] if ":" in why.path else ())
