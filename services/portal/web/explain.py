"""The page that explains one figure of a view."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal import live
from services.portal.domain import figures
from services.portal.http.dependencies import Named, Stored
from services.portal.reading import explaining
from services.portal.render import look
from services.portal.web import frame

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/giai-trinh/{regime}/{period}/{unit}/{indicator}")
async def explain(at: Named, store: Stored, indicator: str) -> Response:
    """The reports that make one figure of a view, and whether they add up to it."""
    explained = await explaining.read(at, store, indicator)
    rows = [(part, figures.report_row(explained.explanation.indicator, part.value)) for part in explained.explanation.parts]
    position = live.position_text(explained.view.position)
    total = figures.view_row(explained.view, explained.explanation.indicator, {unit.code for unit in explained.explanation.asked})
    shown = {"it": explained.explanation, "rows": rows, "total": total, "unknown_units": explained.unknown_units}
    return look.page("explain.html", {**frame.head(at), "position": position, **shown})
