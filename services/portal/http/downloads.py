"""Answers tables as files: a workbook of all of them, or the first one as CSV."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Response

from services.portal.domain.tables import Table
from services.portal.render import file_name, spreadsheet, workbook
from services.portal.render.spreadsheet import Point

Ending = Literal["xlsx", "csv"]
Decimals = Annotated[Point, Query()]
"""What is before the decimals of a CSV file: `comma`, as offices here write, or `point`."""


def of_tables(tables: Sequence[Table], ending: Ending, name: str, title: str, now: datetime, point: Point = "comma") -> Response:
    """A file to download. `name` is its ASCII name without ending, `title` the name for people; a long title is cut at its end."""
    content: str | bytes
    if ending == "xlsx":
        content, media_type = workbook.written(tables, now), workbook.MEDIA_TYPE
    else:
        content, media_type = spreadsheet.written(tables[0], point), "text/csv; charset=utf-8"
    named = file_name.disposition("attachment", f"{name}.{ending}", title)
    return Response(content, media_type=media_type, headers={"Content-Disposition": named, "Cache-Control": "no-cache"})
