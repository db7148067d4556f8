"""What the log says of each unit's reports: the fold of events, as far as duties need it.

Every field is the largest (or smallest) of what was seen, so the order and repetition of events cannot matter.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from shared import deadlines, events, periods
from shared.counting import Standing
from shared.events import Logged

WHOLE_PERIOD: Final = ""  # the unit id of an event that concerns all units
YEARS: Final = range(2000, 2101)  # deadlines outside of them are slips of the pen


class Key(NamedTuple):
    """Which report: one regime, period and unit (its id)."""

    regime: str
    period: str
    unit_id: str


@dataclass(frozen=True, slots=True, order=True)
class Return:
    """A report sent back: of several the one of the highest revision counts, then the latest."""

    revision: int
    received_ms: int
    event_id: str
    reason: str = field(compare=False)
    fix_by: datetime | None = field(compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Confirmation:
    """A view approved by its unit: the latest counts."""

    received_ms: int
    event_id: str
    view_hash: str = field(compare=False)


@dataclass(slots=True)
class Progress:
    """What is known of one unit in one regime and period."""

    standing: Standing = field(default_factory=Standing)
    extended_to: datetime | None = None
    returned: Return | None = None
    confirmed: Confirmation | None = None
    first_confirmed_ms: int | None = None

    def extend(self, until: datetime | None) -> None:
        if until is not None:
            self.extended_to = until if self.extended_to is None else max(self.extended_to, until)

    def give_back(self, returned: Return) -> None:
        self.standing.give_back(returned.revision)
        self.returned = returned if self.returned is None else max(self.returned, returned)

    def confirm(self, confirmed: Confirmation) -> None:
        first = self.first_confirmed_ms
        self.first_confirmed_ms = confirmed.received_ms if first is None else min(first, confirmed.received_ms)
        self.confirmed = confirmed if self.confirmed is None else max(self.confirmed, confirmed)


class Ledger:
    """Progress by key, and the deadlines of periods that were opened on call."""

    def __init__(self) -> None:
        self.progress: dict[Key, Progress] = {}
        self.opened: dict[tuple[str, str], datetime] = {}

    def of(self, key: Key) -> Progress:
        """What is known under `key`; nothing, when no event concerned it."""
        return self.progress.get(key) or Progress()

    def fold(self, event: Logged) -> Key | None:
        """Takes one logged event; which key it touched, None when it says nothing here. Never raises on a logged event."""
        key = Key(event.regime, event.period, event.unit_id)
        if event.type == events.OPENED:
            self._open(event)
            return key._replace(unit_id=WHOLE_PERIOD)
        take = _TAKES.get(event.type)
        if take is None:
            return None
        take(self.progress.setdefault(key, Progress()), event)
        return key

    def open(self, regime: str, period: str, deadline: datetime) -> None:
        """An opened period's deadline is the latest of all that were given: it is never made earlier."""
        before = self.opened.get((regime, period))
        self.opened[(regime, period)] = deadline if before is None else max(before, deadline)

    def _open(self, event: Logged) -> None:
        deadline = _instant(event.data.get("deadline"))
        if deadline is not None:
            self.open(event.regime, event.period, deadline)


def _submit(progress: Progress, event: Logged) -> None:
    progress.standing.submit((event.revision, event.received_ms, event.event_id))


def _withdraw(progress: Progress, event: Logged) -> None:
    progress.standing.withdraw((event.revision, event.received_ms, event.event_id))


def _give_back(progress: Progress, event: Logged) -> None:
    reason = str(event.data.get("reason", ""))
    progress.give_back(Return(event.revision, event.received_ms, event.event_id, reason, _instant(event.data.get("fix_by"))))


def _confirm(progress: Progress, event: Logged) -> None:
    progress.confirm(Confirmation(event.received_ms, event.event_id, str(event.data.get("view_hash", ""))))


def _extend(progress: Progress, event: Logged) -> None:
    progress.extend(_instant(event.data.get("until")))


_TAKES: Final[dict[str, Callable[[Progress, Logged], None]]] = {
    events.SUBMITTED: _submit,
    events.WITHDRAWN: _withdraw,
    events.RETURNED: _give_back,
    events.CONFIRMED: _confirm,
    events.EXTENDED: _extend,
}


def _instant(text: object) -> datetime | None:
    """An instant that a ladder can stand on; None for anything else (ingest lets none through)."""
    try:
        at = deadlines.instant(str(text))
        return at if periods.local_day(at).year in YEARS else None
    except (ValueError, OverflowError):
        return None
