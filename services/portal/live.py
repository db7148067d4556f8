"""Live pages: when FEED announces a changed view, its open pages are notified (server-sent events).

A message may be lost. Each connection begins with the view's position, so a page that missed a change learns of it when it reconnects.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated

import orjson
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from faststream.nats import NatsMessage, NatsRouter

from services.portal.domain.address import Address
from services.portal.domain.refused import Refused
from services.portal.http import described
from services.portal.http.dependencies import Named, Stored
from shared.wire import subjects
from shared.wire.published import ViewPosition
from shared.words import refusals

log = structlog.get_logger()

Key = tuple[str, str, str]  # regime, period, unit code
Listener = asyncio.Queue[str]

LISTENERS = 2000  # open pages of one portal; each costs a connection and a task
RETRY_MS = 3000


class Hub:
    """The listeners of each view. A listener keeps only the newest position, because older ones are of no use."""

    def __init__(self) -> None:
        self._listeners: dict[Key, set[Listener]] = {}
        self.count = 0

    @contextmanager
    def listening(self, key: Key) -> Iterator[Listener]:
        listener: Listener = asyncio.Queue(maxsize=1)
        self._listeners.setdefault(key, set()).add(listener)
        self.count += 1
        try:
            yield listener
        finally:
            self.count -= 1
            self._listeners[key].discard(listener)
            if not self._listeners[key]:
                del self._listeners[key]

    def tell(self, key: Key, position: str) -> None:
        """Sends a view's new position to its listeners."""
        for listener in self._listeners.get(key, ()):
            if listener.full():
                listener.get_nowait()
            listener.put_nowait(position)


def position_text(position: ViewPosition) -> str:
    """A view's position as pages and event ids contain it: generation first, so that positions sort."""
    return f"{position.generation}-{position.partition}-{position.sequence}"


def position_of(payload: bytes) -> str:
    """The position of the view in a feed event; "" if it has none."""
    try:
        return position_text(ViewPosition.model_validate(orjson.loads(payload)["data"]["position"]))
    except (ValueError, KeyError, TypeError):
        return ""


def feed_router(hub: Hub) -> NatsRouter:
    """The subscriber to FEED's messages through core NATS. It does not acknowledge or reply: the publisher waits on the reply subject for
    the stream's acknowledgement.
    """
    router = NatsRouter()

    async def as_it_is(message: NatsMessage) -> bytes:
        return message.body if isinstance(message.body, bytes) else b""

    @router.subscriber(subjects.feed("*", "*", "*", "*"), decoder=as_it_is, no_reply=True)
    async def on_view_updated(body: bytes, message: NatsMessage) -> None:
        key = subjects.fed_view(message.raw_message.subject)
        if key is not None:
            hub.tell(key, position_of(body))

    return router


def key_for(address: Address) -> Key:
    """The view that a page about `address` follows. For a unit's own report, this is the view of the unit above."""
    unit = address.unit
    if address.is_reporter and not address.tree.children(unit.id):
        unit = next(address.tree.ancestors(unit.id), unit)
    return address.regime.id, address.period.code, unit.code


router = APIRouter()


async def listener(request: Request, address: Named, store: Stored) -> AsyncIterator[Listener]:
    """A listener that begins with the view's present position, because the page was read before the listener started."""
    hub: Hub = request.app.state.hub
    if hub.count >= LISTENERS:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, refusals.refusal("door.too_many_readers"))
    regime, period, code = key_for(address)
    with hub.listening((regime, period, code)) as queue:
        view = await store.view(regime, period, address.tree.by_code[code].id)
        if view is not None and queue.empty():
            queue.put_nowait(position_text(view.position))
        yield queue


@router.get(
    "/live/{regime}/{period}/{unit}",
    operation_id="watchView",
    response_class=EventSourceResponse,
    responses=described.PROBLEMS,
    tags=["live"],
)
async def live(queue: Annotated[Listener, Depends(listener)]) -> AsyncIterator[ServerSentEvent]:
    """Sends events named `view`: one when the connection opens, and one for each change. The id is the view's position.

    While nothing changes, a comment is sent every 15 s.
    """
    yield ServerSentEvent(comment="open", retry=RETRY_MS)
    while True:
        position = await queue.get()
        yield ServerSentEvent(event="view", id=position, raw_data=position)
