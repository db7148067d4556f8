"""The roll-ups of units as JSON. Source: design, section 4, "Portal"."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from services.portal.api import states
from services.portal.domain import refused
from services.portal.http.dependencies import Named, Stored
from services.portal.reading import statuses
from shared.wire.published import View

router = APIRouter()


@router.get("/views/{regime}/{period}/{unit}", responses={200: {"model": View}})
async def view(at: Named, store: Stored) -> JSONResponse:
    """The roll-up of one unit's subtree. `unit` is a code at the period's cut-off, or a unit id."""
    found = await store.view(at.regime.id, at.period.code, at.unit.id)
    if found is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return JSONResponse(found)


@router.get("/views/{regime}/{period}/{unit}/children")
async def children(at: Named, store: Stored) -> JSONResponse:
    """What stands directly below a unit: `{"views": […], "units": […]}`, both by unit code.

    `views` are the views of the units below that have one. `units` are the units below that report themselves:
    `{unit: {id, code, name, level, parent}, state, received, counts, revision, received_at, on_time, deadline}`, where
    `state` is on_time, late, returned, withdrawn, overdue or missing; `received` tells whether anything was ever
    submitted, `counts` whether it stands in the totals; `received_at` is the first submission's time; `on_time` is null
    while nothing counts; `deadline` is the first late instant, extensions included, or null.
    """
    below = at.tree.children(at.unit.id)
    views = await store.views(at.regime.id, at.period.code, [unit.id for unit in below])
    reporters = [unit for unit in below if unit.id in at.group_of]
    if not views and not reporters:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    found = await statuses.statuses(at, store, reporters, datetime.now(UTC))
    return JSONResponse({"views": views, "units": [states.status_json(status) for status in found]})
