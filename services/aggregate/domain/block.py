"""Block: the figures of one regime and period, an integer matrix of units × columns.

A row is what the unit's counting report says, or zeros. Views are computed from the rows, never from deltas: nothing can
drift. Source: design, section 3, "Aggregate".
"""

from typing import Any

import numpy as np

from services.aggregate.domain import kinds
from services.aggregate.domain.kinds import Matrix
from services.aggregate.domain.tree import ReporterTree
from shared import deadlines, events
from shared.counting import Standing
from shared.events import Logged
from shared.periods import Period
from shared.regimes import Regime
from shared.units import Tree

RECEIVED, ON_TIME, NARRATIVES = 0, 1, 2  # the first columns


class Block:
    """One regime and period: its reporters' rows, and where each unit's report stands."""

    def __init__(self, regime: Regime, period: Period, tree: Tree) -> None:
        groups = regime.group_of(tree)
        self.regime = regime
        self.period = period
        self.tree = ReporterTree(tree, [tree.by_id[unit_id] for unit_id in groups])
        self.columns = kinds.columns(regime.by_code, NARRATIVES + len(regime.narratives))
        self.width = max((column.end for column in self.columns.values()), default=NARRATIVES + len(regime.narratives))
        self.rows: Matrix = np.zeros((len(self.tree.reporters), self.width), dtype=np.int64)
        self.touched: dict[str, tuple[int, int]] = {}  # unit id of a view: sequence and received time of its last event
        self._groups = [groups[unit.id] for unit in self.tree.reporters]
        self._standings = [Standing() for _ in self.tree.reporters]
        self._extended: dict[int, int] = {}  # row: the latest instant it was extended to, ms
        self._opened_ms: int | None = None
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
        """A deadline that was moved is the latest one: never silently earlier."""
        deadline = _instant_ms(event.data.get("deadline"))
        if not self.regime.is_on_call or deadline is None:
            return ()
        self._opened_ms = max(self._opened_ms or 0, deadline)
        self._due = self._due_of_groups()
        for row in range(len(self._groups)):
            self._deadlines[row] = self._deadline(row)
            self._settle(row)
        return tuple(self.tree.spans)

    def _extend(self, row: int, event: Logged) -> None:
        until = _instant_ms(event.data.get("until"))
        if until is not None:
            self._extended[row] = max(self._extended.get(row, 0), until)
            self._deadlines[row] = self._deadline(row)

    def _due_of_groups(self) -> dict[str, int | None]:
        """The first late millisecond of each group of reporters; None when nothing is late."""
        opened = None if self._opened_ms is None else events.from_ms(self._opened_ms)
        due = {group: deadlines.group_deadline(self.regime, group, self.period, opened) for group in set(self._groups)}
        return {group: None if deadline is None else events.to_ms(deadline) for group, deadline in due.items()}

    def _deadline(self, row: int) -> int | None:
        """The first late millisecond of a row's unit."""
        due = self._due[self._groups[row]]
        return None if due is None else max(due, self._extended.get(row, 0))

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


def _instant_ms(text: Any) -> int | None:
    """An instant of an event; None when it is none: the fold never raises."""
    at = deadlines.of_event(text)
    return None if at is None else events.to_ms(at)
