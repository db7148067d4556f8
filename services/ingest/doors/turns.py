"""The turn of a unit to have a file read, a workbook or a table, as the doors answer it. Source: design, section 4, "Workbooks"."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Final

from shared.plumbing.turns import Turns
from shared.shell.problems import RefusedError
from shared.words.failures import TransientError

SOON: Final = {"Retry-After": "2"}


@asynccontextmanager
async def turn(turns: Turns, unit: str) -> AsyncIterator[None]:
    """The unit's turn. Raises RefusedError with 429 while another file of the unit has it."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(turns.of(unit))
        except TransientError as error:
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, *error.refusals, headers=SOON) from error
        yield
