"""What the notifier owes its units, worked out plainly from the design's text (sections 3 and 5), without the notifier's rules.

Only the working days come from `shared`. The oracle keeps the log as it grew; a question names how much of it was known.
"""

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from shared.wire import events
from shared.wire.events import Logged
from shared.words.calendar import COMMON
from tests.simulation.reminders.decree import BEFORE, DAY, VN, months
from tests.simulation.reminders.decree import at as instant
from tests.simulation.reminders.eras import Era, Task
from tests.simulation.reminders.world import World

WEEK: Final = timedelta(days=7)
MONTH: Final = timedelta(days=30)
LATEST: Final = datetime(9999, 1, 1, tzinfo=VN)
NOW: Final = "now"
MOST_ANSWERS: Final = 300_000  # kept, so that a question that comes again costs nothing
NO_EVENTS: Final[list[tuple[int, Logged]]] = []
Steps = tuple[tuple[int, ...], tuple[str, ...], tuple[int, ...]]
Rungs = tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """What a unit is reminded of, and what it is told at once: the cause, and when. Nothing from before `since` goes out. `anew` is when it
    came to be owed again.
    """

    cause: str
    deadline: datetime
    told: tuple[str, datetime] | None = None
    since: datetime | None = None
    anew: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision that another unit entered: what its unit is told of it, and after how many events of the log."""

    cause: str
    deadline: datetime
    at: datetime
    known: int


@dataclass(frozen=True, slots=True)
class News:
    """What another unit did that is told at once: it asked, or undid a confirmation. `by` is its id."""

    cause: str
    by: str
    deadline: datetime
    at: datetime


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
    return day if COMMON.includes(day) else _backward(day - DAY)


def _forward(day: date) -> date:
    return day if COMMON.includes(day) else _forward(day + DAY)


def at_once(received: datetime) -> datetime:
    """ "At once on a working day 07:00–18:00, else the next 08:00", to the second."""
    local = received.astimezone(VN).replace(microsecond=0)
    if COMMON.includes(local.date()) and 7 <= local.hour < 18:
        return local
    return instant(_forward(local.date() if local.hour < 8 else local.date() + DAY), 8)


def may_send(rung_at: datetime, now: datetime, name: str = "") -> bool:
    """On its own day from its hour; caught up from 08:00 on a working day. What is told at once not after 18:00."""
    local = now.astimezone(VN)
    if name == NOW and local.hour >= 18:
        return False
    return now >= rung_at and COMMON.includes(local.date()) and (local.hour >= 8 or local.date() == rung_at.date())


class Oracle:
    """The log, by whom it concerns, as one era knows the units."""

    def __init__(self, world: World, era: Era) -> None:
        self.length = 0
        self.era = era
        self._world = world
        self._groups: dict[tuple[str, str], list[Task]] = defaultdict(list)
        for task in era.tasks.values():
            self._groups[(task.regime, task.period)].append(task)
        self._of_unit: dict[str, dict[str, list[tuple[int, Logged]]]] = defaultdict(dict)  # by regime with period, then by unit
        self._asked: dict[tuple[str, str, str], list[tuple[int, Logged]]] = defaultdict(list)  # by regime, period and unit
        self._answers: dict[tuple[str, int, int], Owed | None] = {}
        self._owing: dict[tuple[str, str, datetime], Task] = {}  # who owed when last asked
        self._steps: dict[tuple[str, str], Steps] = {}

    def steps(self, regime: str, period: str) -> Steps:
        """The steps of a regime's ladder. What the regime does not name follows the length of the period."""
        if (regime, period) not in self._steps:
            self._steps[(regime, period)] = self._steps_of(regime, period)
        return self._steps[(regime, period)]

    def _steps_of(self, regime: str, period: str) -> Steps:
        obligation = self._world.regimes[regime].obligation
        assert obligation is not None
        ladder = obligation.ladder
        before = BEFORE[months(period)[0]] if ladder.before_days is None else tuple(ladder.before_days)
        hours = ("08:00", "14:00") if ladder.last_day is None else tuple(ladder.last_day)
        return before, hours, (1, 3, 7) if ladder.after_days is None else tuple(ladder.after_days)

    def take(self, event: Logged) -> None:
        """One more event stands in the log."""
        if event.type == events.ASKED:
            for unit in self.era.named(event):
                self._asked[event.regime, event.period, unit].append((self.length, event))
        else:
            self._of_unit[f"{event.regime}/{event.period}"].setdefault(self.era.bearer(event), []).append((self.length, event))
        self.length += 1

    def _told(self, task: Task, unit: str) -> list[tuple[int, Logged]]:
        return self._of_unit[f"{task.regime}/{task.period}"].get(unit, NO_EVENTS)

    def changes(self, task: Task) -> list[int]:
        """After how many events of the log what is owed may be another."""
        return sorted({0} | {place + 1 for unit in (task.about, "") for place, _ in self._told(task, unit)})

    def owed(self, task: Task, known: int) -> Owed | None:
        """What is owed by whoever knows the first `known` events; None: nothing."""
        mine, openings = self._told(task, task.about), [] if task.deadline else self._told(task, "")
        counts = bisect_left(mine, (known,)), bisect_left(openings, (known,))
        if counts == (0, 0):
            return None if task.deadline is None or task.kind == "official" else _untouched(task.kind, task.deadline)
        key = task.id, *counts
        if key not in self._answers:
            if len(self._answers) > MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = _owed(task, [event for _, event in openings[: counts[1]]], [event for _, event in mine[: counts[0]]])
        return self._answers[key]

    def rungs(self, task: Task, owed: Owed) -> Rungs:
        """What is told at once, then the ladder after that."""
        ladder, told, since = self.ladder(task.regime, task.period, owed.deadline), owed.told, owed.since
        found = ladder if told is None else ((told[1], NOW), *(rung for rung in ladder if rung[0] > told[1]))
        return found if since is None else tuple(rung for rung in found if rung[0] >= since)

    def entries(self, task: Task, known: int) -> list[Entry]:
        """What a unit is told of revisions that others entered for it, by whoever knows the first `known` events: of each revision once."""
        if task.kind != "report":
            return []
        openings = [event for place, event in self._told(task, "") if place < known]
        mine = [(place, event) for place, event in self._told(task, task.about) if place < known]
        found: dict[int, Entry] = {}
        for place, event in sorted(((place, event) for place, event in mine if event.entered_by), key=lambda one: received(one[1])):
            before = [[one for one in some if received(one) <= received(event)] for some in (openings, [one for _, one in mine])]
            deadline, revision = _deadline(task, before[0], before[1]), event.data["revision"]
            if deadline is not None and revision not in found:
                at = at_once(events.from_ms(event.received_ms))
                found[revision] = Entry(f"entered-for-{revision}", deadline, at, place + 1)
        return list(found.values())

    def news_changes(self, task: Task) -> list[int]:
        """After how many events of the log the news may be another; empty if there never was any."""
        asked = self._asked.get((task.regime, task.period, task.unit), NO_EVENTS)
        is_undone = task.kind == "confirm" and any(event.type == events.UNDONE for _, event in self._told(task, task.about))
        return sorted({*self.changes(task), *(place + 1 for place, _ in asked)}) if asked or is_undone else []

    def news(self, task: Task, known: int) -> list[News]:
        """What others asked of a unit or undid, as far as it is to be told by whoever knows the first `known` events."""
        return [*self._requests(task, known), *self._undoings(task, known)]

    def _requests(self, task: Task, known: int) -> Iterator[News]:
        """Each request, while what it asks for has been owed since before it goes out."""
        asked = [event for place, event in self._asked.get((task.regime, task.period, task.unit), NO_EVENTS) if place < known]
        owed = self.owed(task, known) if asked else None
        for event in {event.id: event for event in asked}.values():
            at = at_once(events.from_ms(event.received_ms))
            if owed is not None and (owed.anew is None or owed.anew <= at):
                yield News(f"asked-{event.event_id}", event.sender, owed.deadline, at)

    def _undoings(self, task: Task, known: int) -> Iterator[News]:
        """Each confirmation that another unit undid, until one comes after that."""
        mine = [event for place, event in self._told(task, task.about) if place < known] if task.kind == "confirm" else []
        last = max((received(event) for event in mine if event.type == events.CONFIRMED), default=(0, ""))
        openings = [event for place, event in self._told(task, "") if place < known]
        deadline = _deadline(task, openings, mine)
        for number, event in enumerate(_undone(mine), start=1):
            is_own = event.sender in (task.unit, event.data["confirmation"].split("/")[0])
            if deadline is not None and not is_own and received(event) > last:
                yield News(f"undone-{number}", event.sender, deadline, at_once(events.from_ms(event.received_ms)))

    def ladder(self, regime: str, period: str, deadline: datetime) -> Rungs:
        """The rungs of a regime's ladder for a deadline."""
        return rungs(deadline, self.steps(regime, period))

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
        key = group[0].regime, group[0].period, deadline
        first = [self._owing[key]] if key in self._owing else []
        for task in itertools.chain(first, group):
            if self._due(task, known) == deadline and self.owed(task, known):
                self._owing[key] = task
                return True
        return False

    def _due(self, task: Task, known: int) -> datetime | None:
        return task.deadline or effective(self._openings(task, known), "deadline")

    def _openings(self, task: Task, known: int) -> list[Logged]:
        return [event for place, event in self._told(task, "") if place < known]


