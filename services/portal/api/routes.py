"""The JSON API: all its routes below `/api/v1`."""

from fastapi import APIRouter

from services.portal.api import duties, explain, feeds, reforms, reports, views
from services.portal.http import described

router = APIRouter(prefix="/api/v1", responses=described.PROBLEMS, dependencies=described.SECURED)
for resource in (views, reports, explain, feeds, duties, reforms):
    router.include_router(resource.router)
