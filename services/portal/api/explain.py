"""The reports behind one figure of a view, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.portal.http.dependencies import LIMIT, After
from services.portal.http.described import answered
from services.portal.http.scoped import Below, Stored
from services.portal.reading import explaining
from shared.wire.answers import ExplainedFigure

router = APIRouter(tags=["views"])

PARTS_AT_ONCE = 2000


@router.get(
    "/explain/{regime}/{period}/{unit}/{indicator}",
    operation_id="explainFigure",
    response_model_exclude_unset=True,
    responses=answered("explainFigure"),
)
async def explain(
    at: Below,
    store: Stored,
    indicator: Annotated[str, Path(description="an indicator's code in the regime", examples=["gd_ngay_cong"])],
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=PARTS_AT_ONCE, description=LIMIT)] = PARTS_AT_ONCE,
) -> ExplainedFigure:
    """The reports that make one figure of a view, by unit code, and whether they add up to it."""
    explained = await explaining.read(at, store, indicator)
    return explained.answer(after, limit)
