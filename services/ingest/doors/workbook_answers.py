"""The answers about a workbook: its receipt, or why it is not taken. A dry run says of a refusal what sending the file would say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from fastapi import Response

from shared.sheets import judging
from shared.sheets.reading import Reading
from shared.sheets.stamp import Core
from shared.shell import problems
from shared.wire import envelope
from shared.wire.dry_runs import DryRun
from shared.wire.published import Reason
from shared.wire.receipts import Receipt
from shared.wire.workbook_answers import FigureDifference, GivenBack, WorkbookDryRun
from shared.words.forms import Form
from shared.words.refusals import Refusal

REJECTED: Final = DryRun(verdict="rejected", errors=[], warnings=[], changes=[])


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A form that was read and is not taken: why, the status with which sending it is answered, and what comes back with it. `judged` is
    what would become of its event, if it came that far.
    """

    status: HTTPStatus
    errors: Sequence[Reason]
    back: GivenBack = field(default_factory=GivenBack)
    warnings: Sequence[Reason] = ()
    judged: DryRun = REJECTED


def comes_late(form: Form, core: Core, found: Reading) -> NotTaken:
    """Another report has the file's revision: both figures of each that differs."""
    reason, differs = judging.taken(form, core, found)
    listed = [FigureDifference(code=one.code, now=one.now, then=one.then) for one in differs]
    return NotTaken(HTTPStatus.CONFLICT, [Reason.of(reason)], GivenBack(differences=listed))


def wrong(found: Reading, faults: Iterable[Refusal], back: GivenBack) -> NotTaken:
    """Cells are wrong: each by its place."""
    return NotTaken(HTTPStatus.UNPROCESSABLE_ENTITY, list(map(Reason.of, faults)), back, list(map(Reason.of, found.remarks)))


def refused(why: NotTaken) -> Response:
    """The answer to a file that was sent."""
    return problems.of_workbook(why.status, why.errors, why.back)


def tried(found: DryRun | NotTaken) -> Response:
    """What would become of a file: 200 whatever the verdict is."""
    if isinstance(found, NotTaken):
        said = dict(found.judged) | {"errors": list(found.errors), "warnings": list(found.warnings)}
        found = WorkbookDryRun.model_validate(said | dict(found.back))
    return Response(found.model_dump_json(exclude_defaults=True), HTTPStatus.OK, media_type=envelope.JSON)


def of_cells(found: Reading, said: Receipt | DryRun) -> dict[str, list[Reason]]:
    """What ingest says about a file's event, each reason with the cell that it is about; and what the sender is to know of the cells."""
    errors, warnings = (list(map(Reason.of, found.at_cells(map(Reason.as_refusal, reasons)))) for reasons in (said.errors, said.warnings))
    return {"errors": errors, "warnings": [*warnings, *map(Reason.of, found.remarks)]}
