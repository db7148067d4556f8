"""Periods and deadlines, worked out from NĐ 09/2019/NĐ-CP, article 12, and the design's text, by code that the product does not use.

Only the working days come from `shared`.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared.words.calendar import COMMON
from shared.words.obligations import DeadlineRule
from shared.words.regimes import Regime

VN: Final = ZoneInfo("Asia/Ho_Chi_Minh")
DAY: Final = timedelta(days=1)
BEFORE: Final = {12: (30, 14, 7, 3, 1), 9: (14, 7, 3, 1), 6: (14, 7, 3, 1), 3: (7, 3, 1), 1: (3, 1)}
"""The default days of reminders before the last day, by how many months the period has."""


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in Vietnam."""
    return datetime.combine(day, time(hour, minute), VN)


def months(period: str) -> tuple[int, int]:
    """How many months a period has, and in which month it ends: 2026-Q3 is (3, 9)."""
    part = period[5:]
    if not part:
        return 12, 12
    if part[0] in "HQ":
        count = 6 if part[0] == "H" else 3
        return count, count * int(part[1])
    return (9, 9) if part == "M9" else (1, int(part))


def begins(calendar: str, period: str) -> datetime:
    """When a period begins. "15/12 of the year before", "the 15th of the month before": one day after the cut-off of what came before."""
    count, last = months(period)
    if calendar not in ("year", "report_year"):
        return at(date.fromisoformat(f"{int(period[:4]) - 1}-{calendar}") + DAY)
    before = int(period[:4]) * 12 + last - count - 1  # the month before the first one, counted from January of year 0
    if calendar == "report_year":
        return at(date(before // 12, before % 12 + 1, 15))
    return at(date((before + 1) // 12, (before + 1) % 12 + 1, 1))


def cut_off(calendar: str, period: str) -> date:
    """The last day whose figures a period has."""
    year, (_, last) = int(period[:4]), months(period)
    if calendar == "report_year":
        return date(year, last, 14)
    if calendar == "year":
        return date(year + last // 12, last % 12 + 1, 1) - DAY
    return date.fromisoformat(f"{year}-{calendar}")


def due(rule: DeadlineRule, regime: Regime, period: str) -> datetime:
    """The first late instant of a rule. "A deadline whose last day is a day off moves to the end of the next working day", where the regime
    says so.
    """
    assert regime.obligation is not None
    day, is_inclusive = _day(rule, regime, period)
    if rule.hour is None:
        deadline = at(day + DAY if is_inclusive else day)
    else:
        deadline = at(day, int(rule.hour[:2]), int(rule.hour[3:])) + timedelta(milliseconds=is_inclusive)
    last = _last_day(deadline)
    if not regime.obligation.to_working_day or COMMON.includes(last):
        return deadline
    return at(working_days_later(last, 1) + DAY)


def _day(rule: DeadlineRule, regime: Regime, period: str) -> tuple[date, bool]:
    """The day that a rule names, and whether a report of that day is on time."""
    assert regime.obligation is not None
    last = cut_off(regime.calendar, period)
    if text := rule.before or rule.by or rule.once:
        return date.fromisoformat(text if len(text) == 10 else f"{period[:4]}-{text}"), rule.before is None
    if rule.day_of_next_month:
        return (last.replace(day=1) + 31 * DAY).replace(day=rule.day_of_next_month), rule.inclusive
    if rule.after:
        before = due(regime.obligation.deadlines[rule.after], regime, period)
        return working_days_later(_last_day(before), rule.working_days or 0), rule.inclusive
    assert rule.after_cut_off is not None
    counted = rule.after_cut_off
    return last + counted.days * DAY if counted.days else working_days_later(last, counted.working_days or 0), rule.inclusive


def _last_day(deadline: datetime) -> date:
    return (deadline - timedelta(milliseconds=1)).astimezone(VN).date()


def working_days_later(day: date, count: int) -> date:
    """The day by whose end that many working days have passed since the end of `day`."""
    while count:
        day += DAY
        count -= COMMON.includes(day)
    return day
