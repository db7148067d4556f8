"""Judges a template of documents: whether it can be used at all, and whether its document has the form of Nghị định 30/2020/NĐ-CP.

A template is a file from outside. It is judged before anything in it is run: the size of the archive, what it loads from elsewhere, active
parts, and where its fields stand. Then it is filled with an example.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import docx
from docx.document import Document as Docx
from docx.section import Section
from docxtpl import DocxTemplate  # type: ignore[import-untyped]  # the package has no types
from jinja2 import TemplateError, meta, nodes

from services.portal.office import drawing, filling
from services.portal.office.examples import EXAMPLES, Purpose
from shared.words.refusals import Refusal, refusal

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_UNPACKED: Final = 30 * 1024 * 1024
MOST_PARTS: Final = 300
WORD: Final = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ACTIVE: Final = ("vbaProject", "vbaData", "oleObject", "embeddings/", "activeX", "afchunk", "attachedToolbars", "webextension")
FORBIDDEN: Final = (
    nodes.EvalContextModifier,
    nodes.ScopedEvalContextModifier,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
)
FIELDS: Final = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
TAG: Final = re.compile(r"\{[{%#]")
INSTRUCTION: Final = re.compile(r"<w:(?:instrText|fldSimple)\b[^>]*?(?:w:instr=\"([^\"]*)\"|>([^<]*)<)")
LEAST_MM: Final = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
SIDES: Final = {"top": "trên", "bottom": "dưới", "left": "trái", "right": "phải"}
EMU_OF_MM: Final = 36_000
STATE: Final = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
PARTS: Final = ("BÁO CÁO", "Nơi nhận:", "./.")
ISSUER: Final = "co_quan_ban_hanh"  # of the head of a state body's document; others name the issuer as they do (`ten_co_quan`)
NEEDED: Final = (
    ISSUER,
    "trich_yeu",
    "tinh_hinh",
    "so_lieu",
    "tinh_trang_so_lieu",
    "chua_nop",
    "kho_khan",
    "kien_nghi",
    "chu_ky",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with a template (`faults`: it is not used), and where it departs from the decree (`remarks`)."""

    faults: Sequence[Refusal]
    remarks: Sequence[Refusal]


def judge(template: bytes, kind: Purpose) -> Judged:
    """Judges a template for a kind of document. Filling it may take long: run it in a process with limits."""
    if faults := list(_archive(template)):
        return Judged(faults, ())
    try:
        document = docx.Document(io.BytesIO(template))
        texts = _xml(template)
    except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile) as error:  # SyntaxError: of XML
        return Judged([refusal("template.not_word", detail=[type(error).__name__])], ())
    faults = [*_active(template, texts), *_places(texts)]
    if not faults:
        faults = list(_filled(template, kind))
    return Judged(faults, list(_form(document, texts, kind)))


