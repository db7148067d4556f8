"""Reports of single units as JSON."""

from fastapi import APIRouter

from services.portal.http.dependencies import Now
from services.portal.http.described import answered
from services.portal.http.scoped import ReportAt, Stored
from services.portal.reading import statuses
from shared.wire.answers import Report

router = APIRouter(tags=["reports"])


@router.get(
    "/reports/{regime}/{period}/{unit}", operation_id="getReport", response_model_exclude_unset=True, responses=answered("getReport")
)
async def report(at: ReportAt, store: Stored, now: Now) -> Report:
    """One unit's own report, with its history."""
    return (await statuses.report(at, store, now)).answer(at)
