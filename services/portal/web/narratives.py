"""The narratives of all reports below a unit: a page with a search, and files of what was found."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import narrative_list, refused
from services.portal.domain.address import Address
from services.portal.domain.narrative_list import NarrativeChoice
from services.portal.http import downloads
from services.portal.http.dependencies import Now
from services.portal.http.downloads import Ending
from services.portal.http.exporting import Record, Recorded
from services.portal.http.scoped import Below, Duties, Stored
from services.portal.reading import regime_periods, statuses
from services.portal.reading.store import PortalStore
from services.portal.render import look
from services.portal.web import frame
from shared.words import vietnamese

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


async def choice_of(at: Below, section: str | None = None, q: str | None = None, page: str | None = None) -> NarrativeChoice:
    """What the reader chose. Raises `Refused`: with 404 if nobody below the unit reports, with 400 for a malformed parameter."""
    if not at.reporters:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return NarrativeChoice.parse(at.regime, section, q, page)


Chosen = Annotated[NarrativeChoice, Depends(choice_of)]


@router.get("/thuyet-minh/{regime}/{period}/{unit}.xlsx")
async def as_workbook(at: Below, choice: Chosen, store: Stored, now: Now, record: Recorded) -> Response:
    """What was found on all pages, as a workbook."""
    return await _file(at, choice, store, now, record, "xlsx")


@router.get("/thuyet-minh/{regime}/{period}/{unit}.csv")
async def as_csv(at: Below, choice: Chosen, store: Stored, now: Now, record: Recorded) -> Response:
    """What was found on all pages, as CSV."""
    return await _file(at, choice, store, now, record, "csv")


@router.get("/thuyet-minh/{regime}/{period}/{unit}")
async def narratives(at: Below, choice: Chosen, store: Stored, duties: Duties, now: Now) -> Response:
    """The narratives of all reports that count at or below a unit, by heading."""
    position = await frame.position(at, store)
    it = narrative_list.paged(await statuses.narratives(at, store), choice)
    shown = {"position": position, "it": it, "choice": choice, "strip": await regime_periods.of_narratives(at, store, duties, now)}
    return look.page("narratives.html", {**await frame.head(at, store, now), **shown})


async def _file(at: Address, choice: NarrativeChoice, store: PortalStore, now: datetime, record: Record, ending: Ending) -> Response:
    table = narrative_list.table(at, await statuses.narratives(at, store), choice, vietnamese.moment(now))
    await record("narratives.exported", f"views/{at.regime.id}/{at.period.code}/{at.unit.id}", ending)
    title = f"Thuyết minh, {at.unit.name}, {vietnamese.period_name(at.period.code)}, {at.regime.title}"
    return downloads.of_tables([table], ending, f"thuyet-minh-{at.to().replace('/', '-')}", title, now)
