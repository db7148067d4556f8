"""Compresses answers, but none that another site could have caused (ADR 0077).

Whoever makes a browser ask for a page with a text of his choice, and sees how long the compressed answer is on the wire, can guess secrets
on it (BREACH). Browsers say which site a request comes from (`Sec-Fetch-Site`): what another site caused, or an unknown one, with the
cookies of a person, is not compressed.
"""

import zlib
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.http import caching

LEVEL: Final = 5
LEAST: Final = 1000  # bytes: a shorter answer fits one packet anyway
TYPES: Final = ("text/html", "application/json", "application/problem+json", "application/openapi+json", "text/csv", "text/calendar")
OWN: Final = ("same-origin", "none")  # one of our pages, or the person: typed, a bookmark
GZIP: Final = zlib.MAX_WBITS | 16  # zlib's sign for the form of gzip


def zipped(body: bytes) -> bytes:
    """A body as gzip."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    return packer.compress(body) + packer.flush()


def may_be_zipped(headers: Headers) -> bool:
    """Whether the answer to a request may be compressed, and the client understands it."""
    return caching.takes_gzip(headers) and ("cookie" not in headers or headers.getlist("sec-fetch-site") in [[one] for one in OWN])


class Compressed:
    """Compresses whole answers of text. Streams are sent as they come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not may_be_zipped(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        started: list[Message] = []

        async def packed(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_text(Headers(raw=message["headers"])):
                started.append(message)
                return
            if started:
                start = started.pop()
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    message = {**message, "body": _zip(start, message.get("body", b""))}
                await send(start)
            await send(message)

        await self._app(scope, receive, packed)


def _is_text(headers: Headers) -> bool:
    return "content-encoding" not in headers and headers.get("content-type", "").partition(";")[0] in TYPES


def _zip(start: Message, body: bytes) -> bytes:
    """The body, compressed if it is long enough; the headers of `start` say so."""
    headers = MutableHeaders(scope=start)
    headers.add_vary_header("Accept-Encoding")
    if len(body) < LEAST:
        return body
    small = zipped(body)
    headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(small))
    return small
