"""The figures of a view as files: a workbook, and a CSV table."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.portal.domain import refused, view_table
from services.portal.domain.address import Address
from services.portal.domain.view_table import Table
from services.portal.http.dependencies import Now
from services.portal.http.exporting import Recorded
from services.portal.http.scoped import Stored, ViewAt
from services.portal.reading import year
from services.portal.reading.store import PortalStore
from services.portal.render import file_name, spreadsheet, workbook
from services.portal.render.spreadsheet import Point
from shared.wire.published import View
from shared.words import vietnamese

router = APIRouter(include_in_schema=False)


@router.get("/bang/{regime}/{period}/{unit}.xlsx")
async def as_workbook(at: ViewAt, store: Stored, now: Now, record: Recorded) -> Response:
    """The figures as an Excel workbook. Figures of more than 15 digits are texts in it."""
    view, table = await _table(at, store)
    reporting = view.reporting
    title = [
        f"Bảng tổng hợp: {view.unit.name}",
        at.regime.title,
        f"Kỳ báo cáo: {vietnamese.period(at.period)}",
        f"{reporting.received}/{reporting.expected} đơn vị đã nộp; xuất lúc {vietnamese.moment(now)}",
    ]
    title += [covers] if (covers := at.covers(at.unit.id)) else []
    await record("figures.exported", _target(at), "xlsx")
    return _download(at, "xlsx", workbook.figures(table, title, now), workbook.MEDIA_TYPE)


@router.get("/bang/{regime}/{period}/{unit}.csv")
async def as_csv(at: ViewAt, store: Stored, record: Recorded, decimal: Annotated[Point, Query()] = "comma") -> Response:
    """The figures as a CSV table. With `decimal=point`, decimals follow a point."""
    _, table = await _table(at, store)
    await record("figures.exported", _target(at), "csv")
    return _download(at, "csv", spreadsheet.figures(table, decimal), "text/csv; charset=utf-8")


def _target(at: Address) -> str:
    return f"views/{at.regime.id}/{at.period.code}/{at.unit.id}"


async def _table(at: Address, store: PortalStore) -> tuple[View, Table]:
    so_far = await year.read(at, store)
    view = so_far.views.get(at.period.code)
    if view is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return view, view_table.table(at, view, so_far.to_date)


def _download(at: Address, ending: str, content: str | bytes, media_type: str) -> Response:
    title = f"{at.unit.name}, {vietnamese.period_name(at.period.code)}, {at.regime.title}"  # a long title is cut at its end
    named = file_name.disposition("attachment", f"{at.to().replace('/', '-')}.{ending}", title)
    return Response(content, media_type=media_type, headers={"Content-Disposition": named, "Cache-Control": "no-cache"})
