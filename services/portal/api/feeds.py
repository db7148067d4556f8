"""The feeds of provinces as JSON."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from services.portal.domain import address
from services.portal.domain.refused import Refused
from services.portal.http.dependencies import LIMIT, Province, RegimeName, StreamsRead
from services.portal.http.described import answered
from services.portal.http.scoped import Reads
from services.portal.reading import feed
from shared.wire import subjects
from shared.wire.answers import FeedPage
from shared.words import refusals

router = APIRouter(tags=["feeds"])

MAX_SEQUENCE = 2**63 - 1


@router.get("/feeds/{province}/{regime}", operation_id="readFeed", response_model_exclude_unset=True, responses=answered("readFeed"))
async def feeds(
    streams: StreamsRead,
    scope: Reads,
    province: Province,
    regime: RegimeName,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE, description="`cursor` of the page before; left out: from the beginning")] = 0,
    limit: Annotated[int, Query(ge=1, le=feed.MOST, description=LIMIT)] = feed.MOST,
) -> FeedPage:
    """Changed views, oldest first.

    To get the next page, send the cursor as `after`: it is a position in the stream, valid for every province and regime. An empty list
    means that nothing has changed since. A cursor beyond the end of the stream is refused (the stream was created again): start again
    without a cursor. Only units without a unit above them have a feed.
    """
    address.require_top(scope.reference, province, regime)
    events, cursor = await feed.page(streams, scope, province, regime, after, limit)
    if not events and after and after > await streams.last_sequence(subjects.FEED):
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("door.cursor_ahead", "after", after=after))
    return FeedPage(events=events, cursor=str(cursor))
