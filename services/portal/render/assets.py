"""The styles and scripts of the pages, and the pictures of the guides: read once, with a hash of their content in their address, and
compressed.
"""

import gzip
import hashlib
import mimetypes
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from services.portal.render import scripts
from shared.plumbing import data_files

FOLDER: Final = Path(__file__).parent / "static"
GUIDES: Final = data_files.path("deploy/huong-dan")
PICTURES: Final = GUIDES / "anh"
MOUNTED: Final = "/static"
PNG_SIZE: Final = slice(16, 24)  # width and height in the first chunk of a PNG file (IHDR)
MODULES: Final = ("form.js", "form_sent.js")  # served with the modules that they import
LETTERS: Final = 16  # of the hash: enough to tell two versions of a file apart


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that every page may load. It holds nothing of anybody."""

    content: bytes
    zipped: bytes
    media_type: str
    version: str


@cache
def assets() -> Mapping[str, Asset]:
    """All files, by name."""
    return {file.name: _read(file) for folder in (PICTURES, FOLDER) for file in sorted(folder.iterdir()) if file.is_file()}


def address(name: str) -> str:
    """The address of a file with this content: browsers keep what it answers for ever. Raises KeyError if there is no such file."""
    return f"{MOUNTED}/{name}?v={assets()[name].version}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a guide, with its size in pixels, so that the page keeps its place."""

    address: str
    width: int
    height: int


def picture(name: str) -> Picture:
    """A PNG picture of a guide. Raises KeyError if there is no such file."""
    width, height = struct.unpack(">II", assets()[name].content[PNG_SIZE])
    return Picture(address(name), width, height)


def _read(file: Path) -> Asset:
    content = scripts.bundled(file).encode() if file.name in MODULES else file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Asset(content, gzip.compress(content, mtime=0), media_type, hashlib.sha256(content).hexdigest()[:LETTERS])
