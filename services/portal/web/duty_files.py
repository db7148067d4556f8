"""The selected duties as files: a table for a spreadsheet, and a workbook."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from services.portal.domain import address, duty_order, duty_table, duty_units, succession
from services.portal.domain.duties import WORDS, Duty
from services.portal.domain.duty_order import SORTS
from services.portal.domain.refused import Refused
from services.portal.http import downloads
from services.portal.http.dependencies import Now, Typed
from services.portal.http.exporting import Recorded
from services.portal.http.scoped import Duties, ReadsFigures
from services.portal.reading.duty_choice import Choice
from services.portal.reading.duty_queries import Asked
from services.portal.reading.duty_store import DutyStore
from services.portal.render import file_name, spreadsheet
from services.portal.web import duties
from shared.words import refusals, vietnamese
from shared.words.reference import Reference
from shared.words.scope import Scope

router = APIRouter(include_in_schema=False)

ROWS_AT_ONCE: Final = 200
CSV_AT_ONCE: Final = 50_000  # rows of one table: about 15 MB
XLSX_AT_ONCE: Final = 10_000  # rows of a workbook: a second or two of a thread


@router.get("/nghia-vu.csv")
async def as_csv(chosen: Typed, scope: ReadsFigures, store: Duties, now: Now, record: Recorded) -> Response:
    """The selected duties of all pages; owed duties come first."""
    known, today = scope.reference, scope.today
    read = await _selected(chosen, scope, store, now, CSV_AT_ONCE)
    await record("duties.exported", "duties", "csv")
    lines = _lines(read, duties.titles_of(known), partial(duties.name_today, known.registry, today), now)
    named = file_name.disposition("attachment", f"{_plain_name(chosen)}-{today:%Y%m%d}.csv", _title(known, chosen, today))
    headers = {"Content-Disposition": named, "Cache-Control": "no-cache"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/nghia-vu.xlsx")
async def as_workbook(chosen: Typed, scope: ReadsFigures, store: Duties, now: Now, record: Recorded) -> Response:
    """The selected duties of all pages as a workbook. Its first rows say the filter, the time, and how many of how many these are."""
    known, today = scope.reference, scope.today
    read = await _selected(chosen, scope, store, now, XLSX_AT_ONCE)
    everything, _ = await store.totals(Asked(duty_units.in_scope(scope, await store.periods(known.regimes))), now)
    await record("duties.exported", "duties", "xlsx")
    about = duty_table.about(_filter(known, chosen, today), len(read), everything, now)
    table = duty_table.table(read, duties.titles_of(known), partial(duties.name_today, known.registry, today), about, now)
    name = f"{_plain_name(chosen)}-{today:%Y%m%d}"
    return await asyncio.to_thread(downloads.of_tables, [table], "xlsx", name, _title(known, chosen, today), now)


async def _selected(chosen: Choice, scope: Scope, store: DutyStore, now: datetime, most: int) -> list[Duty]:
    """The selected duties of all pages, in the selected order. Raises `Refused` if they are more than `most`."""
    address.require_known(scope.reference, chosen.regime, chosen.unit)
    asked = chosen.asked(scope, await store.periods(scope.reference.regimes))
    read = [duty async for duty in store.read(asked, chosen.state, now, limit=most + 1)]
    if len(read) > most:
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("door.too_many_rows", most=most))
    return duty_order.ordered(read, chosen.sort)


def _filter(known: Reference, chosen: Choice, today: date) -> list[str]:
    """The filter in words, one line for each part."""
    bearer = None if chosen.unit is None else succession.bearer(known.registry, chosen.unit, today)
    when = vietnamese.period_name(chosen.period or str(chosen.year)) if chosen.period or chosen.year else ""
    unit = "" if chosen.unit is None else f"{bearer.name if bearer else chosen.unit}{' (không gồm trực thuộc)' if chosen.only else ''}"
    parts = {
        "Chế độ báo cáo": duties.titles_of(known).get(chosen.regime or "", chosen.regime or ""),
        "Kỳ": when,
        "Đơn vị": unit,
        "Tên đơn vị có": chosen.q or "",
        "Tình trạng": WORDS[chosen.state] if chosen.state else "",
        "Xếp theo": SORTS[chosen.sort] if chosen.sort else "",
    }
    return [f"{name}: {text}" for name, text in parts.items() if text]


def _plain_name(chosen: Choice) -> str:
    return "-".join(str(part) for part in ("nghia-vu", chosen.period or chosen.year, chosen.unit, chosen.regime, chosen.state) if part)


def _title(known: Reference, chosen: Choice, today: date) -> str:
    """The file's name for people: `Nghĩa vụ báo cáo Huyện Văn Quan, tháng 5 năm 2026, 26-11-2026`."""
    when = vietnamese.period_name(chosen.period or str(chosen.year)) if chosen.period or chosen.year else None
    bearer = None if chosen.unit is None else succession.bearer(known.registry, chosen.unit, today)
    subject = f"Nghĩa vụ báo cáo {bearer.name}" if bearer else "Nghĩa vụ báo cáo"
    return ", ".join(filter(None, (subject, when, f"{today:%d-%m-%Y}")))


async def _lines(duties: Sequence[Duty], titles: Mapping[str, str], name_today: Callable[[Duty], str], now: datetime) -> AsyncIterator[str]:
    """The table, some rows at a time: rendering all rows at once would block every other page for seconds."""
    yield spreadsheet.head()
    for first in range(0, len(duties), ROWS_AT_ONCE):
        yield "".join(spreadsheet.line(duty, titles, name_today(duty), now) for duty in duties[first : first + ROWS_AT_ONCE])
