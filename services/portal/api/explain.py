"""What a figure of a view is made of, as JSON. Source: design, section 4, "Portal"."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from services.portal.http.dependencies import After, Named, Stored
from services.portal.reading import explaining

router = APIRouter()

PARTS_AT_ONCE = 2000


@router.get("/explain/{regime}/{period}/{unit}/{indicator}")
async def explain(
    at: Named,
    store: Stored,
    indicator: str,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=PARTS_AT_ONCE)] = PARTS_AT_ONCE,
) -> JSONResponse:
    """The reports that make one figure of a view, by unit code, and whether they add up to it.

    `{regime, period, unit, indicator, position, figure, computed, adds_up, expected, reported, silent, missing, reports, next}`.
    `figure` is what the view says at `position`, `computed` what its reports say, both without the target. `reports` holds
    `{unit: {id, code, name}, revision, event_id, received_at, position, value}`; `expected` counts the units of whom the indicator is
    asked; of them `silent` those whose report counts and left the figure out, `missing` those of which no report counts. Give `next`
    as `after` to go on; a `position` that is another than that of the page before says that the figure has changed meanwhile.
    """
    found = await explaining.read(at, store, indicator)
    return JSONResponse(found.as_json(after, limit))
