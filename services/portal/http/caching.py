"""Conditional requests for programs that poll: 304 if nothing has changed (RFC 9110, sections 8.8 and 13)."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final

from fastapi import Response
from fastapi.responses import JSONResponse

REFUSED: Final = ("q=0", "q=0.0", "q=0.00", "q=0.000")  # weights that mean "not this encoding"
MOST: Final = 20_000  # more than there are units; the least recently requested is dropped first


def etag(content: bytes) -> str:
    """The weak validator of a content: equal validators mean the same content, not necessarily the same bytes."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


class Changes:
    """Remembers when the content under each name last changed, as seen by this process."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def since(self, name: str, validator: str, now: datetime) -> str:
        """`Last-Modified` of the content under `name`."""
        known, at = self._seen.get(name, ("", ""))
        if known != validator:
            at = format_datetime(now, usegmt=True)
        self._seen[name] = validator, at
        self._seen.move_to_end(name)
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return at


def is_known(headers: Mapping[str, str], validator: str, modified: str | None = None) -> bool:
    """Whether the client already has this content. The time must equal ours exactly: another portal may have seen the change at another
    time. Without a time, only the validator is compared.
    """
    asked = headers.get("if-none-match")
    if asked is None:
        return modified is not None and headers.get("if-modified-since") == modified
    return asked.strip() == "*" or validator.removeprefix("W/") in [tag.strip().removeprefix("W/") for tag in asked.split(",")]


def takes_gzip(headers: Mapping[str, str]) -> bool:
    """Whether the client understands gzip (RFC 9110, 12.5.3)."""
    weights = {name.strip(): weight for name, _, weight in (one.partition(";") for one in headers.get("accept-encoding", "").split(","))}
    return "gzip" in weights and weights["gzip"].replace(" ", "") not in REFUSED


def json_answer(headers: Mapping[str, str], content: bytes) -> Response:
    """A JSON text as the answer to a request with these headers, or 304 if the client has it. The validator covers the whole text."""
    validator = etag(content)
    revalidated = {"Cache-Control": "no-cache", "ETag": validator}
    if is_known(headers, validator):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=revalidated)
    return Response(content, media_type=JSONResponse.media_type, headers=revalidated)
