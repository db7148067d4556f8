"""Small files as scanners write them, and files that are none: what nobody should be able to attach to a report."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

MIB: Final = 1024 * 1024


def pdf(text: str = "Bao cao", padding: int = 0) -> bytes:
    """A PDF with one page; `padding` bytes more in a comment."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text.encode()),
    ]
    whole, places = bytearray(b"%PDF-1.7\n"), list[int]()
    if padding:
        whole += b"%" + b"x" * (padding - 2) + b"\n"
    for number, content in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    whole += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(whole + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))


def pdf_of(size: int) -> bytes:
    """A PDF of that many bytes."""
    return pdf(padding=2 * size - len(pdf(padding=size)))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def png(*more: bytes) -> bytes:
    """A PNG of one pixel, with more chunks before its end."""
    head = chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*more: bytes, end: bytes = b"\xff\xd9") -> bytes:
    """The parts of a JPEG of one pixel, with more segments after its beginning."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, 1, 1, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x00\xff\x00\x12"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0") + b"".join(more) + frame + scan + end


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("run.bat", "del *")
    return held.getvalue()


TAKEN: Final[Mapping[str, tuple[str, bytes]]] = {
    "a PDF": ("application/pdf", pdf()),
    "a PDF with a line behind its end": ("application/pdf", pdf() + b"\r\n%written by a scanner\r\n"),
    "a PNG": ("image/png", png()),
    "a PNG with a text": ("image/png", png(chunk(b"tEXt", b"Software\0scanner"))),
    "a JPEG": ("image/jpeg", jpeg()),
    "a JPEG with a small picture in its head": ("image/jpeg", jpeg(segment(0xE1, b"Exif\0\0" + jpeg()))),
    "a JPEG with the notes of a camera behind its end": ("image/jpeg", jpeg() + b"SEFHe\0\0\0SEFT"),
    "a JPEG with fill bytes": ("image/jpeg", jpeg(b"\xff\xff\xff")),
}
SVG: Final = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML: Final = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
_PDF, _PNG, _JPEG = pdf(), png(), jpeg()
REFUSED: Final[Mapping[str, tuple[str, bytes]]] = {
    "HTML": ("attachment.unknown_kind", HTML),
    "SVG": ("attachment.unknown_kind", SVG),
    "a script": ("attachment.unknown_kind", b"#!/bin/sh\nrm -rf /\n"),
    "a program of Windows": ("attachment.unknown_kind", b"MZ\x90\0" + bytes(200)),
    "a ZIP, as DOCX and XLSX are": ("attachment.unknown_kind", zipped()),
    "an old office file": ("attachment.unknown_kind", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
    "a GIF": ("attachment.unknown_kind", b"GIF89a\x01\0\x01\0\0\0\0;"),
    "a TIFF": ("attachment.unknown_kind", b"II*\0\x08\0\0\0" + bytes(40)),
    "zeros": ("attachment.unknown_kind", bytes(4096)),
    "one byte": ("attachment.unknown_kind", b"%"),
    "a PDF behind HTML": ("attachment.unknown_kind", HTML + _PDF),
    "a PDF behind a byte order mark": ("attachment.unknown_kind", b"\xef\xbb\xbf" + _PDF),
    "only the beginning of a PDF": ("attachment.damaged", b"%PDF-1.7\n"),
    "HTML that begins as a PDF": ("attachment.damaged", b"%PDF-1.7\n" + HTML),
    "a PDF without its end": ("attachment.damaged", _PDF[:-8]),
    "half a PDF": ("attachment.damaged", _PDF[: len(_PDF) // 2]),
    "a PDF with 4 KiB behind its end": ("attachment.damaged", _PDF + b"x" * 4096),
    "the beginning and the end of a PDF": ("attachment.damaged", b"%PDF-1.7\nstartxref\n0\n%%EOF"),
    "a PDF that is also a ZIP": ("attachment.two_kinds", _PDF + zipped()),
    "only the beginning of a PNG": ("attachment.damaged", _PNG[:8]),
    "a PNG without its end": ("attachment.damaged", _PNG[:-12]),
    "half a PNG": ("attachment.damaged", _PNG[: len(_PNG) // 2]),
    "a PNG with HTML behind its end": ("attachment.damaged", _PNG + HTML),
    "a PNG that is also a ZIP": ("attachment.damaged", _PNG + zipped()),
    "a PNG with a changed byte": ("attachment.damaged", _PNG[:20] + b"\x07" + _PNG[21:]),
    "a PNG whose part is said to have 4 GiB": ("attachment.damaged", _PNG[:8] + b"\xff\xff\xff\xff" + _PNG[12:]),
    "a PNG without a picture": ("attachment.damaged", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b"")),
    "a PNG of 30,000 parts": ("attachment.damaged", png(chunk(b"tEXt", b"") * 30_000)),
    "a PNG with a PDF in its text": ("attachment.two_kinds", png(chunk(b"tEXt", b"x\0" + _PDF))),
    "only the beginning of a JPEG": ("attachment.damaged", b"\xff\xd8\xff\xe0"),
    "a JPEG without its end": ("attachment.damaged", jpeg(end=b"")),
    "a JPEG that ends in its head, behind the end of a small picture": ("attachment.damaged", b"\xff\xd8" + segment(0xE1, jpeg())),
    "a JPEG without a picture": ("attachment.damaged", b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9"),
    "a JPEG of 200,000 empty segments": ("attachment.damaged", jpeg(segment(0xFE, b"") * 200_000)),
    "a JPEG with a segment that never ends": ("attachment.damaged", b"\xff\xd8\xff\xfe\x00\x00" + bytes(100)),
    "a JPEG with a PDF in its comment": ("attachment.two_kinds", jpeg(segment(0xFE, _PDF))),
    "a JPEG that is also a ZIP": ("attachment.two_kinds", _JPEG + zipped()),
}
