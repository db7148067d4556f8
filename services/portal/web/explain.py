"""The page that explains one figure of a view."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal import live
from services.portal.domain import comparison, cumulative, figures, to_date
from services.portal.http.dependencies import Now
from services.portal.http.scoped import Below, Stored
from services.portal.reading import earlier, explaining, year
from services.portal.render import look
from services.portal.web import frame

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/giai-trinh/{regime}/{period}/{unit}/{indicator}")
async def explain(at: Below, store: Stored, now: Now, indicator: str) -> Response:
    """The reports that make one figure of a view, and whether they add up to it."""
    explained = await explaining.read(at, store, indicator)
    so_far = await year.read(at, store)
    explained_indicator = explained.explanation.indicator
    bases = await earlier.bases(at, store, explained.view)
    shown = {
        "position": live.followed(at, to_date=True).position({**so_far.positions, at.period.code: explained.view.position}),
        "it": explained.explanation,
        "rows": [(part, figures.report_row(explained_indicator, part.value)) for part in explained.explanation.parts],
        "total": figures.view_row(explained.view, explained_indicator, {unit.code for unit in explained.explanation.asked}),
        "unknown_units": explained.unknown_units,
        "sum": to_date.cells(so_far.to_date).get(indicator),
        "sum_rows": to_date.part_rows(so_far.to_date, explained_indicator),
        "no_sum": so_far.to_date.refusal,
        "beside": [(base, comparison.change(at, explained.view, explained_indicator, base)) for base in bases],
        "explained": {base.period for base in bases if base.at and store.scope.reads_below(base.at.setting, at.unit.id)},
        "on_call": at.source.is_on_call,
    }
    return look.page("explain.html", {**await frame.head(at, store, now, to_date=cumulative.is_shown(at)), **shown})
