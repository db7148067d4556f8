"""How reports came in, day by day towards the deadline, beside the same period a year before.

Days are counted from the last day that is on time (0): -3 is three days before it, 2 is two days late. So two years with different
deadlines lie over each other. Shares are of the reports that are expected in each year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from shared.words import deadlines, numbers, periods

FIRST_SHOWN: Final = -45  # days before the deadline; what came earlier is in the first day
LAST_SHOWN: Final = 45
WIDTH: Final = 300
HEIGHT: Final = 100


@dataclass(frozen=True, slots=True)
class Course:
    """The reports of one period: how many had been received at the end of each day, from the first to the last one shown."""

    code: str
    expected: int
    received: Mapping[int, int]

    def share(self, day: int) -> str:
        """Percent of the expected reports at the end of a day, one decimal; "" if that day is not shown."""
        return str(numbers.quotient(100 * self.received[day], self.expected, 1)) if day in self.received else ""


@dataclass(frozen=True, slots=True)
class Curve:
    """The present course and, if there is one, that of the year before."""

    now: Course
    before: Course | None
    first: int
    last: int

    @property
    def days(self) -> Sequence[int]:
        """The days of the table: those on which something changed, today and the deadline."""
        return sorted(
            {0, self.first, *_turns(self.now), *(_turns(self.before) if self.before else ())} & set(range(self.first, self.last + 1))
        )

    @property
    def deadline_x(self) -> str:
        return _x(0, self.first, self.last)

    def points(self, course: Course) -> str:
        """The line of a course for an SVG of `WIDTH` × `HEIGHT`: each day from left to right, 0 % below."""
        places = [(day, HEIGHT - HEIGHT * count / course.expected) for day, count in sorted(course.received.items())]
        return " ".join(f"{_x(day, self.first, self.last)},{place:.1f}" for day, place in places if self.first <= day <= self.last)


def course(code: str, expected: int, by_day: Mapping[date, int], deadline: datetime, until: date) -> Course | None:
    """The course of a period through the day `until`; None if nothing is expected."""
    if not expected:
        return None
    last_day = deadlines.last_day(deadline)
    counted: dict[int, int] = {}
    for day, count in by_day.items():
        place = max((day - last_day).days, FIRST_SHOWN)
        counted[place] = counted.get(place, 0) + count
    end = min((until - last_day).days, LAST_SHOWN)
    received, total = {}, sum(count for place, count in counted.items() if place < FIRST_SHOWN)
    for place in range(FIRST_SHOWN, end + 1):
        total += counted.get(place, 0)
        received[place] = min(total, expected)
    return Course(code, expected, received) if received else None


def curve(now: Course | None, before: Course | None) -> Curve | None:
    """Both courses over the days in which one of them moves, the deadline included. A year without any report is left out; None if nothing
    is left, and before the first day that is shown.
    """
    before = before if before is not None and _has_any(before) else None
    if now is None or (before is None and not _has_any(now)):
        return None
    turns = [*_turns(now), *(_rises(before) if before else ())]
    first = max(FIRST_SHOWN, min(turns) - 1)
    last = max(0, *turns)
    return Curve(now, before, min(first, -1), min(last, LAST_SHOWN))


def day_words(day: int) -> str:
    """`3 ngày trước hạn`, `ngày cuối hạn`, `muộn 2 ngày`."""
    if day == 0:
        return "ngày cuối hạn"
    return f"{-day} ngày trước hạn" if day < 0 else f"muộn {day} ngày"


def year_before(code: str) -> str:
    """The same period a year before (cùng kỳ năm trước)."""
    return f"{int(code[:4]) - 1}{code[4:]}"


def through(at: datetime) -> date:
    """The last day of a course that goes on."""
    return periods.local_day(at)


def _has_any(course: Course) -> bool:
    return any(course.received.values())


def _turns(course: Course) -> list[int]:
    """The days on which the count rises, and the last day."""
    return [*_rises(course), max(course.received)]


def _rises(course: Course) -> list[int]:
    days = sorted(course.received)
    rises = [day for before, day in pairwise(days) if course.received[day] != course.received[before]]
    return [*([days[0]] if course.received[days[0]] else []), *rises]


def _x(day: int, first: int, last: int) -> str:
    return f"{WIDTH * (day - first) / (last - first):.1f}"
