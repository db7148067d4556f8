"""Writes the parts of a document that python-docx has no words for: fonts for every script, borders, page numbers, page setup."""

from typing import Final, TypedDict

from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT: Final = "Times New Roman"
MARGINS_MM: Final = (20, 20, 30, 15)  # top, bottom, left, right: the least that the decree allows, so that Quốc hiệu has room
SCRIPTS: Final = ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia")
KEPT_STYLES: Final = frozenset({"Normal", "Default Paragraph Font", "Normal Table", "No List", "Header", "Footer", "Table Grid"})


def clean(document: Docx) -> None:
    """Leaves only the styles that are needed, in one font for every script and in Vietnamese."""
    for style in list(document.styles):
        if style.name not in KEPT_STYLES:
            style.element.getparent().remove(style.element)
    root = document.styles.element
    for fonts in root.iter(qn("w:rFonts")):
        _set_fonts(fonts)
    for language in root.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN")
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _of_style(normal, 14)
    normal.paragraph_format.space_after = Pt(0)


class Look(TypedDict, total=False):
    """How a paragraph style looks: the parameters of `style`. Sizes and distances above and below are points."""

    size: float
    bold: bool
    italic: bool
    align: str
    first_mm: float
    after: float
    before: float
    spacing: float
    keep_next: bool
    level: int | None


def style(
    document: Docx,
    name: str,
    size: float = 14,
    *,
    bold: bool = False,
    italic: bool = False,
    align: str = "left",
    first_mm: float = 0,
    after: float = 0,
    before: float = 0,
    spacing: float = 1.0,
    keep_next: bool = False,
    level: int | None = None,
) -> None:
    """Adds a paragraph style. `level` is its level in the outline of the document."""
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(made, ParagraphStyle)
    made.base_style = document.styles["Normal"]
    made.element.set(qn("w:styleId"), f"TongHop{len(document.styles)}")  # programs that read documents want ids in ASCII
    _of_style(made, size)
    made.font.bold, made.font.italic = bold, italic
    looks = made.paragraph_format
    looks.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    looks.space_after, looks.space_before, looks.line_spacing = Pt(after), Pt(before), spacing
    looks.keep_with_next = keep_next
    if first_mm:
        looks.first_line_indent = Mm(first_mm)
    if level is not None:
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level))
        made.element.get_or_add_pPr().append(outline)


def _of_style(made: ParagraphStyle, size: float) -> None:
    made.font.name, made.font.size = FONT, Pt(size)
    _set_fonts(made.element.rPr.rFonts)
    complex_size = OxmlElement("w:szCs")
    complex_size.set(qn("w:val"), str(int(size * 2)))
    made.element.rPr.append(complex_size)


def _set_fonts(fonts: BaseOxmlElement) -> None:
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in SCRIPTS:
        fonts.set(qn(script), FONT)


def page(section: Section) -> None:
    """A4, upright, with the decree's margins; the page number in the top margin, from the second page on, counted from 1."""
    section.page_width, section.page_height = Mm(210), Mm(297)
    top, bottom, left, right = MARGINS_MM
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    section.different_first_page_header_footer = True
    set_number(section, 1)


def set_number(section: Section, first: int) -> None:
    """The number of the section's first page."""
    for old in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(old)
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), str(first))
    successor = next(iter(section._sectPr.xpath("./w:cols")), None)
    section._sectPr.insert(len(section._sectPr) if successor is None else section._sectPr.index(successor), numbers)


def number_pages(section: Section, style_name: str) -> None:
    """Puts the field PAGE into the header."""
    section.header.is_linked_to_previous = False
    section.first_page_header.is_linked_to_previous = False
    paragraph = section.header.paragraphs[0]
    paragraph.style = style_name
    field(paragraph.add_run(), "PAGE")


def field(run: Run, name: str) -> None:
    """A field that Word computes, such as PAGE."""
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {name} "
            run._r.append(code)
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)


def ruled(paragraph: Paragraph, left_mm: float, right_mm: float) -> None:
    """Draws a line above an empty paragraph, between two indents."""
    properties = paragraph._p.get_or_add_pPr()
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr"
    )
    indent(paragraph, left_mm, right_mm)


def indent(paragraph: Paragraph, left_mm: float, right_mm: float) -> None:
    """Sets both indents, to a tenth of a millimetre."""
    looks = paragraph.paragraph_format
    looks.left_indent, looks.right_indent = Mm(round(left_mm, 1)), Mm(round(right_mm, 1))


def table(document: Docx, widths_mm: list[float], rows: int, *, ruled_cells: bool) -> Table:
    """A table of fixed widths; without lines its cells have no padding."""
    made: Table = document.add_table(rows, len(widths_mm))
    made.autofit = False
    if ruled_cells:
        made.style = "Table Grid"
    else:
        _without_padding(made)
    for row in made.rows:
        for cell, width in zip(row.cells, widths_mm, strict=True):
            cell.width = Mm(width)
    for column, width in zip(made.columns, widths_mm, strict=True):
        column.width = Mm(width)
    return made


def _without_padding(made: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        none = OxmlElement(f"w:{side}")
        none.set(qn("w:w"), "0")
        none.set(qn("w:type"), "dxa")
        margins.append(none)
    properties = made._tbl.tblPr
    look = next(iter(properties.xpath("./w:tblLook")), None)
    properties.insert(len(properties) if look is None else properties.index(look), margins)


def repeat(made: Table, row: int) -> None:
    """Repeats a row at the head of each page."""
    mark = OxmlElement("w:tblHeader")
    made.rows[row]._tr.get_or_add_trPr().append(mark)


def whole_rows(made: Table) -> None:
    """No row is split between two pages."""
    for row in made.rows:
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def fill(cell: _Cell, text: str, style_name: str, *, bold: bool = False) -> None:
    """Writes the text of a cell."""
    paragraph = cell.paragraphs[0]
    paragraph.style = style_name
    paragraph.add_run(text).bold = bold or None
