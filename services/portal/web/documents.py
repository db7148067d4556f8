"""Documents to download: the consolidated report, the book of all reports, a copy of what was sent; and the page of a file that is made."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import file_orders, refused
from services.portal.domain.address import Address
from services.portal.domain.file_orders import Kind, Order
from services.portal.http.ordering import Orders
from services.portal.http.scoped import Below, ReportAt, Stored
from services.portal.reading.store import PortalStore
from services.portal.render import look
from shared.words import vietnamese
from shared.words.refusals import refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

EVENT: Final = re.compile(r"[0-9a-f]{32}|[A-Za-z0-9._-]{1,64}", re.ASCII)
REFRESH_S: Final = 2
FileId = Annotated[str, Path(max_length=64)]
EventId = Annotated[str, Path(max_length=64)]


@router.get("/bang/{regime}/{period}/{unit}.docx")
async def as_word(at: Below, store: Stored, orders: Orders) -> Response:
    """The consolidated report as DOCX."""
    return await _of_view(at, store, orders, "docx")


@router.get("/bang/{regime}/{period}/{unit}.sach.pdf")
async def as_book(at: Below, store: Stored, orders: Orders) -> Response:
    """All reports that count, as one PDF with contents."""
    return await _of_view(at, store, orders, "book")


@router.get("/bang/{regime}/{period}/{unit}.pdf")
async def as_pdf(at: Below, store: Stored, orders: Orders) -> Response:
    """The consolidated report as PDF."""
    return await _of_view(at, store, orders, "pdf")


@router.get("/bieu-mau/{regime}/{period}/{unit}/bien-nhan/{event}.docx")
async def copy_as_word(at: ReportAt, event: EventId, orders: Orders) -> Response:
    """A copy of what was sent, as DOCX."""
    return await _of_event(at, event, orders, "copy-docx")


@router.get("/bieu-mau/{regime}/{period}/{unit}/bien-nhan/{event}.pdf")
async def copy_as_pdf(at: ReportAt, event: EventId, orders: Orders) -> Response:
    """A copy of what was sent, as PDF."""
    return await _of_event(at, event, orders, "copy-pdf")


@router.get("/tep/{file}")
async def progress(file: FileId, orders: Orders) -> Response:
    """The page of a file: how far it is; it reloads itself until the file is there."""
    found = await orders.of(file)
    is_over = found["state"] in ("done", "failed")
    order = Order(found["kind"], found["regime"], found["period"], found["unit"], found["event"])
    shown = {
        "it": found,
        "word": file_orders.STATES[found["state"]],
        "kind": file_orders.NAMES[found["kind"]],
        "percent": file_orders.share(found["done"], found["of"]),
        "page": order.page,
        "again": f"{order.page}.{file_orders.ENDINGS[order.kind]}" if not order.event else order.page,
        "refresh_s": None if is_over else REFRESH_S,
    }
    return look.page("file.html", shown)


@router.get("/tep/{file}/tai-ve")
async def download(file: FileId, orders: Orders) -> Response:
    """The content of a file."""
    found = await orders.of(file)
    if found["state"] != "done":
        raise refused.not_found(refusal("document.not_done"))
    return orders.download(found)


async def _of_view(at: Address, store: PortalStore, orders: Orders, kind: Kind) -> Response:
    """Orders a document about a view. Raises `Refused` with 404 if there is no such view."""
    if await store.view(at.regime.id, at.period.code, at.unit.id) is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    title = f"{file_orders.NAMES[kind]}, {at.unit.name}, {vietnamese.period_name(at.period.code)}, {at.regime.title}"
    return await orders.take(Order(kind, at.regime.id, at.period.code, at.unit.code), title)


async def _of_event(at: Address, event: str, orders: Orders, kind: Kind) -> Response:
    if EVENT.fullmatch(event) is None:
        raise refused.not_found(refusal("form.no_receipt"))
    title = f"{file_orders.NAMES[kind]}, {at.unit.name}, {vietnamese.period_name(at.period.code)}, {at.regime.title}"
    return await orders.take(Order(kind, at.regime.id, at.period.code, at.unit.code, event), title)
