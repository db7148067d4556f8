"""Reads an earlier report from the official form as a workbook (XLSX). When it was received then, the operator says.

The rules are those of the HTTP door's workbooks; the form is that of the day of receipt. Source: design, section 4, "Workbooks"; ADR 0083.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from services.cli.files import import_lines, import_tables
from services.cli.files.faults import Fault, FaultsError
from services.cli.files.import_lines import Entry
from shared.plumbing import text_files
from shared.plumbing.sheet_desk import SheetDesk
from shared.plumbing.text_files import UnreadableError
from shared.sheets import guard, reading
from shared.sheets.finding import Filled
from shared.sheets.stamp import Core
from shared.words import forms
from shared.words.failures import PermanentError, TransientError
from shared.words.forms import Asked
from shared.words.reference import Reference
from shared.words.refusals import Refusal, refusal

SUFFIX: Final = ".xlsx"
MOST_NAMED: Final = 10


async def read(file: Path, period: str, received_at: str, reference: Reference, actor: str) -> list[Entry | tuple[int, Refusal]]:
    """The report of a workbook, as an event to import. `received_at` is an instant or a day of then, as people write one.

    Raises FaultsError with what is wrong, by cell.
    """
    core, filled = await _form(file)
    at = import_tables.instant(received_at)
    day = import_tables.day_of(at)
    if day is None:
        raise _refused(file, [refusal("import.no_received_at", "received_at", text=received_at or "–")])
    if core.period != period:
        raise _refused(file, [refusal("import.other_period", "period", found=core.period, period=period)])
    asked = forms.find(reference, core.regime, core.period, core.unit, day)
    if isinstance(asked, Refusal):
        raise _refused(file, [asked])
    tree: dict[str, Any] = {"regime": core.regime, "unit": asked.unit.code, "revision": core.revision, "received_at": at}
    found = import_lines.short(1, tree | _parts(file, asked, core, filled), period, reference, actor)
    return [found if isinstance(found, Entry) else (1, found)]


async def _form(file: Path) -> tuple[Core, Filled]:
    """Which form a file is, and what it says."""
    desk = SheetDesk()
    try:
        async with desk.confined:
            filled = await desk.read(text_files.raw(file, guard.MOST_BYTES))
    except UnreadableError as error:
        raise FaultsError([Fault.of_unreadable(file, error)]) from error
    except (PermanentError, TransientError) as error:
        raise _refused(file, error.refusals) from error
    core = reading.stamped(filled)
    if isinstance(core, Refusal):
        raise _refused(file, [core])
    return core, filled


def _parts(file: Path, asked: Asked, core: Core, filled: Filled) -> dict[str, Any]:
    """What the file says."""
    if changed := reading.changed(asked, core, filled):
        raise _refused(file, [refusal("sheet.other_version", names=changed[:MOST_NAMED])])
    found = reading.read(asked, filled)
    if found.faults:
        raise _refused(file, found.faults)
    return dict(found.parts)


def _refused(file: Path, reasons: Iterable[Refusal]) -> FaultsError:
    faults: Sequence[Fault] = [Fault(file, why, None, [why.path] if why.path else ()) for why in reasons]
    return FaultsError(faults)
