"""The page that describes the HTTP interfaces of ingest and the portal for programmers."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal.reading import api_documents
from services.portal.render import look

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/api")
async def api() -> Response:
    """Every operation with its parameters, answers and an example, from the OpenAPI documents."""
    return look.page("api.html", {"documents": api_documents.documents()})
