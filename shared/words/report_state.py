"""The state of a report and of a period, computed from logged events. Aggregate, notify, ingest and the portal all read events through this
module.

Which report counts: the highest (revision, received time, event id) of a unit wins. A report counts if its winning revision is a submission
that was not returned; a return concerns only the revision that it names. A report is on time if the earliest submission was received in
time, even if that revision was later withdrawn or returned. Which extension or opening is in force: `shared/words/instants.py`.

Every field below only grows or only shrinks, so the order and repetition of events cannot matter, and no event raises an error. Source:
design, section 3, "Which report counts", and section 4, "Order"; ADR-0023, ADR-0027.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from shared.words import deadlines, event_types, instants
from shared.words.instants import Given, Givens


class Revision(NamedTuple):
    """One revision that a unit sent. The largest revision wins."""

    number: int
    received_ms: int
    event_id: str


NOTHING: Final = Revision(0, 0, "")
NO_GIVENS: Final[Givens] = MappingProxyType({})

CONFIRMING: Final = frozenset({event_types.CONFIRMED, event_types.UNDONE})
"""The types of the events that say whether a unit's view is confirmed."""

STATE_EVENTS: Final = frozenset({event_types.SUBMITTED, event_types.WITHDRAWN, event_types.RETURNED, event_types.EXTENDED})
"""The types of the events that can change whether a unit's report counts, what it says, or whether it is on time."""


class StateEvent(instants.GivingEvent, Protocol):
    """The fields that are read from an event: a `shared/wire/events.py:Logged`, or an entry of `reports` without its content (`data` is
    empty).
    """

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def is_estimate(self) -> bool: ...


