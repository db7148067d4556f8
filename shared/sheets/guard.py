"""Judges a file before it is read: whether it is a workbook of the kind we read, by its content, and how much it unpacks to.

A workbook is a ZIP of parts (ECMA-376, part 2). What it says about the size of its parts is judged before anything is unpacked, and what is
unpacked is counted. No part may have a document type, so there are no entities.
"""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from shared.words.failures import PermanentError
from shared.words.refusals import Refusal, refusal

MIB: Final = 1024 * 1024
MOST_BYTES: Final = 5 * MIB
MOST_UNPACKED: Final = 50 * MIB
MOST_RATIO: Final = 100
SMALL: Final = MIB  # what unpacks to less is never a bomb, however well it is packed
MOST_PARTS: Final = 1_000

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PACKED: Final = (ZIP, OLE)  # how what claims to be a workbook begins
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
ENTRY: Final = b"PK\x01\x02"
TYPES: Final = "[Content_Types].xml"
OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument"
WORKBOOK: Final = b"application/vnd.openxmlformats-officedocument.spreadsheetml."
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
XML: Final = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, UnicodeError)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Package:
    """The parts of a workbook that was let in. Raises `PermanentError` if it is not."""

    def __init__(self, given: bytes) -> None:
        _require_zip(given)
        if given.count(ENTRY) > MOST_PARTS:
            raise _unpacks_too_much()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(given))
            self._parts = {entry.filename.lstrip("/").casefold(): entry for entry in self._zip.infolist()}
        except BROKEN as error:
            raise _damaged() from error
        self._left = MOST_UNPACKED * 3  # each part is unpacked once to be judged, and twice at most to be read
        _require_sizes(self._zip.infolist(), len(given))
        self._require_workbook()
        self._require_plain()

    @property
    def names(self) -> list[str]:
        """The names of the parts, in lower case and without a slash before them."""
        return list(self._parts)

    def __contains__(self, name: str) -> bool:
        return name.lstrip("/").casefold() in self._parts

    def read(self, name: str) -> bytes:
        """A part, unpacked; the number of bytes is the one that its entry promised. Raises `PermanentError`."""
        entry = self._parts.get(name.lstrip("/").casefold())
        if entry is None:
            raise _damaged()
        try:
            with self._zip.open(entry) as file:
                unpacked = file.read(entry.file_size + 1)
        except BROKEN as error:
            raise _damaged() from error
        self._left -= len(unpacked)
        if len(unpacked) != entry.file_size or self._left < 0:
            raise _unpacks_too_much()
        return unpacked

    def parse(self, name: str, start: Start | None = None, end: End | None = None, text: Text | None = None) -> None:
        """Reads the XML of a part; names of elements and attributes come without their namespace."""
        parse(self.read(name), start, end, text)

    def _require_workbook(self) -> None:
        types = self.read(TYPES).lower() if TYPES in self else b""
        if "mimetype" in self and OPEN_DOCUMENT in self.read("mimetype")[:100]:
            raise PermanentError(refusal("sheet.open_document"))
        if b"sheet.binary" in types or "xl/workbook.bin" in self:
            raise PermanentError(refusal("sheet.binary"))
        if b"macro" in types or b"vbaproject" in types or any("vbaproject" in name or "macrosheets/" in name for name in self._parts):
            raise PermanentError(refusal("sheet.macros"))
        if any(name.startswith(("xl/activex/", "xl/embeddings/")) for name in self._parts):
            raise PermanentError(refusal("sheet.embedded"))
        if WORKBOOK not in types:
            raise PermanentError(refusal("sheet.not_a_workbook"))

    def _require_plain(self) -> None:
        """No part has a document type, and what looks like XML is."""
        for name in self._parts:
            unpacked = self.read(name)
            if unpacked.lstrip()[:3].startswith(XML):
                parse(unpacked)


def parse(unpacked: bytes, start: Start | None = None, end: End | None = None, text: Text | None = None) -> None:
    """Reads XML. Raises `PermanentError` if it is broken, or has a document type."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if start is not None:
        begin = start
        parser.StartElementHandler = lambda name, given: begin(_local(name), {_local(key): value for key, value in given.items()})
    if end is not None:
        finish = end
        parser.EndElementHandler = lambda name: finish(_local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(unpacked, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding that nobody knows
        raise _damaged() from error


def _refuse_doctype(*_: object) -> None:
    raise PermanentError(refusal("sheet.entities"))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _require_zip(given: bytes) -> None:
    if len(given) > MOST_BYTES:
        raise PermanentError(too_large(len(given)))
    if given.startswith(OLE):
        raise PermanentError(refusal("sheet.encrypted") if ENCRYPTED in given else refusal("sheet.old_format"))
    if not given.startswith(ZIP):
        raise PermanentError(refusal("sheet.not_a_workbook"))


def too_large(size: int) -> Refusal:
    """Why a file of this size is not taken."""
    return refusal("sheet.too_large", size=f"{size / MIB:.1f}".replace(".", ","), most=MOST_BYTES // MIB)


def _require_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Judges what the directory says. Parts that share their bytes would be more than the file has."""
    if len({entry.filename.lstrip("/").casefold() for entry in entries}) < len(entries):
        raise _damaged()
    if any(entry.flag_bits & 1 for entry in entries):
        raise PermanentError(refusal("sheet.encrypted"))
    if any(entry.compress_type not in METHODS for entry in entries):
        raise _damaged()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > max(SMALL, MOST_RATIO * size) or sum(entry.compress_size for entry in entries) > size:
        raise _unpacks_too_much()


def _unpacks_too_much() -> PermanentError:
    return PermanentError(refusal("sheet.unpacks_too_much", most=MOST_UNPACKED // MIB, ratio=MOST_RATIO))


def _damaged() -> PermanentError:
    return PermanentError(refusal("sheet.damaged"))