def _owed(task: Task, openings: list[Logged], mine: list[Logged]) -> Owed | None:
    """What is owed after these events about the period and the unit."""
    deadline = _deadline(task, openings, mine)
    if deadline is None:
        return None
    if task.kind == "confirm":
        undone = {event.data["confirmation"]: _whole_second(event) for event in _undone(mine)}
        if any(event.type == events.CONFIRMED and event.id not in undone for event in mine):
            return None
        since = max(undone.values(), default=None)
        return Owed("confirm", deadline, _moved(task, openings, mine, None), since, since)
    sent = [event for event in mine if event.type in (events.SUBMITTED, events.WITHDRAWN)]
    latest = max(sent, key=lambda event: (event.data["revision"], event.received_ms, event.event_id), default=None)
    if latest is None or latest.type == events.WITHDRAWN:
        anew = None if latest is None else _whole_second(latest)
        return None if task.kind == "official" else Owed("report", deadline, _moved(task, openings, mine, None), anew=anew)
    returns = [event for event in mine if event.type == events.RETURNED and event.data["revision"] == latest.data["revision"]]
    if task.kind == "official":
        if returns or not latest.data.get("status"):
            return None
        since = _whole_second(latest)
        return Owed("official", deadline, _moved(task, openings, mine, None), since, since)
    if not returns:
        return None
    last = max(returns, key=received)
    told = _moved(task, openings, mine, last) or (f"returned-{last.data['revision']}", at_once(events.from_ms(last.received_ms)))
    fix_by = _later(end_of(last.data["fix_by"]), effective(mine, "until"))
    return Owed(f"return-{last.data['revision']}", fix_by, told, anew=_whole_second(last))


