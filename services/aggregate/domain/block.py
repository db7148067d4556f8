"""Block: the figures of one regime and period, as an integer matrix of units × columns.

A row has the figures of the unit's report that counts, or zeros. Views are computed from the rows, never from deltas, so nothing can drift.
Which figures are estimates is marked beside the rows, from the first estimate of the block on: most blocks never have one.
The early block of a period that spans the first day of a reform has the units and the regime of the day before, and counts what was
received until then. It is never added to the block of the period. Source: design, section 3, "Aggregate"; ADR-0048.
"""

import copy
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from services.aggregate.domain import kinds
from services.aggregate.domain import tree as trees
from services.aggregate.domain.kinds import Marks, Matrix
from shared.wire import events
from shared.wire.events import Logged
from shared.words import deadlines, report_state
from shared.words.reference import Reference, Setting
from shared.words.report_state import Confirmation, PeriodState, ReportState

RECEIVED, ON_TIME, NARRATIVES = 0, 1, 2  # the first columns


class Touch(NamedTuple):
    """The last event that concerned a view."""

    sequence: int = 0  # sequence in REPORTS; 0 if there is none
    received_ms: int | None = None
    traceparent: str = ""


NEVER: Final = Touch()


class Block:
    """One regime and period: the rows of its reporters, and the state of each unit's report. `early` is the last day of an early block."""

    def __init__(self, reference: Reference, setting: Setting, early: date | None = None) -> None:
        regime, groups = setting.regime, setting.groups
        self.regime = regime
        self.period = setting.period
        self.early = early
        self._until_ms = events.LATEST_MS + 1 if early is None else events.end_ms(early)
        self._reference = reference
        self._setting = setting
        self.tree = trees.of_reporters(setting.tree, tuple(groups), tuple(regime.groupings))
        self.columns = kinds.columns(regime.by_code, NARRATIVES + len(regime.narratives))
        self.width = max((column.end for column in self.columns.values()), default=NARRATIVES + len(regime.narratives))
        self.rows: Matrix = np.zeros((len(self.tree.reporters), self.width), dtype=np.int64)
        self.estimates: Marks | None = None  # units × indicators; None while no report has had an estimate
        self.touched: dict[str, Touch] = {}  # by the view's unit id
        self._groups = [groups[unit.id] for unit in self.tree.reporters]
        self._states = [ReportState() for _ in self.tree.reporters]
        self._confirmed: dict[str, ReportState] = {}  # by the view's unit id; only what confirmations say
        self._early_days = tuple(reference.early_days(regime, setting.period))
        self._period_state = PeriodState()
        self._due = self._due_of_groups()
        self._deadlines = [self._deadline(row) for row in range(len(self._groups))]

    def apply(self, event: Logged, sequence: int) -> tuple[str, ...]:
        """Applies one event. Returns the units whose views it concerns, even if nothing changed. Events may come in any order and more than
        once.
        """
        if event.received_ms >= self._until_ms:
            return ()
        touched = self._take(event)
        for unit_id in touched:
            if sequence >= self.touched.get(unit_id, NEVER).sequence:
                self.touched[unit_id] = Touch(sequence, event.received_ms, event.traceparent)
        return touched

    def fork(self, event: Logged) -> "Block":
        """A copy that can take this one event, and no other; not a confirmation, which changes no figure. What the event does not change is
        shared with this block, and of the figures only the rows of the views that the event concerns are copied: the others have no value.
        """
        twin, row, wanted = copy.copy(self), self._row_of(event), slice(None)
        if event.type != events.OPENED:
            wanted = slice(0) if row is None else self.tree.rows_about(row)
        for name, held in vars(self).items():
            if isinstance(held, np.ndarray):
                twin.__dict__[name] = np.empty_like(held)
                twin.__dict__[name][wanted] = held[wanted]
            elif isinstance(held, list | dict):
                twin.__dict__[name] = held.copy()
        twin._period_state = copy.copy(self._period_state)
        if row is not None:
            twin._states[row] = copy.copy(self._states[row])
        return twin

    def _take(self, event: Logged) -> tuple[str, ...]:
        if event.type == events.OPENED:
            return self._open(event)
        if event.type in report_state.CONFIRMING:
            return self._confirm(event)
        row = self._row_of(event) if event.type in report_state.STATE_EVENTS else None
        if row is None:
            return ()
        if self._states[row].apply(event):
            self.rows[row] = self._encode(event.data)
            self.mark_estimates(row, event.data if event.is_estimate else {})
        elif event.type == events.EXTENDED:
            self._deadlines[row] = self._deadline(row)
        self._settle(row)
        return self.tree.views_above[row]

    def _row_of(self, event: Logged) -> int | None:
        """The row of the unit that an event concerns on the reference day; None if that unit does not report."""
        row = self.tree.row_of.get(event.unit_id)
        if row is not None or event.unit_id in self._setting.tree.by_id:  # the same as below, faster
            return row
        unit_id = self._reference.unit_of(self._setting, event.unit_id, event.code, event.received_on)
        return self.tree.row_of.get(unit_id)

    def _open(self, event: Logged) -> tuple[str, ...]:
        """Applies an opening, which moves the deadline of every unit."""
        if not self.regime.is_on_call or not self._period_state.apply(event):
            return ()
        self._due = self._due_of_groups()
        for row in range(len(self._groups)):
            self._deadlines[row] = self._deadline(row)
            self._settle(row)
        return tuple(self.tree.spans)

    def _confirm(self, event: Logged) -> tuple[str, ...]:
        """Applies a confirmation of a view of this block, or what undoes one."""
        if event.regime != self.regime.id or (event.type == events.CONFIRMED and self._early_of(event) != self.early):
            return ()
        unit_id = event.unit_id
        if unit_id not in self._setting.tree.by_id:
            unit_id = self._reference.unit_of(self._setting, event.unit_id, event.code, event.received_on)
        if unit_id not in self.tree.spans:
            return ()
        self._confirmed.setdefault(unit_id, ReportState()).apply(event)
        return (unit_id,)

    def _early_of(self, event: Logged) -> date | None:
        """The last day of the early block in which an event counts; None for the block of the period itself."""
        return next((early for early in self._early_days if event.received_on <= early), None)

    def confirmations(self, unit_id: str) -> list[Confirmation]:
        """The confirmations of a view that were not undone, the earliest first."""
        state = self._confirmed.get(unit_id)
        return [] if state is None else list(state.standing_confirmations.values())

    def _due_of_groups(self) -> dict[str, int | None]:
        """The first late millisecond of each group of reporters; None if the group has no deadline."""
        opened = self._period_state.deadline
        days = self._reference.working_days
        due = {group: deadlines.group_deadline(self.regime, group, self.period, opened, days) for group in set(self._groups)}
        return {group: None if deadline is None else events.to_ms(deadline) for group, deadline in due.items()}

    def _deadline(self, row: int) -> int | None:
        """The first late millisecond of a row's unit."""
        due, extended = self._due[self._groups[row]], self._states[row].extended_to
        return due if due is None or extended is None else max(due, events.to_ms(extended))

    def _settle(self, row: int) -> None:
        """Updates the row to what counts now: the winner's figures with the received and on-time columns, or zeros."""
        state = self._states[row]
        if state.counts:
            self.rows[row, RECEIVED] = 1
            self.rows[row, ON_TIME] = state.is_on_time(self._deadlines[row])
        else:
            self.rows[row] = 0
            self.mark_estimates(row, {})

    def mark_estimates(self, row: int, data: dict[str, Any]) -> None:
        """Marks the figures of a row that `data`, a report's content, calls estimates; the others are not marked."""
        status = data.get("status") or {}
        if self.estimates is None:
            if not status:
                return
            self.estimates = np.zeros((len(self.rows), len(self.columns)), dtype=np.bool_)
        self.estimates[row] = [status.get(code) == events.ESTIMATE for code in self.columns]

    def _encode(self, data: dict[str, Any]) -> list[int]:
        row = [0] * self.width
        narratives = data.get("narratives") or {}
        for offset, code in enumerate(self.regime.narratives):
            if code in narratives:
                row[NARRATIVES + offset] = 1
        kinds.encode(self.columns, data.get("values") or {}, row)
        return row
