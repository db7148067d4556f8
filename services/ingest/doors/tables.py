"""`POST /v1/reports/csv`: takes a table (CSV) with the reports of the key's unit, one row for each unit or for each figure; and
`GET /v1/forms/{regime}/{period}/{unit}.csv`: gives such a table to be filled.

Source: design, section 4, "Tables"; ADR 0084.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import APIRouter, Request, Response
from faststream.exceptions import IncorrectState

from services.ingest import room
from services.ingest.doors import bodies, documented, documented_sheets
from services.ingest.doors.gate import Reader, Sender
from services.ingest.doors.tabling import Tables
from services.ingest.doors.turns import turn
from shared.plumbing import delivery
from shared.plumbing.inbox import InboxFullError
from shared.plumbing.turns import Turns
from shared.sheets import table, table_form
from shared.sheets.table_reports import Report
from shared.shell import openapi
from shared.shell.problems import RefusedError
from shared.wire import envelope
from shared.words.failures import PermanentError, TransientError
from shared.words.principals import UnitPrincipal
from shared.words.refusals import refusal
from shared.words.typed_numbers import Decimals

log = structlog.get_logger()

MEDIA_TYPES: Final = ("", "text/csv", "application/csv", "text/plain", "text/tab-separated-values", "application/octet-stream")
MOST_TRIED: Final = 200  # reports of one dry run
LATER: Final = {"Retry-After": "60"}


@dataclass(frozen=True, slots=True)
class Wish:
    """How a table is to be taken."""

    is_dry_run: bool
    decimal: Decimals


def create_router(tables: Tables, turns: Turns) -> APIRouter:
    """The doors. Include it before the router of forms: `{unit}` takes `06253.csv` too."""
    router = APIRouter(prefix="/v1", tags=["reports"])

    @router.get(
        "/forms/{regime}/{period}/{unit}.csv",
        operation_id="getFormTable",
        response_model=None,
        responses=documented_sheets.GET_TABLE,
        openapi_extra=openapi.WITH_KEY,
    )
    async def get_table(regime: str, period: str, unit: str, reader: Reader) -> Response:
        """Get the form of a unit as a table (CSV): a row for each figure and text, to be filled and sent to `/v1/reports/csv`.

        It is UTF-8 with a byte-order mark, with `;` between cells, so that Excel opens it. Its values are empty.
        """
        name, content = await tables.form(regime, period, unit, reader)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return Response(content, media_type=table_form.MEDIA_TYPE, headers=headers)

    @router.post(
        "/reports/csv",
        operation_id="sendTable",
        response_model=None,
        responses=documented.POST_TABLE,
        openapi_extra=documented.table_body(),
    )
    async def post_table(request: Request, sender: Sender) -> Response:
        """Send a table: a CSV file with the reports of the key's unit, and of those for which it acts.

        The first line names the columns: `regime`, `period`, `unit`, `revision`, then indicators and narratives by code or label, one row
        for each report; or `indicator` and `value`, one row for each figure. Each report is an event of its own with a verdict of its own;
        paths of errors are `line:column`. The answer is 200 whatever the verdicts. The same table sent again is a repeat.
        """
        wish = _wish(request)
        given = await _body(request)
        async with turn(turns, sender.unit):
            answer = await _done(tables, await _read(tables, given, sender, wish), sender, wish)
        return Response(answer, media_type=envelope.JSON)

    return router


def _wish(request: Request) -> Wish:
    """What the address asks for. Raises RefusedError for anything else: a misspelt dry run must not send."""
    allowed = {"dry_run": ("true", "false"), "decimal": ("comma", "point")}
    given = request.query_params.multi_items()
    for number, (name, value) in enumerate(given):
        if value not in allowed.get(name, ()) or name in [other for other, _ in given[:number]]:
            raise RefusedError(HTTPStatus.BAD_REQUEST, refusal("table.bad_parameter", name[: bodies.MOST_SHOWN], name=name))
    said = dict(given)
    return Wish(said.get("dry_run") == "true", "point" if said.get("decimal") == "point" else "comma")


async def _body(request: Request) -> bytes:
    """The file. Raises RefusedError."""
    kind = bodies.media_type(request)
    if kind not in MEDIA_TYPES:
        why = refusal("table.not_csv", media_type=bodies.shown(kind))
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why, headers=bodies.CLOSE)
    bodies.require_unpacked(request, bodies.CLOSE)
    return await bodies.read(request, table.MOST_BYTES, table.too_large, bodies.CLOSE)


async def _read(tables: Tables, given: bytes, sender: UnitPrincipal, wish: Wish) -> list[Report]:
    """The reports of the file. Raises RefusedError: 422 if it cannot be read, 503 if too many are being read."""
    try:
        reports = await tables.read(given, sender.unit, wish.decimal)
    except PermanentError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, *error.refusals[:100]) from error
    except TransientError as error:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, *error.refusals, headers=LATER) from error
    if wish.is_dry_run and len(reports) > MOST_TRIED:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, refusal("table.too_many_to_try", found=len(reports), most=MOST_TRIED))
    return reports


async def _done(tables: Tables, reports: list[Report], sender: UnitPrincipal, wish: Wish) -> bytes:
    """What became of the reports, as JSON. Raises RefusedError: 429 if the unit has sent too many, 503 while a server is away."""
    try:
        return await (tables.try_(reports, sender) if wish.is_dry_run else tables.send(reports, sender.unit))
    except InboxFullError as error:
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, *error.refusals, headers={"Retry-After": str(room.PAUSE_S)}) from error
    except (*delivery.PASSING, IncorrectState) as error:
        log.warning("door.broker_away", error=type(error).__name__)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, refusal("door.broker_away"), headers=LATER) from error
    except delivery.MAY_PASS as error:
        if not delivery.is_passing(error):
            raise
        log.warning("door.database_away", error=type(error).__name__)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, refusal("door.database_away"), headers=LATER) from error
