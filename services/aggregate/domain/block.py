"""Block: the figures of one regime and period, an integer matrix of units × columns.

A row is what the unit's counting report says, or zeros. Views are computed from the rows, never from deltas: nothing can
drift. Source: design, section 3, "Aggregate".
"""

from typing import Any

import numpy as np

from services.aggregate.domain import kinds
from services.aggregate.domain.kinds import Matrix
from services.aggregate.domain.tree import ReporterTree
from shared.wire import events
from shared.wire.events import Logged
from shared.words import deadlines
from shared.words.calendar import WorkingDays
from shared.words.instants import Instants
from shared.words.periods import Period
from shared.words.regimes import Regime
from shared.words.report_state import Standing
from shared.words.units import Tree

RECEIVED, ON_TIME, NARRATIVES = 0, 1, 2  # the first columns


class Block:
    """One regime and period: its reporters' rows, and where each unit's report stands."""

    def __init__(self, regime: Regime, period: Period, tree: Tree, working_days: WorkingDays) -> None:
        groups = regime.group_of(tree)
        self.regime = regime
        self.period = period
        self._working_days = working_days
        self.tree = ReporterTree(tree, [tree.by_id[unit_id] for unit_id in groups])
        self.columns = kinds.columns(regime.by_code, NARRATIVES + len(regime.narratives))
        self.width = max((column.end for column in self.columns.values()), default=NARRATIVES + len(regime.narratives))
        self.rows: Matrix = np.zeros((len(self.tree.reporters), self.width), dtype=np.int64)
        self.touched: dict[str, tuple[int, int]] = {}  # unit id of a view: sequence and received time of its last event
        self._groups = [groups[unit.id] for unit in self.tree.reporters]
        self._standings = [Standing() for _ in self.tree.reporters]
        self._extended: dict[int, Instants] = {}  # row: until when it was extended
        self._opened = Instants()
        self._due = self._due_of_groups()
        self._deadlines = [self._deadline(row) for row in range(len(self._groups))]

    def apply(self, event: Logged, sequence: int) -> tuple[str, ...]:
        """Takes one event; the units whose views it touched, also when nothing changed. Events may come in any order, repeated."""
        touched = self._take(event)
        for unit_id in touched:
            if sequence >= self.touched.get(unit_id, (0, 0))[0]:
                self.touched[unit_id] = (sequence, event.received_ms)
        return touched

    def _take(self, event: Logged) -> tuple[str, ...]:
        if event.type == events.OPENED:
            return self._open(event)
        row = self.tree.row_of.get(event.unit_id)
        if row is None:
            return ()
        standing = self._standings[row]
        key = (event.revision, event.received_ms, event.event_id)
        match event.type:
            case events.SUBMITTED:
                if standing.submit(key):
                    self.rows[row] = self._encode(event.data)
            case events.WITHDRAWN:
                standing.withdraw(key)
            case events.RETURNED:
                standing.give_back(event.revision)
            case events.EXTENDED:
                self._extend(row, event)
            case _:
                return ()
        self._settle(row)
        return self.tree.views_above[row]

    def _open(self, event: Logged) -> tuple[str, ...]:
        """The deadline of every unit is the one that stands of all that the period was opened with."""
        if not self.regime.is_on_call or not _give(self._opened, event, "deadline"):
            return ()
        self._due = self._due_of_groups()
        for row in range(len(self._groups)):
            self._deadlines[row] = self._deadline(row)
            self._settle(row)
        return tuple(self.tree.spans)

    def _extend(self, row: int, event: Logged) -> None:
        if _give(self._extended.setdefault(row, Instants()), event, "until"):
            self._deadlines[row] = self._deadline(row)

    def _due_of_groups(self) -> dict[str, int | None]:
        """The first late millisecond of each group of reporters; None when nothing is late."""
        opened = self._opened.effective
        due = {group: deadlines.group_deadline(self.regime, group, self.period, opened, self._working_days) for group in set(self._groups)}
        return {group: None if deadline is None else events.to_ms(deadline) for group, deadline in due.items()}

    def _deadline(self, row: int) -> int | None:
        """The first late millisecond of a row's unit."""
        due, extended = self._due[self._groups[row]], self._extended[row].effective if row in self._extended else None
        return due if due is None or extended is None else max(due, events.to_ms(extended))

    def _settle(self, row: int) -> None:
        """Makes the row say what counts now: the winner's figures with received and on time, or zeros."""
        standing = self._standings[row]
        if standing.counts:
            self.rows[row, RECEIVED] = 1
            self.rows[row, ON_TIME] = standing.is_on_time(self._deadlines[row])
        else:
            self.rows[row] = 0

    def _encode(self, data: dict[str, Any]) -> list[int]:
        row = [0] * self.width
        narratives = data.get("narratives") or {}
        for offset, code in enumerate(self.regime.narratives):
            if code in narratives:
                row[NARRATIVES + offset] = 1
        kinds.encode(self.columns, data.get("values") or {}, row)
        return row


def _give(instants: Instants, event: Logged, name: str) -> bool:
    """Takes the instant of an event; whether it is one: the fold never raises."""
    at = deadlines.of_event(event.data.get(name))
    if at is not None:
        instants.take((event.received_ms, event.event_id), at, corrects=event.data.get("corrects") is True)
    return at is not None
