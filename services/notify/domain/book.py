"""The notifier's book: the ledger of what happened, the roster of who has which tasks, and what of it is not stored yet."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.notify.domain.duties import Duty, Roster
from services.notify.domain.ledger import WHOLE_PERIOD, Key, Ledger, Progress
from services.notify.domain.owing import Owing, Pair
from shared.wire.events import Logged


class Book:
    """Duties of one generation of units and regimes. `stored` are the regimes and periods whose duties are all stored."""

    def __init__(self, roster: Roster, ledger: Ledger, stored: Iterable[tuple[str, str]] = (), waiting: Iterable[Key] = ()) -> None:
        self.ledger = ledger
        self.begun = set(stored)
        self._roster = roster
        self._waiting = set(waiting)
        self._changed: set[Key] = set()
        self._owing: dict[Pair, Owing] = {}
        self._outdated: set[Key] = set()

    def fold(self, event: Logged) -> None:
        """Takes one event of the log."""
        key = self.ledger.fold(event)
        if key is not None:
            self._changed.add(key)
            self._outdated.add(key)

    def begin(self, now: datetime) -> None:
        """Takes up the duties of the periods that have begun."""
        new = set(self._roster.open_periods(self.ledger, now)) - self.begun
        self.begun |= new
        self._changed |= {Key(regime, period, WHOLE_PERIOD) for regime, period in new}

    def changes(self) -> list[Duty]:
        """The duties, of periods that have begun, that changed since the last `forget_changes`."""
        touched: dict[Pair, set[str]] = {}
        for key in self._changed:
            touched.setdefault((key.regime, key.period), set()).add(key.unit_id)
        return [
            duty
            for pair, unit_ids in touched.items()
            if pair in self.begun
            for duty in self._roster.duties(self.ledger, *pair, of=None if WHOLE_PERIOD in unit_ids else sorted(unit_ids))
        ]

    def forget_changes(self, stored: Iterable[Duty]) -> None:
        """The changes are stored. What concerned nobody's duty, or a period to come, is kept aside."""
        self._waiting |= {key for key in self._changed if key.unit_id != WHOLE_PERIOD}
        self._waiting -= {Key(duty.regime, duty.period, duty.unit.id) for duty in stored}
        self._changed.clear()

    def waiting(self) -> list[tuple[Key, Progress]]:
        """What was said of units that have no stored duty (a deadline extended before the period begins)."""
        return [(key, self.ledger.of(key)) for key in sorted(self._waiting)]

    @property
    def is_changed(self) -> bool:
        return bool(self._changed)

    def duties(self, at: datetime, regime: str | None = None, period: str | None = None) -> Iterator[Duty]:
        """All duties at the instant `at`, owed or not; of one regime or period when they are named."""
        for pair in self._roster.open_periods(self.ledger, at):
            if regime in (None, pair[0]) and period in (None, pair[1]):
                yield from self._roster.duties(self.ledger, *pair)

    def owing(self, at: datetime) -> dict[Pair, Owing]:
        """Who owes at the instant `at`, by regime and period; kept, and brought up to date by the next call."""
        for key in self._outdated:
            self._bring_up_to_date(key)
        self._outdated.clear()
        return {pair: self._owing_in(pair) for pair in self._roster.open_periods(self.ledger, at)}

    def _owing_in(self, pair: Pair) -> Owing:
        if pair not in self._owing:
            self._owing[pair] = Owing(self._roster.duties(self.ledger, *pair))
        return self._owing[pair]

    def _bring_up_to_date(self, key: Key) -> None:
        pair = key.regime, key.period
        if key.unit_id == WHOLE_PERIOD:
            self._owing.pop(pair, None)
        for duty in self._roster.duties(self.ledger, *pair, of=[key.unit_id]) if pair in self._owing else ():
            self._owing[pair].put(duty)
