"""The units that have not reported, by district, with contacts for who may ask them; and the same as a text to be copied."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from services.portal.domain import acting_offers, missing, refused
from services.portal.domain.address import Address
from services.portal.domain.entering import Person
from services.portal.domain.missing import Group
from services.portal.domain.standing import Status
from services.portal.http.dependencies import Now
from services.portal.http.exporting import Recorded
from services.portal.http.principals import Asking
from services.portal.http.scoped import Below, Reads, Stored
from services.portal.reading import offered, statuses
from services.portal.reading.store import PortalStore
from services.portal.render import look
from services.portal.web import frame
from shared.wire.views import Reporting, View
from shared.words import vietnamese
from shared.words.principals import PersonPrincipal, Principal
from shared.words.scope import Scope

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PATH: Final = "/bang/{regime}/{period}/{unit}/chua-nop"


async def view_of(at: Below, store: Stored) -> View:
    """The unit's view: who has reported at and below it. Raises `Refused` with 404 if there is none."""
    view = await store.view(at.regime.id, at.period.code, at.unit.id)
    if view is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return view


Viewed = Annotated[View, Depends(view_of)]


@router.get(PATH)
async def page(at: Below, view: Viewed, store: Stored, scope: Reads, asking: Asking, now: Now) -> Response:
    """The missing, grouped, each with its state and contact."""
    asks = _asks(at, asking, scope)
    counts, statuses_of = view.reporting, await _statuses(at, store, view.reporting, now)
    groups = _groups(at, store, statuses_of, with_contacts=asks)
    shown = {
        "offers": acting_offers.about_the_missing(await offered.of_view(asking, at, store, view, statuses_of, now)),
        "groups": groups,
        "counts": counts,
        "asks": asks,
        "text": _text(at, counts, groups, now),
        "now": now,
        "dialled": missing.dialled,
    }
    return look.page("missing.html", {**await frame.head(at, store, now), **shown})


@router.get(f"{PATH}.txt")
async def text(at: Below, view: Viewed, store: Stored, scope: Reads, asking: Asking, now: Now, record: Recorded) -> Response:
    """The same as plain text."""
    groups = _groups(at, store, await _statuses(at, store, view.reporting, now), with_contacts=_asks(at, asking, scope))
    await record("duties.exported", at.to(), "txt")
    return PlainTextResponse(_text(at, view.reporting, groups, now), headers={"Cache-Control": "no-store"})


async def _statuses(at: Address, store: PortalStore, counts: Reporting, now: datetime) -> list[Status]:
    absent = set(counts.missing)
    return await statuses.statuses(at, store, [unit for unit in at.reporters if unit.code in absent], now)


def _groups(at: Address, store: PortalStore, found: Iterable[Status], *, with_contacts: bool) -> list[Group]:
    registry, today = at.reference.registry, store.scope.today
    absent = [missing.of_status(status, missing.contacts_of(registry, status.unit.id, today) if with_contacts else ()) for status in found]
    return missing.grouped(absent, at.tree, at.unit)


def _asks(at: Address, asking: Principal, scope: Scope) -> bool:
    """Whether whoever reads may ask the units for their reports, and so sees their contacts."""
    if not isinstance(asking, PersonPrincipal):
        return False
    registry, today = at.reference.registry, scope.today
    return missing.may_see_contacts(Person.of(asking, registry, today), at.setting, registry, today)


def _text(at: Address, counts: Reporting, groups: list[Group], now: datetime) -> str:
    title = f"Chưa nộp báo cáo: {at.regime.title}, {vietnamese.period(at.period)}, {at.unit.name} (lúc {vietnamese.moment(now)})"
    return missing.as_text(title, counts.expected, groups, now)
