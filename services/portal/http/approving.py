"""FastAPI's dependency of the approval inside a unit: who may send the report that a person enters."""

from typing import Annotated

from fastapi import Depends, Request

from services.portal.domain import approval
from services.portal.domain.approval import Approving
from services.portal.http.entering import EntryAt
from services.portal.http.principals import AskingPerson
from services.portal.http.scoped import Reads
from services.portal.sessions.accounts import Accounts


async def approving_of(request: Request, entry: EntryAt, person: AskingPerson, scope: Reads) -> Approving:
    """How the person stands to the approval of the report. Read anew for each request: a role may have been granted or revoked just now."""
    if entry.by.entered_by is not None:
        return approval.FREE
    accounts: Accounts = request.app.state.accounts
    candidates = await accounts.people.approving(entry.by.sender)
    return approval.approving(person.person, entry.by, candidates, scope.reference.registry, scope.today)


Approves = Annotated[Approving, Depends(approving_of)]
