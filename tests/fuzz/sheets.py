"""What must hold for any bytes in a workbook: it is refused with reasons, or what was read of it can be judged, named and shown."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import orjson

from shared.sheets import finding, judging, reading, workbook
from shared.sheets.finding import Filled
from shared.sheets.guard import Package
from shared.words.failures import PermanentError
from shared.words.refusals import Refusal
from tests.sheets import files
from tests.sheets.files import SHEET
from tests.sheets.hostile import END, MAIN

STRINGS: Final = "xl/sharedStrings.xml"


def whole(raw: bytes) -> list[Refusal]:
    """A file that says that it is a workbook."""
    return _judged(raw)


def rows(raw: bytes) -> list[Refusal]:
    """The rows of the form's sheet."""
    return _judged(_stored(parts() | {SHEET: MAIN + raw + END}))


def named(raw: bytes) -> list[Refusal]:
    """The beginning of another part of the form: its name and what is in it, separated by a zero."""
    name, _, content = raw.partition(b"\0")
    return _judged(_stored(parts() | {name.decode("ascii", "replace") or STRINGS: content}))


@cache
def parts() -> dict[str, bytes]:
    return files.parts_of(files.blank())


def _stored(given: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as file:
        for name, part in given.items():
            file.writestr(name, part)
    return made.getvalue()


def _judged(given: bytes) -> list[Refusal]:
    """What is said about a file; it crosses the border of its process as JSON."""
    try:
        filled: Filled = finding.read(finding.written(finding.find(workbook.read(Package(given)))))
    except PermanentError as error:
        return list(error.refusals)
    core = reading.stamped(filled)
    form = files.form()
    found = reading.read(form.asked, filled)
    assert orjson.loads(orjson.dumps(found.parts)) == found.parts
    for fault in found.faults:
        assert not fault.path or "!" in fault.path
    list(judging.differences(form, found))
    judging.marks(form, found, found.faults)
    if isinstance(core, Refusal):
        return [core, *found.faults, *found.remarks]
    assert len(reading.event_id(core, found.parts)) == reading.ID_DIGITS
    reading.changed(form.asked, core, filled)
    return [*found.faults, *found.remarks]


def inputs() -> Iterator[bytes]:
    """First inputs, each with the byte that says what reads it."""
    cells = ("<v>1</v>", "<f>1+1</f><v>2</v>", "<f>[1]a!A1</f>", '<f t="shared" si="0">A1</f><v/>', "<is><t>1.234</t></is>", "<v>1E5</v>")
    marks = '<c r="B1" t="inlineStr"><is><t>th:c:so</t></is></c>'
    for place, cell in enumerate(cells):
        kind = ' t="inlineStr"' if "<is>" in cell else (' t="b"', ' t="e"', ' t="d"', ' t="str"', "", ' s="1"')[place]
        marker = '<c r="A2" t="inlineStr"><is><t>th:v:gd_ngay_cong:000000</t></is></c>'
        yield b"x" + f'<row r="1">{marks}</row><row r="2">{marker}<c r="B2"{kind}>{cell}</c></row>'.encode()
    yield b"x<row><c><v>1</v></c></row><row r='9'/>"
    yield b"p" + STRINGS.encode() + b"\0<sst><si><t>_x0041_</t><rPh><t>a</t></rPh></si></sst>"
    yield b"pxl/styles.xml\0<a><numFmt numFmtId='9' formatCode='0%'/><cellXfs><xf numFmtId='9'/></cellXfs></a>"
    yield b"pxl/workbook.xml\0<a><sheets><sheet name='a' id='rId1'/></sheets><definedName name='TH.v.a'>a!$A$1</definedName></a>"
    yield b"p_rels/.rels\0<a><Relationship Type='x/officeDocument' Target='xl/workbook.xml'/></a>"
    yield b"pdocProps/custom.xml\0<a><property name='TongHop'><b>TH1;a;2024;b;000000000000;1;2024-01-01T00</b></property></a>"
    yield b"w" + _stored({"[Content_Types].xml": b"<a>application/vnd.openxmlformats-officedocument.spreadsheetml.</a>"})
    yield b"wPK\x03\x04"
