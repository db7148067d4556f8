"""Errors over HTTP: RFC 9457 problem+json, in Vietnamese, with the catalogue's codes."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.words import refusals
from shared.words.refusals import Refusal


def problem(
    status: int, reasons: Sequence[Refusal | Mapping[str, str]], headers: Mapping[str, str] | None = None, **extensions: Any
) -> JSONResponse:
    """The answer to a refused request: `type` and `code` are those of the first reason, `errors` holds all."""
    told = [reason.as_dict() if isinstance(reason, Refusal) else dict(reason) for reason in reasons]
    body = {
        "type": f"urn:tonghop:problem:{told[0]['code']}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": told[0]["code"],
        "detail": _said(told, "message_vi"),
        "detail_en": _said(told, "message_en"),
        "errors": told,
        **extensions,
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type="application/problem+json")


def refusal_of(method: str, error: HTTPException) -> Refusal:
    """What a framework's refusal means: no such address, not with this method, or a request that cannot be read."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return refusals.refusal("door.not_found")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return refusals.refusal("door.method_not_allowed", method=method, allowed=(error.headers or {}).get("Allow", "GET"))
        case status:
            return refusals.refusal("door.bad_request", status=status)


def wrong_address(method: str, error: HTTPException) -> JSONResponse:
    """A framework's refusal as a problem."""
    return problem(error.status_code, [refusal_of(method, error)], error.headers)


def _said(told: Sequence[Mapping[str, str]], language: str) -> str:
    """All sentences in one language, each after the path of what it is about."""
    return " ".join(f"{error['path']}: {error[language]}" if error["path"] else error[language] for error in told)
