"""The page of a view: one unit's roll-up."""

from datetime import date, datetime

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal import live
from services.portal.domain import cumulative, matrix, official, outliers, ranking_table, refused, table_choice, to_date
from services.portal.domain.address import Address
from services.portal.domain.who_acted import Reader
from services.portal.http.dependencies import Now
from services.portal.http.naming import Named, names_of
from services.portal.http.principals import Asking
from services.portal.http.scoped import Duties, Stored, ViewAtOn
from services.portal.http.table_query import TableQuery, choice_of
from services.portal.reading import acting, early_views, offered, overview, regime_periods, year
from services.portal.reading.store import PortalStore
from services.portal.render import look
from services.portal.web import frame

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/bang/{regime}/{period}/{unit}")
async def view(at: ViewAtOn, sent: TableQuery, store: Stored, duties: Duties, now: Now, principal: Asking, people: Named) -> Response:
    """The page of a view, or of a view of an early block. A unit that only reports has no view: its own report is shown instead."""
    if at.early is not None:
        return await _early(at, at.early, store, now)
    choice = choice_of(at, sent)
    so_far = await year.read(at, store)
    stored = so_far.views.get(at.period.code)
    if stored is None and at.is_reporter:
        return RedirectResponse(f"/bao-cao/{at.to()}")
    if stored is None:
        raise refused.no_such_view(at.regime.id, at.period.code, at.unit.code)
    it, versions = await overview.read(at, store, stored, now), await acting.versions(at, store)
    rows = it.below.areas if choice.rows == "areas" else it.below.units
    shown = {
        "position": live.followed(at, to_date=True).position(so_far.positions),
        "it": it,
        "offers": await offered.of_view(principal, at, store, stored, it.missing, now),
        "versions": versions,
        "names": await names_of(people, versions, Reader.of(principal, at, store.scope)),
        "choice": choice,
        "table": matrix.matrix(at, rows, choice),
        "section_titles": matrix.sections(at.regime),
        "ranking": ranking_table.ranked(it.view, at.regime.by_code[choice.rank], rows) if choice.rank else None,
        "states": table_choice.STATES,
        "explained": {base.period for base in it.bases if base.at and store.scope.reads_below(base.at.setting, at.unit.id)},
        "official_word": official.word(it.view.official),
        "strip": await regime_periods.of_views(at, store, duties, now),
        "sums": to_date.cells(so_far.to_date),
        "no_sums": so_far.to_date.refusal,
        "early": await early_views.links(at, store),
        "outlier_help": outliers.HELP,
    }
    return look.page("view.html", {**await frame.head(at, store, now, to_date=cumulative.is_shown(at)), **shown})


async def _early(at: Address, day: date, store: PortalStore, now: datetime) -> Response:
    """The page of a view of the early block of a day."""
    if at.reporters == [at.unit]:
        return RedirectResponse(f"/bao-cao/{at.to()}{at.units}")
    return look.page("early.html", {**await frame.head(at, store, now), "it": await early_views.read(at, day, store)})


@router.get("/favicon.ico")
async def favicon() -> Response:
    """An empty answer: every browser requests this picture."""
    return Response(status_code=204)
