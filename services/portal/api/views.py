"""The roll-ups of units as JSON."""

from fastapi import APIRouter

from services.portal.domain import refused
from services.portal.http.dependencies import Named, Now, Stored
from services.portal.http.described import answered
from services.portal.reading import statuses
from shared.wire.answers import Children
from shared.wire.published import View

router = APIRouter(tags=["views"])


@router.get("/views/{regime}/{period}/{unit}", operation_id="getView", response_model_exclude_unset=True, responses=answered("getView"))
async def view(at: Named, store: Stored) -> View:
    """The roll-up of one unit's subtree. `unit` is a code at the period's cut-off, or a unit id."""
    stored = await store.view(at.regime.id, at.period.code, at.unit.id)
    if stored is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return stored


@router.get(
    "/views/{regime}/{period}/{unit}/children",
    operation_id="listChildren",
    response_model_exclude_unset=True,
    responses=answered("listChildren"),
)
async def children(at: Named, store: Stored, now: Now) -> Children:
    """The units directly below a unit: the view of each unit that has one, and the report's state of each unit that reports itself."""
    below = at.tree.children(at.unit.id)
    views = await store.views(at.regime.id, at.period.code, [unit.id for unit in below])
    reporters = [unit for unit in below if unit.id in at.group_of]
    if not views and not reporters:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    states = await statuses.statuses(at, store, reporters, now)
    return Children(views=views, units=[status.answer() for status in states])
