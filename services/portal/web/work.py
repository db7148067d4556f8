"""*Việc của tôi*: the first page of who reports or receives reports."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import menu, succession, work
from services.portal.domain.duties import Duty
from services.portal.domain.entering import Person
from services.portal.http.dependencies import Now
from services.portal.http.principals import AskingPerson
from services.portal.http.scoped import Reads
from services.portal.reading import handed_drafts
from services.portal.reading.work import WorkReader
from services.portal.render import look

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


async def reader_of(request: Request, scope: Reads) -> WorkReader:
    return WorkReader(request.app.state.database, scope)


@router.get(menu.WORK)
async def my_work(
    request: Request, scope: Reads, asking: AskingPerson, now: Now, reader: Annotated[WorkReader, Depends(reader_of)]
) -> Response:
    """What the person's units owe: returned reports first, then overdue ones, then by deadline; what waits for the person's approval; and
    what a reviewer waits for.
    """
    registry = scope.reference.registry
    person = Person.of(asking, registry, scope.today)
    own, to_approve, review = await asyncio.gather(
        reader.own(person, now), handed_drafts.to_approve(request.app.state.database, scope, person), reader.review(person, now)
    )

    def name_today(duty: Duty) -> str:
        return succession.note(registry, duty.unit_id, duty.unit_name, scope.today)

    shown = {
        "own": own,
        "left": work.left(own) + len(to_approve),
        "is_officer": bool(person.officer_at),
        "is_reviewer": bool(person.reviewer_at),
        "to_approve": to_approve,
        "review": review,
        "titles": {regime.id: regime.title for regime in scope.reference.regimes.values()},
        "ago": partial(work.ago, now=now),
        "name_today": name_today,
        "now": now,
    }
    return look.page("work.html", shown)
