"""Workbooks that are made to do harm, or that no program has saved: each as a name, its bytes, and the codes with which it is refused."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from shared.sheets import guard, layout
from shared.sheets.stamp import Stamp
from tests.sheets import files, quine
from tests.sheets.files import SHEET

Case = tuple[str, Callable[[], bytes], str]
MIB = 1024 * 1024
STRINGS, STYLES, BOOK = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
TYPES, RELS, BOOK_RELS, CUSTOM = "[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "docProps/custom.xml"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (99 + place, b"&%c;" % (98 + place) * 10) for place in range(-1, 9))
    + b"]><a>&j;</a>"
)
LOCAL = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>'
PARAMETER = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd">%p;]><a/>'
QUADRATIC = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "' + b"x" * 100_000 + b'">]><a>' + b"&a;" * 20_000 + b"</a>"
MAIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"


def with_part(name: str, part: bytes) -> bytes:
    return files.zipped(files.parts_of(files.blank()) | {name: part})


def without(name: str) -> bytes:
    return files.zipped({key: part for key, part in files.parts_of(files.blank()).items() if key != name})


def sheet(data: bytes) -> bytes:
    return with_part(SHEET, MAIN + data + END)


def more_rows(data: bytes) -> bytes:
    """The form with more rows behind its own."""
    return files.changed(files.blank(), SHEET, b"</sheetData>", data + b"</sheetData>")


def typed(name: str, value: object) -> bytes:
    return files.put(files.blank(), {name: value})


def formula(text: str, more: bytes = b"") -> bytes:
    given = files.put(files.blank(), {"v.gd_ngay_cong": "=" + text})
    return files.changed(given, SHEET, b"</f></c>", b"</f>" + more + b"</c>")


def typed_as(name: str) -> bytes:
    """The content types with another kind of workbook."""
    main = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return files.changed(files.blank(), TYPES, main, name.encode())


def overlapping() -> bytes:
    """Many entries of the directory that share one packed part (D. Fifield, "A better zip bomb")."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(bytes(MIB)) + packed.flush()
    name = b"xl/media/a.bin"
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(bytes(MIB)), len(body), MIB, len(name), 0) + name + body
    entries = b""
    for place in range(40):
        other = b"xl/media/%02d.bin" % place
        entries += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, zlib.crc32(bytes(MIB)), len(body), MIB, len(other), 0, 0, 0, 0, 0, 0
        )
        entries += other
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 40, 40, len(entries), len(local), 0)
    return local + entries + end


def lying(actual: int, said: int) -> bytes:
    """A part that unpacks to more than its entries say."""
    given = bytearray(with_part("xl/media/a.bin", bytes(actual)))
    for mark, where in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for found in re.finditer(re.escape(mark), bytes(given)):
            name_at = found.start() + (30 if mark.endswith(b"\x04") else 46)
            if given[name_at : name_at + 14] == b"xl/media/a.bin":
                given[found.start() + where : found.start() + where + 4] = struct.pack("<I", said)
    return bytes(given)


def flagged() -> bytes:
    """The form whose entries say that they are encrypted."""
    given = bytearray(files.blank())
    for mark, where in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(given)):
            given[found.start() + where] |= 1
    return bytes(given)


def twice() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in files.parts_of(files.blank()).items():
            file.writestr(name, part)
        file.writestr(SHEET.upper(), b"<worksheet/>")
    return made.getvalue()


def nested(depth: int) -> bytes:
    given = b"x" * 1000
    for _ in range(depth):
        given = files.zipped({"a.zip": given})
    return given


def quine_of_types() -> bytes:
    """A ZIP whose list of content types is the ZIP itself, and names a workbook."""
    return quine.made(TYPES, guard.WORKBOOK)


def endless() -> bytes:
    """A ZIP whose only part is stored and says that it is as long as the whole file."""
    name = b"r.zip"
    whole = 30 + len(name) + 46 + len(name) + 22
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, whole, whole, len(name), 0) + name
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, whole, whole, len(name), 0, 0, 0, 0, 0, 0) + name
    return local + entry + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local), 0)


