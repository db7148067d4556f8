"""Workbooks of forms for people: what a file says, files that are given back, and the answer of a file as a download."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from services.portal.domain import refused
from services.portal.domain.refused import Refused
from services.portal.http.multipart import SentFile
from services.portal.http.principals import AskingPerson
from services.portal.render import file_name
from shared.plumbing.sheet_desk import SheetDesk
from shared.plumbing.sheet_store import SheetStore
from shared.plumbing.turns import Turns
from shared.sheets import guard, judging, table_form
from shared.sheets.finding import Filled
from shared.sheets.layout import Layout
from shared.sheets.reading import Reading
from shared.sheets.table_form import OwnTable
from shared.sheets.writing import MEDIA_TYPE
from shared.shell.clock import NewSecret
from shared.words.failures import PermanentError, TransientError
from shared.words.forms import Asked, Form
from shared.words.refusals import Refusal, refusal

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@dataclass(frozen=True, slots=True)
class Workbooks:
    """The workbooks of one person."""

    desk: SheetDesk
    store: SheetStore
    turns: Turns
    owner: str
    new_secret: NewSecret
    now: datetime

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The person's turn to have a file read; another one of his is waited for. Raises `Refused` with 429 if several are before it."""
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.turns.of(self.owner))
            except TransientError as error:
                raise Refused(HTTPStatus.TOO_MANY_REQUESTS, error.refusals[0]) from error
            yield

    async def read(self, given: bytes) -> Filled | Refusal:
        """What a file says; or why it cannot be read."""
        try:
            return await self.desk.read(given)
        except (PermanentError, TransientError) as error:
            return error.refusals[0]

    async def table(self, given: bytes, asked: Asked) -> OwnTable | Sequence[Refusal]:
        """What a CSV file says about a form; or why it cannot be read."""
        try:
            return await asyncio.to_thread(table_form.read, await self.desk.table(given), asked)
        except (PermanentError, TransientError) as error:
            return error.refusals

    async def written(self, layout: Layout, name: str) -> Response:
        """The workbook of a form as a download. Raises `Refused` with 503."""
        return download(name, await self._file(layout))

    async def renewed(self, layout: Layout, name: str) -> str | None:
        """The id of a new form that is kept for the person; None if it could not be kept."""
        return await self._keep(name, await self._file(layout))

    async def marked(self, given: bytes, form: Form, found: Reading, faults: Iterable[Refusal]) -> str | None:
        """The id of the person's own file with its wrong cells marked; None if it could not be made."""
        try:
            content = await self.desk.mark(given, judging.marks(form, found, faults))
        except (PermanentError, TransientError):
            return None
        return await self._keep(f"loi_{judging.file_name(form)}", content)

    async def kept(self, sheet: str) -> Response:
        """A file that is kept for the person, as a download. Raises `Refused` with 404."""
        found = await self.store.get(sheet, self.owner, self.now)
        if found is None:
            raise refused.not_found(refusal("sheet.gone"))
        return download(*found)

    async def _file(self, layout: Layout) -> bytes:
        try:
            return await self.desk.write(layout)
        except TransientError as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, error.refusals[0]) from error

    async def _keep(self, name: str, content: bytes) -> str | None:
        sheet = self.new_secret()
        return sheet if await self.store.put(sheet, self.owner, name, content, self.now) else None


async def content(file: SentFile) -> bytes | Refusal:
    """The content of a workbook that a person has sent; or why it is too large, after the browser has sent all of it."""
    given = bytearray()
    async for part in file.content():
        given += part
        if len(given) > guard.MOST_BYTES:
            await file.drain()
            return guard.too_large(len(given))
    return bytes(given)


def download(name: str, given: bytes, media_type: str = MEDIA_TYPE) -> Response:
    headers = HEADERS | {"Content-Disposition": file_name.disposition("attachment", name, name.rpartition(".")[0])}
    return Response(given, media_type=media_type, headers=headers)


async def workbooks_of(request: Request, person: AskingPerson) -> Workbooks:
    state = request.app.state
    return Workbooks(state.sheet_desk, state.sheet_store, state.sheet_turns, f"person/{person.person}", state.new_secret, state.clock())


PersonsWorkbooks = Annotated[Workbooks, Depends(workbooks_of)]
