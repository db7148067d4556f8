"""The first pages: for who reports *Việc của tôi*, for others the overview of all regimes, or of one unit."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import address, curve, menu
from services.portal.http.dependencies import Now, typed_text
from services.portal.http.scoped import Duties, Reads, Stored
from services.portal.reading import regime_periods
from services.portal.reading.duty_store import DutyStore
from services.portal.reading.present import At, PresentReader
from services.portal.reading.regime_periods import RegimePeriods
from services.portal.reading.store import PortalStore
from services.portal.render import look
from shared.words import grants
from shared.words.principals import PersonPrincipal, Role
from shared.words.reference import Reference
from shared.words.scope import Scope
from shared.words.units import Unit

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


async def presents_of(request: Request, scope: Reads) -> PresentReader:
    return PresentReader(request.app.state.database, scope)


Presents = Annotated[PresentReader, Depends(presents_of)]


@router.get(menu.HOME)
async def home(scope: Reads, store: Stored, duties: Duties, presents: Presents, now: Now) -> Response:
    """Leads who reports to what is owed, and who only runs the system to its state; shows the overview to others."""
    first = menu.first(_roles(scope))
    return await overview(scope, store, duties, presents, now) if first == menu.OVERVIEW else RedirectResponse(first)


@router.get(menu.OVERVIEW)
async def overview(
    scope: Reads, store: Stored, duties: Duties, presents: Presents, now: Now, unit: Annotated[str | None, Query()] = None
) -> Response:
    """Every regime with its present period, and the state of each of its periods; with `unit` those in which a unit has views."""
    known, named = scope.reference, address.checked("unit", typed_text(unit))
    of = None if named is None else address.require_bearer(known, named, scope.today)
    listed: list[RegimePeriods] = []
    if scope.reads_figures:
        of, listed = await _listed(scope, store, duties, of, now)
    shown = {
        "of": of,
        "is_asked": named is not None,
        "listed": listed,
        "now_listed": [it for it in listed if not it.is_over and not it.is_empty],
        "over": [it for it in listed if it.is_over and not it.is_empty],
        "others": [it for it in listed if it.is_empty],
        "is_loaded": bool(known.regimes),
        "presents": await presents.read([at for it in listed if (at := _present(known, it)) is not None], now),
        "day_words": curve.day_words,
        "width": curve.WIDTH,
        "height": curve.HEIGHT,
    }
    return look.page("overview.html", shown)


async def _listed(
    scope: Scope, store: PortalStore, duties: DutyStore, of: Unit | None, now: datetime
) -> tuple[Unit | None, list[RegimePeriods]]:
    """The regimes in the order of what matters, and whose overview it is: that of a unit which was asked for, or of the reader's own unit
    if no regime as a whole is in scope.
    """
    known, own = scope.reference, _reviewed(scope)
    if of is not None:
        return of, regime_periods.in_order(await regime_periods.of_unit(known, store, duties, of, now), now)
    found = await regime_periods.of_all(known, store, duties, now)
    if own is not None and all(it.is_empty for it in found):
        below = await regime_periods.of_unit(known, store, duties, own, now)
        of, found = (own, below) if below else (None, found)
    return of, regime_periods.in_order(found, now)


def _reviewed(scope: Scope) -> Unit | None:
    """The first unit whose subtree the reader reads: its overview is shown where no regime as a whole is in scope."""
    tree = scope.reference.registry.at(scope.today)
    return next((tree.by_id[unit] for unit in scope.reviewed if unit in tree.by_id), None)


def _roles(scope: Scope) -> set[Role]:
    held = scope.principal.grants if isinstance(scope.principal, PersonPrincipal) else ()
    return {grant.role for grant in grants.effective(held, scope.reference.registry, scope.today)}


def _present(known: Reference, it: RegimePeriods) -> At | None:
    """The view of the present period, if there is one."""
    setting = known.setting(it.regime.id, it.present) if it.present else None
    view = it.rows[0] if it.rows and it.rows[0].period == it.present else None
    return None if setting is None or view is None else At(setting, view.unit_id)
