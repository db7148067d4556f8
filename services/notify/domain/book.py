"""The notifier's book: all duties as of a position in the log, which of them are still owed, and which are not stored yet."""

from collections.abc import Iterable, Iterator, Set
from datetime import datetime

from services.notify.domain.duties import Duty
from services.notify.domain.ledger import WHOLE_PERIOD, Ledger, RegimePeriod, ReportKey
from services.notify.domain.owed import Owed
from services.notify.domain.roster import Roster
from shared.wire import events
from shared.wire.events import Logged
from shared.words.report_state import ReportState


class Book:
    """Duties under one generation of units and regimes. `stored` are the regimes and periods whose duties are all stored."""

    def __init__(self, roster: Roster, ledger: Ledger, stored: Iterable[RegimePeriod] = (), waiting: Iterable[ReportKey] = ()) -> None:
        self.ledger = ledger
        self.begun = set(stored)
        self._roster = roster
        self._waiting = set(waiting)
        self._changed: dict[RegimePeriod, set[str]] = {}  # unit ids, or WHOLE_PERIOD
        self._owed: dict[RegimePeriod, Owed] = {}
        self._outdated: set[ReportKey] = set()

    def fold(self, event: Logged, stored_ms: int | None = None) -> None:
        """Applies one event of the log, which was stored there at `stored_ms`; None: when it was received."""
        keys = self._apply(event)
        if event.imported:
            self.ledger.note_import((event.regime, event.period), event.received_ms if stored_ms is None else stored_ms)
            self._outdated.add(ReportKey(event.regime, event.period, WHOLE_PERIOD))
        for key in keys:
            self._changed.setdefault((key.regime, key.period), set()).add(key.unit_id)
            self._outdated.add(key)

    def _apply(self, event: Logged) -> list[ReportKey]:
        """Applies one event to the ledger. Returns the keys that it changed."""
        if event.type == events.ASKED:
            return [] if event.imported else self.ledger.note_asked(event, self._roster.asked(event))
        key = self.ledger.fold(event, self._roster.bearer(event))
        return [] if key is None else [key]

    def begin(self, now: datetime) -> None:
        """Adds the duties of the periods that have begun."""
        new = set(self._roster.open_periods(self.ledger, now)) - self.begun
        self.begun |= new
        for pair in new:
            self._changed.setdefault(pair, set()).add(WHOLE_PERIOD)

    @property
    def changed(self) -> list[RegimePeriod]:
        """The regimes and periods with changes that are not stored."""
        return list(self._changed)

    @property
    def changed_count(self) -> int:
        """About how many reports have changes that are not stored. A new period counts as one."""
        return sum(map(len, self._changed.values()))

    def changes(self, pair: RegimePeriod) -> list[Duty]:
        """The duties of a regime and period that changed since the last `forget_changes`; none before the period has begun."""
        unit_ids = self._changed.get(pair, set())
        if pair not in self.begun:
            return []
        return list(self._roster.duties(self.ledger, *pair, of=None if WHOLE_PERIOD in unit_ids else sorted(unit_ids)))

    def forget_changes(self, pair: RegimePeriod) -> None:
        """Marks the changes of a regime and period as stored. State of a period that has not begun is kept separately. In a period that has
        begun, a unit without a duty is not asked: its state is not kept, because new units or regimes fold the whole log again.
        """
        unit_ids = self._changed.pop(pair, set()) - {WHOLE_PERIOD}
        if pair in self.begun:
            self._waiting = {key for key in self._waiting if (key.regime, key.period) != pair}
        else:
            self._waiting |= {ReportKey(*pair, unit_id) for unit_id in unit_ids}

    def release(self, live: Set[RegimePeriod]) -> None:
        """Frees the memory of the periods that are stored and not in `live`. They must be recalled before they are used again."""
        left = self.begun - live - self._changed.keys() - self.ledger.absent
        waiting = {pair: [key for key in self._waiting if (key.regime, key.period) == pair] for pair in left} if self._waiting else {}
        for pair in left:
            self._owed.pop(pair, None)
            self.ledger.release(pair, waiting.get(pair, ()))

    def due_since(self, since: datetime) -> set[RegimePeriod]:
        """The begun regimes and periods with a deadline, before extensions, that is not before `since`."""
        return {pair for pair in self.begun if any(due >= since for due in self._roster.deadlines_of(self.ledger, *pair))}

    def waiting(self) -> list[tuple[ReportKey, ReportState]]:
        """The state of units whose duties are not stored yet, because the period has not begun (for example after an extension)."""
        return [(key, self.ledger.of(key)) for key in sorted(self._waiting)]

    def duties(self, at: datetime, regime: str | None = None, period: str | None = None) -> Iterator[Duty]:
        """All duties at the instant `at`, owed or not, optionally of one regime or period only."""
        for pair in self._roster.open_periods(self.ledger, at):
            if regime in (None, pair[0]) and period in (None, pair[1]):
                yield from self._roster.duties(self.ledger, *pair)

    def of_group(self, regime: str, period: str, due: datetime) -> tuple[list[Duty], int]:
        """The duties of a group, without the reports that were sent once and in time; and the number of these."""
        return self._roster.of_group(self.ledger, regime, period, due)

    def owed(self, at: datetime) -> dict[RegimePeriod, Owed]:
        """The owed duties at the instant `at`, by regime and period, of the periods that are in memory. The result is cached, and the next
        call updates it.
        """
        for key in self._outdated:
            self._bring_up_to_date(key)
        self._outdated.clear()
        return {pair: self._owed_in(pair) for pair in self._roster.open_periods(self.ledger, at) if pair not in self.ledger.absent}

    def _owed_in(self, pair: RegimePeriod) -> Owed:
        if pair not in self._owed:
            self._owed[pair] = Owed(pair[0], self._roster.unfinished(self.ledger, *pair), self.ledger.imported_at(pair))
        return self._owed[pair]

    def _bring_up_to_date(self, key: ReportKey) -> None:
        pair = key.regime, key.period
        if key.unit_id == WHOLE_PERIOD:
            self._owed.pop(pair, None)
        for duty in self._roster.duties(self.ledger, *pair, of=[key.unit_id]) if pair in self._owed else ():
            self._owed[pair].put(duty)
