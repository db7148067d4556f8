"""What the form of a report does when its unit has an approver: an officer hands the draft in and takes it back, the approver sends it
from the form or gives it back. The rules are `domain/approval.py`.
"""

from dataclasses import replace
from http import HTTPStatus

from fastapi import Response
from fastapi.responses import RedirectResponse

from services.portal.domain import approval, drafts, entry_draft, entry_fields
from services.portal.domain import entry_buttons as button
from services.portal.domain.approval import Locked
from services.portal.domain.drafts import Draft
from services.portal.domain.entry_fields import APPROVER_NOTE, BUTTON, FORM
from services.portal.render import look
from services.portal.web import entry_pages
from services.portal.web.entry_pages import Outcome, Shown
from shared.words import texts, vietnamese
from shared.words.audit import Detail
from shared.words.refusals import Refusal, refusal


def locked(shown: Shown) -> bool:
    """Whether the person may not change the draft now."""
    return shown.desk.approving.lock(shown.draft) is not None


def page(shown: Shown) -> Response:
    """The draft that waits, to be read; with what the person has sent from a page that was opened before and that was not saved."""
    asked, draft = shown.desk.entry.asked, shown.draft
    assert draft is not None
    unsaved = {
        entry_fields.label(name, asked): text
        for name, text in entry_draft.typed(asked, shown.fields).items()
        if text != draft.texts.get(name, "")
    }
    own = {FORM: shown.desk.new_id(), entry_fields.REVISION: str(shown.form.held.next_revision)}
    frame = entry_pages.frame(replace(shown, fields={**draft.texts, **own}), Outcome())
    status = HTTPStatus.LOCKED if FORM in shown.fields else HTTPStatus.OK
    return look.page("form_waiting.html", {**frame, "unsaved": unsaved}, status)


def locked_meanwhile(shown: Shown, found: Locked) -> Response:
    """As `page`, if the draft was handed in while the person sent his form."""
    assert shown.draft is not None
    return page(replace(shown, draft=replace(shown.draft, handed=found.handed)))


def not_sent(shown: Shown) -> Response:
    """The form of a person who may not send it. What was typed is saved."""
    why = refusal("approval.not_yours", approvers=list(shown.desk.approving.approvers))
    return _form(shown, why, HTTPStatus.FORBIDDEN)


async def handed_in(shown: Shown) -> Response:
    """Hands in the draft that was saved and checked just now."""
    desk, draft = shown.desk, shown.draft
    assert draft is not None
    if not desk.approving.approvers:
        return _form(shown, refusal("approval.not_wanted", unit=desk.entry.asked.unit.name), HTTPStatus.CONFLICT)
    await desk.record("draft.sent_for_approval", _details(draft))
    writer = desk.writer(shown.fields[FORM])
    found = await desk.drafts.change(desk.key, lambda last: approval.handed_in(last, draft.version, writer, desk.now))
    return _back(shown) if isinstance(found, Draft) else _form(shown, refusal("approval.moved"), HTTPStatus.CONFLICT)


async def taken_back(shown: Shown) -> Response:
    """Takes a draft back that waits. One that does not wait any more is shown as it is."""
    desk, draft = shown.desk, shown.draft
    if desk.approving.waiting(draft) is not None and draft is not None:
        await desk.record("draft.taken_back", _details(draft))
        await desk.drafts.change(desk.key, approval.taken_back)
    return _back(shown)


async def given_back(shown: Shown) -> Response:
    """Asks the approver what is to be changed, or gives the draft back with that note."""
    desk, draft, fields = shown.desk, shown.draft, shown.fields
    assert draft is not None
    if not desk.approving.is_approver:
        return _form(shown, refusal("approval.not_approver", unit=desk.entry.asked.unit.name), HTTPStatus.FORBIDDEN)
    if desk.approving.waiting(draft) is None:
        return _form(shown, refusal("approval.not_waiting"), HTTPStatus.CONFLICT)
    note = texts.normal(fields.get(APPROVER_NOTE, "")).strip()
    faults = approval.note_faults(note) if fields.get(BUTTON) == button.GIVE_BACK_DONE else []
    if faults or fields.get(BUTTON) == button.GIVE_BACK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return entry_pages.question(shown, "form_give_back.html", status, note=note, faults=faults)
    await desk.record("draft.given_back", _details(draft) | {"note": note})
    writer = desk.writer(fields[FORM])
    found = await desk.drafts.change(desk.key, lambda last: approval.given_back(last, writer, desk.now, note))
    return _back(shown) if isinstance(found, Draft) else _form(shown, refusal("approval.not_waiting"), HTTPStatus.CONFLICT)


def sent_details(shown: Shown) -> dict[str, Detail]:
    """What the audit entry of a report that was approved says besides: who handed it in."""
    handed = shown.desk.approving.waiting(shown.draft)
    return {} if handed is None else {"handed_in_by": f"people/{handed.by.person}"}


def why_locked(found: Locked) -> Refusal:
    """As a refusal, for the script of the form."""
    return refusal("approval.waiting", by=found.handed.by.name, at=vietnamese.time_of_day(found.handed.at))


def _details(draft: Draft) -> dict[str, Detail]:
    handed = draft.handed
    return {"version": draft.version} | ({} if handed is None else {"handed_in_by": f"people/{handed.by.person}"})


def _form(shown: Shown, why: Refusal, status: HTTPStatus) -> Response:
    draft = drafts.current(shown.draft)
    typed = {**(draft.texts if draft else {}), **entry_draft.typed(shown.desk.entry.asked, shown.fields)}
    own = {name: shown.fields[name] for name in (FORM, entry_fields.REVISION)}
    return entry_pages.form(replace(shown, fields={**typed, **own}), Outcome(faults=[why], status=status))


def _back(shown: Shown) -> Response:
    return RedirectResponse(shown.desk.entry.path, HTTPStatus.SEE_OTHER)
