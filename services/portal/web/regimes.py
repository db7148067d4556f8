"""The pages of regimes: the list of all, and of each what is reported to whom, by when, with the codes that an event uses."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import acting_periods, address, regime_page
from services.portal.domain.entering import Person
from services.portal.http.principals import Asking
from services.portal.http.scoped import ReadsPublic
from services.portal.render import look

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/che-do")
async def listed(scope: ReadsPublic) -> Response:
    """All regimes, those that have ended last."""
    return look.page("regimes.html", {"regimes": regime_page.list_all(scope.reference, scope.today)})


@router.get("/che-do/{regime}")
async def one(regime: str, scope: ReadsPublic, asking: Asking, period: str | None = None) -> Response:
    """One regime, in a period or in the present one."""
    address.checked("regime", regime)
    it, person = regime_page.read(scope.reference, regime, period, scope.today), Person.of_principal(asking, scope)
    return look.page("regime.html", {"it": it, "offers": acting_periods.offer(scope.reference, it.regime, person, scope.today)})
