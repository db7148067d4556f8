"""Conditional requests: a strong validator of an answer, and 304 if the client has it already (RFC 9110, sections 8.8.3 and 13.1.2)."""

import hashlib
import re
from http import HTTPStatus
from typing import Final

from fastapi import Response
from starlette.datastructures import Headers

PRIVATE: Final = "private, no-cache"  # an answer to a key is kept by nobody else, and asked for again each time
MOST: Final = 8_192  # characters of `If-None-Match` that are read
TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def etag(content: bytes, *also: object) -> str:
    """The strong validator of a content; `also` is what else must be the same, such as the generation."""
    named = hashlib.sha256(content)
    named.update(repr(also).encode())
    return f'"{named.hexdigest()[:32]}"'


def is_known(headers: Headers, validator: str) -> bool:
    """Whether the client has the content with this validator. A header that is no list of validators names none."""
    asked = ", ".join(headers.getlist("if-none-match"))
    return asked.strip() == "*" or validator in TAG.findall(asked[:MOST])


def answer(headers: Headers, content: bytes, media_type: str, *also: object) -> Response:
    """The content as the answer to a request with these headers, or 304."""
    validator = etag(content, *also)
    kept = {"Cache-Control": PRIVATE, "ETag": validator, "Vary": "Authorization"}
    if is_known(headers, validator):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)
    return Response(content, media_type=media_type, headers=kept)
