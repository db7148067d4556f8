"""The periods by which duties can be selected: grouped for a list of options, and side by side with what is still owed in each."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.portal.domain.duties import DutyState
from services.portal.domain.strip import Cell, CellState, Year
from shared.words import periods
from shared.words.periods import Length

LENGTH_NAMES: Final[Mapping[Length, str]] = {
    "month": "các tháng",
    "quarter": "các quý",
    "half_year": "6 tháng",
    "nine_months": "9 tháng",
    "year": "cả năm",
}
"""The lengths in the order in which people read them, and their words."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many duties there are, and how many in each state."""

    all: int
    states: Mapping[DutyState, int]


def total(counts: Collection[Counts]) -> Counts:
    """The sum of several counts."""
    return Counts(sum(one.all for one in counts), {state: sum(one.states[state] for one in counts) for state in DutyState})


def years(codes: Iterable[str]) -> list[int]:
    """The years of the periods, the newest first."""
    return sorted({int(code[:4]) for code in codes}, reverse=True)


def options(codes: Collection[str]) -> list[tuple[str, list[str]]]:
    """The periods for a list of options, newest first, in groups by year and length; each group has a label."""
    return [
        (f"Năm {year}: {name}", newest_first)
        for year in years(codes)
        for length, name in LENGTH_NAMES.items()
        if (newest_first := sorted(_of(codes, year, length), key=periods.order, reverse=True))
    ]


def side_by_side(year: int, counts: Mapping[str, Counts], present: Collection[str], path: Callable[[str], str]) -> list[Year]:
    """The periods of a year that have duties, one strip for each length. `path` is the address of the page of one period."""
    strips = [sorted(_of(counts, year, length), key=periods.order) for length in LENGTH_NAMES]
    return [Year(year, tuple(_cell(code, counts[code], path(code), code in present) for code in codes)) for codes in strips if codes]


def _of(codes: Iterable[str], year: int, length: Length) -> list[str]:
    return [code for code in codes if int(code[:4]) == year and periods.length_of(code) == length]


def _cell(code: str, counts: Counts, path: str, is_present: bool) -> Cell:
    owed, overdue = counts.states[DutyState.OWED], counts.states[DutyState.OVERDUE]
    done = counts.all - owed
    state = CellState.PARTIAL if done else CellState.OPEN
    if overdue:
        state = CellState.EXPIRED
    elif not owed:
        state = CellState.COMPLETE
    words = f"{done}/{counts.all} xong"
    return Cell(code, state, f"{words}, quá hạn {overdue}" if overdue else words, path, is_present)
