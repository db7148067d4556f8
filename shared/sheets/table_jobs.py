"""The job on tables that runs confined (`shared.plumbing.confined`). Its answer is read in slices, so that no thread waits for another one
while a large table is read.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from shared.sheets import table
from shared.sheets.table import Cell, Row, Table

SLICE: Final = 1_000  # cells of a line of the answer; a millisecond


def read(given: bytes, _: dict[str, Any]) -> bytes:
    """The `table.Table` of a CSV file: a line of JSON with its names, and lines with its rows."""
    found = table.read(given)
    return b"\n".join([orjson.dumps([found.line, found.names]), *map(orjson.dumps, _slices(found.rows))])


def _slices(rows: Iterable[Row]) -> Iterator[list[object]]:
    held, count = list[object](), 0
    for row in rows:
        held.append([row.line, row.width, [[cell.column, cell.text] for cell in row.cells]])
        count += 1 + len(row.cells)
        if count >= SLICE:
            yield held
            held, count = [], 0
    if held:
        yield held


def table_of(answer: bytes) -> Table:
    """What `read` has answered."""
    head, *slices = answer.split(b"\n")
    line, names = orjson.loads(head)
    rows = [Row(at, width, [Cell(*cell) for cell in cells]) for one in slices for at, width, cells in orjson.loads(one)]
    return Table(line, names, rows)
