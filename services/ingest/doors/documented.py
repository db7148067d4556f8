"""The HTTP door's part of the OpenAPI document: request bodies and answers."""

from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel

from services.ingest.doors import form_examples
from shared.shell import openapi
from shared.wire import envelope, report_schema, schemas, sent
from shared.wire.dry_runs import DryRun
from shared.wire.forms import Form, RegimeDetail, RegimeList
from shared.wire.receipts import PendingReceipt, Receipt, TakenAttachment
from shared.wire.tables import TableReceipts
from shared.wire.workbook_answers import FigureDifference, WorkbookDryRun, WorkbookProblem

Json = dict[str, Any]

EVENT: Final = "Event"
MEDIA_TYPES: Final = (envelope.MEDIA_TYPE, envelope.JSON)
LOCATION: Final = {"Location": {"description": "the address of the receipt", "schema": {"type": "string"}}}

VALIDATOR: Final = {"ETag": {"description": "changes with the answer; send it as `If-None-Match`", "schema": {"type": "string"}}}

NO_KEY: Final = "There is no key, or it is unknown, expired or revoked"
TOO_MANY: Final = "The key sends too fast. Send again after the stated time"

DRY_RUN: Final[Json] = {
    "name": "dry_run",
    "in": "query",
    "required": False,
    "description": "Whether to say only what would become of the event. Nothing is stored, published or counted. `changes` needs a key that"
    " may read; it is null while the totals cannot be computed.",
    "schema": {"type": "boolean", "default": False},
}
TRIED: Final[Json] = {
    "a repeat": {
        "value": {
            "event_id": "7f0c1f2e-6f0b-4a0e-9d1b-2f7f3a9f5c11",
            "unit": "06253",
            "verdict": "duplicate",
            "first_verdict": "accepted",
            "errors": [],
            "warnings": [],
            "received_at": "2024-12-10T02:30:00.000Z",
            "position": {"partition": 1, "sequence": 1234},
        }
    },
    "a dry run": {
        "value": {
            "verdict": "accepted",
            "errors": [],
            "warnings": [],
            "changes": [
                {
                    "regime": "ct27-van-quan",
                    "unit": "184",
                    "indicator": "gd_tien_tai_tro",
                    "field": "total",
                    "now": "125.500",
                    "then": "251.000",
                }
            ],
        }
    },
}

TAKEN: Final[Json] = {
    "ref": "Zt1qv2cQ8m3x0f5b7n9d1k4h6j8l2p0s4u7w9y1a3c5",
    "sha256": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
    "size": 482133,
    "media_type": "application/pdf",
}

POST_REPORT: Final[openapi.Answers] = {
    200: {
        "description": "The event was sent before and accepted: its receipt, with the verdict `duplicate`. With `dry_run=true`: what would"
        " become of the event, whatever the verdict",
        "content": {"application/json": {"schema": {"anyOf": [schemas.reference(Receipt), schemas.reference(DryRun)]}, "examples": TRIED}},
    },
    201: openapi.json_answer(Receipt, "The event was accepted: its receipt"),
    202: openapi.json_answer(
        PendingReceipt,
        "The event is stored, but there is no verdict yet. Request the receipt at `Location`",
        headers=LOCATION | openapi.RETRY_AFTER,
    ),
    **openapi.errors(
        {
            400: "The body is not a CloudEvent in structured mode, or there is another parameter than `dry_run`",
            401: NO_KEY,
            403: "The key may not send, or `source` names another unit. Nothing was stored",
            408: "The body did not arrive in time. Send it again, under the same id",
            413: "The event is too large",
            415: "The body is compressed, or not in UTF-8",
            429: "The key sends too fast, the unit has sent too many events (send it again after Retry-After, under the same id), or too "
            "many spoiled bodies today",
            503: "The event could not be stored, or not be judged without being stored. Send it again later, under the same id",
        }
    ),
    422: openapi.rejected("The event was rejected, now or when it was sent first: all reasons, and its receipt"),
}
GET_RECEIPT: Final = openapi.errors(
    {
        401: NO_KEY,
        403: "The key is not of this unit",
        404: "The event is not known, or has no verdict yet",
        429: TOO_MANY,
        503: "Receipts cannot be read now. Try again later",
    }
)

POST_ATTACHMENT: Final[openapi.Answers] = {
    201: {
        "description": "The file was taken",
        "content": {envelope.JSON: {"schema": schemas.reference(TakenAttachment), "example": TAKEN}},
    },
    **openapi.errors(
        {
            400: "The file is empty",
            401: NO_KEY,
            403: "The key may not send",
            408: "The file did not arrive in time. Send it again",
            413: "The file is larger than 10 MiB",
            415: "The file is not PDF, PNG or JPEG, is damaged, or is also of another kind; or the body is a form or compressed",
            422: "The agency's scanner refuses the file",
            429: "The key sends too fast, or the unit has too many files that no report uses. Send it again after the stated time",
            503: "The file could not be stored or scanned. Send it again later",
        }
    ),
}
TABLE_ANSWER: Final[Json] = {
    "receipts": [
        {
            "line": 2,
            "regime": "ct27-van-quan",
            "period": "2024",
            "reporter": "06253",
            "unit": "06253",
            "revision": 1,
            "event_id": "0d4b9f6c3c1d4a58a1b1a9c2f5e07d63",
            "verdict": "accepted",
            "errors": [],
            "warnings": [],
            "received_at": "2024-12-10T02:30:00.000Z",
            "position": {"partition": 1, "sequence": 1234},
            "standing_revision": 1,
            "next_revision": 2,
        }
    ],
    "accepted": 1,
    "rejected": 0,
}
POST_TABLE: Final[openapi.Answers] = {
    200: {
        "description": "What became of each report, whatever the verdicts",
        "content": {envelope.JSON: {"schema": schemas.reference(TableReceipts), "example": TABLE_ANSWER}},
    },
    **openapi.errors(
        {
            400: "There is another parameter than `dry_run` and `decimal`",
            401: NO_KEY,
            403: "The key may not send",
            408: "The file did not arrive in time. Send it again",
            413: "The file is larger than 5 MiB",
            415: "The file is not CSV by its `Content-Type`, or is compressed",
            422: "The file cannot be read as a table: its encoding, its quotes, its columns, or too many rows. Nothing was sent",
            429: "The key sends too fast, another file of the unit is being read, or the unit has sent too many events. Send the same file "
            "again after the stated time",
            503: "A server is away, or too many files are being read. Send the same file again later",
        }
    ),
}

