"""The page of what one unit owes in a period of a regime: each task with its dates, and who was told what about it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import refused, succession, told
from services.portal.domain.address import Address
from services.portal.http.dependencies import Named, Now
from services.portal.http.scoped import Duties, Reads
from services.portal.reading.alert_store import AlertStore
from services.portal.reading.duty_queries import TASKS
from services.portal.render import look
from shared.wire.view_key import ViewKey
from shared.words import vietnamese

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


async def duty_at(at: Named, scope: Reads) -> Address:
    """A unit whose duties are in scope. Raises `Refused` with 403 before anything about it is read."""
    if not scope.reads_report(at.setting, at.unit.id):
        raise refused.out_of_scope()
    return at


async def alerts_of(request: Request) -> AlertStore:
    return AlertStore(request.app.state.database)


@router.get("/nghia-vu/{regime}/{period}/{unit}")
async def duty(
    at: Annotated[Address, Depends(duty_at)], scope: Reads, store: Duties, alerts: Annotated[AlertStore, Depends(alerts_of)], now: Now
) -> Response:
    """What the unit owes in the period, and what was sent about it."""
    key = ViewKey(at.regime.id, at.period.code, at.unit.id).text
    ids = [key, *(f"{key}/{task}" for task in TASKS)]
    registry = at.reference.registry
    shown = {
        "at": at,
        "period_text": vietnamese.period(at.period),
        "today_name": succession.today_name(registry, at.unit, scope.today),
        "duties": await store.of_ids(ids),
        "told": [told.told(alert, registry) for alert in await alerts.about(ids)],
        "now": now,
    }
    return look.page("duty.html", shown)
