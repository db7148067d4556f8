"""Live pages: when FEED announces a changed view, its open pages are notified (server-sent events).

A message may be lost. Each connection begins with the view's position, so a page that missed a change learns of it when it reconnects.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from faststream.nats import NatsMessage, NatsRouter

from services.portal.domain import cumulative, refused
from services.portal.domain.address import Address
from services.portal.domain.refused import Refused
from services.portal.http import dependencies, described, principals
from services.portal.http.dependencies import Named
from services.portal.http.hub import SEPARATOR, Hub, Key, Listener
from services.portal.http.scoped import Reads, Stored, scope_of
from services.portal.reading.store import PortalStore
from shared.shell.connections import BoundedProtocol
from shared.wire import subjects
from shared.wire.views import ViewPosition
from shared.words import refusals
from shared.words.scope import Scope
from shared.words.units import Unit

LISTENERS = 2000  # open pages of one portal, each a connection and a task; at most half of all connections, the others are for requests
RETRY_MS = 3000
Told = tuple[str, object]
"""The subject and the content of a message."""
LOOK_S: Final = 14.0  # less than the 15 s after which the framework sends a comment of its own


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

    async def as_it_is(message: NatsMessage) -> Told:
        return message.raw_message.subject, message.body

    @router.subscriber(subjects.feed("*", "*", "*", "*"), decoder=as_it_is, no_reply=True)
    async def on_view_updated(told: Told) -> None:
        subject, body = told
        key = subjects.fed_view(subject)
        if key is not None and hub.has(key):  # of hundreds of views in a second few are open
            hub.tell(key, position_of(body if isinstance(body, bytes) else b""))

    return router


@dataclass(frozen=True)
class Followed:
    """The views that a page follows: those of one unit in some periods, in the order of time."""

    regime: str
    unit: Unit
    keys: Mapping[str, Key]
    """By period."""

    def position(self, views: Mapping[str, ViewPosition]) -> str:
        """The positions of views, by period, as pages and event ids contain them. The place of a view that does not exist is empty."""
        return SEPARATOR.join(position_text(views[code]) if code in views else "" for code in self.keys)


def followed(address: Address, *, to_date: bool = False) -> Followed:
    """The views that a page about `address` follows. For a unit's own report, this is the view of the unit above.

    With `to_date` the page shows sums since the beginning of the year: it follows the views of all these periods.
    """
    unit = address.unit
    if address.reporters == [unit]:  # it has no view
        unit = next(address.tree.ancestors(unit.id), unit)
    of_unit = replace(address, unit=unit)
    codes = cumulative.codes(of_unit) if to_date else [address.period.code]
    return Followed(address.regime.id, unit, {code: (address.regime.id, code, unit.id) for code in codes})


router = APIRouter(dependencies=described.SECURED)

CUMULATIVE = "also when the view of an earlier period of the year changes, if the regime has cumulative indicators"


async def listener(
    request: Request, address: Named, scope: Reads, store: Stored, cumulative: Annotated[bool, Query(description=CUMULATIVE)] = False
) -> AsyncIterator[Listener]:
    """A listener that begins with the views' present positions, because the page was read before the listener started."""
    if not follows(scope, address):
        raise refused.out_of_scope()
    require_room(request)
    views = followed(address, to_date=cumulative)
    with listening(request, {"": views}) as page:
        await begin(page, store, [views])
        yield page


def require_room(request: Request) -> None:
    """Raises `Refused` if there are too many listeners."""
    hub: Hub = request.app.state.hub
    if hub.count >= min(LISTENERS, BoundedProtocol.waits.most // 2):
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, refusals.refusal("door.too_many_readers"))


@contextmanager
def listening(request: Request, pages: Mapping[str, Followed]) -> Iterator[Listener]:
    """A listener for pages, by name."""
    hub: Hub = request.app.state.hub
    with hub.listening({name: list(views.keys.values()) for name, views in pages.items()}) as page:
        yield page


async def begin(page: Listener, store: PortalStore, pages: Iterable[Followed]) -> None:
    """Lets a listener hear the stored positions of the views that it follows."""
    for views in pages:
        stored = await store.positions(views.regime, views.keys, views.unit.id)
        page.begin({views.keys[code]: position_text(position) for code, position in stored.items()})


@router.get(
    "/live/{regime}/{period}/{unit}",
    operation_id="watchView",
    response_class=EventSourceResponse,
    responses=described.PROBLEMS,
    tags=["live"],
)
async def live(request: Request, address: Named, page: Annotated[Listener, Depends(listener)]) -> AsyncIterator[ServerSentEvent]:
    """Sends events named `view`: one when the connection opens, and one for each change. The id is the view's position, or the positions of
    all views that are followed.

    While nothing changes, a comment is sent every 14 s. The stream ends within a minute after the key or session, or when the view is no
    longer in its scope.
    """
    yield ServerSentEvent(comment="open", retry=RETRY_MS)
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    while True:
        news = await page.news_within(LOOK_S)
        if loop.time() - asked_at >= LOOK_S:
            if not await still_followed(request, {"": address}):
                return
            asked_at = loop.time()
        if not news:
            yield ServerSentEvent(comment="still")
        for position in news.values():
            yield ServerSentEvent(event="view", id=position, raw_data=position)


async def still_followed(request: Request, known: Mapping[str, Address]) -> dict[str, Address]:
    """Those of the pages that the principal of an open stream may still follow. Asking does not keep a session alive."""
    dependencies.forget_known(request)
    principal = await principals.current(request)
    if principal is None:
        return {}
    scope = await scope_of(request, principal)
    return {name: at for name, at in known.items() if follows(scope, at)}


def follows(scope: Scope, address: Address) -> bool:
    """Whether a page may follow the view that it is about, or for a report the view of the unit above: both must be in scope."""
    return all(scope.reads_view(address.setting, unit.id) for unit in (address.unit, followed(address).unit))