def _archive(template: bytes) -> Iterator[Refusal]:
    if len(template) > MOST_BYTES:
        yield refusal("template.too_large", most=MOST_BYTES // 1024 // 1024)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            listed = archive.infolist()
            is_word = any(one.filename == "word/document.xml" for one in listed)
            if len(listed) > MOST_PARTS or sum(one.file_size for one in listed) > MOST_UNPACKED:
                yield refusal("template.too_large", most=MOST_UNPACKED // 1024 // 1024)
            elif not is_word or WORD not in archive.read("[Content_Types].xml"):
                yield refusal("template.not_word", detail=["[Content_Types].xml"])
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):  # RuntimeError: encrypted
        yield refusal("template.not_word", detail=["zip"])


def _xml(template: bytes) -> dict[str, str]:
    """The texts of all XML parts, by name. Raises ValueError if one declares a document type."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        found = {name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    if any("<!DOCTYPE" in text or "<!ENTITY" in text for text in found.values()):
        raise ValueError("DOCTYPE")
    return found


def _active(template: bytes, texts: Mapping[str, str]) -> Iterator[Refusal]:
    """What loads or runs something: macros, embedded objects, links to elsewhere, fields but page numbers."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        names = archive.namelist()
    if active := sorted(name for name in names if any(word.lower() in name.lower() for word in ACTIVE)):
        yield refusal("template.active", parts=active[:5])
    for name, text in texts.items():
        if name.endswith(".rels") and 'TargetMode="External"' in text:
            yield refusal("template.external", part=name)
        fields = {(code or content).split()[0].upper() for code, content in INSTRUCTION.findall(text) if (code or content).split()}
        if unknown := sorted(fields - FIELDS):
            yield refusal("template.field_code", fields=unknown[:5])


def _places(texts: Mapping[str, str]) -> Iterator[Refusal]:
    """Fields may only stand in the text: elsewhere, what a user typed would become an attribute or the code of a field."""
    for name, text in texts.items():
        if not name.startswith("word/") or name.endswith(".rels"):
            continue
        outside = re.sub(r"<w:t(?: [^>]*)?>[^<]*</w:t>", "", text)
        if TAG.search(outside):
            yield refusal("template.field_outside_text", part=name)


def _filled(template: bytes, kind: Purpose) -> Iterator[Refusal]:
    """Unknown fields, forbidden statements, and whatever fails when the template is filled with an example."""
    example: dict[str, Any] = asdict(EXAMPLES[kind])
    try:
        tree = filling.environment().parse(_sources(template))
        if found := [type(node).__name__ for node in tree.find_all(FORBIDDEN)]:
            yield refusal("template.forbidden_statement", names=sorted(set(found)))
            return
        if unknown := sorted(meta.find_undeclared_variables(tree) - example.keys()):
            yield refusal("template.unknown_field", fields=unknown[:10], known=sorted(example))
            return
        filling.filled(template, example)
    except (TemplateError, ValueError, TypeError, KeyError, SyntaxError, ArithmeticError, AttributeError) as error:
        yield refusal("template.fails", detail=[f"{type(error).__name__}: {error}".splitlines()[0][:200]])


def _sources(template: bytes) -> str:
    """All parts of the template that are filled, as Jinja reads them."""
    made = DocxTemplate(io.BytesIO(template))
    made.init_docx()
    parts = [made.patch_xml(made.get_xml())]
    for uri in (made.HEADER_URI, made.FOOTER_URI):
        parts += [made.patch_xml(made.get_part_xml(part)) for _, part in made.get_headers_footers(uri)]
    return "\n".join(parts)


def _form(document: Docx, texts: Mapping[str, str], kind: Purpose) -> Iterator[Refusal]:
    """Where the document departs from the decree."""
    text = re.sub(r"<[^>]+>", "", texts["word/document.xml"])
    yield from _setup(document)
    if other := sorted(_fonts(texts) - {drawing.FONT}):
        yield refusal("template.other_font", fonts=other[:5])
    if kind in ("state", "plain"):
        if missing := [part for part in (*(STATE if kind == "state" else ()), *PARTS) if part not in text]:
            yield refusal("template.part_missing", parts=missing)
        if kind == "plain" and STATE[0] in text:
            yield refusal("template.has_national_title")
        if missing := [name for name in NEEDED if name not in text and (name != ISSUER or kind == "state")]:
            yield refusal("template.field_missing", fields=missing)
        if not any(re.search(r"\bPAGE\b", part) for name, part in texts.items() if name.startswith("word/header")):
            yield refusal("template.no_page_number")


def _setup(document: Docx) -> Iterator[Refusal]:
    for number, section in enumerate(document.sections, 1):
        sides = {name: getattr(section, f"{name}_margin") for name in LEAST_MM}
        wrong = [name for name, side in sides.items() if side is None or not _within(side, *LEAST_MM[name])]
        if not _is_a4(section):
            yield refusal("template.not_a4", number=number)
        if wrong:
            yield refusal("template.margins", number=number, sides=[SIDES[name] for name in wrong])
        if not section.different_first_page_header_footer:
            yield refusal("template.number_on_first_page", number=number)


def _is_a4(section: Section) -> bool:
    return abs((section.page_width or 0) / EMU_OF_MM - 210) < 1 and abs((section.page_height or 0) / EMU_OF_MM - 297) < 1


def _within(side: int, least: int, most: int) -> bool:
    return least - 0.5 <= side / EMU_OF_MM <= most + 0.5


def _fonts(texts: Mapping[str, str]) -> set[str]:
    """The fonts that the document's styles and runs name; themes are named by their slot."""
    found: set[str] = set()
    for name in ("word/document.xml", "word/styles.xml", *(name for name in texts if name.startswith(("word/header", "word/footer")))):
        for element in re.findall(r"<w:rFonts\b[^>]*>", texts.get(name, "")):
            found.update(re.findall(r'w:(?:ascii|hAnsi|cs|eastAsia|asciiTheme|hAnsiTheme|cstheme|eastAsiaTheme)="([^"]*)"', element))
    return found
