"""*Các lần lưu trước*: the earlier texts of a draft, field by field, and how a person takes one of them back into the draft."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import acts, approval, drafts, earlier_texts, entry_fields
from services.portal.domain.approval import Locked
from services.portal.domain.drafts import Draft, Earlier, Saving
from services.portal.domain.entry_fields import FORM, VERSION
from services.portal.domain.refused import Refused
from services.portal.http.entry_desk import Desk, Desks
from services.portal.http.forms import Fields
from services.portal.render import look
from services.portal.web import entry_approval, entry_pages
from services.portal.web.entry_pages import Outcome, Shown
from shared.words.refusals import Refusal, refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

ADDRESS: Final = "/bieu-mau/{regime}/{period}/{unit}/cac-lan-luu"
NAME, MARK = "o", "luc"


async def shown_of(desk: Desks) -> Shown:
    form, known, named = await desk.read()
    draft = drafts.current(await desk.draft(known))
    return Shown(desk, form, draft, {FORM: desk.new_id(), entry_fields.REVISION: str(form.held.next_revision)}, named)


ShownDraft = Annotated[Shown, Depends(shown_of)]


@router.get(ADDRESS)
async def listed(shown: ShownDraft) -> Response:
    """The earlier texts of the draft."""
    return _page(shown)


@router.post(ADDRESS)
async def taken_back(shown: ShownDraft, posted: Fields) -> Response:
    """Takes one text back into the draft."""
    if not acts.is_form(posted.get(FORM, "")) or entry_fields.VERSIONS.fullmatch(posted.get(VERSION, "")) is None:
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("form.malformed"))
    one = earlier_texts.find(shown.draft, posted.get(NAME, ""), posted.get(MARK, ""))
    if entry_approval.locked(shown):
        return entry_approval.page(shown)
    if one is None or not entry_fields.label(one.name, shown.desk.entry.asked):
        return _page(shown, refusal("draft.no_earlier_text"))
    await shown.desk.record("draft.restored", {"field": one.name, "version": int(posted[VERSION]), "saved_at": one.at.isoformat()})
    found = await _restored(shown.desk, one, Saving(int(posted[VERSION]), {}, shown.desk.writer(posted[FORM]), shown.desk.now))
    if isinstance(found, Locked):
        return entry_approval.locked_meanwhile(shown, found)
    if not isinstance(found, Draft):
        return _page(replace(shown, draft=await shown.desk.drafts.last(shown.desk.key)), refusal("draft.field_changed"))
    return RedirectResponse(f"{shown.desk.entry.path}/cac-lan-luu#{earlier_texts.anchor(one.name)}", HTTPStatus.SEE_OTHER)


async def _restored(desk: Desk, one: Earlier, saving: Saving) -> approval.Decided | Locked:
    def decide(last: Draft | None) -> approval.Decided:
        return earlier_texts.taken_back(last, one, saving)

    return await desk.drafts.change(desk.key, lambda last: approval.guarded(last, desk.approving, decide))


def _page(shown: Shown, fault: Refusal | None = None) -> Response:
    asked, draft = shown.desk.entry.asked, drafts.current(shown.draft)
    texts = draft.texts if draft else {}
    frame = entry_pages.frame(replace(shown, draft=draft, fields={**texts, **shown.fields}), Outcome())
    own = {
        "earlier": [] if draft is None else earlier_texts.fields(asked, draft),
        "mark": earlier_texts.mark,
        "fault": fault,
        "is_locked": entry_approval.locked(shown),
    }
    return look.page("form_earlier.html", {**frame, **own}, HTTPStatus.OK if fault is None else HTTPStatus.CONFLICT)
