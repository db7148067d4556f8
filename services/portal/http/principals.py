"""Who asks: the principal of a request, by a key in the header `Authorization` or by the cookie of a session.

The JSON API and the live updates take a key or a session; if both are given, the key decides. Pages take a session only.
"""

import math
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, Protocol

from fastapi import Depends, Request

from services.portal.domain import menu
from services.portal.domain.refused import Refused
from services.portal.http import dependencies, headers
from services.portal.render import look
from services.portal.sessions import cookies
from services.portal.sessions.session_store import SessionStore
from shared.shell import bearer, limits
from shared.shell.limits import Limits
from shared.words import grants, periods, refusals
from shared.words.principals import PersonPrincipal, Principal, ReceiverPrincipal, Role, UnitPrincipal

WITH_KEY: Final = ("/api/v", "/live/", "/openapi.json")
BY_ITSELF: Final = "tonghop-by-itself"
"""The header with which `live.js` fetches a page again."""
SESSION: Final = "/phien"
"""Where a page asks how long the session lasts: to ask does not prolong it, to send does."""


class Keys(Protocol):
    """Recognises keys, from memory."""

    def principal(self, key: str, now: datetime) -> UnitPrincipal | ReceiverPrincipal | None:
        """The unit or receiver whose key this is; None if it is unknown, expired or revoked."""


def required() -> Refused:
    """The refusal of a request without a valid key or session: one answer, whatever is wrong with them."""
    return Refused(HTTPStatus.UNAUTHORIZED, refusals.refusal("identity.required"))


async def session_of(request: Request) -> PersonPrincipal | None:
    """The person whose session the request has; None without one. A page that asks by itself does not keep the session alive."""
    sessions: SessionStore = request.app.state.sessions
    secret = request.cookies.get(cookies.name(request.url.scheme), "")
    now, is_request = await dependencies.now_of(request), not _is_by_itself(request)
    person = await sessions.principal(secret, now, is_request=is_request) if secret else None
    request.scope.setdefault("state", {})[headers.BY_SESSION] = person is not None
    look.VIEWER.set("" if person is None else person.name)
    look.MENU.set([] if person is None else menu.of(await _roles(request, person, now), request.url.path))
    return person


async def _roles(request: Request, person: PersonPrincipal, now: datetime) -> set[Role]:
    """The roles that the person holds today."""
    if not person.grants:
        return set()
    registry = (await dependencies.known_of(request)).registry
    return {grant.role for grant in grants.effective(person.grants, registry, periods.local_day(now))}


def _is_by_itself(request: Request) -> bool:
    """Whether an open page asks because a view has changed, or listens for that: nobody need be there."""
    if request.url.path == SESSION:
        return request.method != "POST"
    return BY_ITSELF in request.headers or request.url.path.startswith(headers.ENDLESS)


async def person_of(request: Request) -> PersonPrincipal:
    """The person whose session the request has. Raises `Refused` with 401."""
    person = await session_of(request)
    if person is None:
        raise required()
    return person


async def principal_of(request: Request) -> Principal:
    """Who asks. Raises `Refused` with 401 (a page then leads to the login), or with 429 for a key that is used too often."""
    principal = await current(request)
    if principal is None:
        raise required()
    request.state.actor = principal.actor  # for the audit log, should the request be refused
    if not isinstance(principal, PersonPrincipal):
        await _take_one_use(request, principal.credential)
    return principal


async def _take_one_use(request: Request, credential: str) -> None:
    """Counts a use of a key. Raises `Refused` with 429 if it is used too often."""
    used: Limits = request.app.state.limits
    wait = used.wait(credential, await dependencies.now_of(request))
    if wait is not None:
        wait_s = math.ceil(wait.total_seconds())
        why = refusals.refusal("identity.too_many_requests", per_second=limits.PER_SECOND, wait_s=wait_s)
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, why, headers={"Retry-After": str(wait_s)})


async def current(request: Request) -> Principal | None:
    """Who asks; None without a valid key or session."""
    if not bearer.is_shown(request.headers) or not request.url.path.startswith(WITH_KEY):
        return await session_of(request)
    keys: Keys = request.app.state.keys
    key = bearer.key(request.headers)
    return None if key is None else keys.principal(key, await dependencies.now_of(request))


Asking = Annotated[Principal, Depends(principal_of)]
AskingPerson = Annotated[PersonPrincipal, Depends(person_of)]
