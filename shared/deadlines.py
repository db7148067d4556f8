"""Deadlines: the instant up to which a report is on time.

"trước ngày 20/12" is exclusive: a report received at 20/12 00:00:00 in Vietnam is late, one millisecond before is on time.
One rule for aggregate and notify, so that they cannot disagree on who is late. Source: design, section 5.
"""

import re
from datetime import date, datetime, timedelta
from typing import Final

from shared import periods
from shared.periods import Period
from shared.regimes import DeadlineRule, Regime

DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def due(rule: DeadlineRule, year: int) -> datetime:
    """The first instant that is late."""
    day = date.fromisoformat(rule.day_in(year))
    return periods.start_of(day if rule.before is not None else day + timedelta(days=1))


def last_day(deadline: datetime) -> date:
    """The last day on which a report is still on time."""
    return periods.local_day(deadline - timedelta(milliseconds=1))


def group_deadline(regime: Regime, group: str, period: Period, opened: datetime | None) -> datetime | None:
    """The deadline of one group of reporters: its rule, or what the recipient opened the period with; None: no deadline."""
    if regime.obligation is None:
        return None
    if regime.obligation.on_call:
        return opened
    return due(regime.obligation.deadlines[group], period.year)


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
