"""Sets the headers of every answer, and handles HEAD requests. Plain ASGI, so that live streams are not buffered."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
BY_SESSION: Final = "by_session"  # set in a request's state once its session is known
ONLY_TLS: Final = {"Strict-Transport-Security": "max-age=31536000"}  # a year; browsers accept it only over https
ENDLESS: Final = "/live/"
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SafeHeaders:
    """Security headers: pages load only our own scripts, styles and pictures, and cannot be framed. What is answered to a session is not
    stored, neither by the browser nor on the way. Over https, a browser never goes back to plain http.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (HEADERS | ONLY_TLS if scope["scheme"] == "https" else HEADERS).items():
                    headers.setdefault(name, value)
                if scope["state"].get(BY_SESSION):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        scope.setdefault("state", {})
        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Heads:
    """Handles HEAD as GET; the server omits the body (RFC 9110, 9.3.2). Live streams are excluded because they do not end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD" and not scope["path"].startswith(ENDLESS):
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)
