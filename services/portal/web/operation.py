"""How the services are, for operators."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import operation as states
from services.portal.http.dependencies import Referred, StreamsRead
from services.portal.http.governing import Operates
from services.portal.reading import operation
from services.portal.render import look

router = APIRouter(prefix="/quan-tri/tinh-trang", default_response_class=HTMLResponse, include_in_schema=False)


@router.get("")
async def state(operates: Operates, reference: Referred, streams: StreamsRead) -> Response:
    """What each service has done, what waits, what is parked, and the audit log's head of the day."""
    seen = await operation.read(operates.database, streams, (await reference.current()).generation)
    shown = {"seen": seen, "lines": states.lines(seen), "is_head_stale": states.has_stale_head(seen, operates.now)}
    return look.page("operation.html", shown, headers={"Cache-Control": "no-store"})
