"""The browser that asks: its address, its name, the people who have logged in there, and what its cookies are."""

from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.responses import Response

from services.portal.sessions import cookies, devices
from services.portal.sessions.accounts import Accounts
from services.portal.sessions.logins import Visitor
from shared.words.people import Person

UNKNOWN: Final = "-"


async def accounts_of(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


AccountsUsed = Annotated[Accounts, Depends(accounts_of)]


async def visitor_of(request: Request, accounts: AccountsUsed) -> Visitor:
    """The browser that has sent a request."""
    cookie = request.cookies.get(devices.name(request.url.scheme), "")
    return Visitor(
        UNKNOWN if request.client is None else request.client.host,
        request.headers.get("user-agent", ""),
        devices.opened(cookie, accounts.seals, accounts.clock()),
    )


Visiting = Annotated[Visitor, Depends(visitor_of)]


async def begin(request: Request, response: Response, accounts: Accounts, person: Person, visitor: Visitor) -> None:
    """Begins a session of a person in this browser, and ends the one that was there."""
    scheme, now = request.url.scheme, accounts.clock()
    await accounts.sessions.end_secret(request.cookies.get(cookies.name(scheme), ""))
    secret = await accounts.sessions.begin(person.id, person.version, visitor.address, visitor.browser, now)
    device = devices.sealed(visitor.device.with_person(person.id, accounts.new_id()), accounts.seals, now)
    cookies.put(response, cookies.name(scheme), scheme, secret)
    cookies.put(response, devices.name(scheme), scheme, device, devices.LASTS)
    response.headers["Cache-Control"] = "no-store"
