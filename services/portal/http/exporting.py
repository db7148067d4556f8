"""Records exports in the audit log, before the file is answered: what cannot be recorded is not exported."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from services.portal.http.dependencies import now_of
from services.portal.http.principals import Asking
from shared.plumbing import audit_store
from shared.words.audit import Action

Record = Callable[[Action, str, str], Awaitable[None]]
"""Records who exports now: the action, the target, and the kind of file."""


async def recorder(request: Request, principal: Asking) -> Record:
    """Records in the name of whoever asks."""

    async def record(action: Action, target: str, file: str) -> None:
        at = await now_of(request)
        details = {"file": file, "query": request.url.query}
        await audit_store.append(request.app.state.database, actor=principal.actor, action=action, target=target, details=details, at=at)

    return record


Recorded = Annotated[Record, Depends(recorder)]
