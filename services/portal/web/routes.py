"""The routes of all pages for people, and of the calendars for programs."""

from fastapi import APIRouter

from services.portal.web import api, calendars, duties, explain, exports, overview, people, reforms, reports, search

router = APIRouter()
for pages in (calendars, exports, overview, reports, explain, duties, search, reforms, api, people):
    router.include_router(pages.router)
