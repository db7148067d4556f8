"""Refusals: problem+json (RFC 9457) for programs, a friendly page for people."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from faststream.exceptions import IncorrectState
from starlette.exceptions import HTTPException

from services.portal import look
from shared import delivery, errors, mongo
from shared.errors import Refusal
from shared.problems import problem

log = structlog.get_logger()

FOR_PROGRAMS = ("/api/", "/live/", "/lich/", "/openapi.json", "/healthz", "/readyz", "/metrics")
RETRY_AFTER_S = 5


class Refused(Exception):
    """The request cannot be answered, for a reason of the catalogue."""

    def __init__(self, status: HTTPStatus, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.status = status
        self.refusal = refusal


def no_such_view(regime: str, period: str, unit: str) -> Refused:
    return not_found(errors.refusal("door.no_such_view", regime=regime, period=period, unit=unit))


def not_found(refusal: Refusal) -> Refused:
    """There is no such thing, for a reason of the catalogue."""
    return Refused(HTTPStatus.NOT_FOUND, refusal)


def no_such_report(regime: str, period: str, unit: str) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, errors.refusal("door.no_such_report", regime=regime, period=period, unit=unit))


def bad_query(path: str, detail: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, errors.refusal("door.bad_query", path, detail=detail))


def answer(request: Request, status: HTTPStatus, refusal: Refusal) -> Response:
    """The refusal as its reader wants it. The path decides: whoever asks for a page gets a page."""
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if not request.url.path.startswith(FOR_PROGRAMS):
        return look.page("problem.html", {"status": int(status), "refusal": refusal}, status, headers)
    return problem(status, [refusal], headers)


def install(app: FastAPI) -> None:
    """Answers refusals, wrong addresses and absent servers on every route of `app`."""

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return answer(request, error.status, error.refusal)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        names = ", ".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
        return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, errors.refusal("door.bad_query", names, detail=names))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        refusal = errors.refusal("door.bad_query", detail=status.phrase)
        if status == HTTPStatus.NOT_FOUND:
            refusal = errors.refusal("door.not_found")
        response = answer(request, status, refusal)
        response.headers.update(error.headers or {})
        return response

    async def on_away(request: Request, error: Exception) -> Response:
        log.warning("request.postponed", error=type(error).__name__)
        away = errors.refusal("door.broker_away")
        if isinstance(error, mongo.AWAY):
            away = errors.refusal("door.database_away")
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, away)

    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for passing in (*delivery.PASSING, IncorrectState):  # the latter: the broker was never reached yet
        app.add_exception_handler(passing, on_away)
