"""The form in which a person enters a unit's report (*Biểu nhập báo cáo*), and the receipt of what was sent. It works without JavaScript.

A form is opened with a random text, and filled with what the unit said last. *Kiểm tra* asks ingest for the verdict without storing
anything; *Gửi* sends the event through the inbox. Whatever goes wrong, the page comes back with what was typed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import acts, drafts, entry_changes, entry_fields, entry_sheet, plain_remarks, refused
from services.portal.domain.acts import Act
from services.portal.domain.drafts import Draft
from services.portal.domain.entry_changes import Change
from services.portal.domain.entry_fields import BUTTON, FORM, REVISION, Reading
from services.portal.domain.refused import Refused
from services.portal.http import forms as sent_forms
from services.portal.http.acting import Acting, Acts
from services.portal.http.dependencies import NamedReporter, Now
from services.portal.http.drafting import Drafts, key_of
from services.portal.http.entering import AskedAt, Entry, EntryAt
from services.portal.http.scoped import Reads, Stored
from services.portal.reading import entry_forms
from services.portal.reading.receipt_store import ReceiptStore
from services.portal.render import look
from shared.shell.clock import NewId
from shared.wire import dry_runs, events
from shared.wire.published import DryRun, PendingReceipt, Reason
from shared.words import vietnamese
from shared.words.audit import Action
from shared.words.forms import Asked, Form
from shared.words.refusals import Refusal, refusal
from shared.words.scope import Scope
from shared.words.units import Unit

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

CHECK: Final = "kiem-tra"
SEND: Final = "gui"
REVISIONS: Final = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
EVENT: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
REPEATED: Final = ("report.empty",)  # said by ingest of a report whose only figures could not be read


@dataclass
class Outcome:
    """What the page says about what was typed."""

    faults: list[Refusal] = field(default_factory=list)
    warnings: list[Refusal] = field(default_factory=list)
    changes: Sequence[Change] | None = None
    is_checked: bool = False
    status: HTTPStatus = HTTPStatus.OK

    @property
    def answered(self) -> HTTPStatus:
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.faults and self.status == HTTPStatus.OK else self.status


async def new_id_of(request: Request) -> NewId:
    new_id: NewId = request.app.state.new_id
    return new_id


async def receipts_of(request: Request) -> ReceiptStore:
    return ReceiptStore(request.app.state.database)


NewIds = Annotated[NewId, Depends(new_id_of)]
Decisions = Annotated[ReceiptStore, Depends(receipts_of)]


@router.get("/bieu-mau/{regime}/{period}/{unit}")
async def opened(entry: EntryAt, store: Stored, kept: Drafts, scope: Reads, now: Now, new_id: NewIds) -> Response:
    """The form: the draft, or what the unit said last."""
    form, _ = await entry_forms.read(entry.at, entry.asked, store)
    draft = drafts.current(await kept.last(key_of(entry)))
    fields = draft.texts if draft else entry_fields.filled(entry.asked, form.held.content)
    return _page(Shown(entry, form, scope, now, draft), _opened(fields, form, new_id), Outcome())


@router.post("/bieu-mau/{regime}/{period}/{unit}")
async def entered(entry: EntryAt, store: Stored, scope: Reads, now: Now, new_id: NewIds, acting: Acts, request: Request) -> Response:
    """Checks what was typed, or sends it."""
    fields = await sent_forms.fields_within(request, sent_forms.MOST_OF_A_REPORT)
    form, known = await entry_forms.read(entry.at, entry.asked, store)
    attempt = _attempt(Shown(entry, form, scope, now), fields, acting, new_id)
    if attempt.sends and attempt.act.key in known:
        return _to_receipt(entry, attempt.act)
    if attempt.faults or not attempt.sends:
        return await _checked(attempt, acting)
    return await _sent(attempt, acting, new_id)


@router.get("/bieu-mau/{regime}/{period}/{unit}/bien-nhan/{event}")
async def receipt(
    at: NamedReporter,
    asked: AskedAt,
    event: Annotated[str, Path()],
    store: Stored,
    decisions: Decisions,
    cho: Annotated[str, Query()] = "",
) -> Response:
    """The receipt of a report: what ingest decided. With `cho`, the verdict may still be awaited."""
    decided = await decisions.of_report(asked, _senders(asked), event) if EVENT.fullmatch(event) else None
    if decided is None and not (cho and EVENT.fullmatch(event)):
        raise refused.not_found(refusal("form.no_receipt"))
    form, _ = await entry_forms.read(at, asked, store)
    on_time = None if decided is None else entry_forms.is_on_time(form, decided.received_at)
    shown = {"at": at, "asked": asked, "form": form, "it": decided, "event": event, "on_time": on_time, "label_of": _label_of(asked)}
    shown["warnings"] = [] if decided is None else plain_remarks.plain(decided.warnings, asked.regime)
    status = HTTPStatus.ACCEPTED if decided is None else HTTPStatus.OK
    return look.page("form_receipt.html", {**shown, "period_text": vietnamese.period(at.period)}, status)


@dataclass(frozen=True)
class Shown:
    """What the page of a form is about."""

    entry: Entry
    form: Form
    scope: Scope
    now: datetime
    draft: Draft | None = None

    @property
    def takes_estimates(self) -> bool:
        """Whether figures may be marked as estimates now."""
        until = self.form.official_deadline
        return until is not None and self.now < until


@dataclass(frozen=True)
class Attempt:
    """A form that was sent to us: its fields as the page shows them again, the act that it means, and what is wrong with it already."""

    shown: Shown
    fields: Mapping[str, str]
    act: Act
    faults: Sequence[Refusal]

    @property
    def sends(self) -> bool:
        return self.fields.get(BUTTON) == SEND


def _attempt(shown: Shown, fields: Mapping[str, str], acting: Acting, new_id: NewId) -> Attempt:
    """What a form that was sent to us means. If another revision was recorded meanwhile, the person is asked first."""
    entry, held = shown.entry, shown.form.held
    reading = entry_fields.read(entry.asked, fields)
    act, faults = _act(entry, fields, reading), list(reading.faults)
    if (too_large := acting.too_large(act)) is not None:
        faults.append(too_large)
    if int(fields[REVISION]) != held.next_revision:
        faults.append(refusal("form.moved", newest=held.newest, next=held.next_revision))
        fields = _opened(fields, shown.form, new_id)
    return Attempt(shown, fields, act, faults)


async def _checked(attempt: Attempt, acting: Acting) -> Response:
    """The form again, with what ingest would say."""
    outcome = Outcome(faults=list(attempt.faults))
    act = _act(attempt.shown.entry, attempt.fields, entry_fields.read(attempt.shown.entry.asked, attempt.fields))
    _take(outcome, await acting.dry_run(act), attempt.shown)
    return _page(attempt.shown, attempt.fields, outcome)


async def _sent(attempt: Attempt, acting: Acting, new_id: NewId) -> Response:
    """Sends the report: leads to its receipt, or shows the form again with what was typed."""
    act, shown = attempt.act, attempt.shown
    answer = await acting.send(act, {"revision": int(attempt.fields[REVISION])})
    if isinstance(answer, Refusal):
        return _page(shown, attempt.fields, Outcome(faults=[answer], status=HTTPStatus.SERVICE_UNAVAILABLE))
    if isinstance(answer, PendingReceipt) or not answer.is_rejected:
        return _to_receipt(shown.entry, act, is_pending=isinstance(answer, PendingReceipt))
    faults = [_refusal(error) for error in answer.errors]
    return _page(shown, _opened(attempt.fields, shown.form, new_id), Outcome(faults=faults))


def _act(entry: Entry, fields: Mapping[str, str], reading: Reading) -> Act:
    """The act of sending what was typed. Raises `Refused` with 400 for a form that is not ours."""
    if not acts.is_form(fields.get(FORM, "")) or REVISIONS.fullmatch(fields.get(REVISION, "")) is None:
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("form.malformed"))
    asked, by = entry.asked, entry.by
    data: dict[str, object] = {"regime": asked.regime.id, "period": asked.period.code, "unit": asked.unit.code}
    data |= {"revision": int(fields[REVISION]), **reading.parts}
    if by.as_successor:
        data["as_successor"] = True
    action: Action = "report.sent" if by.entered_by is None else "report.entered_for"
    target = f"reports/{asked.regime.id}/{asked.period.code}/{asked.unit.id}"
    return Act(events.SUBMITTED, by.sender, data, fields[FORM], action, target, by.entered_by)


def _opened(fields: Mapping[str, str], form: Form, new_id: NewId) -> dict[str, str]:
    """The fields of a form that is opened now: what it sends is a new event with the next revision."""
    return {**fields, FORM: new_id(), REVISION: str(form.held.next_revision)}


def _take(outcome: Outcome, dry_run: DryRun | None, shown: Shown) -> None:
    """Adds what a dry run says to an outcome."""
    if dry_run is None:
        if not outcome.faults:
            outcome.faults, outcome.status = [refusal("form.not_checked")], HTTPStatus.SERVICE_UNAVAILABLE
        return
    has_unread = bool(outcome.faults)
    outcome.faults += [_refusal(error) for error in dry_run.errors if not (has_unread and error.code in REPEATED)]
    outcome.warnings = plain_remarks.plain([_refusal(warning) for warning in dry_run.warnings], shown.entry.asked.regime)
    outcome.is_checked = not outcome.faults
    changes = dry_runs.readable(dry_run, shown.scope, shown.entry.asked.period.code).changes
    if outcome.is_checked and changes is not None:
        outcome.changes = entry_changes.shown(changes, shown.entry.asked, shown.scope)


def _refusal(reason: Reason) -> Refusal:
    return Refusal(reason.code, reason.path, reason.message_vi, reason.message_en)


def _page(shown: Shown, fields: Mapping[str, str], outcome: Outcome) -> Response:
    entry, form = shown.entry, shown.form
    registry = entry.asked.reference.registry
    by = entry.by.entered_by
    page = {
        "entry": entry,
        "form": form,
        "draft": shown.draft,
        "sheet": entry_sheet.sheet(form, fields, outcome.faults, outcome.warnings, takes_estimates=shown.takes_estimates),
        "outcome": outcome,
        "fields": fields,
        "period_text": vietnamese.period(entry.at.period),
        "period_before": "" if form.before is None else vietnamese.period_name(form.before),
        "on_behalf": "" if by is None else _name(registry.valid(by, entry.asked.day), by),
        "heir": _name(entry.asked.sender, entry.by.sender) if entry.by.as_successor else "",
        "now": shown.now,
    }
    return look.page("form.html", page, outcome.answered)


def _name(unit: Unit | None, unit_id: str) -> str:
    return unit_id if unit is None else unit.name


def _to_receipt(entry: Entry, act: Act, *, is_pending: bool = False) -> Response:
    return RedirectResponse(f"{entry.path}/bien-nhan/{act.event_id}{'?cho=1' if is_pending else ''}", HTTPStatus.SEE_OTHER)


def _senders(asked: Asked) -> set[str]:
    """The units that can have sent the report: the unit itself, and its heir."""
    return {asked.unit.id, *(() if asked.sender is None else (asked.sender.id,))}


def _label_of(asked: Asked) -> Callable[[str], str]:
    def label(path: str) -> str:
        """The label of the indicator that a path is about; "" if there is none."""
        code = entry_fields.field_of(path, asked).partition(".")[2]
        indicator = asked.regime.by_code.get(code)
        return "" if indicator is None else indicator.label

    return label
