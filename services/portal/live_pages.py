"""One stream for all open pages of a browser: of its visible tabs one leads, and tells the others (`live.js`, ADR 0077)."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from services.portal import live
from services.portal.domain import address, refused, wanted
from services.portal.domain.address import Address
from services.portal.http.scoped import Reads, Stored
from services.portal.reading.store import PortalStore
from shared.words.reference import Reference

MOST_PAGES: Final = 40  # of one browser
PARTS: Final = ("regime", "period", "unit")
TO_DATE: Final = "luy-ke"
OF: Final = "addresses of open pages, with commas between them: regime/period/unit, and /luy-ke behind it for a page with cumulative sums"
HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # as the framework's own streams
STILL: Final = b": still\n\n"

router = APIRouter(include_in_schema=False)


@router.get("/live/views")
async def pages(request: Request, scope: Reads, store: Stored, of: Annotated[str, Query(description=OF)] = "") -> StreamingResponse:
    """Events `view` with a page's address and its position, and `gone` with the address of a page that follows nothing, because nobody
    knows it or it is out of scope.
    """
    asked = {name: _asked(name, scope.reference) for name in dict.fromkeys(of.split(","))}
    if len(asked) > MOST_PAGES:
        raise refused.bad_query("of", wanted.PAGES)
    known = {name: at for name, at in asked.items() if at is not None and live.follows(scope, at)}
    gone = [name for name in asked if name not in known]
    live.require_room(request)
    return StreamingResponse(_told(request, store, known, gone), media_type="text/event-stream", headers=HEADERS)


async def _told(request: Request, store: PortalStore, known: Mapping[str, Address], gone: Iterable[str]) -> AsyncIterator[bytes]:
    """The events, as text."""
    yield b"retry: %d\n: open\n\n" % live.RETRY_MS
    yield b"".join(_event("gone", {"of": name}) for name in gone)
    followed = {name: live.followed(at, to_date=name.endswith(TO_DATE)) for name, at in known.items()}
    with live.listening(request, followed) as listener:
        await live.begin(listener, store, followed.values())
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        while True:
            news = await listener.news_within(live.LOOK_S)
            if loop.time() - asked_at >= live.LOOK_S:
                still = await live.still_followed(request, known)
                yield b"".join(_event("gone", {"of": name}) for name in known.keys() - still.keys())
                if not still:
                    return
                known, asked_at = still, loop.time()
            yield b"".join(_event("view", {"of": name, "position": news[name]}) for name in news if name in known) or STILL


def _event(name: str, data: Mapping[str, str]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(data))


def _asked(name: str, reference: Reference) -> Address | None:
    """The address of an open page; None if there is no such regime, period or unit. Raises `Refused` with 400 if it is malformed."""
    parts = name.removesuffix(f"/{TO_DATE}").split("/")
    if len(parts) != len(PARTS):
        raise refused.bad_query("of", wanted.PAGES)
    for part, text in zip(PARTS, parts, strict=True):
        address.checked(part, text)
    return address.found(reference, *parts)
