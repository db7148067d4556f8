"""How long the session of a person lasts, for the script of the form: it warns in time, and prolongs the session when the person asks."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from services.portal.http import principals
from services.portal.http.dependencies import Now
from services.portal.http.principals import SESSION, AskingPerson
from services.portal.http.visitors import AccountsUsed
from services.portal.sessions import cookies

router = APIRouter(include_in_schema=False)


class SessionEnds(BaseModel):
    """When the session ends if the person does nothing more, and when at the latest, by the server's clock."""

    model_config = ConfigDict(frozen=True)

    idle_ends_at: datetime
    ends_at: datetime
    now: datetime
    person: str
    """Whose session it is, by id: another window may have logged in somebody else."""


@router.get(SESSION)
async def asked(request: Request, accounts: AccountsUsed, now: Now, person: AskingPerson) -> SessionEnds:
    """When the session ends. Asking does not prolong it."""
    found = await accounts.sessions.ends(request.cookies.get(cookies.name(request.url.scheme), ""))
    if found is None:
        raise principals.required()
    idle, latest = (at.astimezone(UTC) for at in found)
    return SessionEnds(idle_ends_at=idle, ends_at=latest, now=now.astimezone(UTC), person=person.person)


@router.post(SESSION)
async def prolonged(request: Request, accounts: AccountsUsed, now: Now, person: AskingPerson) -> SessionEnds:
    """The same, after the person has asked to go on."""
    return await asked(request, accounts, now, person)
