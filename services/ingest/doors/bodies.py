"""What a request says about its body, and the body itself, up to a limit: the same for every door."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request

from shared.shell.problems import RefusedError
from shared.words.refusals import Refusal, refusal

MOST_SHOWN: Final = 40  # characters of a header that a refusal repeats
CLOSE: Final = {"Connection": "close"}  # the rest of the body is not read


def media_type(request: Request) -> str:
    """The media type, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def shown(text: str) -> str:
    """The value of a header as a refusal repeats it."""
    return text[:MOST_SHOWN] or "–"


def require_unpacked(request: Request, headers: Mapping[str, str] | None = None) -> None:
    """Raises RefusedError for a compressed body: what is not read as it was meant must not be taken."""
    encoding = ", ".join(request.headers.getlist("content-encoding")).strip().lower()
    if encoding not in ("", "identity"):
        wanted = {**(headers or {}), "Accept-Encoding": "identity"}
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, refusal("door.encoded", encoding=shown(encoding)), headers=wanted)


async def read(request: Request, most: int, too_large: Callable[[int], Refusal], headers: Mapping[str, str] | None = None) -> bytes:
    """The body. Raises RefusedError if it has more than `most` bytes."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(len(body)), headers=headers)
    return bytes(body)
