"""What is known when an event is judged: what was accepted before about the same report, period or view.

Known from the claims, which ingest itself keeps: so an act is judged by what was acknowledged, however far the aggregator is. Filled
by the store before a batch, and by each event of the batch that is accepted. Source: design, section 4, "Order".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.wire import events
from shared.wire.events import Logged
from shared.words.instants import Given
from shared.words.report_state import NOTHING, PeriodState, ReportState, Revision

About = tuple[str, str, str]  # regime, period, and the id of the unit concerned; "" for a whole period


@dataclass(slots=True)
class Record:
    """What was accepted about one unit in one regime and period, or about the whole period."""

    state: ReportState = field(default_factory=ReportState)
    period: PeriodState = field(default_factory=PeriodState)
    newest: dict[int, Revision] = field(default_factory=dict)  # of the unit's own events, by revision
    view_hash: str | None = None  # of the view as it is now; looked up only when it is confirmed
    _taken: set[str] = field(default_factory=set)

    def take(self, event: Logged) -> None:
        """Takes an accepted event; a second time, or other content under its id, changes nothing."""
        if event.id in self._taken:
            return
        self._taken.add(event.id)
        self.state.apply(event)
        self.period.apply(event)
        if event.type in (events.SUBMITTED, events.WITHDRAWN):
            key = Revision(event.revision, event.received_ms, event.event_id)
            self.newest[event.revision] = max(self.newest.get(event.revision, NOTHING), key)

    @property
    def givens(self) -> Sequence[Given]:
        """The instants that the recipient set: until when the unit has time, or the period is open."""
        return [*self.state.extensions.values(), *self.period.openings.values()]


UNKNOWN: Final = Record()  # of a case that has not learned yet


class Known:
    """The records of a batch."""

    def __init__(self, claimed: Iterable[str] = ()) -> None:
        self._records: dict[About, Record] = {}
        self._claimed = set(claimed)  # ids of claims

    def of(self, about: About) -> Record:
        record = self._records.get(about)
        if record is None:
            record = self._records[about] = Record()
        return record

    def take(self, event: Logged) -> None:
        self.of((event.regime, event.period, event.unit_id)).take(event)

    def claims(self, claim_id: str) -> bool:
        """Whether this is the first event under its id: what comes later under it changes nothing, whatever it says."""
        is_first = claim_id not in self._claimed
        self._claimed.add(claim_id)
        return is_first
