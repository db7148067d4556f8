"""The notifier's book: all duties as of a position in the log, which of them are still owed, and which are not stored yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.notify.domain import duties, notices
from services.notify.domain.duties import Duty, Roster, Task
from services.notify.domain.ledger import WHOLE_PERIOD, Ledger, RegimePeriod, ReportKey
from shared.wire import events
from shared.wire.events import Logged
from shared.words.report_state import ReportState

Steps = tuple[datetime, datetime | None]
"""Determines the rungs of a duty: the ladder's deadline, and when its notice goes out (None without a notice)."""
Group = tuple[datetime, Task]
"""Determines the group of a duty: its deadline by rule or opening, and its task."""


@dataclass(slots=True)
class OwedDuty:
    """A duty that is owed, and the newest rung that is known to be claimed for it; "" if there is none."""

    duty: Duty
    claimed: str = ""


class Owed:
    """The owed duties of one regime and period, by id. `by_steps` groups duties with the same rungs, `by_group` duties of one group.

    A tick looks only at these duties and not at every report. No group is empty.
    """

    def __init__(self, found: Iterable[Duty]) -> None:
        self.by_steps: dict[Steps, dict[str, OwedDuty]] = {}
        self.by_group: dict[Group, dict[str, Duty]] = {}
        self._places: dict[str, tuple[Steps, Group]] = {}
        for duty in found:
            self.put(duty)

    def put(self, duty: Duty) -> None:
        """Adds, updates or removes a duty, depending on whether it is owed now."""
        if duty.id in self._places:
            self._remove(duty.id)
        if duties.owes(duty):
            notice = notices.of_duty(duty)
            steps, group = self._places[duty.id] = (duty.reminded_of, None if notice is None else notice.at), (duty.due, duty.task)
            self.by_steps.setdefault(steps, {})[duty.id] = OwedDuty(duty)
            self.by_group.setdefault(group, {})[duty.id] = duty

    def duty(self, duty_id: str) -> Duty | None:
        """The duty with an id, if it is owed."""
        place = self._places.get(duty_id)
        return None if place is None else self.by_steps[place[0]][duty_id].duty

    def is_group_owing(self, deadline: datetime) -> bool:
        """Whether any unit of a group still owes. The group is the units whose deadline, before extensions, equals `deadline` to the
        millisecond.
        """
        return any(events.to_text(due) == events.to_text(deadline) for due, _ in self.by_group)

    def _remove(self, duty_id: str) -> None:
        steps, group = self._places.pop(duty_id)
        alike, mates = self.by_steps[steps], self.by_group[group]
        del alike[duty_id], mates[duty_id]
        if not alike:
            del self.by_steps[steps]
        if not mates:
            del self.by_group[group]


class Book:
    """Duties under one generation of units and regimes. `stored` are the regimes and periods whose duties are all stored."""

    def __init__(self, roster: Roster, ledger: Ledger, stored: Iterable[RegimePeriod] = (), waiting: Iterable[ReportKey] = ()) -> None:
        self.ledger = ledger
        self.begun = set(stored)
        self._roster = roster
        self._waiting = set(waiting)
        self._changed: set[ReportKey] = set()
        self._owed: dict[RegimePeriod, Owed] = {}
        self._outdated: set[ReportKey] = set()

    def fold(self, event: Logged) -> None:
        """Applies one event of the log."""
        key = self.ledger.fold(event)
        if key is not None:
            self._changed.add(key)
            self._outdated.add(key)

    def begin(self, now: datetime) -> None:
        """Adds the duties of the periods that have begun."""
        new = set(self._roster.open_periods(self.ledger, now)) - self.begun
        self.begun |= new
        self._changed |= {ReportKey(regime, period, WHOLE_PERIOD) for regime, period in new}

    def changes(self) -> list[Duty]:
        """The duties that changed since the last `forget_changes`, in periods that have begun."""
        touched: dict[RegimePeriod, set[str]] = {}
        for key in self._changed:
            touched.setdefault((key.regime, key.period), set()).add(key.unit_id)
        return [
            duty
            for pair, unit_ids in touched.items()
            if pair in self.begun
            for duty in self._roster.duties(self.ledger, *pair, of=None if WHOLE_PERIOD in unit_ids else sorted(unit_ids))
        ]

    def forget_changes(self, stored: Iterable[Duty]) -> None:
        """Marks the changes as stored. State that belongs to no duty, or to a period that has not begun, is kept separately."""
        self._waiting |= {key for key in self._changed if key.unit_id != WHOLE_PERIOD}
        self._waiting -= {ReportKey(duty.regime, duty.period, duty.unit.id) for duty in stored}
        self._changed.clear()

    def waiting(self) -> list[tuple[ReportKey, ReportState]]:
        """The state of units that have no stored duty (for example after an extension before the period begins)."""
        return [(key, self.ledger.of(key)) for key in sorted(self._waiting)]

    @property
    def is_changed(self) -> bool:
        return bool(self._changed)

    def duties(self, at: datetime, regime: str | None = None, period: str | None = None) -> Iterator[Duty]:
        """All duties at the instant `at`, owed or not, optionally of one regime or period only."""
        for pair in self._roster.open_periods(self.ledger, at):
            if regime in (None, pair[0]) and period in (None, pair[1]):
                yield from self._roster.duties(self.ledger, *pair)

    def owed(self, at: datetime) -> dict[RegimePeriod, Owed]:
        """The owed duties at the instant `at`, by regime and period. The result is cached, and the next call updates it."""
        for key in self._outdated:
            self._bring_up_to_date(key)
        self._outdated.clear()
        return {pair: self._owed_in(pair) for pair in self._roster.open_periods(self.ledger, at)}

    def _owed_in(self, pair: RegimePeriod) -> Owed:
        if pair not in self._owed:
            self._owed[pair] = Owed(self._roster.duties(self.ledger, *pair))
        return self._owed[pair]

    def _bring_up_to_date(self, key: ReportKey) -> None:
        pair = key.regime, key.period
        if key.unit_id == WHOLE_PERIOD:
            self._owed.pop(pair, None)
        for duty in self._roster.duties(self.ledger, *pair, of=[key.unit_id]) if pair in self._owed else ():
            self._owed[pair].put(duty)
