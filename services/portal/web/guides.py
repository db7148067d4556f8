"""The guides: for communes, for those who add up and confirm, and for who runs the system."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from services.portal.http.scoped import Reads
from services.portal.render import guides, look

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get(guides.ADDRESS)
async def listed(scope: Reads) -> Response:
    """All guides; a person's own first would be a guess, so the order is always the same."""
    return look.page("guides.html", {"guides": guides.guides().values()})


@router.get(guides.ADDRESS + "/{guide}")
async def one(guide: str, scope: Reads) -> Response:
    """One guide, for everybody with a session."""
    found = guides.guides().get(guide)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return look.page("guide.html", {"it": found, "others": [other for other in guides.guides().values() if other is not found]})