@dataclass(frozen=True, slots=True, order=True)
class Return:
    """A revision that was sent back. If a revision was returned more than once, the latest return counts."""

    revision: int
    received_ms: int
    event_id: str
    reason: str = field(compare=False)
    fix_by: datetime | None = field(compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Entered:
    """A revision that another unit entered for the one whose report it is. `by` is the other unit's id."""

    received_ms: int
    event_id: str
    by: str = field(compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Undoing:
    """What took back a confirmation. `by` is the id of the unit that did."""

    received_ms: int
    event_id: str
    by: str = field(compare=False)
    reason: str = field(compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """A request for a reminder. `by` is the id of the unit that asks, `unit_id` that of the unit that is asked: the report or view that it
    owes may be another unit's.
    """

    received_ms: int
    event_id: str
    by: str
    unit_id: str
    text: str = field(compare=False)


NO_ENTRIES: Final[Mapping[int, Entered]] = MappingProxyType({})
NO_UNDOINGS: Final[Mapping[str, Undoing]] = MappingProxyType({})
NOT_ASKED: Final[frozenset[Asked]] = frozenset()
NO_RETURNS: Final[Mapping[int, Return]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, order=True)
class Confirmation:
    """A confirmation of a view. Of those that were not undone the latest one counts."""

    received_ms: int
    event_id: str
    view_hash: str = field(compare=False)


NO_CONFIRMATIONS: Final[Mapping[str, Confirmation]] = MappingProxyType({})


@dataclass(slots=True)
class ReportState:
    """Everything that the events say about one unit in one regime and period."""

    winner: Revision = NOTHING
    is_submission: bool = False  # the winner is a submission, not a withdrawal
    first_submitted_ms: int | None = None
    is_estimate: bool = False  # the winner has estimated figures
    was_estimated: bool = False  # some submission had estimated figures
    first_official_ms: int | None = None  # when the first submission without estimates was received
    returns: Mapping[int, Return] = field(default_factory=lambda: NO_RETURNS)  # by the revision that was returned
    extensions: Givens = field(default_factory=lambda: NO_GIVENS)
    extension: Given | None = None  # the extension in force
    confirmations: Mapping[str, Confirmation] = field(default_factory=lambda: NO_CONFIRMATIONS)  # by name, `<sender>/<event id>`
    undone: frozenset[str] = frozenset()  # the names of the confirmations that were undone
    first_confirmed_ms: int | None = None
    entered: Mapping[int, Entered] = field(default_factory=lambda: NO_ENTRIES)  # by revision: what others entered; only the notifier asks
    undoings: Mapping[str, Undoing] = field(default_factory=lambda: NO_UNDOINGS)  # by confirmation: what undid it; only the notifier asks
    asked: frozenset[Asked] = NOT_ASKED  # who asked for what is owed; only the notifier asks

    @classmethod
    def of_submission(cls, only: Revision) -> "ReportState":
        """The state of a report about which there is one event: this submission, without estimates."""
        received_ms = only.received_ms
        return cls(winner=only, is_submission=True, first_submitted_ms=received_ms, first_official_ms=received_ms)

    @property
    def only_submission(self) -> Revision | None:
        """The revision from which `of_submission` makes this same state; None if the state says more."""
        says_more = self.returns or self.extensions or self.confirmations or self.undone or self.was_estimated or self.entered or self.asked
        return self.winner if self.is_submission and self.first_submitted_ms == self.winner.received_ms and not says_more else None

    def apply(self, event: StateEvent) -> bool:
        """Applies one event about the unit. Events may come in any order and more than once; events of other types change nothing.

        Returns True if the event is a submission that now wins, so that its figures become the unit's figures.
        """
        match event.type:
            case event_types.SUBMITTED:
                return self.submit(Revision(event.revision, event.received_ms, event.event_id), is_estimate=event.is_estimate)
            case event_types.WITHDRAWN:
                self.withdraw(Revision(event.revision, event.received_ms, event.event_id))
            case event_types.RETURNED:
                reason, fix_by = str(event.data.get("reason", "")), deadlines.of_event(event.data.get("fix_by"))
                self.give_back(Return(event.revision, event.received_ms, event.event_id, reason, fix_by))
            case event_types.EXTENDED:
                self._extend(event)
            case event_types.CONFIRMED:
                self._confirm(event)
            case event_types.UNDONE:
                self.undone |= {str(event.data.get("confirmation", ""))}
        return False

    def submit(self, revision: Revision, *, is_estimate: bool = False) -> bool:
        """Applies a submitted revision. `is_estimate`: it has estimated figures. Returns whether it is the new winner."""
        self.first_submitted_ms = _earlier(self.first_submitted_ms, revision.received_ms)
        if is_estimate:
            self.was_estimated = True
        else:
            self.first_official_ms = _earlier(self.first_official_ms, revision.received_ms)
        is_new = self._take(revision, is_submission=True)
        if is_new:
            self.is_estimate = is_estimate
        return is_new

    def withdraw(self, revision: Revision) -> bool:
        """Applies a withdrawn revision. Returns whether it is the new winner."""
        is_new = self._take(revision, is_submission=False)
        if is_new:
            self.is_estimate = False
        return is_new

    def give_back(self, returned: Return) -> None:
        """Applies a return."""
        self.returns = {**self.returns, returned.revision: max(self.returns.get(returned.revision, returned), returned)}

    def note_entry(self, revision: int, entered: Entered) -> None:
        """Records that another unit entered a revision; of several entries of one revision the first is kept."""
        self.entered = {**self.entered, revision: min(self.entered.get(revision, entered), entered)}

    def note_undoing(self, confirmation: str, undoing: Undoing) -> None:
        """Records what undid a confirmation; of several the first is kept."""
        self.undoings = {**self.undoings, confirmation: min(self.undoings.get(confirmation, undoing), undoing)}

    def note_asked(self, asked: Asked) -> None:
        """Records a request for what is owed."""
        self.asked |= {asked}

    def _take(self, revision: Revision, *, is_submission: bool) -> bool:
        if revision <= self.winner:
            return False
        self.winner, self.is_submission = revision, is_submission
        return True

    def _extend(self, event: StateEvent) -> None:
        extension = instants.given(event, "until")
        if extension is not None:
            self.extensions = {**self.extensions, extension.key: extension}
            self.extension = instants.in_force(self.extensions.values())

    def _confirm(self, event: StateEvent) -> None:
        new = Confirmation(event.received_ms, event.event_id, str(event.data.get("view_hash", "")))
        self.confirmations = {**self.confirmations, event.id: min(self.confirmations.get(event.id, new), new)}
        self.first_confirmed_ms = _earlier(self.first_confirmed_ms, event.received_ms)

    @property
    def counts(self) -> bool:
        """Whether the unit's report is in the totals."""
        return self.is_submission and self.winner.number not in self.returns

    @property
    def is_official(self) -> bool:
        """Whether the unit's report is in the totals and has no estimated figure."""
        return self.counts and not self.is_estimate

    def is_on_time(self, deadline_ms: int | None) -> bool:
        """Whether the first submission was received before the deadline (exclusive). Without a deadline every submission is on time."""
        return self.first_submitted_ms is not None and (deadline_ms is None or self.first_submitted_ms < deadline_ms)

    def is_late(self, deadline_ms: int | None) -> bool:
        """Whether the unit's report is in the totals and was not received in time. A report that does not count is missing, not late."""
        return self.counts and not self.is_on_time(deadline_ms)

    @property
    def standing_confirmations(self) -> dict[str, Confirmation]:
        """The confirmations that were not undone, by name, the earliest first. The n-th is the view's confirmed version n."""
        standing = ((name, found) for name, found in self.confirmations.items() if name not in self.undone)
        return dict(sorted(standing, key=lambda item: (item[1], item[0])))

    @property
    def confirmation(self) -> Confirmation | None:
        """The confirmation that counts: the latest that was not undone; None if there is none."""
        return max((found for name, found in self.confirmations.items() if name not in self.undone), default=None)

    @property
    def last_return(self) -> Return | None:
        """The return of the winning revision; None if that revision was not returned. Returns of other revisions have no effect."""
        return self.returns.get(self.winner.number)

    @property
    def extended_to(self) -> datetime | None:
        """The end of the unit's extension; None if the unit has none."""
        return None if self.extension is None else self.extension.at

    def deadline(self, of_group: datetime | None) -> datetime | None:
        """The unit's deadline: its group's, or the unit's extension if that is later. None if the group has no deadline."""
        return deadlines.effective(of_group, self.extended_to)


def _earlier(first_ms: int | None, received_ms: int) -> int:
    return received_ms if first_ms is None else min(first_ms, received_ms)


@dataclass(slots=True)
class PeriodState:
    """What the events about a whole period of an on-call regime say: the deadline with which it was opened."""

    openings: Givens = field(default_factory=lambda: NO_GIVENS)
    opening: Given | None = None  # the opening in force

    def apply(self, event: StateEvent) -> bool:
        """Applies one event about the period. Events may come in any order and more than once. Returns whether it sets a deadline."""
        opening = instants.given(event, "deadline") if event.type == event_types.OPENED else None
        if opening is None:
            return False
        self.openings = {**self.openings, opening.key: opening}
        self.opening = instants.in_force(self.openings.values())
        return True

    @property
    def deadline(self) -> datetime | None:
        """The deadline with which the period was opened; None if it has not been opened."""
        return None if self.opening is None else self.opening.at
