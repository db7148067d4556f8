"""Errors over HTTP: `application/problem+json` (RFC 9457) with the codes and sentences of the error catalogue."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.wire.problems import MEDIA_TYPE, RejectedProblem
from shared.wire.published import Reason
from shared.wire.receipts import Receipt
from shared.wire.workbook_answers import GivenBack, WorkbookProblem
from shared.words import refusals
from shared.words.refusals import Refusal

MOST_HEADERS: Final = 100
MOST_HEAD_BYTES: Final = 16 * 1024  # of a request: its address and headers


class RefusedError(Exception):
    """A request that is refused, with the status and the headers of the answer."""

    def __init__(self, status: HTTPStatus, *reasons: Refusal, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(*(reason.code for reason in reasons))
        self.status, self.reasons, self.headers = status, reasons, headers


def problem(
    status: int, reasons: Sequence[Refusal], headers: Mapping[str, str] | None = None, *, receipt: Receipt | None = None
) -> Response:
    """The answer to a refused request. For a rejected event it includes the receipt."""
    return rejection(status, [Reason.of(refusal) for refusal in reasons], headers, receipt=receipt)


def of_workbook(status: int, reasons: Sequence[Reason], back: GivenBack) -> Response:
    """The answer to a workbook that is refused, with what comes back."""
    body = WorkbookProblem.model_validate(_said(status, reasons) | dict(back))
    return Response(body.model_dump_json(exclude_defaults=True), status, media_type=MEDIA_TYPE)


def rejection(
    status: int, reasons: Sequence[Reason], headers: Mapping[str, str] | None = None, *, receipt: Receipt | None = None
) -> Response:
    """Like `problem`, for reasons in their published form. `type` and `code` are those of the first reason, `errors` has all."""
    body = RejectedProblem.model_validate(_said(status, reasons) | ({} if receipt is None else {"receipt": receipt}))
    return Response(body.model_dump_json(exclude_defaults=True), status, dict(headers or {}), MEDIA_TYPE)


def _said(status: int, reasons: Sequence[Reason]) -> dict[str, object]:
    code = reasons[0].code
    return {
        "type": f"urn:tonghop:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": _sentences(reasons, "message_vi"),
        "detail_en": _sentences(reasons, "message_en"),
        "errors": list(reasons),
    }


def bad_http() -> Response:
    """The answer to what is no valid request of HTTP. The connection is closed."""
    return problem(HTTPStatus.BAD_REQUEST, [refusals.refusal("door.bad_http")], {"Connection": "close"})


def head_too_large() -> Response:
    """The answer to a request whose address and headers are too long. The connection is closed."""
    why = refusals.refusal("door.head_too_large", lines=MOST_HEADERS, size=MOST_HEAD_BYTES // 1024)
    return problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, [why], {"Connection": "close"})


def refusal_of(method: str, error: HTTPException) -> Refusal:
    """The catalogue's refusal for an error of the framework: unknown address, wrong method, or unreadable request."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return refusals.refusal("door.not_found")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return refusals.refusal("door.method_not_allowed", method=method, allowed=(error.headers or {}).get("Allow", "GET"))
        case status:
            return refusals.refusal("door.bad_request", status=status)


def install(app: FastAPI) -> None:
    """Turns every error of the framework into a problem. A service that wants other answers adds its own handlers later."""
    app.add_exception_handler(RefusedError, on_refused)
    app.add_exception_handler(HTTPException, on_framework_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(Exception, on_fault)


async def on_refused(_: Request, error: Exception) -> Response:
    """A request that our own code refuses."""
    assert isinstance(error, RefusedError)
    return problem(error.status, error.reasons, error.headers)


async def on_framework_error(request: Request, error: Exception) -> Response:
    """Unknown address or wrong method."""
    assert isinstance(error, HTTPException)
    return problem(error.status_code, [refusal_of(request.method, error)], error.headers)


async def on_invalid_request(_: Request, __: Exception) -> Response:
    """Invalid parameter."""
    return problem(HTTPStatus.BAD_REQUEST, [refusals.refusal("door.bad_request", status=int(HTTPStatus.BAD_REQUEST))])


async def on_fault(_: Request, __: Exception) -> Response:
    """Internal error; the log has the details."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, [refusals.refusal("door.fault")])


def _sentences(reasons: Sequence[Reason], language: str) -> str:
    """All sentences in one language, each with its path before it."""
    return " ".join(f"{reason.path}: {getattr(reason, language)}" if reason.path else getattr(reason, language) for reason in reasons)
