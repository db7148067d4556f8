"""The routes of the pages that show what is in the scope of whoever asks."""

from fastapi import APIRouter

from services.portal.web import (
    api,
    drafts,
    duties,
    entry,
    explain,
    exports,
    overview,
    parked,
    people,
    reforms,
    regimes,
    reports,
    search,
    session,
)

router = APIRouter()
for pages in (exports, overview, reports, explain, duties, drafts, entry, session, search, reforms, regimes, api, people, parked):
    router.include_router(pages.router)
