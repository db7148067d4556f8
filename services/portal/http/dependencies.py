"""What a route asks for: the address that a URL names, the stores, the present instant, the duties chosen. FastAPI's dependencies."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator

from services.portal.domain import address
from services.portal.domain.address import Address
from services.portal.domain.duties import DutyState
from services.portal.reading.duty_choice import Choice
from services.portal.reading.duty_store import DutyStore
from services.portal.reading.store import PortalStore
from shared.plumbing.broker import Streams
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import Clock
from shared.words import texts

MOST_LETTERS = 1000  # of a cursor; ours have less than 200
After = Annotated[str | None, Query(max_length=MOST_LETTERS)]


async def find(request: Request, regime: str, period: str, unit: str) -> Address:
    """What the URL names; raises `Refused`: 400 for a malformed name, 404 for an unknown one."""
    for name, text in (("regime", regime), ("period", period), ("unit", unit)):
        address.checked(name, text)
    return address.named(await (await reference_of(request)).current(), regime, period, unit)


async def reference_of(request: Request) -> ReferenceStore:
    store: ReferenceStore = request.app.state.reference
    return store


async def store_of(request: Request) -> PortalStore:
    store: PortalStore = request.app.state.store
    return store


async def duties_of(request: Request) -> DutyStore:
    store: DutyStore = request.app.state.duties
    return store


async def streams_of(request: Request) -> Streams:
    streams: Streams = request.app.state.streams
    return streams


async def now_of(request: Request) -> datetime:
    clock: Clock = request.app.state.clock
    return clock()


def _seen(text: str | None) -> str | None:
    """A field without what nobody can see around it; None when nothing is left. Control characters stay, to be refused."""
    if text is None or texts.forbidden(text):
        return text
    seen = [place for place, character in enumerate(text) if not texts.is_blank(character)]
    return text[seen[0] : seen[-1] + 1] if seen else None


async def typed(
    regime: str | None = None,
    period: str | None = None,
    unit: str | None = None,
    state: Annotated[DutyState | None, Query(), BeforeValidator(_seen)] = None,
    only: Annotated[bool | None, Query(), BeforeValidator(_seen)] = None,
) -> Choice:
    """The choice as the page's form sends it: an empty text, or one of which nothing can be seen, was not chosen."""
    return Choice(
        address.checked("regime", _seen(regime)),
        address.checked("period", _seen(period)),
        address.checked("unit", _seen(unit)),
        state,
        bool(only),
    )


async def named(
    regime: str | None = None, period: str | None = None, unit: str | None = None, state: DutyState | None = None, only: bool = False
) -> Choice:
    """The choice as a program sends it."""
    return Choice(address.checked("regime", regime), address.checked("period", period), address.checked("unit", unit), state, only)


Now = Annotated[datetime, Depends(now_of)]
Named = Annotated[Address, Depends(find)]
Stored = Annotated[PortalStore, Depends(store_of)]
Duties = Annotated[DutyStore, Depends(duties_of)]
Referred = Annotated[ReferenceStore, Depends(reference_of)]
StreamsRead = Annotated[Streams, Depends(streams_of)]
Typed = Annotated[Choice, Depends(typed)]
Chosen = Annotated[Choice, Depends(named)]
