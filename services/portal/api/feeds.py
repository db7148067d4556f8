"""The feeds of provinces as JSON. Source: design, section 4, "Portal"."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from services.portal.domain import address, refused
from services.portal.domain.refused import Refused
from services.portal.http.dependencies import Referred
from services.portal.reading import feed
from shared.plumbing.broker import Streams
from shared.wire import subjects
from shared.words import refusals

router = APIRouter()

MAX_SEQUENCE = 2**63 - 1


@router.get("/feeds/{province}/{regime}")
async def feeds(
    request: Request,
    reference: Referred,
    province: str,
    regime: str,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE)] = 0,
    limit: Annotated[int, Query(ge=1, le=feed.MOST)] = feed.MOST,
) -> JSONResponse:
    """Views as they changed, oldest first: `{"events": [CloudEvents], "cursor": "…"}`.

    Give the cursor as `after` to go on: it is a place in the stream, the same for every province and regime. An empty list means that
    nothing changed since. A cursor that the stream has not reached (it was made anew) is refused: begin again without one. There is a
    feed for each unit that has none above it, not for those below.
    """
    address.checked("province", province)
    address.checked("regime", regime)
    known = await reference.current()
    address.require_known(known, regime, province)
    if not any(unit.code == province and unit.parent not in known.registry.by_id for unit in known.registry.units):
        raise refused.not_found(refusals.refusal("door.no_such_feed", "province", unit=province))
    streams: Streams = request.app.state.streams
    found, cursor = await feed.page(streams, province, regime, after, limit)
    if not found and after and after > await streams.last_sequence(subjects.FEED):
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("door.cursor_ahead", "after", after=after))
    return JSONResponse({"events": found, "cursor": str(cursor)})
