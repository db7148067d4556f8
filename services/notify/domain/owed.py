"""What the units of one regime and period are alerted about, arranged by what it has in common, and what of it a tick must look at: owed
duties, and reports that others entered.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from services.notify.domain import duties, notices
from services.notify.domain.duties import CONFIRM, OFFICIAL, REPORT, Duty, Task
from services.notify.domain.ledger import NOTHING_IMPORTED
from services.notify.domain.notices import Notice
from services.notify.domain.watch import Watch
from shared.wire import events
from shared.words.ladder import Rung
from shared.words.reference import Reference
from shared.words.units import Unit

Steps = tuple[datetime, datetime | None]
"""Determines the rungs of a duty: the ladder's deadline, and when its notice goes out (None without a notice)."""
Group = tuple[datetime, Task]
"""Determines the group of a duty: its deadline by rule or opening, and its task."""


@dataclass(frozen=True, slots=True)
class OwedDuty:
    """A duty that is owed, and its notice, which takes long to find out."""

    duty: Duty
    notice: Notice | None


class Owed:
    """The owed duties of one regime and period, by id. `by_steps` groups duties with the same rungs, `by_group` duties of one group.

    No group is empty. `entries` are the watches of news about reports that others entered, by the time when it goes out. `digests` are the
    watches of the digests about the groups of one deadline, by unit. `imported_at` is when the last report of an earlier time was imported.
    """

    def __init__(self, regime: str, found: Iterable[Duty], imported_at: datetime = NOTHING_IMPORTED) -> None:
        self.regime = regime
        self.imported_at = imported_at
        self.by_steps: dict[Steps, Watch[OwedDuty]] = {}
        self.by_group: dict[Group, dict[str, Duty]] = {}
        self.entries: dict[datetime, Watch[OwedDuty]] = {}
        self._of_entries: set[Watch[OwedDuty] | None] = set()
        self.digests: dict[datetime, list[Watch[Unit]]] = {}
        self._places: dict[str, tuple[Steps, Group]] = {}
        self._open: dict[Watch[OwedDuty], None] = {}
        self._later: list[tuple[datetime, int, Watch[OwedDuty]]] = []  # a heap
        self._numbers = itertools.count()  # so that the heap compares no watches
        for duty in found:
            self.put(duty)

    def put(self, duty: Duty) -> None:
        """Adds, updates or removes a duty, depending on whether the unit is reminded of it now."""
        duty_id = duty.id
        if duty_id in self._places:
            self._remove(duty_id)
        for entry in notices.of_entries(duty):
            self._put_entry(duty, entry)
        if duties.is_reminded(duty):
            notice = notices.of_duty(duty)
            steps, group = self._places[duty_id] = (duty.reminded_of, None if notice is None else notice.at), (duty.due, duty.task)
            watch = self.by_steps.get(steps)
            if watch is None:
                watch = self.by_steps[steps] = Watch(notices.rungs(duty, notice))
            watch.put(duty_id, OwedDuty(duty, notice))
            self._open[watch] = None
            self.by_group.setdefault(group, {})[duty_id] = duty

    def since(self, reference: Reference, now: datetime, watch: Watch[OwedDuty] | None = None) -> datetime:
        """Rungs from before then are ignored: before the regime was loaded, and before reports of the period were imported. News of reports
        that others entered goes out whatever was imported since.
        """
        loaded_at = reference.loaded_at.get(self.regime, now)
        return loaded_at if watch in self._of_entries else max(loaded_at, self.imported_at)

    def duty(self, duty_id: str) -> Duty | None:
        """The duty with an id, if the unit is reminded of it."""
        place = self._places.get(duty_id)
        return None if place is None else self.by_steps[place[0]].members[duty_id].duty

    def is_group_owing(self, deadline: datetime) -> bool:
        """Whether any unit of a group still owes. The group is the units whose deadline, before extensions, equals `deadline` to the
        millisecond.
        """
        return any(events.to_ms(due) == events.to_ms(deadline) for due, _ in self.by_group)

    def first(self, deadline: datetime) -> Duty:
        """A duty of the groups of one deadline: to report, if any such duty is owed, else to confirm."""
        mates = self.by_group.get((deadline, REPORT)) or self.by_group.get((deadline, CONFIRM)) or self.by_group[deadline, OFFICIAL]
        return next(iter(mates.values()))

    def reached(self, reference: Reference, now: datetime) -> Iterator[tuple[Rung, Watch[OwedDuty]]]:
        """The watches with duties that must be looked at, with the newest rung so far."""
        while self._later and self._later[0][0] <= now:
            self._open[heappop(self._later)[2]] = None
        for watch in list(self._open):
            come = watch.look(self.since(reference, now, watch), now)
            if come is not None and watch.open:
                yield come, watch
                continue
            del self._open[watch]
            if watch.members and watch.next_at is not None:
                heappush(self._later, (watch.next_at, next(self._numbers), watch))

    def _put_entry(self, duty: Duty, entry: Notice) -> None:
        """Adds news of a report that another unit entered, if it is new. Nothing takes it back."""
        watch = self.entries.get(entry.at)
        if watch is None:
            watch = self.entries[entry.at] = Watch((Rung(notices.NOW, entry.at),))
            self._of_entries.add(watch)
        member_id = f"{duty.id}/{entry.cause}"
        if member_id not in watch.members:
            watch.put(member_id, OwedDuty(duty, entry))
            self._open[watch] = None

    def _remove(self, duty_id: str) -> None:
        steps, group = self._places.pop(duty_id)
        watch, mates = self.by_steps[steps], self.by_group[group]
        watch.remove(duty_id)
        del mates[duty_id]
        if not watch.members:
            del self.by_steps[steps]
            self._open.pop(watch, None)
        if not mates:
            del self.by_group[group]
