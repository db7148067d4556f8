"""What a file is, by its content: PDF, PNG, JPEG, or not taken. Neither its name nor a header decides anything.

A file must begin and end as its kind does, so one that was cut off is noticed, and must not be a file of another kind as well (a
polyglot). What the parts of a PDF do is the affair of the agency's scanner. Source: ISO 32000-2, 7.5; PNG (W3C), 5; ITU T.81, B; APPNOTE
of ZIP, 4.3.16; ADR 0085.
"""

import mmap
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import IO, Final

from shared.words import attachments
from shared.words.attachments import JPEG, PDF, PNG, MediaType
from shared.words.refusals import Refusal, refusal

STARTS: Final[dict[bytes, MediaType]] = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
PDF_BEGINS: Final = 1024  # bytes: a reader of PDF looks for its beginning, and for its end, so far
PDF_END: Final = re.compile(rb"startxref\s+[0-9]{1,10}\s+%%EOF")
MOST_CHUNKS: Final = 20_000  # of a PNG of 10 MiB; scanners write some hundreds
MOST_SEGMENTS: Final = 10_000  # of a JPEG
ZIP_END, ZIP_ENTRY = b"PK\x05\x06", b"PK\x01\x02"
ZIP_END_BYTES: Final = 22
LONGEST_ZIP_COMMENT: Final = 65_535
FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # markers of JPEG that begin a picture
SCAN: Final = 0xDA
ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length


def recognised(file: IO[bytes]) -> MediaType | Refusal:
    """The media type of a file that is open for reading; or why it is not taken."""
    file.flush()
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        kind = next((kind for start, kind in STARTS.items() if data[: len(start)] == start), None)
        if kind is None:
            return refusal("attachment.unknown_kind")
        if not WHOLE[kind](data):
            return refusal("attachment.damaged", kind=attachments.KINDS[kind])
        if (other := _other(data, kind)) is not None:
            return refusal("attachment.two_kinds", kind=attachments.KINDS[kind], other=other)
    return kind


def _other(data: mmap.mmap, kind: MediaType) -> str | None:
    """The kind that the file is as well, for programs that find it elsewhere than at the beginning."""
    if kind != PDF and data.find(b"%PDF-", 0, PDF_BEGINS) >= 0:
        return "PDF"
    end = data.rfind(ZIP_END, max(0, len(data) - LONGEST_ZIP_COMMENT - ZIP_END_BYTES))
    if end < 0 or end + ZIP_END_BYTES > len(data):
        return None
    size = struct.unpack_from("<L", data, end + 12)[0]  # of the directory, which is before the end
    first = end - size
    return "ZIP" if size and first >= 0 and data[first : first + len(ZIP_ENTRY)] == ZIP_ENTRY else None


def _is_whole_pdf(data: mmap.mmap) -> bool:
    """Whether a PDF has its end, and says where its objects begin."""
    tail = data[max(0, len(data) - PDF_BEGINS) :]
    return PDF_END.search(tail) is not None and data.find(b"/Root") >= 0 and data.find(b" obj") >= 0


def _is_whole_png(data: mmap.mmap) -> bool:
    """Whether a PNG has a head, a picture and an end, each part of it as its check sum says, and nothing behind."""
    at, kinds = 8, list[bytes]()
    while len(kinds) < MOST_CHUNKS and at + 12 <= len(data):
        length, kind = struct.unpack_from(">L4s", data, at)
        end = at + 12 + length
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">L", data, end - 4)[0]:
            return False
        kinds.append(kind)
        at = end
        if kind == b"IEND":
            break
    return at == len(data) and kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and b"IDAT" in kinds


def _is_whole_jpeg(data: mmap.mmap) -> bool:
    """Whether a JPEG has a head, a picture and its end. Cameras write notes of their own behind the end, so these are taken."""
    at, has_frame = 2, False
    for _ in range(MOST_SEGMENTS):
        if at + 4 > len(data) or data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in ALONE:
            at += 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker == SCAN:
            return has_frame and data.find(b"\xff\xd9", at + 2 + length) >= 0
        if length < 2 or marker == 0xD9:
            return False
        has_frame = has_frame or marker in FRAMES
        at += 2 + length
    return False


WHOLE: Final[Mapping[MediaType, Callable[[mmap.mmap], bool]]] = {PDF: _is_whole_pdf, PNG: _is_whole_png, JPEG: _is_whole_jpeg}
