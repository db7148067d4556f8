"""The form as a workbook or a table (CSV): a person gets it, fills it in a spreadsheet, and brings it back. It works without JavaScript.

What a right file says goes into the draft, never further: the person checks and sends it as if it had been typed. A wrong file changes
nothing; it comes back with its cells marked. Source: design, section 4, "Workbooks"; ADR 0083.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import drafts, entry_fields, file_changes
from services.portal.domain.approval import Locked
from services.portal.domain.drafts import Conflict, Draft
from services.portal.domain.refused import Refused
from services.portal.http import workbooks
from services.portal.http.entry_desk import Desk, Desks
from services.portal.http.multipart import SentFile
from services.portal.http.workbooks import PersonsWorkbooks, Workbooks
from services.portal.render import look
from services.portal.web import entry, entry_approval, entry_pages, entry_table
from services.portal.web.entry_pages import Outcome, Shown
from shared.sheets import guard, judging, layout, reading, table_form
from shared.sheets.judging import NewForm
from shared.sheets.reading import Group, Reading
from shared.words.forms import Content
from shared.words.refusals import Refusal, refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

ADDRESS: Final = "/bieu-mau/{regime}/{period}/{unit}/excel"


@dataclass(frozen=True)
class Said:
    """What the page says about a file: why it was not taken, by message, and the ids of files that are given back. `labels` says what
    cells are about.
    """

    groups: list[Group]
    labels: Mapping[str, str] = field(default_factory=dict)
    marked: str | None = None
    renewed: str | None = None


@router.get("/bieu-mau/{regime}/{period}/{unit}/bieu.xlsx")
async def form(desk: Desks, files: PersonsWorkbooks) -> Response:
    """The workbook, filled with the draft or with what the unit said last."""
    shown = await _shown(desk)
    drafted = None
    if shown.draft is not None:
        read = entry_fields.read(desk.entry.asked, shown.draft.texts)
        drafted = Content(read.values, read.narratives, read.notes, read.status)
    return await files.written(layout.of_form(shown.form, desk.now, drafted), judging.file_name(shown.form))


@router.get("/bieu-mau/{regime}/{period}/{unit}/bieu.csv")
async def as_table(desk: Desks) -> Response:
    """The form as a table, with empty values."""
    asked = desk.entry.asked
    return workbooks.download(table_form.file_name(asked), table_form.written(asked), table_form.MEDIA_TYPE)


@router.get(ADDRESS)
async def opened(desk: Desks) -> Response:
    """Where the workbook is got, and where a filled one is brought back."""
    return _page(await _shown(desk), Said([]))


@router.post(ADDRESS)
async def brought(desk: Desks, files: PersonsWorkbooks, request: Request) -> Response:
    """Puts what a filled workbook or table says into the draft; or says what is wrong with it. Which of them it is, its content says."""
    given = await workbooks.content(await SentFile(request).opened())
    async with files.turn():
        return await _taken(await _shown(desk), files, given)


@router.get(f"{ADDRESS}/{{sheet}}")
async def kept(_: Desks, files: PersonsWorkbooks, sheet: Annotated[str, Path(max_length=64)]) -> Response:
    """A file that was given back."""
    return await files.kept(sheet)


async def _taken(shown: Shown, files: Workbooks, given: bytes | Refusal) -> Response:
    """What becomes of a file, when it is its turn."""
    _require_open(shown)
    if isinstance(given, Refusal):
        return _refused(shown, [given])
    if given.startswith(guard.PACKED):
        return await _judged(shown, files, given)
    taken = await entry_table.taken(shown, files, given)
    return _refused(shown, taken) if isinstance(taken, list) else await _saved(shown, taken, [])


async def _judged(shown: Shown, files: Workbooks, given: bytes) -> Response:
    filled = await files.read(given)
    core = filled if isinstance(filled, Refusal) else reading.stamped(filled)
    if isinstance(core, Refusal) or isinstance(filled, Refusal):
        return _refused(shown, [one for one in (filled, core) if isinstance(one, Refusal)][:1])
    if wrong := reading.other_form(core, shown.desk.entry.asked):
        return _refused(shown, wrong)
    found = judging.read(shown.form, core, filled, shown.desk.now)
    if isinstance(found, NewForm):
        renewed = await files.renewed(found.layout, judging.file_name(shown.form))
        return _page(shown, Said(reading.grouped([found.reason]), renewed=renewed), HTTPStatus.UNPROCESSABLE_ENTITY)
    filling = _filling(shown, found)
    if faults := found.faults or found.at_cells(await entry_table.judged(filling)):
        marked = await files.marked(given, shown.form, found, faults)
        return _page(
            shown, Said(reading.grouped(faults), judging.labels(shown.form.asked, found), marked=marked), HTTPStatus.UNPROCESSABLE_ENTITY
        )
    late = [judging.taken(shown.form, core, found)[0]] if judging.is_taken(shown.form, core) else []
    return await _saved(shown, filling, [*late, *found.remarks])


def _filling(shown: Shown, found: Reading) -> Shown:
    """The form as if what the file says had been typed."""
    asked = shown.desk.entry.asked
    texts = {name: "" for name in entry_fields.typed_names(asked) if name != entry_fields.REASON}
    texts |= entry_fields.filled(asked, found.content)
    return entry.begun(replace(shown, fields={**shown.fields, **texts}), {**shown.fields, **texts})


async def _saved(shown: Shown, filling: Shown, remarks: list[Refusal]) -> Response:
    """Saves what the file says in the draft, unless others have typed something else: then the person chooses."""
    asked = filling.desk.entry.asked
    names = entry_fields.typed_names(asked)
    texts = {name: filling.fields[name] for name in names if name in filling.fields}
    found = await filling.desk.save(filling.form, texts, _version(filling, texts), filling.fields[entry_fields.FORM])
    if isinstance(found, Conflict) and found.draft is not None:
        return entry_pages.differences(filling, found, "")
    if isinstance(found, Locked):
        return entry_approval.locked_meanwhile(filling, found)
    if not isinstance(found, Draft):
        why = refusal("draft.ended") if isinstance(found, Conflict) else refusal("draft.too_large")
        return _refused(filling, [why])
    page = entry_pages.frame(replace(filling, draft=found), Outcome())
    before = entry_fields.filled(asked, shown.form.held.content) if shown.draft is None else shown.draft.texts
    changes = file_changes.of(asked, before, texts)
    return look.page("form_workbook_taken.html", {**page, "groups": reading.grouped(remarks), "found": changes, "had_draft": shown.draft})


def _version(filling: Shown, texts: drafts.Texts) -> int:
    """The version of the draft over which a file may be written: none if others have typed what it would replace."""
    draft, person = filling.draft, filling.desk.acting.person.person
    if draft is None:
        return 0
    others = (one for name, one in draft.fields.items() if one.by.person not in ("", person) and one.text != texts.get(name, one.text))
    return draft.version if next(others, None) is None else 0


async def _shown(desk: Desk) -> Shown:
    form, known, named = await desk.read()
    draft = drafts.current(await desk.draft(known))
    return Shown(desk, form, draft, {} if draft is None else draft.texts, named)


def _require_open(shown: Shown) -> None:
    """Raises `Refused` with 423 while the draft waits for approval by somebody else."""
    lock = shown.desk.approving.lock(shown.draft)
    if lock is not None:
        raise Refused(HTTPStatus.LOCKED, entry_approval.why_locked(Locked(lock)))


def _refused(shown: Shown, reasons: list[Refusal]) -> Response:
    return _page(shown, Said(reading.grouped(reasons)), HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(shown: Shown, said: Said, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return look.page("form_workbook.html", {**entry_pages.frame(shown, Outcome()), "said": said}, status)
