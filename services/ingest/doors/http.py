"""The HTTP door: accepts an event, publishes it to the inbox of the unit whose key the request has, and waits for the verdict.

Errors are `application/problem+json` (RFC 9457), with the code and the sentences of the error catalogue.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request, Response
from faststream.exceptions import IncorrectState
from pydantic import BaseModel

from services.ingest import room
from services.ingest.domain import parsing, screening, shapes, spoiled
from services.ingest.domain.claims import DUPLICATE
from services.ingest.doors import bodies, documented, gate
from services.ingest.doors.gate import Reader, Sender
from services.ingest.dry_run import DryRuns
from services.ingest.parked_counts import ParkedCounts
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, inbox
from shared.plumbing.broker import Streams
from shared.plumbing.inbox import InboxFullError, Outgoing
from shared.shell import openapi
from shared.shell.problems import RefusedError, problem, rejection
from shared.wire import events, subjects
from shared.wire.receipts import PendingReceipt, Receipt
from shared.wire.sent import Envelope
from shared.words.principals import UnitPrincipal
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

UTF_8: Final = ("utf-8", "utf8", "us-ascii")
SPOILED: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
VERDICT_S: Final = 2.0  # how long the door waits for the verdict
BINARY_MODE: Final = (
    "ce-specversion",
    "ce-id",
    "ce-type",
    "ce-source",
)  # binary mode: attributes in headers, data in the body
EXAMPLE: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "7f0c1f2e-6f0b-4a0e-9d1b-2f7f3a9f5c11",
    "source": "/units/06253",
    "type": events.SUBMITTED,
    "time": "2024-12-10T09:30:00+07:00",
    "data": {
        "regime": "ct27-van-quan",
        "period": "2024",
        "unit": "06253",
        "revision": 1,
        "values": {"vh_nha_van_hoa_xa": True, "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}, "gd_tien_tai_tro": "125.5"},
        "narratives": {"kho_khan": "Thiếu kinh phí."},
    },
}


def create_router(streams: Streams, store: ClaimStore, dry_runs: DryRuns, counts: ParkedCounts) -> APIRouter:
    """`POST /v1/reports` and `GET /v1/receipts/{unit}/{event_id}`."""
    router = APIRouter(prefix="/v1", tags=["reports"])

    @router.post(
        "/reports",
        operation_id="sendReport",
        status_code=201,
        response_model=None,
        responses=documented.POST_REPORT,
        openapi_extra=documented.event_body(EXAMPLE),
    )
    async def post_report(request: Request, sender: Sender) -> Response:
        """Send one event.

        The answer arrives when the event has its verdict, after two seconds at the latest. If there is an error or no answer, send the
        event again with the same id: it counts only once. The sender is the unit of the key: an event whose `source` names another unit
        is refused.

        With `dry_run=true` nothing is stored: the answer says what the verdict would be now, and what the event would change in the totals
        that the key may read.
        """
        if is_dry_run(request):
            return await _tried(dry_runs, _outgoing(await _body(request), sender.unit), sender)
        with _spoiled(counts, sender.unit):
            event = _outgoing(await _body(request), sender.unit)
        return answer(await delivered(streams, event))

    @router.get(
        "/receipts/{unit}/{event_id}",
        operation_id="getReceipt",
        response_model=Receipt,
        responses=documented.GET_RECEIPT,
        openapi_extra=openapi.WITH_KEY,
    )
    async def get_receipt(unit: str, event_id: str, reader: Reader) -> Response:
        """Get the receipt of an event that the unit of the key has sent, with the first decision about it.

        `position` may be null until the event is in a view.
        """
        if unit != reader.unit:
            raise gate.out_of_scope()
        return await _receipt(store, unit, event_id)

    return router


async def delivered(streams: Streams, event: Outgoing) -> Receipt | PendingReceipt:
    """Sends an event and waits for its verdict. Raises RefusedError: 429 if the unit has sent too many, 503 while the broker is away."""
    try:
        return await inbox.send(streams, event, VERDICT_S)
    except InboxFullError as error:
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, *error.refusals, headers={"Retry-After": str(room.PAUSE_S)}) from error
    except (*delivery.PASSING, IncorrectState) as error:  # IncorrectState: there was never a connection to the broker
        log.warning("door.broker_away", error=type(error).__name__)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, refusal("door.broker_away"), headers={"Retry-After": "60"}) from error


def answer(receipt: Receipt | PendingReceipt) -> Response:
    """The verdict as an answer."""
    return _pending(receipt) if isinstance(receipt, PendingReceipt) else _answer(receipt)


async def _tried(dry_runs: DryRuns, event: Outgoing, sender: UnitPrincipal) -> Response:
    """What would become of an event. The verdict is the answer, so the status is 200 whatever it is; 503 while the database is away."""
    try:
        return _json(await dry_runs.run(event.sender, event.payload, reader=sender), 200)
    except delivery.MAY_PASS as error:
        return _database_away(error)


def is_dry_run(request: Request) -> bool:
    """Whether the address asks for a dry run. Raises RefusedError for any other parameter: a misspelt dry run must not send."""
    given = request.query_params.multi_items()
    for number, (name, value) in enumerate(given):
        if number > 0 or name != "dry_run" or value not in ("true", "false"):
            raise RefusedError(HTTPStatus.BAD_REQUEST, refusal("dry_run.bad_parameter", name[:40], name=name))
    return given == [("dry_run", "true")]


async def _receipt(store: ClaimStore, unit: str, event_id: str) -> Response:
    """The stored receipt of an event; 404 if there is none, 503 while the database is away."""
    try:
        receipt = await store.receipt(unit, event_id) if subjects.is_token(unit) and screening.is_event_id(event_id) else None
    except delivery.MAY_PASS as error:
        return _database_away(error)
    if receipt is None:
        return problem(404, [refusal("door.no_such_receipt", unit=unit, event_id=event_id)])
    return _json(receipt, 200)


def _database_away(error: Exception) -> Response:
    """503 while the database is away. Another error is raised again."""
    if not delivery.is_passing(error):
        raise error
    log.warning("door.database_away", error=type(error).__name__)
    return problem(503, [refusal("door.database_away")], headers={"Retry-After": "60"})


async def _body(request: Request) -> bytes:
    """The request's body, read up to the size limit of an event. Another media type is refused, so that a form on a foreign page cannot
    send events. Raises RefusedError.
    """
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    if any(name in request.headers for name in BINARY_MODE):
        raise RefusedError(HTTPStatus.BAD_REQUEST, refusal("event.not_structured"))
    if media_type not in documented.MEDIA_TYPES:
        raise RefusedError(HTTPStatus.BAD_REQUEST, refusal("door.unsupported", media_type=bodies.shown(media_type)))
    _require_plain(request, parameters)
    return await bodies.read(request, events.MAX_EVENT_BYTES, _too_large)


def _too_large(size: int) -> Refusal:
    return refusal("event.too_large", size=size, most=events.MAX_EVENT_BYTES)


def _require_plain(request: Request, parameters: str) -> None:
    """Refuses a compressed body and other character sets than UTF-8: what is not read as it was meant must not be taken."""
    bodies.require_unpacked(request)
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in UTF_8:
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, refusal("door.charset", charset=bodies.shown(charset)))


@contextmanager
def _spoiled(counts: ParkedCounts, unit: str) -> Iterator[None]:
    """Counts a body that is no event. Beyond the limit of a day, its refusal becomes 429, with the reason beside it. Good ones go on."""
    try:
        yield
    except RefusedError as error:
        wait_s = counts.note(unit) if error.status in SPOILED else None
        if wait_s is None:
            raise
        too_many = refusal("door.too_many_spoiled", most=spoiled.MOST_KEPT)
        headers = {"Retry-After": str(wait_s)}
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, too_many, *error.reasons, headers=headers) from error


def _outgoing(body: bytes, sender: str) -> Outgoing:
    """The event in a body, sent by a unit's software. Raises RefusedError if the body is not an event, or names another unit as its source:
    then nothing is stored.
    """
    tree = parsing.parse(body)
    if isinstance(tree, Refusal):
        raise RefusedError(HTTPStatus.BAD_REQUEST, tree)
    if wrong := shapes.faults(Envelope, tree):
        raise RefusedError(HTTPStatus.BAD_REQUEST, *screening.reasons(wrong))
    source = events.sender_of(str(tree["source"]))
    if source != sender:
        raise RefusedError(HTTPStatus.FORBIDDEN, refusal("event.subject_mismatch", "source", sender=sender, claimed=source))
    return Outgoing(sender, str(tree["id"]), body)


def _answer(receipt: Receipt) -> Response:
    """201 if the event is accepted, 200 for a repeat of an accepted event, 422 if it is rejected or repeats a rejected event."""
    if receipt.is_rejected:
        return rejection(422, receipt.errors, receipt=receipt)
    return _json(receipt, 200 if receipt.verdict == DUPLICATE else 201)


def _pending(receipt: PendingReceipt) -> Response:
    return _json(receipt, 202, {"Location": f"/v1/receipts/{receipt.unit}/{receipt.event_id}", "Retry-After": "2"})


def _json(model: BaseModel, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(model.model_dump_json(exclude_defaults=True), status, headers, "application/json")
