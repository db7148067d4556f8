"""When a unit that still owes will be reminded: the rungs of the ladder up to the deadline, for its calendar.

The same days as notify's ladder (tests hold the two against each other). Source: design, section 5, "Deadlines".
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from shared import calendar, deadlines, periods
from shared.regimes import Ladder

OFFICE_OPENS: Final = time(8, 0)


def coming(deadline: datetime, ladder: Ladder, now: datetime) -> list[datetime]:
    """The instants after `now` and before the deadline (the first late instant), oldest first, each once.

    A reminder on a day off goes out on the working day before. Overdue steps are left out: a calendar that was not
    refreshed since would go on to remind a unit that has reported.
    """
    last = deadlines.last_day(deadline)
    days_before = [_at(last - timedelta(days=days), OFFICE_OPENS) for days in ladder.before_days]
    on_last_day = [_at(last, time.fromisoformat(hour)) for hour in ladder.last_day]
    return sorted({at for at in days_before + on_last_day if now < at < deadline})


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(calendar.working_day_before_or_on(day), hour, periods.VIETNAM)
