"""Deadlines: the instant up to which a report is on time.

"trước ngày 20/12" is exclusive: a report received at 20/12 00:00:00 in Vietnam is late, one millisecond before is on time.
One rule for aggregate and notify, so that they cannot disagree on who is late. Source: design, section 5, "Deadlines".
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from shared.words import periods, refusals
from shared.words.calendar import WorkingDays
from shared.words.periods import Period
from shared.words.refusals import Refusal, refusal
from shared.words.regimes import DeadlineRule, Obligation, Regime

DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
YEARS: Final = range(2000, 2200)  # deadlines outside of them are slips of the pen
ONE_DAY: Final = timedelta(days=1)
HALF_YEAR: Final = timedelta(days=182)  # a deadline further from the cut-off is a slip of the pen
SMALLEST: Final = timedelta(milliseconds=1)  # received times have no smaller part


def due(rule: DeadlineRule, year: int, moved_by: WorkingDays | None = None) -> datetime:
    """The first instant that is late. With `moved_by`, a last day that is a day off is moved to the end of the next working day."""
    day = date.fromisoformat(rule.day_in(year))
    is_exclusive = rule.before is not None
    if rule.hour is None:
        deadline = periods.start_of(day if is_exclusive else day + ONE_DAY)
    else:
        deadline = datetime.combine(day, time.fromisoformat(rule.hour), periods.VIETNAM) + (timedelta() if is_exclusive else SMALLEST)
    return deadline if moved_by is None else _on_working_day(deadline, moved_by)


def _on_working_day(deadline: datetime, days: WorkingDays) -> datetime:
    """The deadline, or the end of the next working day when its last day is a day off. Source: Bộ luật Dân sự 2015, art. 148."""
    last = last_day(deadline)
    working = days.after_or_on(last)
    return deadline if working == last else periods.start_of(working + ONE_DAY)


def last_day(deadline: datetime) -> date:
    """The last day on which a report is still on time."""
    return periods.local_day(deadline - SMALLEST)


def group_deadline(regime: Regime, group: str, period: Period, opened: datetime | None, days: WorkingDays) -> datetime | None:
    """The deadline of one group of reporters: its rule, or what the recipient opened the period with; None: no deadline."""
    obligation = regime.obligation
    if obligation is None:
        return None
    if obligation.on_call:
        return _on_working_day(opened, days) if opened is not None and obligation.to_working_day else opened
    return _due_of(obligation.deadlines[group], period, obligation, days)


def confirm_deadline(regime: Regime, period: Period, days: WorkingDays) -> datetime | None:
    """The deadline for confirming views; None when nobody confirms."""
    obligation = regime.obligation
    if obligation is None or obligation.confirm is None:
        return None
    return _due_of(obligation.confirm, period, obligation, days)


def _due_of(rule: DeadlineRule, period: Period, obligation: Obligation, days: WorkingDays) -> datetime:
    return due(rule, _year_in(rule, period), days if obligation.to_working_day else None)


def _year_in(rule: DeadlineRule, period: Period) -> int:
    """The period's year; the one after it for a yearly day that has gone by at the cut-off and comes again within half a year: the
    15/01 of a period that ends on 31/12.
    """
    day, again = (date.fromisoformat(rule.day_in(year)) for year in (period.year, period.year + 1))
    return period.year + 1 if rule.is_yearly and day <= period.cut_off and again - period.cut_off <= HALF_YEAR else period.year


def faults(regime: Regime, days: WorkingDays) -> Iterator[tuple[tuple[str, ...], Refusal]]:
    """What no agency can mean, of each rule the first period: where in the regime, and why.

    A yearly deadline leaves at least one working day after the cut-off (NĐ 09/2019/NĐ-CP); who confirms has at least as long as
    who reports.
    """
    obligation = regime.obligation
    if obligation is None or isinstance(regime.periods, str):
        return
    found = [period for code in regime.periods if (period := regime.period(code)) is not None]
    for group, rule in obligation.deadlines.items():
        early = [period for period in found if rule.is_yearly and not _leaves_a_working_day(regime, group, period, days)]
        if early:
            cut_off = refusals.day(early[0].cut_off)
            yield ("obligation", "deadlines", group), refusal("regime.no_working_day_left", period=early[0].code, day=cut_off)
    for period in found:
        confirm = confirm_deadline(regime, period, days)
        reports = [at for group in obligation.deadlines if (at := group_deadline(regime, group, period, None, days)) is not None]
        if confirm is not None and reports and confirm < max(reports):
            yield ("obligation", "confirm"), refusal("regime.confirmed_before_reported", period=period.code)
            return


def _leaves_a_working_day(regime: Regime, group: str, period: Period, days: WorkingDays) -> bool:
    deadline = group_deadline(regime, group, period, None, days)
    return deadline is not None and last_day(deadline) >= days.after_or_on(period.cut_off + ONE_DAY)


def effective(deadline: datetime | None, extended_to: datetime | None) -> datetime | None:
    """The deadline with an extension for one unit: an extension never makes it earlier."""
    if deadline is None or extended_to is None:
        return deadline
    return max(deadline, extended_to)


def instant(text: str) -> datetime:
    """An instant from an event: a date-time with offset (exclusive), or a day YYYY-MM-DD (inclusive, to its end in Vietnam).

    Raises ValueError for anything else.
    """
    if DAY.fullmatch(text):
        return periods.start_of(date.fromisoformat(text) + timedelta(days=1))
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not text.startswith(f"{at:%Y-%m-%d}"):
        raise ValueError("an instant needs a day YYYY-MM-DD and its offset")
    return at


def of_event(text: object) -> datetime | None:
    """The instant of a logged event, on which a deadline can stand; None for anything else (ingest lets none through)."""
    try:
        at = instant(str(text))
        return at if periods.local_day(at).year in YEARS else None
    except (ValueError, OverflowError):
        return None
