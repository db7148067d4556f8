"""A table (CSV) that a person brings to a form: what it says is put over the draft, and what it leaves empty stays as it is.

Several people may fill parts of a form in tables, so one table need not say everything. Source: design, section 4, "Tables"; ADR 0084.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from services.portal.domain import entry_fields
from services.portal.http.workbooks import Workbooks
from services.portal.web import entry
from services.portal.web.entry_pages import Shown
from shared.sheets import grid
from shared.sheets.table_form import OwnTable
from shared.wire.published import Reason
from shared.words.refusals import Refusal

MOST_FAULTS: Final = 200  # that a page lists


async def taken(shown: Shown, files: Workbooks, given: bytes) -> Shown | list[Refusal]:
    """The form as if what the table says had been typed; or what is wrong with it, by line and column."""
    found = await files.table(given, shown.desk.entry.asked)
    if not isinstance(found, OwnTable):
        return _by_line(found)
    filling = _filling(shown, found)
    wrong = found.faults or found.at_cells(await judged(filling))
    return _by_line(wrong) if wrong else filling


async def judged(filling: Shown) -> list[Refusal]:
    """What ingest would refuse; nothing if it cannot be asked now."""
    dry_run = await filling.desk.acting.dry_run(entry.act(filling))
    return [] if dry_run is None else list(map(Reason.as_refusal, dry_run.errors))


def _filling(shown: Shown, found: OwnTable) -> Shown:
    asked, content = shown.desk.entry.asked, found.content
    before = shown.fields if shown.draft is not None else {**entry_fields.filled(asked, shown.form.held.content), **shown.fields}
    said = {f"{entry_fields.ESTIMATE}.{code}": "" for code in content.values} | entry_fields.filled(asked, content)
    said |= {entry_fields.REASON: found.reason} if found.reason else {}
    fields = {**before, **said}
    return entry.begun(replace(shown, fields=fields), fields)


def _by_line(reasons: Iterable[Refusal]) -> list[Refusal]:
    return [reason.at(_words(reason.path)) for reason in list(reasons)[:MOST_FAULTS]]


def _words(path: str) -> str:
    """`3:7` as people find it in a spreadsheet: `dòng 3, cột G`."""
    line, _, column = path.partition(":")
    if not line.isdigit():
        return ""
    return f"dòng {line}, cột {grid.reference(1, int(column))[:-1]}" if column.isdigit() else f"dòng {line}"
