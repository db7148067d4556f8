"""What the units of one regime and period are alerted about, arranged by what it has in common, and what of it a tick must look at: owed
duties, and news.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from services.notify.domain import duties, news, notices
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
NewsKey = tuple[str, str]
"""Tells the news of one duty apart: the cause, and the id of the unit that did what is told."""


@dataclass(frozen=True, slots=True)
class OwedDuty:
    """A duty that is owed, or of which there is news, and the notice about it, which takes long to find out."""

    duty: Duty
    notice: Notice | None


class Owed:
    """The owed duties of one regime and period, by id. `by_steps` groups duties with the same rungs, `by_group` duties of one group.

    No group is empty. `news` are the watches of news, by the time when it goes out. `digests` are the watches of the digests about the
    groups of one deadline, by unit. `imported_at` is when the last report of an earlier time was imported.
    """

    def __init__(self, regime: str, found: Iterable[Duty], imported_at: datetime = NOTHING_IMPORTED) -> None:
        self.regime = regime
        self.imported_at = imported_at
        self.by_steps: dict[Steps, Watch[OwedDuty]] = {}
        self.by_group: dict[Group, dict[str, Duty]] = {}
        self.news: dict[datetime, Watch[OwedDuty]] = {}
        self._news_watches: set[Watch[OwedDuty] | None] = set()
        self._told: dict[str, dict[NewsKey, datetime]] = {}  # when the news of each duty goes out
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
        self._put_news(duty)
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
        """Rungs from before then are ignored: before the regime was loaded, and before reports of the period were imported. News goes out
        whatever was imported since.
        """
        loaded_at = reference.loaded_at.get(self.regime, now)
        return loaded_at if watch in self._news_watches else max(loaded_at, self.imported_at)

    def duty(self, duty_id: str) -> Duty | None:
        """The duty with an id, if the unit is reminded of it."""
        place = self._places.get(duty_id)
        return None if place is None else self.by_steps[place[0]].members[duty_id].duty

    def news_of(self, duty_id: str, key: NewsKey) -> OwedDuty | None:
        """The news of a duty with a cause by a unit, if it is still news, with the duty as it is now."""
        at = self._told.get(duty_id, {}).get(key)
        return None if at is None else self.news[at].members[_member(duty_id, key)]

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

    def _put_news(self, duty: Duty) -> None:
        """Adds the news of a duty that is new, updates what may say something else now, and removes what is no news any more."""
        there, found = self._told.pop(duty.id, {}), {(notice.cause, notice.by): notice for notice in news.of_duty(duty)}
        for key in there.keys() - found.keys():
            self._remove_news(_member(duty.id, key), there[key])
        for key, notice in found.items():
            watch = self.news.get(notice.at)
            if watch is None:
                watch = self.news[notice.at] = Watch((Rung(notices.NOW, notice.at),))
                self._news_watches.add(watch)
            if key not in there or not notice.entered_by:
                watch.put(_member(duty.id, key), OwedDuty(duty, notice))
                self._open[watch] = None
        if found:
            self._told[duty.id] = {key: notice.at for key, notice in found.items()}

    def _remove_news(self, member_id: str, at: datetime) -> None:
        watch = self.news[at]
        watch.remove(member_id)
        if not watch.members:
            del self.news[at]
            self._news_watches.discard(watch)
            self._open.pop(watch, None)

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


def _member(duty_id: str, key: NewsKey) -> str:
    return "/".join((duty_id, *key))
