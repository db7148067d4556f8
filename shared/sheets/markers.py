"""The markers of a form in a workbook, by which its cells are found wherever they are moved to.

Each row of the form has a marker in a hidden column: `th:v:gd_lop:3f2a9c` is the value of the indicator `gd_lop`, `n` and `d` are the parts
of a ratio, `t` is a text. A hidden row marks the columns: `th:c:so`, `th:c:uoc`, `th:c:giai-trinh`. One cell has the stamp: `th:s:TH1;…`.
The same cells have defined names, for files whose markers are gone. A field is named as in the form on the web: `v.gd_lop`, `g.` its note,
`u.` its box "số ước".
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

VALUE: Final = "v"
PARTS: Final = {"n": "numerator", "d": "denominator"}
NARRATIVE: Final = "t"
NOTE: Final = "g"
ESTIMATE: Final = "u"

FIGURES_COLUMN: Final = "so"
ESTIMATE_COLUMN: Final = "uoc"
NOTE_COLUMN: Final = "giai-trinh"
TEXT_COLUMN: Final = "loi"
COLUMNS: Final = (FIGURES_COLUMN, ESTIMATE_COLUMN, NOTE_COLUMN, TEXT_COLUMN)

PREFIX: Final = "th:"
COLUMN: Final = re.compile(r"th:c:([a-z-]{1,20})", re.ASCII)
ROW: Final = re.compile(r"th:([vndt]):([a-z][a-z0-9_]{0,39}):([0-9a-f]{6})", re.ASCII)
STAMP: Final = "th:s:"
NAME: Final = re.compile(r"TH\.([vndtgu])\.([a-z][a-z0-9_]{0,39})", re.ASCII)


class Meaning(Protocol):
    """What an indicator means, in any of its shapes."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def measure(self) -> str: ...
    @property
    def decimals(self) -> int: ...
    @property
    def options(self) -> Mapping[str, str]: ...


def column(name: str) -> str:
    return f"th:c:{name}"


def row(letter: str, code: str, meaning: str) -> str:
    return f"th:{letter}:{code}:{meaning}"


def name(field: str) -> str:
    """The defined name of the cell of a field."""
    return f"TH.{field}"


def of_indicator(indicator: Meaning) -> str:
    """The fingerprint of what an indicator's figure means: a file that has another one was made for another meaning."""
    return _fingerprint(["i", indicator.code, indicator.kind, indicator.measure, str(indicator.decimals), *indicator.options], 6)


def of_narrative(code: str) -> str:
    """The fingerprint of a text."""
    return _fingerprint(["t", code], 6)


def of_form(indicators: Sequence[Meaning], narratives: Iterable[str]) -> str:
    """The fingerprint of a form: what it asks, in its order."""
    return _fingerprint([*map(of_indicator, indicators), *narratives], 12)


def _fingerprint(parts: Iterable[str], digits: int) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:digits]
