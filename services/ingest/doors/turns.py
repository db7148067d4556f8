"""Of each unit one file is taken at a time, a workbook or a table: reading one costs seconds, and others wait for the same few readers.

Source: design, section 4, "Workbooks".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from shared.shell.problems import RefusedError
from shared.words.refusals import refusal

SOON: Final = {"Retry-After": "2"}


class Turns:
    """The units of which a file is taken now, by this instance."""

    def __init__(self) -> None:
        self._units: set[str] = set()

    @contextmanager
    def of(self, unit: str) -> Iterator[None]:
        """The unit's turn. Raises RefusedError with 429 while another file of the unit has it."""
        if unit in self._units:
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, refusal("sheet.one_at_a_time"), headers=SOON)
        self._units.add(unit)
        try:
            yield
        finally:
            self._units.discard(unit)
