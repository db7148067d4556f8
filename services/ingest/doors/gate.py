"""Who may use the HTTP door: units, by their keys. The sender of an event is the unit of the key, never a field of the body.

Source: design, section 1 of the second part; ADR-0058.
"""

import math
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Request, Response
from starlette.datastructures import Headers

from shared.plumbing.key_ring import KeyRing, KeysNotReadError
from shared.plumbing.refused_requests import RefusedRequests
from shared.shell import bearer, limits, problems
from shared.shell.clock import Clock
from shared.shell.limits import Limits
from shared.shell.problems import RefusedError
from shared.words.principals import ReceiverPrincipal, Right, UnitPrincipal
from shared.words.refusals import refusal

RETRY_KEYS_S: Final = 2


class Gate:
    """Accepts requests with the key of a unit, within the limit of that key."""

    def __init__(self, keys: KeyRing, limits: Limits, clock: Clock) -> None:
        self.keys, self._limits, self._clock = keys, limits, clock

    def unit(self, request: Request, *rights: Right) -> UnitPrincipal:
        """The unit whose key a request has, if the key may be used for one of the rights. Raises RefusedError.

        Requests without a valid key get one answer, whatever is wrong, and are not counted: there are no addresses to count by, because an
        office has one.
        """
        now = self._clock()
        principal = self._principal(request.headers, now)
        if principal is None:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, refusal("identity.required"), headers=bearer.CHALLENGE)
        request.state.actor = principal.actor
        if (wait := self._limits.wait(principal.credential, now)) is not None:
            wait_s = math.ceil(wait.total_seconds())
            why = refusal("identity.too_many_requests", per_second=limits.PER_SECOND, wait_s=wait_s)
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, why, headers={"Retry-After": str(wait_s)})
        if not isinstance(principal, UnitPrincipal) or principal.may.isdisjoint(rights):
            raise out_of_scope()
        return principal

    def _principal(self, headers: Headers, now: datetime) -> UnitPrincipal | ReceiverPrincipal | None:
        key = bearer.key(headers)
        try:
            return None if key is None else self.keys.principal(key, now)
        except KeysNotReadError as error:
            later = {"Retry-After": str(RETRY_KEYS_S)}
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, *error.refusals, headers=later) from error


def out_of_scope() -> RefusedError:
    """The refusal of what the key may not be used for. It does not depend on what exists."""
    return RefusedError(HTTPStatus.FORBIDDEN, refusal("identity.out_of_scope"))


def install(app: FastAPI, refused: RefusedRequests) -> None:
    """Puts on record who is refused what: for the audit log, not for the answer."""

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, RefusedError)
        actor: str | None = getattr(request.state, "actor", None)
        if actor is not None and error.status == HTTPStatus.FORBIDDEN:
            refused.note(actor, error.reasons[0].code, request.url.path)
        return await problems.on_refused(request, error)

    app.add_exception_handler(RefusedError, on_refused)


async def sender(request: Request) -> UnitPrincipal:
    """The unit that sends."""
    gate: Gate = request.app.state.gate
    return gate.unit(request, "send")


async def reader(request: Request) -> UnitPrincipal:
    """The unit that reads. Whoever sends may also read what became of it."""
    gate: Gate = request.app.state.gate
    return gate.unit(request, "read", "send")


Sender = Annotated[UnitPrincipal, Depends(sender)]
Reader = Annotated[UnitPrincipal, Depends(reader)]