def zip64() -> bytes:
    """A part that says that it has a tebibyte."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in files.parts_of(files.blank()).items():
            file.writestr(name, part)
        entry = zipfile.ZipInfo("xl/media/a.bin")
        entry.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(entry, b"x" * 100)
        file.infolist()[-1].file_size = 2**40
    return made.getvalue()


def old_format(*, is_encrypted: bool = False) -> bytes:
    inside = "EncryptedPackage".encode("utf-16-le") if is_encrypted else "Workbook".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + inside + bytes(2000)


def stamped(*, visible: str | None = None, hidden: str | None = None, custom: str | None = None) -> bytes:
    """The form with other stamps."""
    core = layout.core(files.form())
    own = Stamp(core, "2024-12-10T03:00:00.000Z")
    given = files.blank()
    if visible is not None:
        given = files.changed(given, STRINGS, own.line.encode(), visible.encode())
    if hidden is not None:
        given = files.changed(given, STRINGS, f"th:s:{own.full}".encode(), hidden.encode())
    if custom is not None:
        given = files.changed(given, CUSTOM, own.full.encode(), custom.encode())
    return given


def of_other_unit() -> bytes:
    return files.blank(("ct27-van-quan", "2024", "06280", files.TODAY))


def of_other_regime() -> bytes:
    return files.blank(files.REPORTED[1])


def links() -> bytes:
    link = b'<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'
    return with_part("xl/externalLinks/externalLink1.xml", b"<externalLink>" + link + b"</externalLink>")


def strings(count: int, text: bytes) -> bytes:
    return with_part(STRINGS, b"<sst>" + (b"<si><t>" + text + b"</t></si>") * count + b"</sst>")


def cases() -> Iterator[Case]:
    """All of them. Several codes are separated by a blank: which one it is depends on what the machine has."""
    yield from _other_files()
    yield from _zips()
    yield from _entities()
    yield from _xml()
    yield from _sheets()
    yield from _cells()
    yield from _stamps()


def _other_files() -> Iterator[Case]:
    one = "sheet.not_a_workbook"
    for name, given in {
        "empty": b"",
        "one byte": b"P",
        "pk only": b"PK",
        "text": "Mã biểu: ct27".encode(),
        "html table": b"<html><table><tr><td>1</td></tr></table></html>",
        "spreadsheet 2003": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "csv": b"a;b\n1;2\n",
        "pdf": b"%PDF-1.7\n",
        "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "gzip": b"\x1f\x8b\x08" + bytes(100),
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
        "junk before": b"junk" + files.blank(),
    }.items():
        yield name, partial(bytes, given), one
    yield "word document", partial(files.zipped, {TYPES: b"<Types/>", "word/document.xml": b"<a/>"}), one
    yield "zip of nothing", partial(files.zipped, {"a.txt": b"a"}), one
    yield "zip without content types", partial(without, TYPES), one
    yield "zips in zips", partial(nested, 50), one
    yield "5 MiB and a byte", lambda: b"PK\x03\x04" + bytes(5 * MIB), "sheet.too_large"
    yield "xls", old_format, "sheet.old_format"
    yield "xlsx with a password", partial(old_format, is_encrypted=True), "sheet.encrypted"
    yield "ods", partial(files.zipped, {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "sheet.open_document"
    yield "ods as xlsx", partial(with_part, "mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "sheet.open_document"
    yield "xlsb", partial(typed_as, "application/vnd.ms-excel.sheet.binary.macroEnabled.main"), "sheet.binary"
    yield "xlsb part", partial(with_part, "xl/workbook.bin", b"a"), "sheet.binary"
    yield "xlsm", partial(typed_as, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "sheet.macros"
    yield "macros under another name", partial(with_part, "xl/vbaProject.bin", b"a"), "sheet.macros"
    yield "macros in upper case", partial(with_part, "XL/VBAPROJECT.BIN", b"a"), "sheet.macros"
    yield "macro sheet of Excel 4", partial(with_part, "xl/macrosheets/sheet1.xml", b"<a/>"), "sheet.macros"
    yield "active control", partial(with_part, "xl/activeX/activeX1.bin", b"a"), "sheet.embedded"
    yield "embedded object", partial(with_part, "xl/embeddings/oleObject1.bin", b"a"), "sheet.embedded"


def _zips() -> Iterator[Case]:
    bomb = "sheet.unpacks_too_much"
    yield "50 MiB of zeros in the sheet", lambda: sheet(b" " * (50 * MIB)), bomb
    yield "ratio of 1000", lambda: with_part("xl/media/a.bin", bytes(20 * MIB)), bomb
    yield "many parts of 1 MiB", lambda: files.zipped(files.parts_of(files.blank()) | {f"a/{n}": bytes(MIB) for n in range(60)}), bomb
    yield "bomb in a picture", lambda: with_part("xl/media/image1.png", b"\x89PNG" + bytes(40 * MIB)), bomb
    yield "parts that share their bytes", overlapping, bomb
    yield "a part that lies about its size", partial(lying, 3 * MIB, 100), "sheet.damaged sheet.unpacks_too_much"
    yield "a part that has less than it says", partial(lying, 100, 200), "sheet.damaged sheet.unpacks_too_much"
    yield "a tebibyte", zip64, "sheet.unpacks_too_much sheet.damaged"
    yield "a file in itself", quine.made, "sheet.not_a_workbook"
    yield "a file in itself as its content types", quine_of_types, "sheet.damaged"
    yield "a part as long as the file", endless, "sheet.damaged sheet.not_a_workbook sheet.unpacks_too_much"
    yield "2,000 parts", lambda: files.zipped(files.parts_of(files.blank()) | {f"a/{n}": b"" for n in range(2000)}), bomb
    yield "encrypted entries", flagged, "sheet.encrypted"
    yield "packed with bzip2", lambda: files.zipped(files.parts_of(files.blank()), zipfile.ZIP_BZIP2), "sheet.damaged"
    yield "packed with lzma", lambda: files.zipped(files.parts_of(files.blank()), zipfile.ZIP_LZMA), "sheet.damaged"
    yield "a part twice", twice, "sheet.damaged"
    yield "half a file", lambda: files.blank()[: len(files.blank()) // 2], "sheet.damaged"
    yield "without its end", lambda: files.blank()[:-30], "sheet.damaged"
    yield "a flipped bit in a part", lambda: _flipped(files.blank()), "sheet.damaged"


def _flipped(given: bytes) -> bytes:
    at = given.index(SHEET.encode()) + 200
    return given[:at] + bytes([given[at] ^ 255]) + given[at + 1 :]


def _entities() -> Iterator[Case]:
    one = "sheet.entities"
    for part in (SHEET, STRINGS, STYLES, BOOK, RELS, BOOK_RELS, CUSTOM, "docProps/app.xml", "xl/unused.xml", "xl/unused.bin"):
        yield f"entities in {part}", partial(with_part, part, LAUGHS), one
    yield (
        "entities in the content types",
        lambda: files.changed(files.blank(), TYPES, b"<Types", b'<!DOCTYPE a [<!ENTITY a "a">]><Types'),
        one,
    )
    yield (
        "entities in UTF-16",
        partial(with_part, STRINGS, LAUGHS.decode().replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")),
        one,
    )
    yield "entities behind blanks", partial(with_part, "xl/unused.xml", b" \n\n" + LAUGHS.partition(b"?>")[2]), one
    yield "a file of the machine", partial(with_part, STRINGS, LOCAL), one
    yield "an address", partial(with_part, STRINGS, PARAMETER), one
    yield "one large entity many times", partial(with_part, STRINGS, QUADRATIC), one
    yield "a document type without entities", partial(with_part, STRINGS, b"<!DOCTYPE sst><sst/>"), one


def _xml() -> Iterator[Case]:
    one = "sheet.damaged"
    yield "unclosed elements", partial(sheet, b"<row><c>"), one
    yield "no XML at all", partial(with_part, SHEET, b"a;b"), one
    yield "invalid UTF-8", partial(sheet, b"<row>\xff\xfe</row>"), one
    yield "a null byte", partial(sheet, b"<row>\x00</row>"), one
    yield "unknown encoding", partial(with_part, STRINGS, b'<?xml version="1.0" encoding="x-unknown"?><sst/>'), one
    yield "two roots", partial(with_part, STRINGS, b"<sst/><sst/>"), one
    yield "an attribute twice", partial(sheet, b'<row r="1" r="2"/>'), one
    yield "an undeclared prefix", partial(sheet, b"<x:row/>"), one
    yield "no workbook part", partial(without, BOOK), one
    yield "no relationships", partial(without, RELS), one
    yield "the workbook is elsewhere", lambda: files.changed(files.blank(), RELS, b"xl/workbook.xml", b"../../../etc/passwd"), one
    yield (
        "the workbook is on the web",
        lambda: files.changed(files.blank(), RELS, b'Target="xl/workbook.xml"', b'Target="http://x.vn/a.xml" TargetMode="External"'),
        one,
    )
    yield "no sheet", partial(without, SHEET), "sheet.stamps_differ"
    yield (
        "the sheet is the workbook",
        lambda: files.changed(files.blank(), BOOK_RELS, b"worksheets/sheet1.xml", b"workbook.xml"),
        "sheet.stamps_differ",
    )
    yield (
        "a million elements in each other",
        lambda: sheet(b"<a>" * 1_000_000 + b"</a>" * 1_000_000),
        "confined.too_heavy sheet.unpacks_too_much sheet.stamps_differ",
    )
    yield (
        "ten million attributes",
        lambda: sheet(b"<row " + b" ".join(b'a%d="1"' % n for n in range(500_000)) + b"/>"),
        "sheet.stamps_differ confined.too_heavy",
    )


def _sheets() -> Iterator[Case]:
    rows = "sheet.too_many_rows"
    slow = f"{rows} confined.too_heavy"  # whichever comes first
    yield "5 M empty rows", lambda: _thin(more_rows(b"<row/>" * 5_000_000)), f"{slow} sheet.unpacks_too_much"
    yield "300,000 empty rows", lambda: _thin(more_rows(b"<row/>" * 300_000)), slow
    yield "20,001 rows", lambda: _thin(more_rows(b"".join(b'<row r="%d"><c><v>1</v></c></row>' % n for n in range(500, 20_501)))), slow
    yield "300,000 cells in a row", lambda: _thin(more_rows(b'<row r="500">' + b"<c><v>1</v></c>" * 300_000 + b"</row>")), "sheet.damaged"
    yield "a row beyond the last", partial(more_rows, b'<row r="10000000"><c><v>1</v></c></row>'), rows
    yield "row 0", partial(more_rows, b'<row r="0"/>'), rows
    yield "row -1", partial(more_rows, b'<row r="-1"/>'), rows
    yield "a row with forty digits", partial(more_rows, b'<row r="' + b"9" * 40 + b'"/>'), rows
    yield "a cell beyond the last column", partial(more_rows, b'<row r="500"><c r="ZZZZ500"><v>1</v></c></row>'), "sheet.damaged"
    yield "a cell without a row", partial(more_rows, b'<row r="500"><c r="A0"><v>1</v></c></row>'), "sheet.damaged"
    yield (
        "300,000 merged ranges",
        lambda: _thin(
            files.changed(
                files.blank(), SHEET, b"<mergeCells", b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 300_000 + b"</mergeCells><mergeCells"
            )
        ),
        "sheet.too_many_merged",
    )
    yield "a text that is not there", partial(more_rows, b'<row r="500"><c t="s"><v>999999</v></c></row>'), "sheet.damaged"
    yield "text -1", partial(more_rows, b'<row r="500"><c t="s"><v>-1</v></c></row>'), "sheet.damaged"
    yield "300,000 texts", lambda: _thin(strings(300_000, b"")), slow
    yield "30 MiB of texts", lambda: _thin(strings(300, b"x" * 100_000)), f"{slow} sheet.unpacks_too_much"
    yield (
        "1,000 sheets",
        lambda: files.changed(files.blank(), BOOK, b"<sheets>", b"<sheets>" + b'<sheet name="a" sheetId="9" r:id="rId1"/>' * 1000),
        "sheet.too_many_sheets",
    )
    yield (
        "30,000 marked rows",
        lambda: _thin(
            more_rows(
                b"".join(b'<row r="%d"><c t="inlineStr"><is><t>th:v:a%d:000000</t></is></c></row>' % (n + 500, n) for n in range(19_000))
            )
        ),
        "sheet.too_many_rows sheet.other_version",
    )


def _thin(given: bytes) -> bytes:
    """Fills a file up, so that the ratio does not refuse it before what it is for."""
    parts = files.parts_of(given)
    noise = zlib.compress(bytes(range(256)) * 64, 9)
    seed, filler = noise, bytearray()
    while len(filler) < 600_000:
        seed = zlib.compress(seed[::-1] + bytes(filler[-64:]), 1)[2:]
        filler += seed
    return files.zipped(parts | {"xl/media/noise.bin": bytes(filler)})


def _cells() -> Iterator[Case]:
    count, money = "v.gd_ngay_cong", "v.gd_tien_tai_tro"
    foreign = "sheet.foreign_formula"
    for text in (
        "[1]Sheet1!A1",
        "'[2]Sheet 1'!A1",
        "'C:\\[so.xlsx]A'!B2",
        "'so.xlsx'!Tong",
        "cmd|'/c calc'!A0",
        'WEBSERVICE("http://x.vn")',
    ):
        yield f"formula {text}", partial(formula, text, b"<v>1</v>"), foreign
    yield "a formula without a result", partial(formula, "1+1"), "sheet.not_computed"
    yield "a formula with an empty result", partial(formula, "1+1", b"<v></v>"), "sheet.not_computed"
    yield "a formula of a million brackets", lambda: formula("[" * 1_000_000), "sheet.not_computed sheet.foreign_formula confined.too_heavy"
    yield "a formula of a million quotes", lambda: formula("'" * 999_999), "sheet.not_computed sheet.foreign_formula confined.too_heavy"
    yield "formula as a text", partial(typed, count, "'=1+1"), "report.unreadable_number"
    yield "formula as a text with a plus", partial(typed, count, "+cmd|' /c calc'!A0"), "report.unreadable_number"
    yield "an error", partial(typed, count, "#DIV/0!"), "sheet.error_value"
    for text in ("1e999999999", "NaN", "inf", "0x1F", "9" * 1_000_000, "1" + "0" * 400, "-", "1;2"):
        yield (
            f"the number {text[:12]} of {len(text)} letters",
            lambda text=text: files.changed(  # type: ignore[misc]
                typed(count, 987654321), SHEET, b"<v>987654321</v>", b"<v>" + text.encode() + b"</v>"
            ),
            "report.unreadable_number confined.too_heavy",
        )
    yield "a number that may be a thousand times as large", partial(typed, money, "1.234"), "report.ambiguous_number"
    yield "digits of another script", partial(typed, count, "١٢٣"), "report.unreadable_number"
    yield "a number with a hidden reordering", partial(typed, count, "12\u202e34"), "report.unreadable_number"
    yield "a number with a million blanks", partial(typed, count, "1" + " " * 1_000_000 + "1"), "report.unreadable_number"
    yield "links to other files", links, "sheet.external_links"


def _stamps() -> Iterator[Case]:
    own = Stamp(layout.core(files.form()), "2024-12-10T03:00:00.000Z")
    other = Stamp(own.core._replace(unit="06280"), own.issued)
    newer = Stamp(own.core._replace(version="0" * 12), own.issued)
    yield "no stamp", partial(stamped, visible="", hidden="", custom=""), "sheet.no_form"
    yield "three stamps that differ", partial(stamped, visible=other.line, hidden=f"th:s:{newer.full}"), "sheet.stamps_differ"
    yield "one stamp", partial(stamped, visible="", hidden=""), "sheet.stamps_differ"
    yield "a stamp of garbage", partial(stamped, visible="Mã biểu: ; DROP TABLE", hidden="th:s:TH1;;;;;;", custom="TH9;a"), "sheet.no_form"
    yield (
        "a stamp of 100,000 letters",
        lambda: stamped(visible="Mã biểu: " + "a/" * 25_000, hidden="th:s:TH1;" + "a" * 50_000, custom=""),
        "sheet.no_form",
    )
    yield "two forged stamps", partial(stamped, visible=other.line, hidden=f"th:s:{other.full}"), "sheet.other_form"
    yield "three forged stamps", partial(stamped, visible=other.line, hidden=f"th:s:{other.full}", custom=other.full), "sheet.other_form"
    yield "the form of another unit", of_other_unit, "sheet.other_form"
    yield "the form of another regime", of_other_regime, "sheet.other_form"
    yield (
        "the form of another period",
        lambda: files.blank(("ct27-van-quan", "2025", "06253-2025", date(2025, 12, 1))),
        "sheet.other_form",
    )
    yield (
        "without its markers and names",
        lambda: files.changed(files.changed(files.blank(), STRINGS, b"th:v:", b"x"), BOOK, b'name="TH.', b'name="TX.'),
        "sheet.lost_rows",
    )
