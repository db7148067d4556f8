"""Text files that people write: read whole, in one encoding and one Unicode form. If a file cannot be read, the error says what to do.

Windows spreadsheets and editors often save in encodings other than UTF-8; a file read in the wrong encoding would show garbled names.
"""

from pathlib import Path
from typing import Final

from shared.words import texts
from shared.words.refusals import Both, Refusal, refusal

MOST_BYTES: Final = 16 * 1024 * 1024  # fifteen times the size of a file with all units of the country
BOM: Final = b"\xef\xbb\xbf"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
NOT_TEXT: Final = {
    b"PK\x03\x04": Both("tệp Excel .xlsx hoặc tệp nén", "an Excel workbook or an archive"),
    b"\xd0\xcf\x11\xe0": Both("tệp Excel .xls", "an old Excel workbook"),
    b"%PDF": Both("tệp PDF", "a PDF file"),
    b"\x1f\x8b": Both("tệp nén gzip", "a gzip archive"),
}
FROM_EXCEL: Final = Both(
    "trong Excel, chọn Lưu thành (Save As), loại “CSV UTF-8 (Comma delimited)”",
    "in Excel, choose Save As, type “CSV UTF-8 (Comma delimited)”",
)
FROM_EDITOR: Final = Both(
    "trong trình soạn thảo, chọn Lưu thành (Save As), Mã hóa (Encoding) UTF-8",
    "in the editor, choose Save As, encoding UTF-8",
)


class UnreadableError(Exception):
    """A file that cannot be read as our text, and why; `line` is the faulty line, None if the whole file is at fault."""

    def __init__(self, refusal: Refusal, line: int | None = None) -> None:
        super().__init__(refusal.line("en"))
        self.refusal, self.line = refusal, line

    def at(self, path: Path) -> Refusal:
        """The refusal with file and line."""
        return self.refusal.at(f"{path}" if self.line is None else f"{path}:{self.line}")


def read(path: Path, remedy: Both = FROM_EDITOR, most_bytes: int = MOST_BYTES) -> str:
    """The text of a UTF-8 file, with or without a byte-order mark, with line feeds as line ends. Raises UnreadableError.

    `remedy` says how to save a file in another encoding as UTF-8.
    """
    raw = _text_bytes(path, remedy, most_bytes)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(refusal("file.not_utf_8", remedy=remedy), line) from error
    return _allowed(texts.normal(text).replace("\r", "\n"))


def lines(path: Path, most_bytes: int) -> list[bytes]:
    """The lines of a text file as they are, without a byte-order mark and without line ends. Raises UnreadableError."""
    return [line.removesuffix(b"\r") for line in _text_bytes(path, FROM_EDITOR, most_bytes).split(b"\n")]


def raw(path: Path, most_bytes: int) -> bytes:
    """The bytes of a file as they are. Raises UnreadableError."""
    return _bytes(path, most_bytes)


def _text_bytes(path: Path, remedy: Both, most: int) -> bytes:
    """The bytes of a file that is not visibly something else than UTF-8 text, without a byte-order mark."""
    raw = _bytes(path, most)
    if format_name := next((words for mark, words in NOT_TEXT.items() if raw.startswith(mark)), None):
        raise UnreadableError(refusal("file.not_text", found=format_name, remedy=remedy))
    if raw.startswith(UTF_16) or _looks_like_utf_16(raw):
        raise UnreadableError(refusal("file.utf_16", remedy=remedy))
    return raw.removeprefix(BOM)


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except FileNotFoundError as error:
        raise UnreadableError(refusal("file.missing")) from error
    except IsADirectoryError as error:
        raise UnreadableError(refusal("file.is_folder")) from error
    except PermissionError as error:
        raise UnreadableError(refusal("file.no_permission")) from error
    except (OSError, ValueError) as error:  # a path with a NUL raises ValueError
        raise UnreadableError(refusal("file.unreadable")) from error
    if len(raw) > most:
        raise UnreadableError(refusal("file.too_large", most=most // 1024**2))
    return raw


def _looks_like_utf_16(raw: bytes) -> bool:
    """Whether it is UTF-16 without a byte-order mark: every second byte of Latin letters is 0."""
    start = raw[:64]
    return len(start) >= 4 and max(start[0::2].count(0), start[1::2].count(0)) > len(start) // 4


def _allowed(text: str) -> str:
    if texts.forbidden(text) is None:
        return text
    number, character = next((number, character) for number, line in enumerate(text.split("\n"), 1) if (character := texts.forbidden(line)))
    raise UnreadableError(refusal("file.forbidden_character", character=character), number)
