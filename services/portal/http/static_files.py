"""Answers requests for styles and scripts from memory (ADR 0077)."""

from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.portal.http import caching
from services.portal.render import assets

FOR_EVER: Final = "public, max-age=31536000, immutable"
READ: Final = ("GET", "HEAD")


class StaticFiles:
    """A file in the version that is asked for is kept by the browser for ever; in any other, it is revalidated."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await answer(Request(scope))(scope, receive, send)


def answer(request: Request) -> Response:
    """The file that a request names. Raises HTTPException: 404 if there is none, 405 for another method."""
    if request.method not in READ:
        raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(READ)})
    found = assets.assets().get(request.scope["path"].removeprefix(request.scope.get("root_path", "")).removeprefix("/"))
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    is_asked_for = parse_qs(request.url.query).get("v") == [found.version]
    headers = {
        "Cache-Control": FOR_EVER if is_asked_for else "no-cache",
        "ETag": f'W/"{found.version}"',
        "Vary": "Accept-Encoding",
    }
    if caching.is_known(request.headers, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if caching.takes_gzip(request.headers):
        return Response(found.zipped, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)
