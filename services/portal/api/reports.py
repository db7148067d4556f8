"""The reports of units as JSON. Source: design, section 4, "Portal"."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from services.portal.api import states
from services.portal.domain import refused
from services.portal.http.dependencies import Named, Stored
from services.portal.reading import statuses

router = APIRouter()


@router.get("/reports/{regime}/{period}/{unit}")
async def report(at: Named, store: Stored) -> JSONResponse:
    """One unit's own report, with its history.

    `{unit, regime, period, state, counts, revision, received_at, on_time, deadline, values, narratives, history}`.
    `values` and `narratives` are the standing report's, empty when none stands. `history`, by received time, at most the
    last 500: `{event_id, sender, type, revision, received_at, position}`, and `reason`, `fix_by` for returns, `reason`, `until` for
    extensions, `corrects` for one that takes back those before it; `superseded_by` names the newer revision that had come before, so
    that the event changed nothing. In a derived regime it is the source regime's report, restricted to the indicators derived.
    """
    if not at.is_reporter:
        raise refused.no_such_report(at.regime.id, at.period.code, at.unit.code)
    found = await statuses.report(at, store, datetime.now(UTC))
    stands = found.status.counts
    return JSONResponse(
        {
            "regime": at.regime.id,
            "period": at.period.code,
            **states.status_json(found.status),
            "values": found.values if stands else {},
            "narratives": found.narratives if stands else {},
            "history": [step.as_json() for step in found.steps],
        }
    )
