"""A unit's view as files: a workbook of all tables of its page, and each of them as CSV. They hold what the page with the same query
shows.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.portal.domain import matrix, official, refused, unit_tables, view_table
from services.portal.domain.address import Address
from services.portal.domain.table_choice import Kept, TableChoice
from services.portal.domain.tables import Table
from services.portal.http import downloads
from services.portal.http.dependencies import Now
from services.portal.http.downloads import Decimals
from services.portal.http.exporting import Recorded
from services.portal.http.scoped import Stored, ViewAt
from services.portal.http.table_query import TableQuery, choice_of
from services.portal.reading import children, earlier, statuses, year
from services.portal.reading.store import PortalStore
from shared.words import vietnamese

router = APIRouter(include_in_schema=False)


@router.get("/bang/{regime}/{period}/{unit}.xlsx")
async def as_workbook(at: ViewAt, sent: TableQuery, store: Stored, now: Now, record: Recorded) -> Response:
    """The figures, the units with their figures, and the missing ones as sheets of a workbook. The last two are for whoever reads
    everything below. Figures of more than 15 digits are texts in it.
    """
    choice = choice_of(at, sent)
    tables = [await _figures(at, store, now)]
    if store.scope.reads_below(at.setting, at.unit.id):
        tables += await _units(at, choice, store, now)
    await record("figures.exported", _target(at), "xlsx")
    return downloads.of_tables(tables, "xlsx", _name(at), _title(at), now)


@router.get("/bang/{regime}/{period}/{unit}.csv")
async def as_csv(
    at: ViewAt,
    sent: TableQuery,
    store: Stored,
    now: Now,
    record: Recorded,
    decimal: Decimals = "comma",
    table: Annotated[Kept, Query()] = "figures",
) -> Response:
    """One table as CSV: the figures or, with `table`, the units or the missing ones. With `decimal=point`, decimals follow a point."""
    choice = choice_of(at, sent)
    if table != "figures" and not store.scope.reads_below(at.setting, at.unit.id):
        raise refused.out_of_scope()
    if table == "figures":
        shown = await _figures(at, store, now)
    else:
        units, missing = await _units(at, choice, store, now)
        shown = units if table == "units" else missing
    await record("figures.exported", _target(at), "csv")
    return downloads.of_tables([shown], "csv", _name(at), _title(at), now, decimal)


def _target(at: Address) -> str:
    return f"views/{at.regime.id}/{at.period.code}/{at.unit.id}"


async def _figures(at: Address, store: PortalStore, now: datetime) -> Table:
    so_far = await year.read(at, store)
    view = so_far.views.get(at.period.code)
    if view is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    reporting = view.reporting
    about = [
        f"Bảng tổng hợp: {view.unit.name}",
        at.regime.title,
        f"Kỳ báo cáo: {vietnamese.period(at.period)}",
        f"{reporting.received}/{reporting.expected} đơn vị đã nộp; xuất lúc {vietnamese.moment(now)}",
        official.word(view.official),
    ]
    about += [covers] if (covers := at.covers(at.unit.id)) else []
    return view_table.table(at, view, so_far.to_date, await earlier.bases(at, store, view), tuple(about))


async def _units(at: Address, choice: TableChoice, store: PortalStore, now: datetime) -> tuple[Table, Table]:
    """The units that the reader chose with their figures, and the missing ones."""
    found = await statuses.found(at, store, at.reporters, now)
    below = await children.read(at, store, found)
    shown = matrix.matrix(at, below.areas if choice.rows == "areas" else below.units, choice)
    missing = unit_tables.missing(at, [status for status in found.states if not status.counts], now)
    return unit_tables.units(at, choice, shown, now), missing


def _name(at: Address) -> str:
    return at.to().replace("/", "-")


def _title(at: Address) -> str:
    return f"{at.unit.name}, {vietnamese.period_name(at.period.code)}, {at.regime.title}"
