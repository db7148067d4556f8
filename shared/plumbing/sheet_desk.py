"""Reads, writes and marks workbooks as confined jobs, for the services that take them."""

import asyncio
from dataclasses import asdict
from typing import Final

import structlog

from shared.plumbing.confined import Confined, ConfinedFaultError, Limits
from shared.sheets import finding, table_jobs
from shared.sheets.finding import Filled
from shared.sheets.layout import Layout
from shared.sheets.marks import Marks
from shared.sheets.table import Table
from shared.words.failures import PermanentError
from shared.words.refusals import refusal

log = structlog.get_logger()

JOBS: Final = "shared.sheets.jobs"
TABLES: Final = "shared.sheets.table_jobs"
READING: Final = Limits(wall_s=2.0, cpu_s=1, memory_mib=160, file_mib=1)  # an honest form takes 10 ms
READING_TABLES: Final = Limits(wall_s=12.0, cpu_s=5, memory_mib=192, file_mib=1)
WRITING: Final = Limits(wall_s=10.0, cpu_s=10, memory_mib=256, file_mib=64)
MARKING: Final = Limits(wall_s=10.0, cpu_s=10, memory_mib=384, file_mib=64)  # openpyxl has the whole file in memory


class SheetDesk:
    """Each of its answers raises `PermanentError` if the file is refused, `TransientError` if too many are waiting."""

    def __init__(self, at_once: int = 2) -> None:
        self.confined = Confined([JOBS, TABLES], at_once)

    async def read(self, given: bytes) -> Filled:
        """What the form in a workbook says."""
        found = await self.confined.run(f"{JOBS}:read", given, limits=READING)
        return await asyncio.to_thread(finding.read, found)

    async def table(self, given: bytes) -> Table:
        """What is in a CSV file."""
        found = await self.confined.run(f"{TABLES}:read", given, limits=READING_TABLES)
        return await asyncio.to_thread(table_jobs.table_of, found)  # a large one takes a while

    async def write(self, layout: Layout) -> bytes:
        """The workbook of a form."""
        return await self.confined.run(f"{JOBS}:write", b"", asdict(layout), WRITING)

    async def mark(self, given: bytes, marks: Marks) -> bytes:
        """A sender's own workbook with its wrong cells marked. There is none of a file on which openpyxl breaks, in whatever way."""
        try:
            return await self.confined.run(f"{JOBS}:mark", given, asdict(marks), MARKING)
        except ConfinedFaultError as error:
            log.warning("workbook.marking_failed", trace=str(error))
            raise PermanentError(refusal("sheet.not_marked")) from error
