"""CSV files that are no tables, or could be read in two ways: each is refused as a whole, with its code."""

from collections.abc import Mapping
from typing import Final

from tests.builders import COMMUNE, CT27

HEAD: Final = "regime;period;unit;gd_ngay_cong;kho_khan\n"
ROW: Final = f"{CT27};2024;{COMMUNE};340;Thiếu vốn\n"
GOOD: Final = (HEAD + ROW).encode()
MIB: Final = 1024 * 1024


def _named(*names: str, cells: str = "1") -> bytes:
    return f"regime;period;{';'.join(names)}\n{CT27};2024;{';'.join([cells] * len(names))}\n".encode()


REFUSED: Final[Mapping[str, tuple[str, bytes]]] = {
    "nothing": ("table.empty", b""),
    "only blanks": ("table.empty", b"  \n\n;;;\n"),
    "only a byte order mark": ("table.empty", b"\xef\xbb\xbf"),
    "only names": ("table.no_rows", HEAD.encode()),
    "a quote that is never closed": ("table.quote_open", GOOD + b'"x;2\n3;4\n'),
    "a quote that is closed in the middle": ("table.quote_inside", GOOD + b'"x"y;2\n'),
    "quotes without end": ("table.quote_inside", GOOD + b'""""x"' * 100_000 + b"x"),
    "NUL": ("table.character", GOOD + b"a;\0;b\n"),
    "an escape of a terminal": ("table.character", GOOD + b"a;\x1b[31m;b\n"),
    "a text that is reversed": ("table.character", GOOD + "a;\u202efdp;b\n".encode()),
    "a lone carriage return": ("table.character", HEAD.replace("\n", "\r").encode() + ROW.encode()),
    "Windows-1258": ("table.windows_1258", GOOD + "Đơn vi\u0323;Số".encode("cp1258", "replace")),
    "Windows-1252": ("table.encoding", GOOD + "né".encode("cp1252")),
    "Shift JIS": ("table.encoding", "ベトナム;期間\n".encode("shift_jis")),
    "half of UTF-8": ("table.encoding", GOOD + "ệ".encode()[:2]),
    "overlong UTF-8": ("table.encoding", GOOD + b"\xc0\xaf"),
    "half of UTF-16": ("table.encoding", (HEAD + ROW).encode("utf-16")[:-1]),
    "a lone surrogate in UTF-16": ("table.encoding", (HEAD + ROW).encode("utf-16") + b"\x00\xd8\x00\x00"),
    "UTF-32": ("table.encoding", (HEAD + ROW).encode("utf-32")),
    "a workbook": ("table.not_text", b"PK\x03\x04" + bytes(100)),
    "an old workbook": ("table.not_text", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)),
    "a PDF": ("table.not_text", b"%PDF-1.7\n"),
    "gzip": ("table.not_text", b"\x1f\x8b\x08" + bytes(20)),
    "too many bytes": ("table.too_large", GOOD + b"x" * (5 * MIB)),
    "one line of 10 MB": ("table.too_large", b"x" * (10 * MIB)),
    "one cell of 5 MB": ("table.cell_too_long", GOOD + b"x" * (5 * MIB - len(GOOD) - 10)),
    "one quoted cell of 5 MB": ("table.cell_too_long", GOOD + b'"' + b"x\n" * (2 * MIB) + b'"'),
    "a line of two million cells": ("table.too_many_columns", GOOD + b";" * (2 * MIB) + b"x"),
    "names of two million columns": ("table.too_many_columns", b"x;" * (2 * MIB)),
    "a million rows": ("table.too_many_rows", HEAD.encode() + b"a;b\n" * MIB),
    "a million rows that say nothing": ("table.too_many_rows", HEAD.encode() + b'"";\n' * MIB),
    "two hundred thousand cells": ("table.too_many_rows", b"a;" * 1000 + b"\n" + (b"1;" * 1000 + b"\n") * 201),
    "marks without end": ("text.too_many_marks", GOOD + b"a" + "\u0323".encode() * 1_000_000),
    "no separator": ("table.no_column", b"regime\nct27-van-quan\n"),
    "another separator": ("table.no_column", HEAD.replace(";", "|").encode() + ROW.replace(";", "|").encode()),
    "names with commas, rows with semicolons": ("table.no_column", HEAD.replace(";", "·").encode() + ROW.encode()),
    "no regime": ("table.no_column", b"period;gd_ngay_cong\n2024;1\n"),
    "no period": ("table.no_column", b"regime;gd_ngay_cong\nct27-van-quan;1\n"),
    "the same column twice": ("table.same_column", _named("gd_ngay_cong", "gd_ngay_cong")),
    "the same column by accents and case": ("table.same_column", _named("gd_ngay_cong", "GD NGÀY CÔNG")),
    "two columns for the period": ("table.same_column", b"regime;period;K\xe1\xbb\xb3;gd_ngay_cong\nct27-van-quan;2024;2024;1\n"),
    "a column that nobody knows": ("table.unknown_column", _named("gd_ngay_cong", "gd_ngay_cogn")),
    "a formula as name": ("table.unknown_column", _named("gd_ngay_cong", "=1+1")),
    "a column of figures without an indicator": ("table.unknown_column", _named("gd_ngay_cong", "value")),
    "an indicator without a value": ("table.no_column", b"regime;period;indicator\nct27-van-quan;2024;gd_ngay_cong\n"),
    "indicators as rows and as columns": (
        "table.unknown_column",
        b"regime;period;indicator;value;gd_ngay_cong\nct27-van-quan;2024;gd_ngay_cong;1;1\n",
    ),
}
