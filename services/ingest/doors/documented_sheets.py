"""The part of the OpenAPI document about workbooks."""

from typing import Any, Final

from services.ingest.doors.documented import DRY_RUN, LOCATION, NO_KEY, NO_REGIME, TOO_MANY, TRIED
from shared.sheets.writing import MEDIA_TYPE
from shared.shell import openapi
from shared.wire import problems, schemas
from shared.wire.receipts import PendingReceipt, Receipt
from shared.wire.workbook_answers import WorkbookDryRun, WorkbookProblem

Json = dict[str, Any]

NAME: Final = {"Content-Disposition": {"description": "the name of the file", "schema": {"type": "string"}}}
FILE: Final[Json] = {
    "description": "The workbook",
    "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    "headers": NAME,
}
BUSY: Final = "The database or the broker is away, or too many files are being read. Send it again later"


def _refused(description: str) -> Json:
    return openapi.json_answer(WorkbookProblem, description, problems.MEDIA_TYPE)


GET_FORM: Final[openapi.Answers] = {
    200: FILE,
    **openapi.errors(
        {
            401: NO_KEY,
            403: "The key is neither of this unit nor of one that acts for it",
            404: f"{NO_REGIME}, or the unit does not report there",
            429: TOO_MANY,
            503: BUSY,
        }
    ),
}
GET_TABLE: Final[openapi.Answers] = GET_FORM | {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}, "headers": NAME}
}
GET_SHEET: Final[openapi.Answers] = {
    200: FILE,
    **openapi.errors({401: NO_KEY, 403: "The key is not of a unit", 404: "There is no such file any more", 429: TOO_MANY, 503: BUSY}),
}
POST_WORKBOOK: Final[openapi.Answers] = {
    200: {
        "description": "The same figures were sent before and accepted: their receipt, with the verdict `duplicate`. With `dry_run=true`:"
        " what would become of the file, 200 whatever the verdict is, if the file can be read and is the unit's own",
        "content": {
            "application/json": {"schema": {"anyOf": [schemas.reference(Receipt), schemas.reference(WorkbookDryRun)]}, "examples": TRIED}
        },
    },
    201: openapi.json_answer(Receipt, "The report was accepted: its receipt"),
    202: openapi.json_answer(
        PendingReceipt,
        "The report is stored, but there is no verdict yet. Request the receipt at `Location`",
        headers=LOCATION | openapi.RETRY_AFTER,
    ),
    **openapi.errors(
        {
            400: "There is another parameter than `dry_run`",
            401: NO_KEY,
            404: f"{NO_REGIME}, or the unit does not report there",
            408: "The file did not arrive in time. Send it again",
            413: "The file is larger than 5 MiB",
            415: "The body is compressed, or has another media type",
            429: "The key sends too fast, or the unit has sent too many events. Send it again after the stated time",
            503: BUSY,
        }
    ),
    403: _refused("The key may not send, or the file is the form of another unit. Nothing was stored"),
    409: _refused("Another report has the file's revision. `differences` has both figures. Nothing was stored. Not with `dry_run=true`"),
    422: _refused("The file is refused: all reasons, each with its cell. Nothing was stored. With `dry_run=true`: it cannot be read"),
}


def workbook_body(media_type: str) -> Json:
    """The request body of a workbook."""
    body = {"description": "The workbook", "required": True, "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}
    return {"requestBody": body, "parameters": [DRY_RUN]} | openapi.WITH_KEY
