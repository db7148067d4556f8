"""Fields that a form of our pages sends (`application/x-www-form-urlencoded`)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from services.portal.domain.refused import Refused
from shared.words import refusals

MOST_BYTES: Final = 256 * 1024
MOST_OF_A_REPORT: Final = 2 * 1024 * 1024  # narratives of 512 KiB, the most that an event has, as a browser encodes Vietnamese
MOST_FIELDS: Final = 2000
READ: Final = "fields"  # where the fields are kept in the state of a request
FORM: Final = "application/x-www-form-urlencoded"

Pairs = tuple[tuple[str, str], ...]
"""Name and text of each field, in the order of the form."""


async def body_of(request: Request, most_bytes: int = MOST_BYTES) -> bytes:
    """The body of a request. Raises `Refused` with 413 if it is too long; then the rest is not read."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most_bytes:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, refusals.refusal("form.too_large", most=refusals.number(most_bytes // 1024)))
        parts.append(part)
    return b"".join(parts)


async def pairs_of(request: Request, most_bytes: int = MOST_BYTES) -> Pairs:
    """All fields of the form, also those that a name has several times. Raises `Refused`: 400 or 413. A body can be read once only, so the
    request keeps them.
    """
    if READ in request.scope.setdefault("state", {}):
        known: Pairs = request.scope.setdefault("state", {})[READ]
        return known
    body = await body_of(request, most_bytes)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != FORM:
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("form.malformed"))
    try:
        text = body.decode("ascii")
        fields = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("form.malformed")) from None
    request.scope.setdefault("state", {})[READ] = tuple(fields)
    return tuple(fields)


async def fields_of(request: Request) -> Mapping[str, str]:
    """The text of each field. Raises `Refused`: 400 or 413; 400 also if a field is there twice."""
    return await fields_within(request, MOST_BYTES)


async def fields_within(request: Request, most_bytes: int) -> Mapping[str, str]:
    """As `fields_of`, for a form of another size."""
    pairs = await pairs_of(request, most_bytes)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("form.malformed"))
    return fields


Fields = Annotated[Mapping[str, str], Depends(fields_of)]
