"""The receipt of a report that a person has sent: what ingest decided about it. The page can be reloaded, printed and kept."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import entry_fields, entry_sheet, plain_remarks, refused
from services.portal.http.dependencies import NamedReporter, Now
from services.portal.http.entering import AskedAt
from services.portal.http.scoped import Stored
from services.portal.reading import entry_forms
from services.portal.reading.receipt_store import Decided, ReceiptStore
from services.portal.reading.store import PortalStore
from services.portal.render import look
from services.portal.web.entry_pages import check_code
from shared.wire import event_key
from shared.words import vietnamese
from shared.words.forms import Asked, Content, Form
from shared.words.refusals import refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

OF_A_FORM: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)  # the ids of events that people send; the software of units has its own


async def receipts_of(request: Request) -> ReceiptStore:
    return ReceiptStore(request.app.state.database)


Decisions = Annotated[ReceiptStore, Depends(receipts_of)]


@router.get("/bieu-mau/{regime}/{period}/{unit}/bien-nhan/{event}")
async def receipt(
    at: NamedReporter,
    asked: AskedAt,
    event: Annotated[str, Path()],
    store: Stored,
    decisions: Decisions,
    now: Now,
    cho: Annotated[str, Query()] = "",
) -> Response:
    """The receipt of a report: what ingest decided, and what was sent. With `cho`, the verdict may still be awaited."""
    decided = await decisions.of_report(asked, _senders(asked), event)
    if decided is None and not (cho and OF_A_FORM.fullmatch(event)):
        raise refused.not_found(refusal("form.no_receipt"))
    form, known = await entry_forms.read(at, asked, store)
    on_time = None if decided is None else entry_forms.is_on_time(form, decided.received_at)
    shown = {"at": at, "asked": asked, "form": form, "it": decided, "event": event, "on_time": on_time, "label_of": _label_of(asked)}
    shown["warnings"] = [] if decided is None else plain_remarks.plain(decided.warnings, asked.regime)
    shown |= {"period_text": vietnamese.period(at.period), "now": now, **await _copy(decided, form, known, store)}
    status = HTTPStatus.ACCEPTED if decided is None else HTTPStatus.OK
    return look.page("form_receipt.html", shown, status)


async def _copy(decided: Decided | None, form: Form, known: set[str], store: PortalStore) -> dict[str, object]:
    """What was sent, for the page and for paper; without it until the log has the event."""
    key = "" if decided is None else event_key.of(decided.sender, decided.event_id)
    asked = form.asked
    for logged in await store.logged([key] if key in known else []):
        fields = entry_fields.filled(asked, Content.of(logged.data))
        behalf = logged.entered_by
        row = asked.reference.registry.valid(behalf, asked.day) if behalf else None
        sheet = entry_sheet.sheet(form, fields, [], [], takes_estimates=True)
        attached = Content.of(logged.data).attachments
        return {"sheet": sheet, "check_code": check_code(fields), "on_behalf": row.name if row else behalf, "attached": attached}
    return {"sheet": None, "check_code": "", "on_behalf": "", "attached": ()}


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
