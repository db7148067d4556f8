"""The narratives of the reports below a unit as a reader asks for them: by heading, found by words without accents, some at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self
from urllib.parse import urlencode

from services.portal.domain import refused, search
from services.portal.domain.address import Address
from services.portal.domain.tables import Table
from services.portal.domain.wanted import Wanted
from shared.words import texts, vietnamese
from shared.words.regimes import Regime
from shared.words.units import Unit

PAGE: Final = 50  # narratives of all headings on one page; each has at most some thousand characters
MOST_LETTERS: Final = 100
MOST_DIGITS: Final = 6
HEADER: Final = ("Mục", "Mã mục", "Đơn vị", "Mã đơn vị", "Nội dung")
SHEET: Final = "Thuyết minh"
HEADING: Final[Wanted] = ("mã mục thuyết minh của chế độ báo cáo", "the code of a heading of the regime's narratives")
NUMBER: Final[Wanted] = ("số trang, từ 1", "the number of a page, from 1")
TEXT: Final[Wanted] = (f"một dòng chữ, tối đa {MOST_LETTERS} ký tự", f"one line of at most {MOST_LETTERS} characters")


@dataclass(frozen=True, slots=True)
class Narrative:
    """What one unit wrote under one heading."""

    heading: str
    unit: Unit
    text: str


@dataclass(frozen=True, slots=True)
class NarrativeChoice:
    """The chosen heading ("" for all), the words that a narrative or its unit's name must have, and the page."""

    heading: str = ""
    q: str = ""
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.heading or self.q)

    def query(self, **changes: Any) -> str:
        """The query of the page with this choice, with changes; "" if everything is as by default."""
        chosen = replace(self, **changes)
        parts = {"section": chosen.heading, "q": chosen.q, "page": chosen.page if chosen.page > 1 else ""}
        set_parts = {name: value for name, value in parts.items() if value != ""}
        return f"?{urlencode(set_parts)}" if set_parts else ""

    @classmethod
    def parse(cls, regime: Regime, section: str | None, q: str | None, page: str | None) -> Self:
        """The choice in a page's query. Raises `Refused` with 400 for a parameter that does not have the required form."""
        if section and section not in regime.narratives:
            raise refused.bad_query("section", HEADING)
        if q is not None and (len(q) > MOST_LETTERS or texts.forbidden(q) is not None or "\n" in q or "\t" in q):
            raise refused.bad_query("q", TEXT)
        if page and not (page.isascii() and page.isdigit() and len(page) <= MOST_DIGITS and int(page)):
            raise refused.bad_query("page", NUMBER)
        seen = "" if q is None or texts.is_blank(q) else texts.normal(q).strip()
        return cls(section or "", seen, int(page or 1))


@dataclass(frozen=True, slots=True)
class NarrativePage:
    """One page of the narratives that were found. `by_heading` has those of each heading on this page, `counts` how many there are on all
    pages, of `all` narratives.
    """

    by_heading: Mapping[str, Sequence[Narrative]]
    counts: Mapping[str, int]
    all: int
    page: int
    pages: int

    @property
    def found(self) -> int:
        return sum(self.counts.values())


def chosen(read: Mapping[str, Sequence[tuple[Unit, str]]], choice: NarrativeChoice) -> list[Narrative]:
    """The narratives that were asked for, by heading and unit."""
    typed = tuple(search.bare(word) for word in search.words(choice.q))
    return [
        Narrative(heading, unit, text)
        for heading, listed in read.items()
        if choice.heading in ("", heading)
        for unit, text in listed
        if not choice.q or _has(f"{unit.name} {text}", typed)
    ]


def paged(read: Mapping[str, Sequence[tuple[Unit, str]]], choice: NarrativeChoice) -> NarrativePage:
    """The page that was asked for; behind the last one, the last."""
    found = chosen(read, choice)
    pages = max(1, -(-len(found) // PAGE))
    page = min(choice.page, pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    headings = [heading for heading in read if choice.heading in ("", heading)]
    return NarrativePage(
        {heading: [one for one in shown if one.heading == heading] for heading in headings},
        {heading: sum(one.heading == heading for one in found) for heading in headings},
        sum(len(listed) for listed in read.values()),
        page,
        pages,
    )


def table(at: Address, read: Mapping[str, Sequence[tuple[Unit, str]]], choice: NarrativeChoice, at_text: str) -> Table:
    """All narratives that were asked for, of all pages. `at_text` is when the table was made."""
    found, labels = chosen(read, choice), at.regime.narratives
    said = [
        f"mục: {labels[choice.heading]}" if choice.heading else "",
        f"có “{choice.q}”" if choice.q else "",
    ]
    about = (
        f"Thuyết minh: {at.unit.name}",
        at.regime.title,
        f"Kỳ báo cáo: {vietnamese.period(at.period)}",
        f"Lọc: {'; '.join(filter(None, said)) or 'không lọc'}",
        f"{len(found)}/{sum(len(listed) for listed in read.values())} thuyết minh; xuất lúc {at_text}",
    )
    rows = [(labels[one.heading], one.heading, one.unit.name, one.unit.code, one.text) for one in found]
    return Table(HEADER, tuple(rows), SHEET, about)


def _has(text: str, typed: Sequence[str]) -> bool:
    """Whether a text has a word that begins with each of the words, with or without accents."""
    named = {search.bare(word) for word in search.words(text)}
    return bool(typed) and all(any(word.startswith(begin) for word in named) for begin in typed)
