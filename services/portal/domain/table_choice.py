"""What a reader chose in a unit's table of units: which columns, which rows, in which order. It lives in the page's address only.

An export with the same parameters holds what the page shows. A parameter that is empty or invisible is not set.
"""

from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, get_args
from urllib.parse import urlencode

from services.portal.domain import refused
from services.portal.domain.wanted import Wanted
from shared.words import texts
from shared.words.regimes import Regime

RowState = Literal["received", "late", "missing"]
Rows = Literal["units", "areas"]
Kept = Literal["figures", "units", "missing"]

BY_NAME: Final = "ten-don-vi"  # with a hyphen, which no indicator's code has
BY_CODE: Final = "ma-don-vi"
BY_STATE: Final = "tinh-trang"
ALL: Final = "all"
MOST_LETTERS: Final = 100
STATES: Final = {"received": "Đã nộp", "late": "Nộp muộn", "missing": "Chưa nộp"}
NAMES: Final = ("section", "rows", "state", "q", "sort", "rank")

SECTION: Final[Wanted] = ("số thứ tự của mục, hoặc all", "the number of a section, or all")
STATE: Final[Wanted] = ("một trong: received, late, missing", "one of: received, late, missing")
ROWS: Final[Wanted] = ("một trong: units, areas", "one of: units, areas")
INDICATOR: Final[Wanted] = ("mã chỉ tiêu của chế độ báo cáo", "the code of an indicator of the regime")
SORT: Final[Wanted] = (
    f"mã chỉ tiêu, {BY_NAME}, {BY_CODE} hoặc {BY_STATE}; dấu - ở đầu để xếp giảm dần",
    f"the code of an indicator, {BY_NAME}, {BY_CODE} or {BY_STATE}; a leading - for the descending order",
)
TEXT: Final[Wanted] = (f"một dòng chữ, tối đa {MOST_LETTERS} ký tự", f"one line of at most {MOST_LETTERS} characters")


@dataclass(frozen=True, slots=True)
class TableChoice:
    """`section` is the number of a section from 1, or 0 for all; None if the reader has not chosen. `sort` is one of the three orders above
    or the code of an indicator. `rank` is the indicator of the ranking, "" for none chosen.
    """

    section: int | None = None
    rows: Rows = "units"
    state: RowState | None = None
    q: str = ""
    sort: str = BY_CODE
    is_descending: bool = False
    rank: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.state or self.q)

    def query(self, **changes: Any) -> str:
        """The query of the page with this choice, with changes: `?state=missing&sort=-thu`; "" if everything is as by default."""
        chosen = replace(self, **changes)
        sort = f"{'-' if chosen.is_descending else ''}{chosen.sort}"
        parts = {
            "section": ALL if chosen.section == 0 else chosen.section,
            "rows": chosen.rows if chosen.rows != "units" else None,
            "state": chosen.state,
            "q": chosen.q,
            "sort": sort if sort != BY_CODE else None,
            "rank": chosen.rank,
        }
        set_parts = {name: value for name, value in parts.items() if value not in (None, "")}
        return f"?{urlencode(set_parts)}" if set_parts else ""

    def turned(self, sort: str) -> str:
        """The query that sorts by a column: ascending for names and codes, the largest figure first; a second time the other way round."""
        first = sort not in (BY_NAME, BY_CODE, BY_STATE)
        return self.query(sort=sort, is_descending=not self.is_descending if sort == self.sort else first)

    def order(self, sort: str) -> str:
        """The value of `aria-sort` of a column."""
        return "none" if sort != self.sort else "descending" if self.is_descending else "ascending"

    @classmethod
    def parse(cls, regime: Regime, sections: int, given: dict[str, str | None]) -> Self:
        """The choice in a page's query. Raises `Refused` with 400 for a parameter that does not have the required form."""
        said = {name: _seen(name, given.get(name)) for name in NAMES}
        sort = said["sort"] or BY_CODE
        by = sort.removeprefix("-")
        if by not in (BY_NAME, BY_CODE, BY_STATE) and by not in regime.by_code:
            raise refused.bad_query("sort", SORT)
        if said["rank"] and said["rank"] not in regime.by_code:
            raise refused.bad_query("rank", INDICATOR)
        return cls(
            _section(said["section"], sections),
            _one_of("rows", said["rows"] or "units", ROWS, get_args(Rows)),
            _one_of("state", said["state"], STATE, get_args(RowState)) if said["state"] else None,
            said["q"],
            by,
            sort.startswith("-"),
            said["rank"],
        )


def _seen(name: str, text: str | None) -> str:
    if text is None:
        return ""
    if len(text) > MOST_LETTERS or texts.forbidden(text) is not None or "\n" in text or "\t" in text:
        raise refused.bad_query(name, TEXT)
    return "" if texts.is_blank(text) else texts.normal(text).strip()


def _section(text: str, sections: int) -> int | None:
    if text in ("", ALL):
        return 0 if text else None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= sections):
        raise refused.bad_query("section", SECTION)
    return int(text)


def _one_of(name: str, text: str, form: Wanted, options: tuple[Any, ...]) -> Any:
    if text not in options:
        raise refused.bad_query(name, form)
    return text
