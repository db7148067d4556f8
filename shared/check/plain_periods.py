"""The first and the last day of every period, computed in the plain way, without the rules that the fold uses.

Source: NĐ 09/2019/NĐ-CP, art. 12; design, section 5, "Periods".
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from shared.words.periods import VIETNAM, Period
from shared.words.reference import Reference
from shared.words.regimes import Regime

YEARS: Final = {str(year) for year in range(2000, 2100)}
MONTHS: Final[Mapping[str, tuple[int, int]]] = {
    "": (1, 12),
    "-H1": (1, 6),
    "-H2": (7, 12),
    "-M9": (1, 9),
    "-Q1": (1, 3),
    "-Q2": (4, 6),
    "-Q3": (7, 9),
    "-Q4": (10, 12),
    **{f"-{month:02}": (month, month) for month in range(1, 13)},
}
"""The first and the last month of a period, by what follows the year in its code."""
ONE_DAY: Final = timedelta(days=1)


def period(regime: Regime, code: str) -> Period | None:
    """The period `code`; None if the regime does not have it."""
    year, part = code[:4], code[4:]
    if year not in YEARS or part not in MONTHS or (regime.periods != "any" and code not in regime.periods):
        return None
    first, last = MONTHS[part]
    match regime.calendar:
        case "year":
            return Period(code, _first_of_month(int(year), first), _first_of_month(int(year), last + 1) - ONE_DAY)
        case "report_year":
            return Period(code, _first_of_month(int(year), first - 1).replace(day=15), date(int(year), last, 14))
        case cut_off if part == "":
            year_before = date.fromisoformat(f"{int(year) - 1}-{cut_off}")
            return Period(code, year_before + ONE_DAY, date.fromisoformat(f"{year}-{cut_off}"))
        case _:
            return None


def has_begun(period: Period, now: datetime) -> bool:
    """Whether the period's first day has begun in Vietnam."""
    return now >= datetime.combine(period.begins, time(), VIETNAM)


def _first_of_month(year: int, month: int) -> date:
    """The first day of a month; the months 0 and 13 are December of the year before and January of the year after."""
    if month == 0:
        return date(year - 1, 12, 1)
    return date(year, month, 1) if month <= 12 else date(year + 1, 1, 1)


def reference_day(reference: Reference, regime: Regime, period: Period) -> date:
    """The day whose units and rules a period has: its last day, unless a reform has pinned it to an earlier one."""
    pinned = reference.pins.get((regime.derived_from or regime.id, period.code))
    return period.cut_off if pinned is None else pinned


def has_ended(reference: Reference, regime: Regime, period: Period) -> bool:
    """Whether the regime has ended before the period's reference day."""
    return regime.ends is not None and regime.ends <= reference_day(reference, regime, period).isoformat()
