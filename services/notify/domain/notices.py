"""Notices: what a unit is told at once, beside its reminder ladder: its report was sent back, or its deadline is another now.

A notice is one rung, `now`, before those of the ladder that come after it. Source: design, section 5, "Alerts at once".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from shared.wire import events
from shared.words import periods
from shared.words.calendar import ONE_DAY, WorkingDays
from shared.words.instants import Key
from shared.words.ladder import OFFICE_OPENS

NOW: Final = "now"
RETURNED: Final = "returned-"
MOVED: Final = "moved-"
FIRST_HOUR, LAST_HOUR = time(7), time(18)
BEFORE_ALL: Final[Key] = (0, "")


@dataclass(frozen=True, slots=True)
class Notice:
    """`cause` is `returned-<revision>` or `moved-<n>`, `since` when what it tells was received; of a move `before` is the old deadline."""

    cause: str
    since: datetime
    reason: str
    before: datetime | None = None

    def at(self, working_days: WorkingDays) -> datetime:
        """When it goes out: at once on a working day from 07:00 to 18:00, else at the next 08:00 of one. To the second."""
        local = self.since.astimezone(periods.VIETNAM).replace(microsecond=0)
        if working_days.includes(local.date()) and FIRST_HOUR <= local.time() < LAST_HOUR:
            return local
        earliest = local.date() if local.time() < OFFICE_OPENS else local.date() + ONE_DAY
        return datetime.combine(working_days.after_or_on(earliest), OFFICE_OPENS, periods.VIETNAM)


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline became another one with the `number`-th of what was given for it."""

    number: int
    key: Key
    before: datetime


def last_move(keys: Iterable[Key], deadline_at: Callable[[Key], datetime], since: Key) -> Move | None:
    """The last of what was given for a deadline after `since`, by `keys`, that made it another; None: nothing did."""
    last, before = None, deadline_at(since)
    for number, key in enumerate(sorted(keys), start=1):
        after = deadline_at(key) if key > since else before
        if after != before:
            last, before = Move(number, key, before), after
    return last


def of_return(revision: int, received_ms: int, reason: str) -> Notice:
    return Notice(f"{RETURNED}{revision}", events.from_ms(received_ms), reason)


def of_move(move: Move, reason: str) -> Notice:
    return Notice(f"{MOVED}{move.number}", events.from_ms(move.key[0]), reason, move.before)
