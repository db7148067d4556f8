"""The routes of the pages that show what is in the scope of whoever asks."""

from fastapi import APIRouter

from services.portal.web import (
    acts,
    api,
    audit,
    documents,
    drafts,
    duties,
    duty,
    duty_files,
    entry,
    entry_receipts,
    explain,
    exports,
    home,
    keys,
    missing,
    narratives,
    operation,
    overview,
    parked,
    people,
    reforms,
    regimes,
    reports,
    search,
    session,
    work,
)

router = APIRouter()
PAGES = (
    acts,
    documents,
    exports,
    home,
    work,
    overview,
    missing,
    narratives,
    reports,
    explain,
    duties,
    duty,
    duty_files,
    drafts,
    entry,
    entry_receipts,
    session,
    search,
    reforms,
    regimes,
    api,
    people,
    parked,
    audit,
    keys,
    operation,
)
for pages in PAGES:
    router.include_router(pages.router)
