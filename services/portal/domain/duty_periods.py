"""The periods by which duties can be selected: grouped for a list of options, and side by side with what is still owed in each."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

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
class Owed:
    """How many duties of a period are owed, and how many of these are overdue."""

    owed: int
    overdue: int


NOTHING: Final = Owed(0, 0)


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


def side_by_side(
    year: int, codes: Iterable[str], owed: Mapping[str, Owed], present: Collection[str], path: Callable[[str], str]
) -> list[Year]:
    """The periods of a year, one strip for each length. `owed` are the periods in which something is owed; `path` is the address of the
    page of one period.
    """
    listed = list(codes)
    strips = [sorted(_of(listed, year, length), key=periods.order) for length in LENGTH_NAMES]
    return [
        Year(year, tuple(_cell(code, owed.get(code, NOTHING), path(code), code in present) for code in of_length))
        for of_length in strips
        if of_length
    ]


def _of(codes: Iterable[str], year: int, length: Length) -> list[str]:
    return [code for code in codes if int(code[:4]) == year and periods.length_of(code) == length]


def _cell(code: str, left: Owed, path: str, is_present: bool) -> Cell:
    if not left.owed:
        return Cell(code, CellState.COMPLETE, "không còn việc", path, is_present)
    if not left.overdue:
        return Cell(code, CellState.OPEN, f"còn {left.owed} việc", path, is_present)
    return Cell(code, CellState.EXPIRED, f"còn {left.owed} việc, quá hạn {left.overdue}", path, is_present)
