"""What is known of units and tasks from an instant on, worked out plainly from rows and edges, without the product's rules.

A reform that is applied, reverted or corrected begins a new era: everybody folds the log again under other units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.wire import events
from shared.wire.events import Logged
from shared.words.lineage import Edge
from shared.words.units import Unit
from tests.simulation.reminders.decree import VN

DAY = timedelta(days=1)
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Task:
    """One unit's task. `deadline` is None when the period is opened on call. `of` is the unit whose report or view it is."""

    id: str
    regime: str
    period: str
    unit: str
    kind: str
    begins: datetime
    deadline: datetime | None
    of: str = ""

    @property
    def about(self) -> str:
        return self.of or self.unit


@dataclass(frozen=True)
class Era:
    """From `since` on, these units and edges are known. `recipients` are the recipient of each period and the level above it, `days` the
    reference days, `pins` the periods that keep the day before a reform.
    """

    since: datetime
    rows: Sequence[Unit]
    edges: Sequence[Edge]
    tasks: Mapping[str, Task]
    recipients: Mapping[Pair, tuple[str, str]]
    days: Mapping[Pair, date] = field(default_factory=dict)
    pins: Mapping[Pair, date] = field(default_factory=dict)
    reform_days: tuple[date, ...] = ()

    @property
    def is_still(self) -> bool:
        """Whether nothing changes in this era: every unit acts for itself."""
        return not self.edges and not self.reform_days

    def begins(self, unit: str) -> date:
        return min(row.valid_from for row in self.rows if row.id == unit)

    def is_there(self, unit: str, day: date) -> bool:
        return any(row.id == unit and row.valid_from <= day and (row.valid_to is None or day < row.valid_to) for row in self.rows)

    def acting(self, unit: str, day: date) -> str | None:
        """Who acts for a unit on a day: itself while it exists, else its heir; None before it begins, and while nobody is declared."""
        if self.is_still:
            return unit
        while not self.is_there(unit, day):
            after = [edge for edge in self.edges if edge.old == unit and edge.day <= day and edge.is_heir]
            if not after:
                return None
            unit = after[0].new
        return unit

    def may_go(self, unit: str, rung: datetime, at: datetime) -> bool:
        """Whether anybody may get this rung at this time: somebody acts, and had begun when the rung came."""
        acting = self.acting(unit, day_of(at))
        return acting is not None and (self.is_still or self.begins(acting) <= day_of(rung))

    def bearer(self, event: Logged) -> str:
        """Which unit a logged event concerns: the logged one if it exists on the reference day, else the one that has its code on that day,
        if it began later than the logged one and existed when the event came. A unit that is gone after a revert stays itself.
        """
        day = self.days.get((event.regime, event.period))
        if day is None or not event.unit_id or self.is_there(event.unit_id, day):
            return event.unit_id
        code = event.data.get("unit")
        found = [row.id for row in self.rows if row.code == code and self.is_there(row.id, day) and _is_valid(row, day)]
        came = day_of(events.from_ms(event.received_ms))
        is_known = any(row.id == event.unit_id for row in self.rows)
        if not found or not is_known or not self.begins(event.unit_id) <= self.begins(found[0]) <= came:
            return event.unit_id
        return found[0]

    def named(self, event: Logged) -> list[str]:
        """Whom a request names: who has the code on the reference day, else on the day of receipt."""
        day, came = self.days.get((event.regime, event.period)), day_of(events.from_ms(event.received_ms))
        codes: list[str] = event.data["units"]
        return codes if day is None else [unit for code in codes if (unit := self._holder(code, day) or self._holder(code, came))]

    def _holder(self, code: str, day: date) -> str | None:
        return next((row.id for row in self.rows if row.code == code and _is_valid(row, day)), None)


def _is_valid(row: Unit, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


def day_of(at: datetime) -> date:
    return at.astimezone(VN).date()
