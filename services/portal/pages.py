"""The pages that staff read."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal import explaining, live, look, overview, problems, statuses
from services.portal.address import Address, Named, Referred, Stored
from services.portal.domain import figures
from services.portal.store import PortalStore
from shared.wire.published import View
from shared.words import vietnamese
from shared.words.units import Unit

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/")
async def index(reference: Referred, store: Stored) -> Response:
    """Every regime with its periods, each with how complete it is."""
    known = await reference.current()
    found = [
        View.model_validate(view) for view in await store.views_of(known.regimes, {regime.within for regime in known.regimes.values()})
    ]
    listed = [
        (
            regime,
            [(view, overview.progress(view.reporting)) for view in found if (view.regime, view.unit.code) == (regime.id, regime.within)],
        )
        for regime in sorted(known.regimes.values(), key=lambda regime: regime.title)
    ]
    return look.page("index.html", {"listed": listed, "names": _names(known.registry.units)})


@router.get("/bang/{regime}/{period}/{unit}")
async def view(at: Named, store: Stored) -> Response:
    """A view. A unit that only reports has none: its own report is shown instead."""
    found = await store.view(at.regime.id, at.period.code, at.unit.id)
    if found is None and at.is_reporter:
        return RedirectResponse(f"/bao-cao/{at.to()}")
    if found is None:
        raise problems.no_such_view(at.regime.id, at.period.code, at.unit.code)
    read = await overview.read(at, store, View.model_validate(found), datetime.now(UTC))
    return look.page("view.html", {**_frame(at), "position": live.position_text(read.view.position), "it": read})


@router.get("/bao-cao/{regime}/{period}/{unit}")
async def report(at: Named, store: Stored) -> Response:
    """One unit's own report: figures, narratives, history."""
    if not at.is_reporter:
        raise problems.no_such_report(at.regime.id, at.period.code, at.unit.code)
    position = await _position(at, store)
    now = datetime.now(UTC)
    found = await statuses.report(at, store, now)
    sections = figures.report_sections(found.values, statuses.asked(at))
    return look.page("report.html", {**_frame(at), "position": position, "it": found, "sections": sections, "now": now})


@router.get("/giai-trinh/{regime}/{period}/{unit}/{indicator}")
async def explain(at: Named, store: Stored, indicator: str) -> Response:
    """The reports that make one figure of a view, and that they add up to it."""
    found = await explaining.read(at, store, indicator)
    rows = [(part, figures.report_row(found.explanation.indicator, part.value)) for part in found.explanation.parts]
    position = live.position_text(View.model_validate(found.view).position)
    total = figures.view_row(View.model_validate(found.view), found.explanation.indicator)
    return look.page(
        "explain.html",
        {**_frame(at), "position": position, "it": found.explanation, "rows": rows, "total": total, "unknown_units": found.unknown_units},
    )


@router.get("/thuyet-minh/{regime}/{period}/{unit}")
async def narratives(at: Named, store: Stored) -> Response:
    """The narratives of all standing reports at or below a unit, by heading."""
    if not at.reporters:
        raise problems.no_such_view(at.regime.id, at.period.code, at.unit.code)
    position = await _position(at, store)
    texts = await statuses.narratives(at, store)
    return look.page("narratives.html", {**_frame(at), "position": position, "texts": texts})


@router.get("/favicon.ico")
async def favicon() -> Response:
    """No picture; asked for by every browser."""
    return Response(status_code=204)


async def _position(at: Address, store: PortalStore) -> str:
    """The position of the view that the page hangs on. Read before the page's content, so that no change is missed."""
    _, _, code = live.key_for(at)
    found = await store.view(at.regime.id, at.period.code, at.tree.by_code[code].id)
    return "" if found is None else live.position_text(View.model_validate(found).position)


def _frame(at: Address) -> dict[str, object]:
    """What the head of every page about an address needs."""
    return {
        "at": at,
        "trail": list(at.tree.ancestors(at.unit.id))[::-1],
        "period_text": vietnamese.period(at.period),
        "recipient": at.tree.by_code.get(at.regime.recipient),
    }


def _names(units: tuple[Unit, ...]) -> dict[str, str]:
    return {unit.code: unit.name for unit in units}
