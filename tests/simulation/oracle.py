"""What the notifier owes its units, worked out plainly from the design's text (sections 3 and 5), without the notifier's rules.

Only the working days come from `shared`. The oracle keeps the log as it grew; a question names how much of it was known.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from shared import events
from shared.calendar import is_working_day
from shared.events import Logged
from tests.simulation.world import VN, Task, World
from tests.simulation.world import at as instant

WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
Steps = tuple[tuple[int, ...], tuple[str, ...], tuple[int, ...]]
Rungs = tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """What a unit is reminded of."""

    cause: str
    deadline: datetime


@cache
def rungs(deadline: datetime, steps: Steps) -> Rungs:
    """The ladder of a deadline: instants and names. "The ladder counts days back from the last day on which it is still on time"."""
    before, hours, after = steps
    last = (deadline - timedelta(microseconds=1)).astimezone(VN).date()
    named: dict[datetime, str] = {}
    for days in sorted(before, reverse=True):
        named[instant(_backward(last - days * DAY), 8)] = f"before-{days}"
    for hour in sorted(hours):
        named[instant(_backward(last), int(hour[:2]), int(hour[3:]))] = f"last-day-{hour[:2]}{hour[3:]}"
    named = {at: name for at, name in named.items() if at < deadline}
    for days in sorted(after):
        named[instant(_forward(last + days * DAY), 8)] = f"after-{days}"
    return tuple(sorted(named.items()))


def _backward(day: date) -> date:
    return day if is_working_day(day) else _backward(day - DAY)


def _forward(day: date) -> date:
    return day if is_working_day(day) else _forward(day + DAY)


def may_send(rung_at: datetime, now: datetime) -> bool:
    """On its own day from its hour; caught up from 08:00 on a working day."""
    local = now.astimezone(VN)
    return now >= rung_at and is_working_day(local.date()) and (local.hour >= 8 or local.date() == rung_at.date())


class Oracle:
    """The log, by whom it concerns."""

    def __init__(self, world: World) -> None:
        self.length = 0
        self._world = world
        self._groups: dict[tuple[str, str], list[Task]] = defaultdict(list)
        for task in world.tasks.values():
            self._groups[(task.regime, task.period)].append(task)
        self._of_unit: dict[tuple[str, str, str], list[tuple[int, Logged]]] = defaultdict(list)
        obligations = {regime.id: regime.obligation for regime in world.regimes.values() if regime.obligation}
        self.steps: dict[str, Steps] = {
            regime: (tuple(one.ladder.before_days), tuple(one.ladder.last_day), tuple(one.ladder.after_days))
            for regime, one in obligations.items()
        }

    def take(self, event: Logged) -> None:
        """One more event stands in the log."""
        self._of_unit[(event.regime, event.period, event.unit_id)].append((self.length, event))
        self.length += 1

    def changes(self, task: Task) -> list[int]:
        """After how many events of the log what is owed may be another."""
        keys = [(task.regime, task.period, task.unit), (task.regime, task.period, "")]
        return sorted({0} | {place + 1 for key in keys for place, _ in self._of_unit.get(key, ())})

    def owed(self, task: Task, known: int) -> Owed | None:
        """What is owed by whoever knows the first `known` events; None: nothing."""
        mine = [event for place, event in self._of_unit.get((task.regime, task.period, task.unit), ()) if place < known]
        deadline = self._due(task, known)
        if deadline is None:
            return None
        extended = max((end_of(event.data["until"]) for event in mine if event.type == events.EXTENDED), default=deadline)
        if task.kind == "confirm":
            return None if any(event.type == events.CONFIRMED for event in mine) else Owed("confirm", max(deadline, extended))
        sent = [event for event in mine if event.type in (events.SUBMITTED, events.WITHDRAWN)]
        latest = max(sent, key=lambda event: (event.data["revision"], event.received_ms, event.event_id), default=None)
        if latest is None or latest.type == events.WITHDRAWN:
            return Owed("report", max(deadline, extended))
        returns = [event for event in mine if event.type == events.RETURNED and event.data["revision"] == latest.data["revision"]]
        if not returns:
            return None
        last = max(returns, key=lambda event: (event.received_ms, event.event_id))
        has_more = any(event.type == events.EXTENDED for event in mine)
        fix_by = end_of(last.data["fix_by"])
        return Owed(f"return-{last.data['revision']}", max(fix_by, extended_only(mine)) if has_more else fix_by)

    def ladder(self, regime: str, deadline: datetime) -> Rungs:
        """The rungs of a regime's ladder for a deadline."""
        return rungs(deadline, self.steps[regime])

    def group(self, regime: str, period: str) -> list[Task]:
        """All tasks of a regime and period."""
        return self._groups[(regime, period)]

    def groups(self) -> Iterator[tuple[list[Task], datetime]]:
        """All tasks that have one deadline by rule or opening at some time, with that deadline."""
        for group in self._groups.values():
            found = {self._due(task, known) for task in group for known in ([0] if task.deadline else self.changes(group[0]))}
            yield from ((group, deadline) for deadline in sorted(one for one in found if one is not None))

    def is_group_owing(self, group: list[Task], deadline: datetime, known: int) -> bool:
        """Whether anybody owes whose deadline by rule or opening is this."""
        return any(self._due(task, known) == deadline and self.owed(task, known) for task in group)

    def _due(self, task: Task, known: int) -> datetime | None:
        return task.deadline or self._opened(task, known)

    def _opened(self, task: Task, known: int) -> datetime | None:
        opened = [event for place, event in self._of_unit.get((task.regime, task.period, ""), ()) if place < known]
        return max((end_of(event.data["deadline"]) for event in opened), default=None)


def extended_only(mine: list[Logged]) -> datetime:
    """The latest instant of some extensions."""
    return max(end_of(event.data["until"]) for event in mine if event.type == events.EXTENDED)


@cache
def end_of(text: str) -> datetime:
    """The first late instant: a day is meant to its end, an instant to itself."""
    return instant(date.fromisoformat(text) + DAY) if len(text) == 10 else datetime.fromisoformat(text).astimezone(VN)
