"""The job on tables that runs confined (`shared.plumbing.confined`)."""

from typing import Any

import orjson

from shared.sheets import table


def read(given: bytes, _: dict[str, Any]) -> bytes:
    """The `table.Table` of a CSV file, as JSON."""
    found = table.read(given)
    rows = [[row.line, row.width, [[cell.column, cell.text] for cell in row.cells]] for row in found.rows]
    return orjson.dumps([found.line, found.names, rows])


def table_of(answer: bytes) -> table.Table:
    """What `read` has answered."""
    line, names, rows = orjson.loads(answer)
    return table.Table(line, names, [table.Row(at, width, [table.Cell(*cell) for cell in cells]) for at, width, cells in rows])