KNOWN_ALREADY: Final[openapi.Answers] = {304: {"description": "Nothing has changed since the answer with this `ETag`"}}
NO_REGIME: Final = "There is no such regime or period, or the regime is derived"
AWAY: Final = "The regimes cannot be read now. Try again later"


def _read(answer: Json, missing: dict[int, str]) -> openapi.Answers:
    """The answers of a route that reads: with a validator, and 304."""
    always = {401: NO_KEY, 403: "The key is not of a unit", 429: TOO_MANY, 503: AWAY}
    return {200: answer, **KNOWN_ALREADY, **openapi.errors(always | missing)}


def _shown(model: type[BaseModel], example: Json, description: str) -> Json:
    content = {"schema": schemas.reference(model), "example": example}
    return {"description": description, "content": {envelope.JSON: content}, "headers": VALIDATOR}


LIST_REGIMES: Final = _read(_shown(RegimeList, form_examples.LIST, "All regimes"), {})
GET_REGIME: Final = _read(_shown(RegimeDetail, form_examples.DETAIL, "The regime"), {404: NO_REGIME})
GET_SCHEMA: Final = _read(
    {
        "description": "The schema",
        "content": {report_schema.MEDIA_TYPE: {"schema": {"type": "object"}, "example": form_examples.SCHEMA}},
        "headers": VALIDATOR,
    },
    {400: "`unit` is given without `period`", 404: "There is no such regime, period or unit, or it is asked for nothing"},
)
GET_FORM: Final = _read(
    _shown(Form, form_examples.FORM, "The form"),
    {
        403: "The key is neither of this unit nor of one that acts for it",
        404: "There is no such regime, period or unit, or the unit does not report there",
    },
)


def union() -> Json:
    """The schema of an event of any type; the attribute `type` says which."""
    references = {kind: schemas.reference(model) for kind, model in sent.BY_UNITS.items()}
    mapping = {kind: reference["$ref"] for kind, reference in references.items()}
    return {
        "description": "A CloudEvent that a unit sends; `type` says which of these it is.",
        "oneOf": list(references.values()),
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }


def event_body(example: Json) -> Json:
    """The request body of a route that accepts an event. The route parses it itself, because figures are judged by their text as sent.

    Only one media type is documented: with two, openapi-python-client generates code that cannot be imported.
    """
    content = {"schema": {"$ref": f"{schemas.COMPONENTS}{EVENT}"}, "example": example}
    described = f"One event. The media type `{envelope.JSON}` is accepted too."
    body = {"description": described, "required": True, "content": {envelope.MEDIA_TYPE: content}}
    return {"requestBody": body, "parameters": [DRY_RUN]} | openapi.WITH_KEY


def file_body() -> Json:
    """The request body of the route that takes a file."""
    described = "The file itself, at most 10 MiB; its kind is recognised by the content, whatever the `Content-Type` says."
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"description": described, "required": True, "content": content}} | openapi.WITH_KEY


def table_body() -> Json:
    """The request body and the parameters of the route that takes a table."""
    described = "A CSV file of at most 5 MiB and 20,000 rows: UTF-8 or UTF-16, with `;`, `,` or tabs. Its first line names the columns."
    decimal = {
        "name": "decimal",
        "in": "query",
        "required": False,
        "description": "What is before the decimals of a number: `comma` as in `1.234,5`, or `point` as in `1,234.5`.",
        "schema": {"type": "string", "enum": ["comma", "point"], "default": "comma"},
    }
    content = {"text/csv": {"schema": {"type": "string"}, "example": "regime;period;unit;gd_ngay_cong\nct27-van-quan;2024;06253;340\n"}}
    body = {"requestBody": {"description": described, "required": True, "content": content}, "parameters": [DRY_RUN, decimal]}
    return body | openapi.WITH_KEY


def install(app: FastAPI) -> None:
    """Installs the app's OpenAPI document."""
    answers = (
        WorkbookProblem,
        FigureDifference,
        WorkbookDryRun,
        Receipt,
        PendingReceipt,
        DryRun,
        TakenAttachment,
        TableReceipts,
        RegimeList,
        RegimeDetail,
        Form,
    )
    openapi.install(app, (*sent.BY_UNITS.values(), *answers), {EVENT: union()}, with_keys=True)
