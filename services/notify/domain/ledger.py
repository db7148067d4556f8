"""The state of each unit's report and of each period, by key, as the log defines it. Events are interpreted by
`shared/words/report_state.py`.

The reports of a regime and period are in memory only while they can still cause alerts (ADR-0041): the others are `absent`, and must be
recalled from the stored duties before anything asks for them.
"""

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from shared.wire import events
from shared.wire.events import Logged
from shared.words import instants, report_state
from shared.words.report_state import Asked, Entered, PeriodState, ReportState, Revision, Undoing

NOTHING_IMPORTED: Final = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE_PERIOD: Final = ""  # the unit id of an event about a whole period
RegimePeriod = tuple[str, str]
ABOUT_A_REPORT: Final = report_state.STATE_EVENTS | report_state.CONFIRMING
ACTS: Final = frozenset(
    {events.RETURNED, events.EXTENDED, events.OPENED, events.UNDONE}
)  # events that cause their own alerts, as reports do that others entered


class ReportKey(NamedTuple):
    """The key of a report: regime, period and unit id."""

    regime: str
    period: str
    unit_id: str


class AbsentError(LookupError):
    """The reports of a regime and period were not recalled before they were needed: a fault of the caller."""


class Ledger:
    """The state of every report, and of every on-call period that was opened.

    Most reports are sent once and never returned: their state is kept as the revision alone, a third of the memory.
    """

    def __init__(self) -> None:
        self.periods: dict[RegimePeriod, PeriodState] = {}
        self.traces: dict[instants.GivenKey, str] = {}  # traces of the acts read since the start; not stored
        self.acted_ms: dict[RegimePeriod, int] = {}  # when the last act about a regime and period was received
        self.imported_ms: dict[RegimePeriod, int] = {}  # when the last event of an earlier time was imported
        self.absent: set[RegimePeriod] = set()  # begun periods whose reports are only stored
        self._reports: dict[RegimePeriod, dict[str, Revision | ReportState]] = {}  # by unit id

    def of(self, key: ReportKey) -> ReportState:
        """The state for `key`; an empty state if there was no event about it. Raises AbsentError if only the database knows."""
        pair = key.regime, key.period
        kept = self._reports.get(pair, {}).get(key.unit_id)
        if kept is None:
            self._require_present(pair)
            return ReportState()
        return kept if isinstance(kept, ReportState) else ReportState.of_submission(kept)

    def kept(self, pair: RegimePeriod) -> Mapping[str, Revision | ReportState]:
        """The reports of a regime and period, by unit id; the revision alone if a report was sent once and neither returned nor extended.
        Raises AbsentError if only the database knows.
        """
        self._require_present(pair)
        return self._reports.get(pair, {})

    def put(self, key: ReportKey, state: ReportState) -> None:
        """Keeps a report's state."""
        self._reports.setdefault((key.regime, key.period), {})[sys.intern(key.unit_id)] = state.only_submission or state

    @property
    def periods_in_memory(self) -> int:
        return len(self._reports)

    def recall(self, pair: RegimePeriod, stored: Mapping[str, ReportState]) -> None:
        """Takes the stored reports of a regime and period, by unit id, into memory. What is in memory already is kept."""
        kept = self._reports.setdefault(pair, {})
        for unit_id, state in stored.items():
            kept.setdefault(sys.intern(unit_id), state.only_submission or state)
        self.absent.discard(pair)

    def release(self, pair: RegimePeriod, but: Iterable[ReportKey] = ()) -> None:
        """Frees the memory of a regime and period whose reports are stored, all but the reports `but`, which are not."""
        kept = {key.unit_id: self._reports[pair][key.unit_id] for key in but if key.unit_id in self._reports.get(pair, {})}
        self._reports.pop(pair, None)
        if kept:
            self._reports[pair] = kept
        self.absent.add(pair)

    def imported_at(self, pair: RegimePeriod) -> datetime:
        """When the last event of an earlier time was imported into a period; long ago if none was."""
        return events.from_ms(self.imported_ms[pair]) if pair in self.imported_ms else NOTHING_IMPORTED

    def note_import(self, pair: RegimePeriod, stored_ms: int) -> None:
        """Records that an event of an earlier time was imported into a period. Nobody is alerted about what was due by then."""
        self.imported_ms[pair] = max(stored_ms, self.imported_ms.get(pair, 0))

    def fold(self, event: Logged, unit_id: str | None = None) -> ReportKey | None:
        """Applies one logged event and returns the key that it changed; None for an event that does not concern duties. `unit_id` is the
        unit that it concerns, if it is another one than the event names. Never raises on a logged event whose regime and period are
        present.
        """
        key = ReportKey(event.regime, event.period, event.unit_id if unit_id is None else unit_id)
        is_entered = event.type == events.SUBMITTED and event.entered_by != "" and not event.imported
        if event.type in ACTS or is_entered:
            self._note_act(event)
        if event.type == events.OPENED:
            self._open(event)
            return key._replace(unit_id=WHOLE_PERIOD)
        if event.type not in ABOUT_A_REPORT:
            return None
        state = self.of(key)
        state.apply(event)
        if event.type == events.UNDONE and not event.imported:
            undoing = Undoing(event.received_ms, event.event_id, event.sender, _text(event, "reason"))
            state.note_undoing(_text(event, "confirmation"), undoing)
        if is_entered:
            state.note_entry(event.revision, Entered(event.received_ms, event.event_id, event.entered_by))
        self.put(key, state)
        return key

    def note_asked(self, event: Logged, asked: Iterable[tuple[str, str]]) -> list[ReportKey]:
        """Records a request for reminders of what is owed, and returns the keys that it changed. `asked` are the ids of the units that are
        asked, each with that of the unit whose report or view it owes.
        """
        self._note_act(event)
        keys = []
        for unit_id, about in asked:
            key = ReportKey(event.regime, event.period, about)
            state = self.of(key)
            state.note_asked(Asked(event.received_ms, event.event_id, event.sender, sys.intern(unit_id), _text(event, "text")))
            self.put(key, state)
            keys.append(key)
        return keys

    def _require_present(self, pair: RegimePeriod) -> None:
        if pair in self.absent:
            raise AbsentError(pair)

    def _note_act(self, event: Logged) -> None:
        pair = event.regime, event.period
        self.acted_ms[pair] = max(event.received_ms, self.acted_ms.get(pair, 0))
        if event.traceparent:
            self.traces[event.received_ms, event.event_id] = event.traceparent

    def _open(self, event: Logged) -> None:
        pair = event.regime, event.period
        state = self.periods.get(pair) or PeriodState()
        if state.apply(event):
            self.periods[pair] = state


def _text(event: Logged, name: str) -> str:
    return str(event.data.get(name) or "")
