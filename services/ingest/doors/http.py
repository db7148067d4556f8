"""The HTTP door: takes an event, publishes it to the unit's inbox, and waits for the verdict.

Errors are RFC 9457 problem+json, with the catalogue's code and sentences in two languages.
"""

from typing import Any, Final

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from faststream.exceptions import IncorrectState
from starlette.exceptions import HTTPException

from services.ingest.domain import parsing, screening, shapes
from services.ingest.store import DUPLICATE, REJECTED, ClaimStore
from shared.plumbing import broker, delivery, inbox
from shared.plumbing.broker import Streams
from shared.shell.problems import problem, wrong_address
from shared.wire import events, subjects
from shared.wire.events import Envelope
from shared.words.failures import TransientError
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

VERDICT_S: Final = 2.0  # how long the door waits for the verdict
BINARY_MODE: Final = ("ce-specversion", "ce-id", "ce-type", "ce-source")  # attributes in headers: the body is the data alone
MEDIA_TYPES: Final = ("application/cloudevents+json", "application/json")


def create_router(streams: Streams, store: ClaimStore) -> APIRouter:
    """`POST /v1/reports` and `GET /v1/receipts/{unit}/{event_id}`."""
    router = APIRouter(prefix="/v1", tags=["báo cáo"])

    @router.post("/reports", responses={200: {}, 201: {}, 202: {}, 400: {}, 413: {}, 422: {}, 503: {}})
    async def post_report(request: Request) -> Response:
        """Takes one CloudEvent. 201 with the receipt, 200 for a repeat, 202 while the verdict is pending, 422 when rejected."""
        body = await _body(request)
        if isinstance(body, Response):
            return body
        named = _sender_and_id(body)
        if isinstance(named, list):
            return problem(400, named)
        sender, event_id = named
        try:
            receipt = await _verdict(streams, sender, body)
        except (*delivery.PASSING, IncorrectState) as error:  # the latter: the broker was never reached yet
            log.warning("door.broker_away", error=type(error).__name__)
            return problem(503, [refusal("door.broker_away")], headers={"Retry-After": "60"})
        return _pending(sender, event_id) if receipt is None else _answer(receipt)

    @router.get("/receipts/{unit}/{event_id}", responses={404: {}, 503: {}})
    async def get_receipt(unit: str, event_id: str) -> Response:
        """The receipt of an event, as it was first decided. `position` may be null until the aggregator has stored the event."""
        try:
            receipt = await store.receipt(unit, event_id) if subjects.is_token(unit) and screening.is_event_id(event_id) else None
        except delivery.MAY_PASS as error:
            if not delivery.is_passing(error):
                raise
            log.warning("door.database_away", error=type(error).__name__)
            return problem(503, [refusal("door.database_away")], headers={"Retry-After": "60"})
        if receipt is None:
            return problem(404, [refusal("door.no_such_receipt", unit=unit, event_id=event_id)])
        return JSONResponse(receipt)

    return router


async def on_wrong_address(request: Request, error: Exception) -> Response:
    """No such address, or not with this method."""
    assert isinstance(error, HTTPException)
    return wrong_address(request.method, error)


async def on_fault(_: Request, __: Exception) -> Response:
    """We failed; the log says how."""
    return problem(500, [refusal("door.fault")])


async def _verdict(streams: Streams, sender: str, body: bytes) -> dict[str, Any] | None:
    """Publishes an event and waits for its receipt; None while it is pending. Raises when INBOX may not have the event."""
    if not streams.client.is_connected:
        raise TransientError("NATS is away")
    async with inbox.receipts_of(streams.client, sender) as receipts:
        ack = await streams.jetstream.publish(subjects.inbox(sender), body, timeout=broker.ACK_TIMEOUT_S, stream=subjects.INBOX)
        return await inbox.verdict(receipts, ack.seq, VERDICT_S)


async def _body(request: Request) -> bytes | Response:
    """The request's body, read no further than an event may be long. A form of a foreign page has another media type and is no event."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if any(name in request.headers for name in BINARY_MODE):
        return problem(400, [refusal("event.not_structured")])
    if media_type not in MEDIA_TYPES:
        return problem(400, [refusal("door.unsupported", media_type=media_type or "–")])
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > events.MAX_EVENT_BYTES:
            return problem(413, [refusal("event.too_large", size=len(body), most=events.MAX_EVENT_BYTES)])
    return bytes(body)


def _sender_and_id(body: bytes) -> tuple[str, str] | list[Refusal]:
    """Who sends which event; or why the body is no event."""
    tree = parsing.parse(body)
    if isinstance(tree, Refusal):
        return [tree]
    wrong = shapes.faults(Envelope, tree)
    if wrong:
        return wrong
    return str(tree["source"]).removeprefix("/units/"), str(tree["id"])


def _answer(receipt: dict[str, Any]) -> Response:
    """201 accepted, 200 a repeat of an accepted event, 422 rejected, now or the first time."""
    if REJECTED in (receipt["verdict"], receipt.get("first_verdict")):
        return problem(422, receipt["errors"], receipt=receipt)
    return JSONResponse(receipt, 200 if receipt["verdict"] == DUPLICATE else 201)


def _pending(sender: str, event_id: str) -> Response:
    body: dict[str, Any] = {"event_id": event_id, "unit": sender, "verdict": "pending", "errors": [], "warnings": []}
    body |= {"received_at": None, "position": None}
    return JSONResponse(body, 202, headers={"Location": f"/v1/receipts/{sender}/{event_id}", "Retry-After": "2"})