def _undone(mine: list[Logged]) -> list[Logged]:
    """What undid confirmations, of each the first, in the order of receipt."""
    undoing = sorted((event for event in mine if event.type == events.UNDONE), key=received, reverse=True)
    return sorted({event.data["confirmation"]: event for event in undoing}.values(), key=received)


def _whole_second(event: Logged) -> datetime:
    return events.from_ms(event.received_ms // 1000 * 1000)


@cache
def _untouched(kind: str, deadline: datetime) -> Owed:
    """What is owed by somebody of whom nothing was heard."""
    return Owed(kind, deadline)


def received(event: Logged) -> tuple[int, str]:
    return event.received_ms, event.event_id


def effective(given: list[Logged], name: str) -> datetime | None:
    """ "Of all corrections the one with the highest (received, event id), then the latest of it and of the plain ones received after it;
    without a correction the latest of all".
    """
    given = [event for event in given if name in event.data]
    last = max((event for event in given if event.data.get("corrects")), key=received, default=None)
    if last is not None:
        given = [last, *(event for event in given if not event.data.get("corrects") and received(event) > received(last))]
    return max((end_of(event.data[name]) for event in given), default=None)


def _later(one: datetime, other: datetime | None) -> datetime:
    return one if other is None else max(one, other)


def _deadline(task: Task, openings: list[Logged], mine: list[Logged]) -> datetime | None:
    """The deadline of a unit: by rule or opening, and by what it was given longer."""
    due = task.deadline or effective(openings, "deadline")
    return None if due is None else _later(due, effective(mine, "until"))


def _moved(task: Task, openings: list[Logged], mine: list[Logged], returned: Logged | None) -> tuple[str, datetime] | None:
    """What tells of the last move of the deadline (after a return: of its fix-by date), found by going through what was given in turn."""
    known = {received(event): event for event in (*openings, *(event for event in mine if event.type == events.EXTENDED))}
    given = [known[key] for key in sorted(known)]
    first = next((place for place, event in enumerate(given) if event.type == events.OPENED), -1)
    told, before, number = None, task.deadline, 0
    for place, event in enumerate(given):
        there = given[: place + 1]
        deadline = _deadline(task, [one for one in there if one.type == events.OPENED], there)
        if returned is not None and received(event) > received(returned):
            fix_by = end_of(returned.data["fix_by"])
            before = _later(fix_by, effective(given[:place], "until"))
            deadline = _later(fix_by, effective(there, "until"))
        number += place != first
        is_after = returned is None or received(event) > received(returned)
        if before is not None and deadline != before and is_after and place > first:
            told = f"moved-{number}", at_once(events.from_ms(event.received_ms))
        before = deadline
    return told


@cache
def end_of(text: str) -> datetime:
    """The first late instant: a day is meant to its end, an instant to itself."""
    return instant(date.fromisoformat(text) + DAY) if len(text) == 10 else datetime.fromisoformat(text).astimezone(VN)
