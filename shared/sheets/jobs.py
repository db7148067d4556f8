"""The jobs on workbooks that run confined (`shared.plumbing.confined`): each takes bytes and JSON, and returns bytes."""

from typing import Any, Final

from pydantic import TypeAdapter

from shared.sheets import finding, marking, workbook, writing
from shared.sheets.guard import Package
from shared.sheets.layout import Layout
from shared.sheets.marks import Marks

LAYOUT: Final = TypeAdapter(Layout)
MARKS: Final = TypeAdapter(Marks)


def read(given: bytes, _: dict[str, Any]) -> bytes:
    """What the form in a workbook says, as `finding.read` reads it."""
    return finding.written(finding.find(workbook.read(Package(given))))


def write(_: bytes, order: dict[str, Any]) -> bytes:
    """The workbook of a `layout.Layout`."""
    return writing.written(LAYOUT.validate_python(order))


def mark(given: bytes, order: dict[str, Any]) -> bytes:
    """The workbook with the marks of a `marks.Marks`."""
    Package(given)  # the file is judged again: it comes from outside each time
    return marking.marked(given, MARKS.validate_python(order))
