"""The form in which a person enters a unit's report (*Biểu nhập báo cáo*). It works without JavaScript.

The form shows the draft, or what the unit said last. Whatever button is pressed, what was typed is saved in the draft first. *Kiểm tra*
asks ingest for the verdict without storing anything; *Gửi* sends the event through the inbox. Nothing that others have typed is overwritten
without a choice. What an approver does is in `entry_approval.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import acts, drafts, entry_changes, entry_draft, entry_fields, plain_remarks
from services.portal.domain import entry_buttons as button
from services.portal.domain.acts import Act
from services.portal.domain.approval import Locked
from services.portal.domain.drafts import Conflict, Draft, Texts
from services.portal.domain.entry_fields import BUTTON, FORM, FROM_DRAFT, NOTE_OPENED, REVISION, VERSION, ZEROS
from services.portal.domain.refused import Refused
from services.portal.http import forms as sent_forms
from services.portal.http.entry_desk import Desk, Desks
from services.portal.web import entry_approval, entry_pages
from services.portal.web.entry_pages import Outcome, Shown
from shared.wire import dry_runs, events
from shared.wire.dry_runs import DryRun
from shared.wire.receipts import PendingReceipt
from shared.words.audit import Action
from shared.words.refusals import Refusal, refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

REVISIONS: Final = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
PLACES: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
REPEATED: Final = ("report.empty",)  # said by ingest of a report whose only figures could not be read


@router.get("/bieu-mau/{regime}/{period}/{unit}")
async def opened(desk: Desks, mo: str = "") -> Response:
    """The form: the draft, or what the unit said last. `mo` is the place of the indicator whose note is written."""
    form, known, named = await desk.read()
    draft = drafts.current(await desk.draft(known))
    fields = draft.texts if draft else entry_fields.filled(desk.entry.asked, form.held.content)
    shown = Shown(desk, form, draft, {}, named)
    if entry_approval.locked(shown):
        return entry_approval.page(shown)
    return entry_pages.form(begun(shown, fields), Outcome(note=int(mo) if PLACES.fullmatch(mo) else 0))


@router.post("/bieu-mau/{regime}/{period}/{unit}")
async def entered(desk: Desks, request: Request) -> Response:
    """Saves what was typed, and does what the pressed button says."""
    posted = await sent_forms.fields_within(request, sent_forms.MOST_OF_A_REPORT)
    _require(posted)
    form, known, named = await desk.read()
    last = await desk.draft(known)
    shown = Shown(desk, form, drafts.current(last), posted, named)
    if posted.get(BUTTON) == button.TAKE_BACK:
        return await entry_approval.taken_back(shown)
    return entry_approval.page(shown) if entry_approval.locked(shown) else await _typed(shown, known, last)


async def _typed(shown: Shown, known: set[str], last: Draft | None) -> Response:
    """Saves what was typed in a form that nobody else holds, and goes on."""
    texts = _texts(shown)
    if texts is None:
        return _changed_since(shown)
    attempt = _attempt(replace(shown, fields={**shown.fields, **texts}))
    if _is_sent(attempt, known, last):
        return _to_receipt(shown.desk, attempt.act)
    return await _saved(attempt, texts)


@dataclass(frozen=True)
class Attempt:
    """A form that was sent to us: its fields as the page shows them again, the act that it means, and what is wrong with it already."""

    shown: Shown
    act: Act
    faults: list[Refusal]

    @property
    def desk(self) -> Desk:
        return self.shown.desk

    @property
    def button(self) -> str:
        return self.shown.fields.get(BUTTON, "")

    @property
    def sends(self) -> bool:
        return self.button == button.SEND


def _changed_since(shown: Shown) -> Response:
    """The form with the draft as it is now: not the one that was checked."""
    texts = shown.draft.texts if shown.draft else {}
    return entry_pages.form(begun(shown, texts), Outcome(faults=[refusal("draft.changed_since_check")]))


def _is_sent(attempt: Attempt, known: set[str], last: Draft | None) -> bool:
    """Whether the same form was sent before and accepted."""
    act = attempt.act
    return attempt.sends and (act.key in known or (last is not None and bool(last.ended) and last.event == act.event_id))


async def _saved(attempt: Attempt, texts: Texts) -> Response:
    """Saves what was typed, and goes on if nobody else has typed something else."""
    shown = attempt.shown
    found = await attempt.desk.save(shown.form, texts, int(shown.fields[VERSION]), shown.fields[FORM])
    if isinstance(found, Conflict) and found.draft is not None:
        return entry_pages.differences(shown, found, attempt.button)
    if isinstance(found, Locked):
        return entry_approval.locked_meanwhile(shown, found)
    if not isinstance(found, Draft):
        why = refusal("draft.ended") if isinstance(found, Conflict) else refusal("draft.too_large")
        return entry_pages.form(replace(shown, draft=None), Outcome(faults=[why, *attempt.faults]))
    return await _done(replace(attempt, shown=replace(shown, draft=found)))


async def _done(attempt: Attempt) -> Response:
    """What the pressed button does, after everything was saved."""
    shown, desk = attempt.shown, attempt.desk
    assert shown.draft is not None
    asked, texts = desk.entry.asked, shown.draft.texts
    match attempt.button:
        case button.SAVE:
            return RedirectResponse(desk.entry.path, HTTPStatus.SEE_OTHER)
        case button.ATTACH:
            return RedirectResponse(f"{desk.entry.path}/dinh-kem", HTTPStatus.SEE_OTHER)
        case button.ZERO:
            return entry_pages.question(shown, "form_zero.html", blanks=entry_draft.blank_counts(asked, texts))
        case button.ZERO_DONE:
            return await _filled(shown, entry_draft.with_zeros(asked, texts), shows=True)
        case button.ZERO_UNDONE:
            return await _filled(shown, entry_draft.without_zeros(asked, texts, shown.fields.get(ZEROS, "")))
        case button.DISCARD:
            return entry_pages.question(shown, "form_discard.html")
        case button.DISCARD_DONE:
            await desk.record("draft.discarded", {"version": shown.draft.version})
            await desk.discard(desk.writer(shown.fields[FORM]))
            return RedirectResponse(desk.entry.path, HTTPStatus.SEE_OTHER)
        case button.GIVE_BACK | button.GIVE_BACK_DONE:
            return await entry_approval.given_back(shown)
    if place := shown.fields.get(NOTE_OPENED):
        return RedirectResponse(f"{desk.entry.path}?mo={quote(place)}#mo", HTTPStatus.SEE_OTHER)
    if read_as := entry_draft.read_as(asked, shown.fields):
        return await _filled(shown, read_as)
    if attempt.sends and not desk.approving.may_send:
        return entry_approval.not_sent(shown)
    if attempt.faults or not (attempt.sends or attempt.button == button.HAND_IN):
        return await _checked(attempt)
    return await (_sent if attempt.sends else _handed_in)(attempt)


async def _filled(shown: Shown, more: Texts, *, shows: bool = False) -> Response:
    """The form with some fields filled in, which are saved too. `shows`: the person can undo it at once."""
    assert shown.draft is not None
    found = await shown.desk.save(shown.form, more, shown.draft.version, shown.fields[FORM])
    draft = found if isinstance(found, Draft) else shown.draft
    codes = [name.partition(".")[2] for name in more] if shows and draft is found else []
    return entry_pages.form(begun(replace(shown, draft=draft), draft.texts), Outcome(zeros=codes))


def _require(posted: Mapping[str, str]) -> None:
    """Raises `Refused` with 400 for a form that is not ours."""
    shapes = ((REVISION, REVISIONS), (VERSION, entry_fields.VERSIONS))
    if not acts.is_form(posted.get(FORM, "")) or any(shape.fullmatch(posted.get(name, "")) is None for name, shape in shapes):
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("form.malformed"))


def _texts(shown: Shown) -> dict[str, str] | None:
    """The texts that the person means; None if that is the draft of a page that shows another version of it."""
    asked, posted, draft = shown.desk.entry.asked, shown.fields, shown.draft
    mine = entry_draft.typed(asked, posted)
    if posted.get(FROM_DRAFT):
        return None if draft is None or draft.version != int(posted[VERSION]) else {**_known(shown, draft.texts), **mine}
    return mine if draft is None else entry_draft.chosen(mine, draft.texts, posted)


def _known(shown: Shown, texts: Texts) -> dict[str, str]:
    names = set(entry_fields.typed_names(shown.desk.entry.asked))
    return {name: text for name, text in texts.items() if name in names}


def _attempt(shown: Shown) -> Attempt:
    """What a form that was sent to us means. If another revision was recorded meanwhile, the person is asked first."""
    entry, held = shown.desk.entry, shown.form.held
    reading = entry_fields.read(entry.asked, shown.fields)
    meant, faults = act(shown), list(reading.faults)
    if (too_large := shown.desk.acting.too_large(meant)) is not None:
        faults.append(too_large)
    if int(shown.fields[REVISION]) != held.next_revision:
        faults.append(refusal("form.moved", newest=held.newest, next=held.next_revision))
        shown = begun(shown, shown.fields)
    return Attempt(shown, meant, faults)


async def _checked(attempt: Attempt) -> Response:
    """The page of the check, or the form again with what is wrong."""
    outcome = Outcome(faults=list(attempt.faults))
    _take(outcome, await attempt.desk.acting.dry_run(act(attempt.shown)), attempt.shown)
    return (entry_pages.check if outcome.is_checked else entry_pages.form)(attempt.shown, outcome)


async def _handed_in(attempt: Attempt) -> Response:
    """Hands the draft in for approval, unless it could not be sent as it is."""
    outcome = Outcome()
    dry_run = await attempt.desk.acting.dry_run(attempt.act)
    if dry_run is not None:
        _take(outcome, dry_run, attempt.shown)
    return entry_pages.form(attempt.shown, outcome) if outcome.faults else await entry_approval.handed_in(attempt.shown)


async def _sent(attempt: Attempt) -> Response:
    """Sends the report: leads to its receipt, or shows the form again with what was typed."""
    act, shown, desk = attempt.act, attempt.shown, attempt.desk
    await desk.sending(act.event_id)
    answer = await desk.acting.send(act, {"revision": int(shown.fields[REVISION]), **entry_approval.sent_details(shown)})
    if isinstance(answer, Refusal):
        return entry_pages.form(shown, Outcome(faults=[answer], status=HTTPStatus.SERVICE_UNAVAILABLE))
    if isinstance(answer, PendingReceipt):
        return _to_receipt(desk, act, is_pending=True)
    if not answer.is_rejected:
        await desk.end("sent", desk.writer(shown.fields[FORM]), act.event_id)
        return _to_receipt(desk, act)
    faults = [error.as_refusal() for error in answer.errors]
    return entry_pages.form(begun(shown, shown.fields), Outcome(faults=faults))


def act(shown: Shown) -> Act:
    """The act of sending what was typed."""
    entry, fields = shown.desk.entry, shown.fields
    asked, by = entry.asked, entry.by
    data: dict[str, object] = {"regime": asked.regime.id, "period": asked.period.code, "unit": asked.unit.code}
    data |= {"revision": int(fields[REVISION]), **entry_fields.read(asked, fields).parts}
    if listed := entry_draft.attached(shown.draft, shown.form):
        data["attachments"] = [asdict(one) for one in listed]
    if by.as_successor:
        data["as_successor"] = True
    action: Action = "report.sent" if by.entered_by is None else "report.entered_for"
    target = f"reports/{asked.regime.id}/{asked.period.code}/{asked.unit.id}"
    return Act(events.SUBMITTED, by.sender, data, fields[FORM], action, target, by.entered_by)


def begun(shown: Shown, fields: Mapping[str, str]) -> Shown:
    """The page of a form that is opened now: what it sends is a new event with the next revision."""
    own = {FORM: shown.desk.new_id(), REVISION: str(shown.form.held.next_revision)}
    return replace(shown, fields={**fields, **own})


def _take(outcome: Outcome, dry_run: DryRun | None, shown: Shown) -> None:
    """Adds what a dry run says to an outcome."""
    asked, scope = shown.desk.entry.asked, shown.desk.scope
    if dry_run is None:
        if not outcome.faults:
            outcome.faults, outcome.status = [refusal("form.not_checked")], HTTPStatus.SERVICE_UNAVAILABLE
        return
    has_unread = bool(outcome.faults)
    outcome.faults += [error.as_refusal() for error in dry_run.errors if not (has_unread and error.code in REPEATED)]
    outcome.warnings = plain_remarks.plain([warning.as_refusal() for warning in dry_run.warnings], asked.regime)
    outcome.is_checked = not outcome.faults
    changes = dry_runs.readable(dry_run, scope, asked.period.code).changes
    if outcome.is_checked and changes is not None:
        outcome.changes = entry_changes.shown(changes, asked, scope)


def _to_receipt(desk: Desk, act: Act, *, is_pending: bool = False) -> Response:
    return RedirectResponse(f"{desk.entry.path}/bien-nhan/{act.event_id}{'?cho=1' if is_pending else ''}", HTTPStatus.SEE_OTHER)
