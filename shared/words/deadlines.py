"""Deadlines: a report received before this instant is on time.

"trước ngày 20/12" is exclusive: a report received at 20/12 00:00:00 Vietnam time is late; one millisecond earlier it is on time. All
services use this one rule, so that they cannot disagree on who is late. Source: design, section 5, "Deadlines".
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from shared.words import periods
from shared.words.calendar import WorkingDays
from shared.words.obligations import DeadlineRule, Obligation
from shared.words.periods import Period
from shared.words.regimes import Regime

DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
YEARS: Final = range(2000, 2200)  # a deadline in another year is a typing error
ONE_DAY: Final = timedelta(days=1)
HALF_YEAR: Final = timedelta(days=182)  # a deadline further from the cut-off is a typing error
SMALLEST: Final = timedelta(milliseconds=1)  # the resolution of received times


def due(rule: DeadlineRule, year: int, moved_by: WorkingDays | None = None) -> datetime:
    """The first instant that is late, by a rule with a day of its own. With `moved_by`, a deadline whose last day is a day off moves to the
    end of the next working day.
    """
    return _end(rule, date.fromisoformat(rule.day_in(year)), moved_by)


def _end(rule: DeadlineRule, day: date, moved_by: WorkingDays | None) -> datetime:
    """The first instant that is late, if `day` is the rule's day."""
    if rule.hour is None:
        deadline = periods.start_of(day + ONE_DAY if rule.is_inclusive else day)
    else:
        deadline = datetime.combine(day, time.fromisoformat(rule.hour), periods.VIETNAM) + (SMALLEST if rule.is_inclusive else timedelta())
    return deadline if moved_by is None else _on_working_day(deadline, moved_by)


def _on_working_day(deadline: datetime, days: WorkingDays) -> datetime:
    """The deadline, or the end of the next working day if the deadline's last day is a day off. Source: Bộ luật Dân sự 2015, art. 148."""
    last = last_day(deadline)
    working = days.after_or_on(last)
    return deadline if working == last else periods.start_of(working + ONE_DAY)


def last_day(deadline: datetime) -> date:
    """The last day on which a report is still on time."""
    return periods.local_day(deadline - SMALLEST)


def group_deadline(regime: Regime, group: str, period: Period, opened: datetime | None, days: WorkingDays) -> datetime | None:
    """The deadline of one group of reporters: from the regime's rule or, in a regime on call, `opened`, the deadline that the recipient
    set.

    None if the group has no deadline.
    """
    obligation = regime.obligation
    if obligation is None:
        return None
    if obligation.on_call:
        return _on_working_day(opened, days) if opened is not None and obligation.to_working_day else opened
    return by_rule(obligation.deadlines[group], period, obligation, days)


def confirm_deadlines(regime: Regime, period: Period, days: WorkingDays) -> dict[str, datetime]:
    """The deadline of each entry of `confirm`, by whom it names (`Confirm.who`), lowest first."""
    obligation = regime.obligation
    return {} if obligation is None else {entry.who: by_rule(entry, period, obligation, days) for entry in obligation.confirm}


def official_deadline(regime: Regime, period: Period, days: WorkingDays) -> datetime | None:
    """The deadline of the official figures that replace estimates; None if the regime takes no estimates."""
    if regime.estimates is None or regime.obligation is None:
        return None
    return by_rule(regime.estimates.until, period, regime.obligation, days)


def by_rule(rule: DeadlineRule, period: Period, obligation: Obligation, days: WorkingDays) -> datetime:
    """The deadline of a period by one rule of an obligation."""
    return _end(rule, _day_of(rule, period, obligation, days), days if obligation.to_working_day else None)


def _day_of(rule: DeadlineRule, period: Period, obligation: Obligation, days: WorkingDays) -> date:
    """The rule's day for a period. A day that the next month does not have is its last day; `regimes check` refuses such a rule."""
    if rule.has_own_day:
        return date.fromisoformat(rule.day_in(_year_in(rule, period)))
    if rule.after_cut_off is not None:
        counted = rule.after_cut_off
        return period.cut_off + timedelta(days=counted.days) if counted.days else days.after(period.cut_off, counted.working_days or 0)
    if rule.day_of_next_month is not None:
        last = end_of_next_month(period)
        return last.replace(day=min(rule.day_of_next_month, last.day))
    before = by_rule(obligation.deadlines[rule.after or ""], period, obligation, days)
    return days.after(last_day(before), rule.working_days or 0)


def end_of_next_month(period: Period) -> date:
    """The last day of the month after the month of the cut-off."""
    month = period.cut_off.month
    return periods.last_of_month(period.cut_off.year + month // 12, month % 12 + 1)


def _year_in(rule: DeadlineRule, period: Period) -> int:
    """The year in which the rule's day falls: the period's year, or the next one.

    It is the next one if the day is yearly, is not after the cut-off, and comes again within half a year: 15/01 for a period that ends on
    31/12.
    """
    day, again = (date.fromisoformat(rule.day_in(year)) for year in (period.year, period.year + 1))
    return period.year + 1 if rule.is_yearly and day <= period.cut_off and again - period.cut_off <= HALF_YEAR else period.year


def effective(deadline: datetime | None, extended_to: datetime | None) -> datetime | None:
    """The deadline after an extension for one unit. An extension never makes a deadline earlier."""
    if deadline is None or extended_to is None:
        return deadline
    return max(deadline, extended_to)


def instant(text: str) -> datetime:
    """The instant that an event's text names: a date-time with offset is exclusive, a day YYYY-MM-DD lasts to its end in Vietnam.

    Raises ValueError for anything else.
    """
    if DAY.fullmatch(text):
        return periods.start_of(date.fromisoformat(text) + timedelta(days=1))
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not text.startswith(f"{at:%Y-%m-%d}"):
        raise ValueError("an instant needs a day YYYY-MM-DD and its offset")
    return at


def of_event(text: object) -> datetime | None:
    """The instant in a logged event, if it can be a deadline; otherwise None (ingest accepts no such event)."""
    try:
        at = instant(str(text))
        return at if periods.local_day(at).year in YEARS else None
    except (ValueError, OverflowError):
        return None
