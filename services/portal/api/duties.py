"""Duties as JSON. Source: design, section 4, "Portal"."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from services.portal.domain import address
from services.portal.http.dependencies import After, Chosen, Duties, Referred

router = APIRouter()

DUTIES_AT_ONCE = 2000


@router.get("/duties")
async def duties(
    chosen: Chosen,
    reference: Referred,
    store: Duties,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=DUTIES_AT_ONCE)] = DUTIES_AT_ONCE,
) -> JSONResponse:
    """Who owes what by when, by id, `<regime>/<period>/<unit id>`: `{"duties": […], "next": "…"}`. Every filter may be left out.

    A duty is `{id, regime, period, unit: {id, code, name}, task, deadline, owed, received_at, first_received_at, revision, late,
    late_by_s, extended_to, returned, confirmed_at}`; `task` is report or confirm. `unit`, a code or an id, asks for the unit and
    those below it in each period's tree, with `only=true` for it alone. `state`: `owed` (chưa nộp) includes `overdue` and
    `returned`, `received` includes `late`; `confirmed` are views, not reports. Give `next` as `after`, with the same filters, to
    go on; null at the end. A duty that is there throughout is met once, whatever becomes of it meanwhile.
    """
    behind = chosen.behind(after)
    known = await reference.current()
    address.require_known(known, chosen.regime, chosen.unit)
    asked = chosen.asked(known, {} if chosen.unit is None else await store.periods(known.regimes))
    found = await store.documents(asked, chosen.state, datetime.now(UTC), behind, limit + 1)
    shown = found[:limit]
    return JSONResponse({"duties": shown, "next": chosen.after(shown[-1]["id"]) if len(found) > limit else None})
