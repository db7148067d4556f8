"""What no service answers, whatever its routes: requests whose end is unclear, heads that are too large, bodies that do not arrive.

Plain ASGI, around the whole app. Source: ADR-0069; RFC 9110, 15.5.9 (408); RFC 9112, 6.3.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.shell import problems
from shared.words.refusals import refusal

BODY_S: Final = 30.0  # for a small body on the worst line
BYTES_PER_S: Final = 16 * 1024  # a larger body may take longer, if it comes at this rate at least
VERSIONS: Final = ("1.0", "1.1")

Headers = Sequence[tuple[bytes, bytes]]


class Patient:
    """Bounds the time in which a request's body arrives: afterwards the answer is 408, and the connection is closed."""

    def __init__(self, app: ASGIApp, body_s: float = BODY_S) -> None:
        self._app, self._body_s = app, body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (refused := _refused(scope)) is not None:
            await refused(scope, receive, send)
        else:
            await _Exchange(receive, send, self._body_s).run(self._app, scope)


class _Exchange:
    """One request and its answer."""

    def __init__(self, receive: Receive, send: Send, body_s: float) -> None:
        self._receive, self._send = receive, send
        self._body_s, self._until = body_s, asyncio.get_running_loop().time() + body_s
        self._is_whole = self._is_late = self._is_answered = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        with suppress(ClientDisconnect):  # nobody is there to be answered, or it is answered below
            await app(scope, self._next, self._answer)
        if self._is_late and not self._is_answered:
            late = refusal("door.too_slow", within_s=int(self._body_s))
            answer = problems.problem(HTTPStatus.REQUEST_TIMEOUT, [late], {"Connection": "close"})
            await answer(scope, self._receive, self._send)

    async def _next(self) -> Message:
        """The next part of the body. When it is late, the app is told that the client has gone."""
        if self._is_whole:
            return await self._receive()
        if not self._is_late:
            try:
                async with asyncio.timeout_at(self._until):
                    return self._counted(await self._receive())
            except TimeoutError:
                self._is_late = True
        return {"type": "http.disconnect"}

    def _counted(self, message: Message) -> Message:
        self._until += len(message.get("body", b"")) / BYTES_PER_S
        self._is_whole = not message.get("more_body", False)
        return message

    async def _answer(self, message: Message) -> None:
        if self._is_late and not self._is_answered:
            return  # what the app says to a client that has gone
        self._is_answered = True
        await self._send(message)


def _refused(scope: Scope) -> Response | None:
    """The answer to a head that is refused; afterwards the connection is closed, because it is unclear where the next request begins."""
    headers: Headers = scope["headers"]
    names = {name for name, _ in headers}
    is_chunked = b"transfer-encoding" in names
    if scope["http_version"] not in VERSIONS or (is_chunked and scope["http_version"] == "1.0"):
        return problems.bad_http()
    if is_chunked and b"content-length" in names:
        return problems.problem(HTTPStatus.BAD_REQUEST, [refusal("door.two_lengths")], {"Connection": "close"})
    size = len(scope["method"]) + len(scope["raw_path"]) + len(scope["query_string"])
    if len(headers) > problems.MOST_HEADERS or size + sum(len(name) + len(value) for name, value in headers) > problems.MOST_HEAD_BYTES:
        return problems.head_too_large()
    return None
