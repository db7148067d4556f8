"""The figures of a view as files: a workbook, and a CSV table."""

from dataclasses import replace

from fastapi import APIRouter, Response

from services.portal.domain import refused, view_table
from services.portal.domain.address import Address
from services.portal.domain.tables import Table
from services.portal.http import downloads
from services.portal.http.dependencies import Now
from services.portal.http.downloads import Decimals
from services.portal.http.exporting import Recorded
from services.portal.http.scoped import Stored, ViewAt
from services.portal.reading import year
from services.portal.reading.store import PortalStore
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
    return downloads.of_tables([replace(table, about=tuple(title))], "xlsx", _name(at), _title(at), now)


@router.get("/bang/{regime}/{period}/{unit}.csv")
async def as_csv(at: ViewAt, store: Stored, now: Now, record: Recorded, decimal: Decimals = "comma") -> Response:
    """The figures as a CSV table. With `decimal=point`, decimals follow a point."""
    _, table = await _table(at, store)
    await record("figures.exported", _target(at), "csv")
    return downloads.of_tables([table], "csv", _name(at), _title(at), now, decimal)


def _target(at: Address) -> str:
    return f"views/{at.regime.id}/{at.period.code}/{at.unit.id}"


async def _table(at: Address, store: PortalStore) -> tuple[View, Table]:
    so_far = await year.read(at, store)
    view = so_far.views.get(at.period.code)
    if view is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return view, view_table.table(at, view, so_far.to_date)


def _name(at: Address) -> str:
    return at.to().replace("/", "-")


def _title(at: Address) -> str:
    return f"{at.unit.name}, {vietnamese.period_name(at.period.code)}, {at.regime.title}"
