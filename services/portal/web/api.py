"""The page that describes the HTTP interfaces of ingest and the portal for programmers."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from services.portal.reading import api_documents
from services.portal.render import look

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/openapi.json")
async def document(request: Request) -> Response:
    """The portal's OpenAPI document, for whoever may use the API."""
    return JSONResponse(request.app.openapi())


@router.get("/api")
async def api() -> Response:
    """Every operation with its parameters, answers and an example, from the OpenAPI documents."""
    return look.page("api.html", {"documents": api_documents.documents()})
