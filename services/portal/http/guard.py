"""Refuses forged requests: those with an unsafe method that a page of another site, or another program on this machine, has sent with the
session of the person (CSRF).

The browser says where a request comes from: `Sec-Fetch-Site` must be `same-origin`; without it, `Origin` must be an own address; without
both, the request is refused. Plain ASGI, so that a body is not read before (ADR 0054).
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.portal.http import problems
from shared.words import refusals

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
PORTS: Final = {"http": 80, "https": 443}
OPAQUE: Final = ""  # the origin of something that is no web address


def origin(url: str) -> str:
    """Scheme, host and port of an address, as they are compared; `OPAQUE` for `null` and anything that is not an address of the web."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return OPAQUE
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}" if host and port else OPAQUE


class Guard:
    """Lets only requests with a safe method and requests of our own pages pass. `public_url` is the portal's address, "" if it is not
    known.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public = origin(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or self._is_own(request := Request(scope)):
            await self._app(scope, receive, send)
            return
        await problems.answer(request, HTTPStatus.FORBIDDEN, refusals.refusal("identity.forged"))(scope, receive, send)

    def _is_own(self, request: Request) -> bool:
        sites = request.headers.getlist("sec-fetch-site")
        if sites:
            return sites == ["same-origin"]
        origins = request.headers.getlist("origin")
        return len(origins) == 1 and origin(origins[0]) in {*self._own(request), self._public} - {OPAQUE}

    def _own(self, request: Request) -> Iterator[str]:
        """The addresses at which the request can have come in: by the socket, not by the header `Host`, which the sender writes."""
        host, port = request.scope.get("server") or ("", None)
        names: Iterable[str] = LOOPBACK if host in ("127.0.0.1", "::1", "localhost") else (f"[{host}]" if ":" in host else host,)
        for name in names:
            yield origin(f"{request.url.scheme}://{name}" if port is None else f"{request.url.scheme}://{name}:{port}")
