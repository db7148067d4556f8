"""The stamp of a form: which form a file is. It is written three times, of which two must agree; it grants nothing. A file in which the
stamps of another form agree too has two forms, and is none of them.

* a document property and a hidden cell: `TH1;ct27-van-quan;2026;06253-2025;3f2a9c1b04d2;2;2026-11-27T03:00:00.000Z`
* a visible line: `Mã biểu: ct27-van-quan/2026/06253-2025/3f2a9c1b04d2/2`
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from shared.words import texts
from shared.words.refusals import Refusal, refusal

PROPERTY: Final = "TongHop"
FORMAT: Final = "TH1"
VISIBLE: Final = "Mã biểu:"
AGREE: Final = 2
PARTS: Final = r"([a-z0-9-]{1,64}){0}([0-9A-Z-]{4,16}){0}([0-9A-Za-z-]{1,40}){0}([0-9a-f]{12}){0}([0-9]{1,7})"
FULL: Final = re.compile(f"{FORMAT};" + PARTS.replace("{0}", ";") + r";([0-9TZ:.-]{10,30})", re.ASCII)
LINE: Final = re.compile(VISIBLE + r"\s*" + PARTS.replace("{0}", "/") + r"\s*", re.ASCII)


class Core(NamedTuple):
    """What the three copies agree on. `unit` is the unit's id, `version` the fingerprint of the form, `revision` the one to send."""

    regime: str
    period: str
    unit: str
    version: str
    revision: int


@dataclass(frozen=True, slots=True)
class Stamp:
    core: Core
    issued: str
    """When the form was made, in UTC."""

    @property
    def full(self) -> str:
        return ";".join([FORMAT, *map(str, self.core), self.issued])

    @property
    def line(self) -> str:
        return f"{VISIBLE} {'/'.join(map(str, self.core))}"


def read(found: Iterable[str]) -> Core | Refusal:
    """The stamp of a file from the texts in which one may be; or why there is none that holds."""
    cores = Counter(core for text in found if (core := _core(text)) is not None)
    if not cores:
        return refusal("sheet.no_form")
    [(core, times), *others] = cores.most_common(2)
    if times < AGREE or (others and others[0][1] >= AGREE):
        return refusal("sheet.stamps_differ")
    return core


def _core(text: str) -> Core | None:
    match = FULL.fullmatch(text.strip()) or LINE.fullmatch(texts.normal(text).strip())
    return None if match is None else Core(match[1], match[2], match[3], match[4], int(match[5]))
