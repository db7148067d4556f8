"""The page of one unit's own report."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import entering, figures, plain_remarks
from services.portal.domain.who_acted import Reader
from services.portal.http.dependencies import Now
from services.portal.http.principals import Asking
from services.portal.http.scoped import Duties, ReportAtOn, Stored
from services.portal.reading import early_views, offered, regime_periods, report_record, revisions, statuses
from services.portal.reading.receipt_store import ReceiptStore
from services.portal.render import look
from services.portal.web import frame

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/bao-cao/{regime}/{period}/{unit}")
async def report(
    at: ReportAtOn, store: Stored, duties: Duties, now: Now, request: Request, person: Asking, revision: str | None = None
) -> Response:
    """One unit's own report: figures, narratives, history. With `units` it is a report of an early block, with `revision` one that is not
    the newest.
    """
    wanted = revisions.number(revision)
    position = await frame.position(at, store)
    own_report = await statuses.report(at, store, now)
    opened = await revisions.read(at, store, own_report.steps, wanted)
    if opened is not None and not opened.is_newest:
        own_report = own_report.with_content(opened.number, opened.said, at.regime)
    sections = figures.report_sections(own_report.values, statuses.asked(at), own_report.notes, own_report.estimates)
    record = await report_record.read(at, request.app.state.database, own_report.steps, Reader.of(person, at, store.scope))
    strip = await regime_periods.of_reports(at, duties, now) if at.early is None else None
    early = await early_views.reports(at, store) if at.early is None else []
    warnings = await ReceiptStore(request.app.state.database).warnings(own_report.last, at.regime) if own_report.last else []
    shown = {"position": position, "it": own_report, "sections": sections, "now": now, "strip": strip, "early": early}
    shown |= {
        "opened": opened,
        "record": record,
        "rejected": report_record.reasons(record, at),
        "attached": own_report.attachments,
        "offers": await offered.of_report(person, at, store),
    }
    shown |= {"warnings": plain_remarks.plain(warnings, at.regime), "entering": entering.of_principal(person, at, store.scope)}
    return look.page("report.html", {**await frame.head(at, store, now), **shown})
