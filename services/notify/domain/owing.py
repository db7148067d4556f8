"""Who owes in one regime and period, kept up to date with the fold: a tick looks at what is owed, not at everything that ever was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.notify.domain import duties
from services.notify.domain.duties import Duty, Task
from shared.wire import events

Pair = tuple[str, str]
"""Regime and period."""
Steps = tuple[datetime, datetime | None]
"""What the rungs of a duty follow from: the ladder's deadline, and the instant of its notice, if it has one."""


@dataclass(slots=True)
class Told:
    """A duty that is owed, and the newest rung that is known to be claimed for it; empty: none."""

    duty: Duty
    rung: str = ""


class Owing:
    """`by_steps` are the duties that are owed, by id, of those that have the same rungs; `by_group` those of each group: a deadline by
    rule or opening, and a task. None of these is empty.
    """

    def __init__(self, found: Iterable[Duty]) -> None:
        self.by_steps: dict[Steps, dict[str, Told]] = {}
        self.by_group: dict[tuple[datetime, Task], dict[str, Duty]] = {}
        self._places: dict[str, tuple[Steps, tuple[datetime, Task]]] = {}
        for duty in found:
            self.put(duty)

    def put(self, duty: Duty) -> None:
        """Takes a duty as it is now, owed or not."""
        if duty.id in self._places:
            self._remove(duty.id)
        if duties.owes(duty):
            notice = duty.notice
            steps, group = self._places[duty.id] = (
                (duty.reminded_of, None if notice is None else notice.at(duty.working_days)),
                (duty.due, duty.task),
            )
            self.by_steps.setdefault(steps, {})[duty.id] = Told(duty)
            self.by_group.setdefault(group, {})[duty.id] = duty

    def duty(self, duty_id: str) -> Duty | None:
        """The duty of an id, when it is owed."""
        place = self._places.get(duty_id)
        return None if place is None else self.by_steps[place[0]][duty_id].duty

    def is_group_owing(self, deadline: datetime) -> bool:
        """Whether anybody owes whose deadline by rule or opening is this, to the millisecond."""
        return any(events.to_text(due) == events.to_text(deadline) for due, _ in self.by_group)

    def _remove(self, duty_id: str) -> None:
        steps, group = self._places.pop(duty_id)
        told, mates = self.by_steps[steps], self.by_group[group]
        del told[duty_id], mates[duty_id]
        if not told:
            del self.by_steps[steps]
        if not mates:
            del self.by_group[group]
