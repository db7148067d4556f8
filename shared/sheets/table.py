"""Reads a CSV file: which encoding, which separator, which cells. What the cells mean is `columns.py` and `table_reports.py`. Pure.

Other software and spreadsheets write CSV in many ways. UTF-8 and UTF-16 are read, with `;`, `,` or tabs; any other encoding is refused by
name, because a wrong guess gives garbled names and not an error. A fault that leaves it unclear where cells begin refuses the whole file;
each fault names line and column. Source: RFC 4180; ADR 0084.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from shared.words import texts
from shared.words.failures import PermanentError
from shared.words.refusals import Both, Refusal, number, refusal

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 2_000
AT_ONCE: Final = 16  # rows that Excel writes together
MOST_CELLS: Final = 200_000  # that say something
MOST_LETTERS: Final = 20_000  # of a cell; a narrative has 10,000
SEPARATORS: Final = (";", "\t", ",")  # in this order: a label of a column may have a comma
SAID: Final = re.compile(r"sep=([;,\t])\r?(?:\n|$)", re.IGNORECASE)  # what Excel may write before the columns
PLAIN: Final = {mark: re.compile(f"[^{mark}\r\n]*") for mark in SEPARATORS}
EMPTY: Final = {mark: re.compile(f"(?:[{mark} \xa0]*\n)+|[{mark} \xa0]*\\Z") for mark in SEPARATORS}
AFTER: Final = re.compile("[ \xa0]*")
BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
BLANKS: Final = {mark: " \xa0\ufeff" + ("" if mark == "\t" else "\t") for mark in SEPARATORS}
UTF_32: Final = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
OTHERS: Final = {
    b"PK\x03\x04": Both("bảng tính Excel (.xlsx)", "an Excel workbook (.xlsx)"),
    b"\xd0\xcf\x11\xe0": Both("tệp Excel cũ (.xls)", "an old Excel workbook (.xls)"),
    b"%PDF": Both("tệp PDF", "a PDF file"),
    b"\x1f\x8b": Both("tệp nén gzip", "a gzip archive"),
    b"\x89PNG": Both("ảnh PNG", "a PNG picture"),
    b"\xff\xd8\xff": Both("ảnh JPEG", "a JPEG picture"),
}
TONES_1258: Final = re.compile(rb"[AEIOUYaeiouy\xc2\xca\xd4\xe2\xea\xf4\xc3\xe3\xd5\xf5\xdd\xfd][\xcc\xd2\xde\xec\xf2]")
"""A vowel with the tone behind it: so Windows-1258 writes Vietnamese, and no other code page does."""


class Cell(NamedTuple):
    """A cell that says something: its column, from 1, and its text without blanks around it."""

    column: int
    text: str


class Row(NamedTuple):
    """A line with cells: its number in the file, from 1, how many cells it has, and those that say something."""

    line: int
    width: int
    cells: list[Cell]


Numbered = tuple[int, Row]
"""A row, and how many rows of the file are before it, empty ones too."""


class Table(NamedTuple):
    """The names of the columns, their line, and the rows below."""

    line: int
    names: list[str]
    rows: list[Row]


def place(line: int, column: int = 0) -> str:
    """The path of a fault: `3:5` is column 5 of line 3; only the line where the whole line is meant."""
    return f"{line}:{column}" if column else str(line)


def read(given: bytes) -> Table:
    """The table in a file. Raises PermanentError with what is wrong with the file as a whole."""
    if len(given) > MOST_BYTES:
        raise PermanentError(too_large(len(given)))
    first, found, counted = None, list[Numbered](), 0
    text = _decoded(given)
    for place_of, (number_of, row) in enumerate(_rows(text)):
        counted += len(row.cells)
        if place_of > MOST_ROWS or counted > MOST_CELLS:
            raise PermanentError(refusal("table.too_many_rows", place(row.line), rows=number(MOST_ROWS), cells=number(MOST_CELLS)))
        if first is None:
            first = row if row.cells else None
        elif row.cells:
            found.append((number_of, row))
    if first is None:
        raise PermanentError(refusal("table.empty"))
    if not found:
        raise PermanentError(refusal("table.no_rows", place(first.line)))
    names = _names(first)
    return Table(first.line, names, _filled_up(found, len(names), has_end=text.endswith("\n")))


def _filled_up(rows: Sequence[Numbered], width: int, *, has_end: bool) -> list[Row]:
    """The rows; those that Excel has written without the separators of empty cells at their end, as if it had written these.

    Excel writes sixteen rows at a time, and leaves out a last column that is empty in all sixteen. So such rows are equally short from the
    first to the last of the sixteen; a row that was cut, or broken by a line end in a cell, is shorter than those beside it. A last row
    without a line end may have been cut. Source: Stata's FAQ "How Excel writes empty cells"; Microsoft, KB 77295.
    """
    widths: dict[int, set[int]] = {}
    for number_of, row in rows:
        widths.setdefault(number_of // AT_ONCE, set()).add(row.width)
    even = {block for block, found in widths.items() if len(found) == 1 and block > 0}
    if not has_end:
        even.discard(rows[-1][0] // AT_ONCE)
    return [row._replace(width=max(row.width, width)) if number_of // AT_ONCE in even else row for number_of, row in rows]


def _names(first: Row) -> list[str]:
    names = dict(first.cells)
    width = max(names)
    return [names.get(column, "") for column in range(1, width + 1)]


def _decoded(given: bytes) -> str:
    """The text of a file. Raises PermanentError."""
    if (other := next((name for start, name in OTHERS.items() if given.startswith(start)), None)) is not None:
        raise PermanentError(refusal("table.not_text", found=other))
    if given.startswith(UTF_32):
        raise PermanentError(refusal("table.encoding", "1", name="UTF-32"))
    mark, name = next(((mark, name) for mark, name in BOMS if given.startswith(mark)), (b"", _guessed(given)))
    try:
        text = codecs.decode(given[len(mark) :], name)
    except UnicodeDecodeError as error:
        raise PermanentError(_wrong_encoding(given, name, error)) from None
    if texts.has_too_many_marks(text):
        raise PermanentError(refusal("text.too_many_marks", most=texts.MOST_MARKS))
    text = texts.normal(text)
    if (character := texts.forbidden(text)) is not None:
        wrong = chr(int(character[2:], 16))
        raise PermanentError(refusal("table.character", place(text.partition(wrong)[0].count("\n") + 1), character=character))
    return text


def _guessed(given: bytes) -> str:
    """UTF-8, or the UTF-16 in which every second byte of Latin letters is 0."""
    start = given[:64]
    if len(start) >= 4 and start[1::2].count(0) > len(start) // 4 > start[0::2].count(0):
        return "utf-16-le"
    return "utf-16-be" if len(start) >= 4 and start[0::2].count(0) > len(start) // 4 > start[1::2].count(0) else "utf-8"


def _wrong_encoding(given: bytes, name: str, error: UnicodeDecodeError) -> Refusal:
    if name != "utf-8":
        return refusal("table.encoding", name=Both(f"{name.upper()} bị hỏng", f"damaged {name.upper()}"))
    line = place(given.count(b"\n", 0, error.start) + 1)
    if TONES_1258.search(given) is not None:
        return refusal("table.windows_1258", line)
    return refusal("table.encoding", line, name=Both("không xác định", "unknown"))


def _rows(text: str) -> Iterator[Numbered]:
    """The lines of a text, each with its cells. Raises PermanentError where it is unclear where a cell ends."""
    at, line, mark, number_of = 0, 1, _separator(text), 0
    if (said := SAID.match(text)) is not None:
        at, line, mark = said.end(), 2, said[1]
    while at < len(text):
        if (empty := EMPTY[mark].match(text, at)) is not None and empty.end() > at:
            skipped = text.count("\n", at, empty.end())
            line, at, number_of = line + skipped, empty.end(), number_of + skipped
            continue
        begin, cells, column = line, list[Cell](), 0
        while True:
            column += 1
            if column > MOST_COLUMNS:
                raise PermanentError(refusal("table.too_many_columns", place(begin), most=number(MOST_COLUMNS)))
            content, after = _cell(text, at, mark, place(line, column))
            line += text.count("\n", at, after)
            at = after
            content = content.strip(BLANKS[mark])
            if len(content) > MOST_LETTERS:
                raise PermanentError(refusal("table.cell_too_long", place(begin, column), most=number(MOST_LETTERS)))
            if content and not texts.is_blank(content):
                cells.append(Cell(column, content))
            if not text.startswith(mark, at):
                break
            at += 1
        yield number_of, Row(begin, column, cells)
        number_of += 1
        if text.startswith("\r", at):
            at += 1
        if text.startswith("\n", at):
            at += 1
        line += 1


def _cell(text: str, at: int, mark: str, where: str) -> tuple[str, int]:
    """The content of the cell that begins at `at`, and where it ends. Raises PermanentError if that is unclear."""
    if not text.startswith('"', at):
        found = PLAIN[mark].match(text, at)
        assert found is not None  # also nothing is a cell
        return found[0], found.end()
    closing = text.find('"', at + 1)
    while text.startswith('""', closing) and closing >= 0:
        closing = text.find('"', closing + 2)
    if closing < 0:
        raise PermanentError(refusal("table.quote_open", where))
    after = AFTER.match(text, closing + 1)
    assert after is not None
    if after.end() < len(text) and text[after.end()] not in (mark, "\r", "\n"):
        raise PermanentError(refusal("table.quote_inside", where))
    return text[at + 1 : closing].replace('""', '"'), after.end()


def _separator(text: str) -> str:
    """What separates the columns: the first of the separators that the first line with something has outside quotes."""
    first = next((line for line in text[: MOST_LETTERS * 10].split("\n") if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return next((mark for mark in SEPARATORS if mark in outside), ";")


def too_large(size: int) -> Refusal:
    """Why a file of this size is not taken."""
    return refusal("table.too_large", size=f"{size / (1024 * 1024):.1f}".replace(".", ","), most=MOST_BYTES // (1024 * 1024))


def faults_of_width(table: Table, row: Row) -> Sequence[Refusal]:
    """Whether a row has other cells than the columns: some are missing, or something stands beside them."""
    beyond = [cell for cell in row.cells if cell.column > len(table.names)]
    if beyond:
        return [refusal("table.more_cells", place(row.line, beyond[0].column), columns=len(table.names))]
    return (
        [refusal("table.fewer_cells", place(row.line), found=row.width, columns=len(table.names))] if row.width < len(table.names) else []
    )
