"""The roll-ups of units as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.portal.domain import refused
from services.portal.http import caching
from services.portal.http.dependencies import Now
from services.portal.http.described import answered
from services.portal.http.scoped import Below, Stored, ViewAtOn
from services.portal.reading import early_views, statuses, year
from shared.wire.answers import Children, ViewOfUnits

router = APIRouter(tags=["views"])

Cumulative = Annotated[bool, Query(description="also the sums since the beginning of the year (lũy kế)")]


@router.get(
    "/views/{regime}/{period}/{unit}",
    operation_id="getView",
    response_model=ViewOfUnits,
    response_model_exclude_unset=True,
    responses=answered("getView") | {304: {"description": "Nothing has changed since."}},
)
async def view(request: Request, at: ViewAtOn, store: Stored, cumulative: Cumulative = False) -> Response:
    """The roll-up of one unit's subtree, or of an area. `unit` is a code on the period's reference day, or an id.

    With `units`, a day between the period's begin and its cut-off and before a reform, it is the early block of that reform: what the units
    that ended with it had reported, which is not part of the period's figures. A day on which the units of the regime are those of the
    reference day changes nothing. Any other day is refused.
    With `If-None-Match` the answer is 304 until something changes; with `cumulative=true` a correction of an earlier period is a change.
    """
    if at.early is not None:
        return caching.json_answer(
            request.headers, (await early_views.answer(at, at.early, store)).model_dump_json(exclude_unset=True).encode()
        )
    read = await year.read(at, store) if cumulative else None
    stored = read.views.get(at.period.code) if read else await store.view(at.regime.id, at.period.code, at.unit.id)
    if stored is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    shown = read.answer(stored) if read else stored
    return caching.json_answer(request.headers, shown.model_dump_json(exclude_unset=True).encode())


@router.get(
    "/views/{regime}/{period}/{unit}/children",
    operation_id="listChildren",
    response_model_exclude_unset=True,
    responses=answered("listChildren"),
)
async def children(at: Below, store: Stored, now: Now, cumulative: Cumulative = False) -> Children:
    """The units directly below a unit: the view of each unit that has one, and the report's state of each unit that reports itself."""
    below = at.tree.children(at.unit.id)
    views = await year.answers(at, below, store, cumulative=cumulative)
    reporters = [unit for unit in below if unit.id in at.group_of]
    if not views and not reporters:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    states = await statuses.statuses(at, store, reporters, now)
    return Children(views=views, units=[status.answer() for status in states])
