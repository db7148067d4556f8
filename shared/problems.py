"""Errors over HTTP: RFC 9457 problem+json, in Vietnamese, with the catalogue's codes."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from shared.errors import Refusal


def problem(
    status: int, reasons: Sequence[Refusal | Mapping[str, str]], headers: Mapping[str, str] | None = None, **extensions: Any
) -> JSONResponse:
    """The answer to a refused request: `type` and `code` are those of the first reason, `errors` holds all."""
    errors = [reason.as_dict() if isinstance(reason, Refusal) else dict(reason) for reason in reasons]
    body = {
        "type": f"urn:tonghop:problem:{errors[0]['code']}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": errors[0]["code"],
        "detail": " ".join(error["message_vi"] for error in errors),
        "detail_en": " ".join(error["message_en"] for error in errors),
        "errors": errors,
        **extensions,
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type="application/problem+json")
