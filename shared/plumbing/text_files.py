"""Text files that people write: read whole, in one encoding and one Unicode form, with what to do when that cannot be.

Spreadsheets and editors of Windows write other encodings than UTF-8 unless they are told; a file that was read in the wrong one
would show names that nobody bears.
"""

from pathlib import Path
from typing import Final

from shared.words import texts

MOST_BYTES: Final = 16 * 1024 * 1024  # fifteen times the country's units
BOM: Final = b"\xef\xbb\xbf"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
NOT_TEXT: Final = {
    b"PK\x03\x04": ("tệp Excel .xlsx hoặc tệp nén", "an Excel workbook or an archive"),
    b"\xd0\xcf\x11\xe0": ("tệp Excel .xls", "an old Excel workbook"),
    b"%PDF": ("tệp PDF", "a PDF file"),
    b"\x1f\x8b": ("tệp nén gzip", "a gzip archive"),
}
FROM_EXCEL: Final = "trong Excel: Lưu thành (Save As), loại “CSV UTF-8 (Comma delimited)” (save it as CSV UTF-8)"
FROM_EDITOR: Final = "trong trình soạn thảo: Lưu thành (Save As), Mã hóa (Encoding) UTF-8 (save it as UTF-8)"


class UnreadableError(Exception):
    """A file that is no text of ours: where (`dòng 3`, `tệp`), why and what to do, in two languages."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where, self.reason = where, reason


def read(path: Path, remedy: str = FROM_EDITOR) -> str:
    """The text of a UTF-8 file, with or without its mark, lines ended by a line feed. Raises UnreadableError.

    `remedy` says how a file in another encoding is saved again.
    """
    raw = _bytes(path)
    if found := next((words for mark, words in NOT_TEXT.items() if raw.startswith(mark)), None):
        raise _unreadable(f"{found[0]}, cần tệp chữ; {remedy}", found[1])
    if raw.startswith(UTF_16) or _looks_like_utf_16(raw):
        raise _unreadable(f"mã hóa UTF-16 (“Unicode Text”), cần UTF-8; {remedy}", "UTF-16")
    try:
        text = raw.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = f"không phải UTF-8, có lẽ là Windows-1258 hoặc Windows-1252; {remedy}"
        raise _unreadable(reason, "not UTF-8, perhaps Windows-1258", f"dòng {line}") from error
    return _allowed(texts.normal(text).replace("\r", "\n"))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise _unreadable("không có tệp này", "no such file") from error
    except IsADirectoryError as error:
        raise _unreadable("đây là thư mục", "a folder") from error
    except PermissionError as error:
        raise _unreadable("không có quyền đọc", "no permission") from error
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        raise _unreadable("máy không đọc được tệp", "cannot be read") from error
    if len(raw) > MOST_BYTES:
        raise _unreadable(f"tệp lớn hơn {MOST_BYTES // 1024**2} MB", "too large")
    return raw


def _looks_like_utf_16(raw: bytes) -> bool:
    """Without its mark: every other byte of Latin letters is 0."""
    start = raw[:64]
    return len(start) >= 4 and max(start[0::2].count(0), start[1::2].count(0)) > len(start) // 4


def _allowed(text: str) -> str:
    if texts.forbidden(text) is None:
        return text
    number, found = next((number, found) for number, line in enumerate(text.split("\n"), 1) if (found := texts.forbidden(line)))
    raise UnreadableError(f"dòng {number}", f"có ký tự không được dùng {found}, hãy xóa (a character that no text may hold)")


def _unreadable(reason: str, reason_en: str, where: str = "tệp") -> UnreadableError:
    return UnreadableError(where, f"không đọc được (cannot be read, {reason_en}): {reason}")
