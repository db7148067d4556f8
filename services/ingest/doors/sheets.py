"""The doors of workbooks: `GET /v1/forms/{regime}/{period}/{unit}.xlsx`, `POST /v1/reports/xlsx`, `GET /v1/sheets/{sheet}`."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from services.ingest.doors import bodies, documented_sheets, http
from services.ingest.doors.gate import Reader, Sender
from services.ingest.doors.workbooks import Workbooks
from shared.sheets import guard
from shared.sheets.writing import MEDIA_TYPE
from shared.shell import openapi
from shared.shell.problems import RefusedError
from shared.words.refusals import refusal

MEDIA_TYPES: Final = (MEDIA_TYPE, "application/octet-stream")


def create_router(workbooks: Workbooks) -> APIRouter:
    """The doors. Include it before the router of forms: `{unit}` takes `06253-2025.xlsx` too."""
    router = APIRouter(prefix="/v1", tags=["workbooks"])

    @router.get(
        "/forms/{regime}/{period}/{unit}.xlsx",
        operation_id="getFormWorkbook",
        response_model=None,
        responses=documented_sheets.GET_FORM,
        openapi_extra=openapi.WITH_KEY,
    )
    async def get_workbook(regime: str, period: str, unit: str, reader: Reader) -> Response:
        """Get the form of a unit as a workbook: to be filled by people in a spreadsheet and sent to `/v1/reports/xlsx`.

        It is filled with the newest revision, if there is one, and is for the next one.
        """
        return _file(*await workbooks.form(regime, period, unit, reader))

    @router.post(
        "/reports/xlsx",
        operation_id="sendWorkbook",
        status_code=201,
        response_model=None,
        responses=documented_sheets.POST_WORKBOOK,
        openapi_extra=documented_sheets.workbook_body(MEDIA_TYPE),
    )
    async def post_workbook(request: Request, sender: Sender) -> Response:
        """Send a filled form. The workbook itself is the body, at most 5 MiB.

        The event's id follows from the unit, the period, the revision and the figures, so that a file that is sent again is a repeat. A
        fault has the cell as its path, `Biểu!F12`; `marked` is the address of the same file with its wrong cells marked. With
        `dry_run=true` nothing is sent.
        """
        is_dry_run = http.is_dry_run(request)
        return await workbooks.take(await _body(request), sender, is_dry_run=is_dry_run)

    @router.get(
        "/sheets/{sheet}",
        operation_id="getSheet",
        response_model=None,
        responses=documented_sheets.GET_SHEET,
        openapi_extra=openapi.WITH_KEY,
    )
    async def get_sheet(sheet: str, reader: Reader) -> Response:
        """Get a workbook that was given back: the own file with marks, or a new form. It is kept for a day."""
        return _file(*await workbooks.kept(sheet, reader))

    return router


def _file(name: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


async def _body(request: Request) -> bytes:
    """The file, read up to its limit. Another media type is refused, so that a form on a foreign page cannot send it."""
    kind = bodies.media_type(request)
    if kind not in MEDIA_TYPES:
        why = refusal("sheet.media_type", media_type=bodies.shown(kind))
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why, headers=bodies.CLOSE)
    bodies.require_unpacked(request, bodies.CLOSE)
    return await bodies.read(request, guard.MOST_BYTES, guard.too_large, bodies.CLOSE)
