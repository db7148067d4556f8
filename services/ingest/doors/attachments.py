"""`POST /v1/attachments`: takes a file that a report is to attach, such as a signed scan. It belongs to the unit of the key.

Source: design, section 4, "Attachments"; ADR 0085.
"""

from http import HTTPStatus
from typing import Final

import structlog
from fastapi import APIRouter, Request, Response

from services.ingest.doors import bodies, documented
from services.ingest.doors.gate import Sender
from shared.plumbing import delivery, uploads
from shared.plumbing.uploads import NotTakenError, Uploads
from shared.shell.problems import RefusedError
from shared.wire.receipts import TakenAttachment
from shared.words.attachments import MOST_BYTES, Attachment
from shared.words.refusals import refusal

log = structlog.get_logger()

FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


def create_router(taking: Uploads) -> APIRouter:
    """`POST /v1/attachments`."""
    router = APIRouter(prefix="/v1", tags=["reports"])

    @router.post(
        "/attachments",
        operation_id="sendAttachment",
        status_code=201,
        response_model=None,
        responses=documented.POST_ATTACHMENT,
        openapi_extra=documented.file_body(),
    )
    async def post_attachment(request: Request, sender: Sender) -> Response:
        """Send a file that a report is to attach: the file itself is the body, at most 10 MiB of PDF, PNG or JPEG, by its content.

        List the answer, with a name for people, in `attachments` of the report: one file is for one report. A file that no report uses is
        removed after seven days. If there was no answer, send the file again; the first one is removed by itself.
        """
        _require_file(request)
        taken = await _taken(taking, sender.unit, request)
        body = TakenAttachment(ref=taken.ref, sha256=taken.sha256, size=taken.size, media_type=taken.media_type)
        return Response(body.model_dump_json(), HTTPStatus.CREATED, media_type="application/json")

    return router


async def _taken(taking: Uploads, unit: str, request: Request) -> Attachment:
    """The stored file. Raises RefusedError; 503 while the database is away."""
    try:
        return await taking.take(unit, request.stream())
    except NotTakenError as error:
        wait = {} if error.wait_s is None else {"Retry-After": str(error.wait_s)}
        raise RefusedError(error.status, error.why, headers=bodies.CLOSE | wait) from error
    except delivery.MAY_PASS as error:
        if not delivery.is_passing(error):
            raise
        log.warning("door.database_away", error=type(error).__name__)
        raise RefusedError(
            HTTPStatus.SERVICE_UNAVAILABLE, refusal("door.database_away"), headers=bodies.CLOSE | {"Retry-After": "60"}
        ) from error


def _require_file(request: Request) -> None:
    """Refuses what says that it is no file, or too large, before it is read."""
    if bodies.media_type(request) in FORMS:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, refusal("attachment.form_body"), headers=bodies.CLOSE)
    bodies.require_unpacked(request, bodies.CLOSE)
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > MOST_BYTES:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, uploads.too_large(), headers=bodies.CLOSE)
