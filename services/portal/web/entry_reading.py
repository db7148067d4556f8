"""What is understood of texts that are not in a form yet: cells that somebody is about to paste from a spreadsheet. Nothing is stored.

The script of the form asks, so that numbers are read by one rule, the server's. Source: ADR 0073.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.portal.domain import entry_understood
from services.portal.domain.refused import Refused
from services.portal.http import forms
from services.portal.http.drafting import JSON, MOST_BYTES, known_only
from services.portal.http.entering import EntryAt
from shared.words.refusals import refusal

router = APIRouter(include_in_schema=False)

ADDRESS: Final = "/bieu-mau/{regime}/{period}/{unit}/doc-thu"


class Cells(BaseModel):
    """Texts by the names of the fields that they are to fill."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    fields: Mapping[str, str] = Field(max_length=forms.MOST_FIELDS)


async def cells_of(request: Request, entry: EntryAt) -> Cells:
    """The texts in a request. Raises `Refused`: 415, 413, 400, or 422 for fields that the form does not have."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, refusal("draft.not_json"))
    try:
        cells = Cells.model_validate(orjson.loads(await forms.body_of(request, MOST_BYTES)))
    except (orjson.JSONDecodeError, ValidationError):
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("draft.malformed")) from None
    known_only(cells.fields, entry)
    return cells


@router.post(ADDRESS)
async def understood(entry: EntryAt, cells: Annotated[Cells, Depends(cells_of)]) -> Response:
    """What is understood of each text, and of which nothing, or two things."""
    found = entry_understood.of_fields(entry.asked, cells.fields)
    unread = [name for name, text in found.items() if text in (entry_understood.UNREAD, entry_understood.ASKED)]
    return Response(orjson.dumps({"understood": found, "unread": unread}), media_type=JSON)
