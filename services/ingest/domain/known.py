"""What is known when an event is judged: what was accepted before about the same report, period or view.

Known from the claims, which ingest itself keeps: so an act is judged by what was acknowledged, however far the aggregator is. Filled
by the store before a batch, and by each event of the batch that is accepted. Source: design, section 4, "Order".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from shared.wire import events
from shared.wire.events import Logged
from shared.words import deadlines
from shared.words.instants import Instants
from shared.words.report_state import NOTHING, Key, Standing

About = tuple[str, str, str]  # regime, period, and the id of the unit concerned; "" for a whole period


class Confirmation(NamedTuple):
    """What a unit approved last."""

    received_ms: int = 0
    event_id: str = ""
    view_hash: str = ""


NEVER: Final = Confirmation()


@dataclass(slots=True)
class Record:
    """What was accepted about one unit in one regime and period, or about the whole period."""

    standing: Standing = field(default_factory=Standing)
    newest: dict[int, Key] = field(default_factory=dict)  # of the unit's own events, by revision
    instants: Instants = field(default_factory=Instants)  # until when it was extended, or the period opened
    confirmation: Confirmation = NEVER
    view_hash: str | None = None  # of the view as it stands now; looked up only where it is confirmed
    _taken: set[str] = field(default_factory=set)

    def take(self, event: Logged) -> None:
        """Takes an accepted event; a second time, or other content under its id, changes nothing."""
        if event.id in self._taken:
            return
        self._taken.add(event.id)
        key = (event.revision, event.received_ms, event.event_id)
        match event.type:
            case events.SUBMITTED:
                self.standing.submit(key)
            case events.WITHDRAWN:
                self.standing.withdraw(key)
            case events.RETURNED:
                self.standing.give_back(event.revision)
            case events.EXTENDED | events.OPENED:
                at = deadlines.of_event(event.data["until" if event.type == events.EXTENDED else "deadline"])
                if at is not None:  # ingest lets no other through
                    self.instants.take((event.received_ms, event.event_id), at, corrects=event.data.get("corrects") is True)
            case events.CONFIRMED:
                self.confirmation = max(self.confirmation, Confirmation(event.received_ms, event.event_id, event.data["view_hash"]))
        if event.type in (events.SUBMITTED, events.WITHDRAWN):
            self.newest[event.revision] = max(self.newest.get(event.revision, NOTHING), key)

    @property
    def until(self) -> datetime | None:
        """The instant that is in force; None while nobody extended or opened."""
        return self.instants.effective


UNKNOWN: Final = Record()  # of a case that has not learned yet


class Known:
    """The records of a batch."""

    def __init__(self, claimed: Iterable[str] = ()) -> None:
        self._records: dict[About, Record] = {}
        self._claimed = set(claimed)  # ids of claims

    def of(self, about: About) -> Record:
        found = self._records.get(about)
        if found is None:
            found = self._records[about] = Record()
        return found

    def take(self, event: Logged) -> None:
        self.of((event.regime, event.period, event.unit_id)).take(event)

    def claims(self, claim_id: str) -> bool:
        """Whether this is the first event under its id: what comes later under it changes nothing, whatever it says."""
        is_first = claim_id not in self._claimed
        self._claimed.add(claim_id)
        return is_first
