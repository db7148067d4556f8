"""Answers open pages that fetch themselves again because a view has changed: only what is in `<main>`, rendered once for all who watch the
same page with the same scope (ADR 0077).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.http import caching, compressing, headers, principals
from services.portal.http.hub import Hub
from services.portal.http.kept_pages import KeptPages, Rendered
from services.portal.http.scoped import scope_of
from services.portal.render import look
from services.portal.sessions import cookies
from shared.words.principals import PersonPrincipal

BY_ITSELF: Final = principals.BY_ITSELF.encode()
KNOWN_S: Final = 5.0  # how long a session is remembered here; a stream is asked about its session every 14 s
MOST_KNOWN: Final = 4000  # sessions


@dataclass(frozen=True, slots=True)
class Reader:
    """What a page depends on besides its address and the views: what the person may read and do today, by these reference data."""

    scope: Hashable


class Watched:
    """Only GET requests with the header of `live.js` and a session; everything else passes."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self._app = app
        self.pages = KeptPages(hub, lambda: asyncio.get_running_loop().time())
        self._known: OrderedDict[str, tuple[float, Reader]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reader = await self._reader(Request(scope)) if _asks_again(scope) else None
        if reader is None:
            await self._app(scope, receive, send)
            return
        page = await self.pages.page((scope["path"], scope["query_string"], reader), lambda: self._render(scope))
        scope.setdefault("state", {})[headers.BY_SESSION] = True
        await _answer(page, Request(scope))(scope, receive, send)

    async def _reader(self, request: Request) -> Reader | None:
        """Who asks, as far as pages differ by it; None without a session."""
        secret, now = request.cookies.get(cookies.name(request.url.scheme), ""), asyncio.get_running_loop().time()
        until, known = self._known.get(secret, (0.0, None))
        if known is not None and now < until:
            return known
        try:
            person = await principals.session_of(request)
            reader = None if person is None else await _read_by(request, person)
        except PyMongoError:  # the app says what it says to everybody while the database is away
            reader = None
        if reader is None:
            self._known.pop(secret, None)
            return None
        self._known[secret] = now + KNOWN_S, reader
        self._known.move_to_end(secret)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return reader

    async def _render(self, scope: Scope) -> Rendered:
        """The page of a request, without its frame."""
        told = look.Told()
        token = look.TOLD.set(told)
        try:
            start, body = await _captured(self._app, {**scope, "state": dict(scope.get("state", {}))})
        finally:
            look.TOLD.reset(token)
        return Rendered(start["status"], dict(start["headers"]), body, told.follows, told.position, told.is_personal)


def _asks_again(scope: Scope) -> bool:
    """Whether a page asks again. Streams and the API never do, whatever headers they get: a stream has no end to wait for."""
    is_page = scope["type"] == "http" and scope["method"] == "GET" and not scope["path"].startswith(principals.WITH_KEY)
    return is_page and any(name == BY_ITSELF for name, _ in scope["headers"])


async def _read_by(request: Request, person: PersonPrincipal) -> Reader:
    read = await scope_of(request, person)
    held = frozenset((grant.role, grant.unit) for grant in person.grants if grant.holds(read.today))
    return Reader((read.reference.generation, read.today, read.own, read.reviewed, held))


async def _captured(app: ASGIApp, scope: Scope) -> tuple[Message, bytes]:
    """The start of an app's answer, and its whole body. The request has no body."""
    start: dict[str, Any] = {}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return start, b"".join(parts)


def _answer(page: Rendered, request: Request) -> Response:
    """The page as the answer to a request: 304 if the client has it."""
    answer = Response(status_code=page.status)
    answer.raw_headers = [(name, value) for name, value in page.headers.items() if name != b"content-length"]
    if page.is_for_all:
        answer.headers["ETag"] = f'W/"{page.position}"'
        if caching.is_known(request.headers, answer.headers["ETag"]):
            answer.status_code = HTTPStatus.NOT_MODIFIED
            return answer
    answer.body = page.body
    if page.is_for_all and compressing.may_be_zipped(request.headers):
        answer.body = page.zipped
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers.add_vary_header("Accept-Encoding")
    answer.headers["Content-Length"] = str(len(answer.body))
    return answer
