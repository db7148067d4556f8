"""In the place of the follower and of what it stores: folds the log into a book, stores what changed, and frees what is over.

The rules are the real ones: which periods are live, what a book gives up and takes back. Only the reading, writing and waiting is made up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.notify.domain import duties, live
from services.notify.domain.book import Book
from services.notify.domain.duties import Duty
from services.notify.domain.ledger import Ledger, RegimePeriod, ReportKey
from services.notify.domain.owed import Owed
from services.notify.domain.roster import Roster
from services.notify.store import report_states
from shared.wire.documents.duties import ReportStateDocument
from shared.wire.events import Logged
from shared.words.reference import Reference
from shared.words.report_state import PeriodState, ReportState, Revision
from tests.simulation.reminders.decree import VN

NOTHING_SENT: Final = ReportState()
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=VN)


class WatchedBook(Book):
    """A book that notes when it is asked who owes: just before alerts are leased for sending."""

    looked: Callable[[], None]

    def owed(self, at: datetime) -> dict[RegimePeriod, Owed]:
        self.looked()
        return super().owed(at)


@dataclass
class Disk:
    """What one notifier has stored: it survives when the notifier is killed. `folded` is the position in the log."""

    folded: int = 0
    begun: set[RegimePeriod] = field(default_factory=set)
    opened: dict[RegimePeriod, PeriodState] = field(default_factory=dict)
    waiting: list[tuple[ReportKey, ReportState]] = field(default_factory=list)
    acted_ms: dict[RegimePeriod, int] = field(default_factory=dict)
    _reports: dict[RegimePeriod, dict[str, Revision | ReportStateDocument]] = field(default_factory=dict)
    _owed: dict[RegimePeriod, dict[str, datetime]] = field(default_factory=dict)  # deadlines for reminders, by duty
    _latest: dict[RegimePeriod, datetime] = field(default_factory=dict)  # of these, as far as it is known

    def put(self, pair: RegimePeriod, changes: Iterable[Duty]) -> None:
        """Stores the duties of a regime and period that changed."""
        reports, owed = self._reports.setdefault(pair, {}), self._owed.setdefault(pair, {})
        for duty in changes:
            if duty.state != NOTHING_SENT:
                reports[duty.report.unit_id] = duty.state.only_submission or report_states.document(duty.state)
            if duties.owes(duty):
                owed[duty.id] = duty.reminded_of
            else:
                owed.pop(duty.id, None)
        self._latest.pop(pair, None)

    def reports(self, pair: RegimePeriod) -> dict[str, ReportState]:
        """The stored reports of a regime and period, by unit."""
        stored = self._reports.get(pair, {})
        alone = {unit: ReportState.of_submission(one) for unit, one in stored.items() if isinstance(one, Revision)}
        return alone | {unit: report_states.report(one) for unit, one in stored.items() if not isinstance(one, Revision)}

    def live(self, since: datetime) -> set[RegimePeriod]:
        """The regimes and periods in which somebody owes whose deadline is not before `since`."""
        for pair, owed in self._owed.items():
            if pair not in self._latest:
                self._latest[pair] = max(owed.values(), default=LONG_AGO)
        return {pair for pair, latest in self._latest.items() if latest >= since}


class Keeper:
    """One life of a notifier's follower. It begins with what is stored."""

    def __init__(self, reference: Reference, roster: Roster, disk: Disk, at: datetime, looked: Callable[[], None]) -> None:
        self.reference, self._disk = reference, disk
        ledger = Ledger()
        ledger.periods, ledger.acted_ms, ledger.absent = dict(disk.opened), dict(disk.acted_ms), set(disk.begun)
        for key, state in disk.waiting:
            ledger.put(key, state)
        self.book = WatchedBook(roster, ledger, disk.begun, [key for key, _ in disk.waiting])
        self.book.looked = looked
        self.folded = disk.folded
        self._live_since = self._since(at)
        self._recall(self._live(self._live_since, at))

    async def recall_live(self, at: datetime) -> None:
        """Takes every period that can cause alerts at the instant `at` or later into memory."""
        if (since := self._since(at)) < self._live_since:
            self._recall(self._live(since, at))
            self._live_since = since

    def fold(self, batch: Iterable[Logged], at: datetime) -> None:
        """Folds events of the log and stores what changed."""
        read = list(batch)
        self._recall({(event.regime, event.period) for event in read})
        for event in read:
            self.book.fold(event)
        self.folded += len(read)
        self._keep(at)

    def release(self, at: datetime) -> None:
        """Frees the memory of periods that cannot cause alerts."""
        self._live_since = self._since(at)
        self.book.release(self._live(self._live_since, at))

    def _keep(self, at: datetime) -> None:
        book, disk = self.book, self._disk
        book.begin(at)
        for pair in book.changed:
            changes = book.changes(pair)
            disk.put(pair, changes)
            book.forget_changes(pair)
        disk.folded, disk.begun, disk.opened = self.folded, set(book.begun), dict(book.ledger.periods)
        disk.waiting, disk.acted_ms = book.waiting(), live.acted_since(book.ledger.acted_ms, at)

    def _since(self, at: datetime) -> datetime:
        return live.owed_since(at, self.reference.regimes.values())

    def _live(self, since: datetime, at: datetime) -> set[RegimePeriod]:
        return {*self._disk.live(since), *self.book.due_since(since), *live.acted_since(self.book.ledger.acted_ms, at)}

    def _recall(self, pairs: set[RegimePeriod]) -> None:
        for pair in pairs & self.book.ledger.absent:
            self.book.ledger.recall(pair, self._disk.reports(pair))
