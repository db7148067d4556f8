"""Orders of files: recorded in the audit log first, then stored; a quick one is answered at once, any other leads to its page."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from services.portal.domain import file_orders, refused
from services.portal.domain.file_orders import Order
from services.portal.domain.refused import Refused
from services.portal.files.runner import Runner
from services.portal.files.store import FileStore
from services.portal.http.exporting import Record, Recorded
from services.portal.http.principals import AskingPerson
from services.portal.office import making
from services.portal.render import file_name
from shared.shell.clock import Clock
from shared.wire.documents.files import FileDocument
from shared.words.principals import PersonPrincipal
from shared.words.refusals import refusal

AT_ONCE: Final = timedelta(seconds=6)
"""How long a download waits for its file before it shows the page of the file."""
LOOK_S: Final = 0.15


@dataclass(frozen=True, slots=True)
class Ordering:
    """A person who orders files, and where they are."""

    person: PersonPrincipal
    store: FileStore
    runner: Runner
    clock: Clock
    record: Record

    async def take(self, order: Order, title: str) -> Response:
        """Orders a file. Raises `Refused`: 501 if this machine cannot make it, 429 if the person has too many."""
        if order.needs_office and not making.offers_pdf():
            raise Refused(HTTPStatus.NOT_IMPLEMENTED, refusal("document.no_office"))
        now, owner = self.clock(), self.person.person
        file = await self.store.same(order, owner)
        if file is None:
            file = await self._put(order, title, now)
        if self.runner.is_running and order.kind != "book":
            return await self._soon(file)
        return _to_page(file)

    async def _put(self, order: Order, title: str, now: datetime) -> str:
        owner = self.person.person
        if not await self.store.may_order(owner, now):
            why = refusal("document.too_many", unfinished=file_orders.MOST_UNFINISHED, daily=file_orders.MOST_A_DAY)
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, why, headers={"Retry-After": "30"})
        await self.record("document.exported", order.target, order.kind)
        plain = "-".join((order.regime, order.period, order.unit))
        file = await self.store.put(order, owner, title, f"{plain}.{file_orders.ENDINGS[order.kind]}", now)
        self.runner.wake()
        return file

    async def _soon(self, file: str) -> Response:
        """The file itself if it is done soon, else its page."""
        loop = asyncio.get_running_loop()
        until = loop.time() + AT_ONCE.total_seconds()
        while loop.time() < until:
            found = await self.of(file)
            if found["state"] == "done":
                return self.download(found)
            if found["state"] == "failed":
                break
            await asyncio.sleep(LOOK_S)
        return _to_page(file)

    async def of(self, file: str) -> FileDocument:
        """A file of the person. Raises `Refused` with 404 if there is none: somebody else's is as if it were not there."""
        found = await self.store.of_owner(file, self.person.person, self.clock())
        if found is None:
            raise refused.not_found(refusal("document.no_such_file"))
        return found

    def download(self, file: FileDocument) -> Response:
        """The content of a file that is done."""
        named = file_name.disposition("attachment", file["name"], file["title"])
        headers = {"Content-Disposition": named, "Content-Length": str(file["size"]), "Cache-Control": "no-store"}
        return StreamingResponse(self.store.content(file), media_type=file_orders.MEDIA_TYPES[file["kind"]], headers=headers)


def _to_page(file: str) -> Response:
    return RedirectResponse(f"/tep/{file}", HTTPStatus.SEE_OTHER)


async def ordering_of(request: Request, person: AskingPerson, record: Recorded) -> Ordering:
    """The person who orders. Raises `Refused` with 401."""
    state = request.app.state
    return Ordering(person, state.files, state.file_runner, state.clock, record)


Orders = Annotated[Ordering, Depends(ordering_of)]
