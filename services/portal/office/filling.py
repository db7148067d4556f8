"""Fills a template of documents with fields. Runs in a process of its own (`worker.py`), because templates are not ours.

What users typed stays text: fields are escaped, a template runs in a sandbox without the filters that mark a text as markup, and what a
field says is never read as a template. Source: Jinja, "Sandbox"; docxtpl, "Escaping".
"""

import io
from collections.abc import Mapping
from typing import Any, Final

import docx
from docx.document import Document as Docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate  # type: ignore[import-untyped]  # the package has no types
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.portal.domain import text_width
from services.portal.office import drawing

FILTERS: Final = ("upper", "lower", "length", "count", "join", "first", "last", "default", "d", "trim")
"""The filters of templates. Others can turn text into markup (`safe`, `urlize`, `xmlattr`), or take long."""
LINES: Final = {"Kẻ dưới cơ quan": (12.0, 72.0), "Kẻ dưới trích yếu": (14.0, 165.0)}
"""Styles of empty paragraphs that draw a line as long as a part of the text above: the text's size, and the room in millimetres."""


def environment() -> ImmutableSandboxedEnvironment:
    """The sandbox in which templates are filled."""
    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals.clear()
    return made


def filled(template: bytes, fields: Mapping[str, Any], first_page: int | None = None) -> bytes:
    """The document. With `first_page` its pages are numbered from there on, the first one too: it is a part of a book.

    Raises one of Jinja's errors if the template cannot be filled.
    """
    made = DocxTemplate(io.BytesIO(template))
    made.render(dict(fields), environment(), autoescape=True)
    out = io.BytesIO()
    made.save(out)
    document = docx.Document(io.BytesIO(out.getvalue()))
    _measure_lines(document)
    _describe(document)
    if first_page is not None:
        drawing.set_number(document.sections[0], first_page)
        document.sections[0].different_first_page_header_footer = False
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _measure_lines(document: Docx) -> None:
    """Makes the line under a text as long as the decree wants it: between a third and a half of the text."""
    body = document.element.body
    above: list[str] = []
    last: str | None = None
    for element in body.iter(qn("w:p")):
        paragraph = Paragraph(element, document)
        name = paragraph.style.name if paragraph.style is not None else ""
        if name in LINES:
            size, room = LINES[name]
            side = (room - text_width.line_mm("\n".join(above), size, room)) / 2
            drawing.indent(paragraph, side, side)
        if paragraph.text:
            is_same = bool(above) and name == last
            above = [*above, paragraph.text] if is_same else [paragraph.text]
            last = name


def _describe(document: Docx) -> None:
    """The properties of the file: nothing about the machine."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Tổng Hợp"
    properties.comments = ""
