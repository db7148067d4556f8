"""The periods of a regime side by side, year by year, with the state of each.

A strip is about one unit: either its view (how many units below it have reported) or its own report.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.portal.domain.duties import Duty, DutyState
from services.portal.domain.progress import Progress
from shared.words import deadlines, periods, vietnamese
from shared.words.calendar import WorkingDays
from shared.words.periods import Period
from shared.words.regimes import Regime


class CellState(StrEnum):
    """The state of one period, by which a page colours it."""

    AHEAD = "ahead"
    NONE = "none"
    OPEN = "open"
    PARTIAL = "partial"
    COMPLETE = "complete"
    LATE = "late"
    RETURNED = "returned"
    EXPIRED = "expired"


OF_DUTY: Final[Mapping[DutyState, CellState]] = {
    DutyState.OVERDUE: CellState.EXPIRED,
    DutyState.RETURNED: CellState.RETURNED,
    DutyState.LATE: CellState.LATE,
    DutyState.RECEIVED: CellState.COMPLETE,
    DutyState.CONFIRMED: CellState.COMPLETE,
    DutyState.OWED: CellState.OPEN,
}
"""The state of a unit's own report, the strongest of its duty's states first."""


NO_REASONS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Cell:
    """One period of a strip. `path` is the address of its page; "" if there is no page."""

    period: str
    state: CellState
    words: str
    path: str = ""
    is_present: bool = False

    @property
    def name(self) -> str:
        """The period's name within its year: `Tháng 5`, `Quý III`, `6 tháng đầu`, `Cả năm`."""
        return vietnamese.part_name(self.period)


@dataclass(frozen=True, slots=True)
class Year:
    """The periods of one year, in the order of time."""

    year: int
    cells: tuple[Cell, ...]

    @property
    def is_monthly(self) -> bool:
        return periods.length_of(self.cells[0].period) == "month"


@dataclass(frozen=True, slots=True)
class Strip:
    """The periods of one unit in one regime, as the page of the period `at` shows them: that period's year, the periods before and after,
    and one period of each other year.
    """

    at: str
    year: Year
    before: Cell | None
    after: Cell | None
    other_years: tuple[Cell, ...]

    @property
    def years_apart(self) -> list[Cell]:
        """Those of other years to which the links to the periods before and after do not lead."""
        beside = {cell.period for cell in (self.before, self.after) if cell is not None}
        return [cell for cell in self.other_years if cell.period not in beside]


def has_strip(of_regime: Sequence[Period]) -> bool:
    """Whether a year of the regime has more than one period."""
    return len({period.year for period in of_regime}) < len(of_regime)


def is_expired(source: Regime, groups: Iterable[str], period: Period, days: WorkingDays, now: datetime) -> bool:
    """Whether the last deadline of the groups in a period has passed. `source` is the version of the regime with the obligation. Extensions
    for single units do not count; a regime on call has no deadlines by rule.
    """
    if source.is_on_call:
        return False
    due = [deadlines.group_deadline(source, group, period, None, days) for group in groups]
    return all(at is not None and now >= at for at in due)


def view_cells(
    of_regime: Sequence[Period],
    views: Mapping[str, Progress],
    expired_periods: Collection[str],
    now: datetime,
    present: str,
    folder: str = "bang",
    absent: Mapping[str, str] = NO_REASONS,
) -> list[Cell]:
    """The periods by how many units below have reported. `views` are the views of one unit, by period; `present` is the present
    period; `folder` is the first part of the pages' addresses; `absent` says why the unit does not exist in a period.
    """
    cells = []
    for period in of_regime:
        progress = views.get(period.code)
        state, words = _of_view(period, progress, now, is_expired=period.code in expired_periods)
        if progress is None and period.code in absent:
            state, words = CellState.NONE, absent[period.code]
        path = f"/{folder}/{progress.regime}/{period.code}/{progress.unit_code}" if progress else ""
        cells.append(Cell(period.code, state, words, path, period.code == present))
    return cells


def report_cells(
    of_regime: Sequence[Period],
    regime_id: str,
    duties: Mapping[str, Duty],
    now: datetime,
    present: str,
    folder: str,
    absent: Mapping[str, str] = NO_REASONS,
) -> list[Cell]:
    """The periods by the unit's own report. `duties` are the unit's duties to report, by period; `present` is the present period; `absent`
    says why the unit does not exist in a period.
    """
    cells = []
    for period in of_regime:
        duty = duties.get(period.code)
        state, words = _of_report(period, duty, now)
        if duty is None and period.code in absent:
            state, words = CellState.NONE, absent[period.code]
        path = f"/{folder}/{regime_id}/{period.code}/{duty.unit_code}" if duty else ""
        cells.append(Cell(period.code, state, words, path, period.code == present))
    return cells


def _of_view(period: Period, progress: Progress | None, now: datetime, *, is_expired: bool) -> tuple[CellState, str]:
    if progress is None:
        return (CellState.NONE, "chưa có bảng") if period.has_begun(now) else (CellState.AHEAD, "chưa đến kỳ")
    counts = f"{progress.received}/{progress.expected}"
    if not progress.expected:
        return CellState.NONE, "không có đơn vị"
    if progress.received >= progress.expected:
        return CellState.COMPLETE, f"{counts} đủ"
    if is_expired:
        return CellState.EXPIRED, f"{counts} hết hạn, còn thiếu {progress.expected - progress.received}"
    return (CellState.PARTIAL, f"{counts} đã nộp") if progress.received else (CellState.OPEN, f"{counts} đang mở")


def _of_report(period: Period, duty: Duty | None, now: datetime) -> tuple[CellState, str]:
    if duty is None:
        return (CellState.NONE, "không có nghĩa vụ") if period.has_begun(now) else (CellState.AHEAD, "chưa đến kỳ")
    states = duty.states(now)
    return next(cell for state, cell in OF_DUTY.items() if state in states), duty.state_text(now).lower()


def by_year(cells: Iterable[Cell]) -> list[Year]:
    """The cells of each year, the newest year first."""
    years: dict[int, list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: periods.order(cell.period)):
        years.setdefault(int(cell.period[:4]), []).append(cell)
    return [Year(year, tuple(of_year)) for year, of_year in sorted(years.items(), reverse=True)]


def around(cells: Sequence[Cell], at: str) -> Strip | None:
    """The strip on the page of the period `at`, from the cells of all periods; None if there is no other period."""
    if len(cells) < 2:
        return None
    years = by_year(cells)
    with_page = [cell for year in reversed(years) for cell in year.cells if cell.path or cell.period == at]
    place = next(place for place, cell in enumerate(with_page) if cell.period == at)
    others = [_same_part(year, at) for year in years if year.year != int(at[:4])]
    return Strip(
        at,
        next(year for year in years if year.year == int(at[:4])),
        with_page[place - 1] if place else None,
        with_page[place + 1] if place + 1 < len(with_page) else None,
        tuple(cell for cell in others if cell is not None),
    )


def _same_part(year: Year, at: str) -> Cell | None:
    """The period of another year that continues like `at`; otherwise the last one that has a page."""
    with_page = [cell for cell in year.cells if cell.path]
    return next((cell for cell in with_page if cell.period[4:] == at[4:]), with_page[-1] if with_page else None)
