"""The files that a person attaches to a report, such as the signed scan: a page of the form, which works without JavaScript.

A file is stored for the unit that sends the report, and listed in the draft; it goes with the report when that is sent. Source: ADR 0085.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import drafts, entry_draft
from services.portal.domain.approval import Locked
from services.portal.domain.drafts import Draft
from services.portal.domain.refused import Refused
from services.portal.http.attached import AttachedFiles
from services.portal.http.entry_desk import Desk, Desks
from services.portal.http.forms import Fields
from services.portal.http.multipart import SentFile
from services.portal.render import look
from services.portal.web import entry_approval, entry_pages
from services.portal.web.entry_pages import Outcome, Shown
from shared.plumbing import uploads
from shared.words.attachments import MOST_LISTED, Listed
from shared.words.refusals import Refusal, refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

ADDRESS: Final = "/bieu-mau/{regime}/{period}/{unit}/dinh-kem"


@router.get(ADDRESS)
async def opened(desk: Desks) -> Response:
    """The files that the report is to have."""
    return _page(await _shown(desk), Outcome())


@router.post(ADDRESS)
async def added(desk: Desks, files: AttachedFiles, request: Request) -> Response:
    """Stores a file and lists it in the draft."""
    sent = await SentFile(request).opened()
    shown = await _shown(desk)
    _require_open(shown)
    if len(entry_draft.attached(shown.draft, shown.form)) >= MOST_LISTED:
        await sent.drain()
        return _refused(shown, refusal("attachment.list_full", most=MOST_LISTED))
    found = await files.take(desk.entry.by.sender, sent)
    if isinstance(found, Refusal):
        return _refused(shown, found)
    return _listed(desk, await desk.attach(shown.form, lambda before: [*before, found.listed(sent.name)][:MOST_LISTED]))


@router.post(f"{ADDRESS}/bo")
async def removed(desk: Desks, fields: Fields) -> Response:
    """Takes a file off the list. Without a report it is removed after some days."""
    shown, ref = await _shown(desk), fields.get("tep", "")

    def without(before: Sequence[Listed]) -> Sequence[Listed]:
        return [one for one in before if one.ref != ref]

    return _listed(desk, await desk.attach(shown.form, without))


@router.get(f"{ADDRESS}/{{ref}}")
async def download(desk: Desks, ref: Annotated[str, Path(max_length=64)], files: AttachedFiles) -> Response:
    """A file of the draft, for those who may send it."""
    shown, asked = await _shown(desk), desk.entry.asked
    listed = entry_draft.attached(shown.draft, shown.form)
    return await files.answer(listed, ref, f"reports/{asked.regime.id}/{asked.period.code}/{asked.unit.id}")


async def _shown(desk: Desk) -> Shown:
    form, known, named = await desk.read()
    draft = drafts.current(await desk.draft(known))
    return Shown(desk, form, draft, {} if draft is None else draft.texts, named)


def _page(shown: Shown, outcome: Outcome) -> Response:
    return look.page("form_attachments.html", entry_pages.frame(shown, outcome), outcome.answered)


def _refused(shown: Shown, why: Refusal) -> Response:
    return _page(shown, Outcome(faults=[why], status=uploads.STATUSES.get(why.code, HTTPStatus.UNPROCESSABLE_ENTITY)))


def _require_open(shown: Shown) -> None:
    """Raises `Refused` with 423 while the draft waits for approval by somebody else."""
    lock = shown.desk.approving.lock(shown.draft)
    if lock is not None:
        raise Refused(HTTPStatus.LOCKED, entry_approval.why_locked(Locked(lock)))


def _listed(desk: Desk, found: Draft | Locked) -> Response:
    if isinstance(found, Locked):
        raise Refused(HTTPStatus.LOCKED, entry_approval.why_locked(found))
    return RedirectResponse(f"{desk.entry.path}/dinh-kem", HTTPStatus.SEE_OTHER)
