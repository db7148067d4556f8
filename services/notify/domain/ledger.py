"""The state of each unit's report and of each period, by key, as the log defines it. Events are interpreted by
`shared/words/report_state.py`.
"""

from typing import Final, NamedTuple

from shared.wire import events
from shared.wire.events import Logged
from shared.words import instants, report_state
from shared.words.report_state import PeriodState, ReportState

WHOLE_PERIOD: Final = ""  # the unit id of an event about a whole period
RegimePeriod = tuple[str, str]
ABOUT_A_REPORT: Final = report_state.STATE_EVENTS | {events.CONFIRMED}
ACTS: Final = frozenset({events.RETURNED, events.EXTENDED, events.OPENED})  # events that cause their own alerts


class ReportKey(NamedTuple):
    """The key of a report: regime, period and unit id."""

    regime: str
    period: str
    unit_id: str


class Ledger:
    """The state of every report, and of every on-call period that was opened."""

    def __init__(self) -> None:
        self.reports: dict[ReportKey, ReportState] = {}
        self.periods: dict[RegimePeriod, PeriodState] = {}
        self.traces: dict[instants.GivenKey, str] = {}  # traces of the acts read since the start; not stored

    def of(self, key: ReportKey) -> ReportState:
        """The state for `key`; an empty state if there was no event about it."""
        return self.reports.get(key) or ReportState()

    def fold(self, event: Logged) -> ReportKey | None:
        """Applies one logged event and returns the key that it changed; None for an event that does not concern duties. Never raises on a
        logged event.
        """
        key = ReportKey(event.regime, event.period, event.unit_id)
        if event.traceparent and event.type in ACTS:
            self.traces[event.received_ms, event.event_id] = event.traceparent
        if event.type == events.OPENED:
            self._open(event)
            return key._replace(unit_id=WHOLE_PERIOD)
        if event.type not in ABOUT_A_REPORT:
            return None
        self.reports.setdefault(key, ReportState()).apply(event)
        return key

    def _open(self, event: Logged) -> None:
        pair = event.regime, event.period
        state = self.periods.get(pair) or PeriodState()
        if state.apply(event):
            self.periods[pair] = state
