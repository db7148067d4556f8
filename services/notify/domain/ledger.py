"""What the log says of each unit's reports: the fold of events, as far as duties need it.

Every field is the largest (or smallest) of what was seen, or all of it, so the order and repetition of events cannot matter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from shared.wire import events
from shared.wire.events import Logged
from shared.words import deadlines, instants
from shared.words.instants import Instants
from shared.words.report_state import Standing

WHOLE_PERIOD: Final = ""  # the unit id of an event that concerns all units


class ReportKey(NamedTuple):
    """Which report: one regime, period and unit (its id)."""

    regime: str
    period: str
    unit_id: str


@dataclass(frozen=True, slots=True, order=True)
class Return:
    """A revision sent back: of several returns of one revision the latest counts."""

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


@dataclass(frozen=True, slots=True, order=True)
class Given:
    """An instant that the recipient gave: until when a period is open, or one unit has time. `author` is the code of who gave it."""

    received_ms: int
    event_id: str
    at: datetime = field(compare=False)
    reason: str = field(compare=False)
    author: str = field(compare=False)
    corrects: bool = field(compare=False, default=False)

    @property
    def key(self) -> instants.Key:
        return self.received_ms, self.event_id


Givens = dict[instants.Key, Given]
"""All that were given for one deadline. It only grows."""


def in_force(given: Iterable[Given]) -> Given | None:
    """Of some instants the one that counts; of several that say the same the latest."""
    found, known = Instants(), list(given)
    for one in known:
        found.take(one.key, one.at, corrects=one.corrects)
    return max((one for one in known if one.at == found.effective), default=None)


@dataclass(slots=True)
class Progress:
    """What is known of one unit in one regime and period."""

    standing: Standing = field(default_factory=Standing)
    extensions: Givens = field(default_factory=dict)
    extension: Given | None = None  # of these the one in force
    returns: dict[int, Return] = field(default_factory=dict)  # by the revision that was sent back
    confirmed: Confirmation | None = None
    first_confirmed_ms: int | None = None

    @property
    def extended_to(self) -> datetime | None:
        return None if self.extension is None else self.extension.at

    @property
    def returned(self) -> Return | None:
        """The return of the revision that would stand; those of other revisions concern nobody."""
        return self.returns.get(self.standing.winner[0])

    def extend(self, extension: Given) -> None:
        self.extensions[extension.key] = extension
        self.extension = in_force(self.extensions.values())

    def give_back(self, returned: Return) -> None:
        self.standing.give_back(returned.revision)
        self.returns[returned.revision] = max(self.returns.get(returned.revision, returned), returned)

    def confirm(self, confirmed: Confirmation) -> None:
        first = self.first_confirmed_ms
        self.first_confirmed_ms = confirmed.received_ms if first is None else min(first, confirmed.received_ms)
        self.confirmed = confirmed if self.confirmed is None else max(self.confirmed, confirmed)


class Ledger:
    """Progress by key, and with which deadlines periods were opened on call."""

    def __init__(self) -> None:
        self.progress: dict[ReportKey, Progress] = {}
        self.opened: dict[tuple[str, str], Givens] = {}

    def of(self, key: ReportKey) -> Progress:
        """What is known under `key`; nothing, when no event concerned it."""
        return self.progress.get(key) or Progress()

    def fold(self, event: Logged) -> ReportKey | None:
        """Takes one logged event; which key it touched, None when it says nothing here. Never raises on a logged event."""
        key = ReportKey(event.regime, event.period, event.unit_id)
        if event.type == events.OPENED:
            self._open(event)
            return key._replace(unit_id=WHOLE_PERIOD)
        take = _TAKES.get(event.type)
        if take is None:
            return None
        take(self.progress.setdefault(key, Progress()), event)
        return key

    def open(self, regime: str, period: str, deadline: Given) -> None:
        """Takes the deadline that a period was opened with."""
        self.opened.setdefault((regime, period), {})[deadline.key] = deadline

    def _open(self, event: Logged) -> None:
        given = _given(event, "deadline")
        if given is not None:
            self.open(event.regime, event.period, given)


def _submit(progress: Progress, event: Logged) -> None:
    progress.standing.submit((event.revision, event.received_ms, event.event_id))


def _withdraw(progress: Progress, event: Logged) -> None:
    progress.standing.withdraw((event.revision, event.received_ms, event.event_id))


def _give_back(progress: Progress, event: Logged) -> None:
    reason = str(event.data.get("reason", ""))
    progress.give_back(Return(event.revision, event.received_ms, event.event_id, reason, deadlines.of_event(event.data.get("fix_by"))))


def _confirm(progress: Progress, event: Logged) -> None:
    progress.confirm(Confirmation(event.received_ms, event.event_id, str(event.data.get("view_hash", ""))))


def _extend(progress: Progress, event: Logged) -> None:
    given = _given(event, "until")
    if given is not None:
        progress.extend(given)


def _given(event: Logged, field_name: str) -> Given | None:
    """The instant in a field of an event; None when no deadline can stand on it (ingest lets none through)."""
    at = deadlines.of_event(event.data.get(field_name))
    if at is None:
        return None
    author, reason = event.id.partition("/")[0], str(event.data.get("reason") or "")
    return Given(event.received_ms, event.event_id, at, reason, author, event.data.get("corrects") is True)


_TAKES: Final[dict[str, Callable[[Progress, Logged], None]]] = {
    events.SUBMITTED: _submit,
    events.WITHDRAWN: _withdraw,
    events.RETURNED: _give_back,
    events.CONFIRMED: _confirm,
    events.EXTENDED: _extend,
}
