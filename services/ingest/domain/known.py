"""What is known when an event is judged: what was accepted before about the same report, period or view.

It comes from ingest's own claims, so an act is judged by what was acknowledged, even if the aggregator is behind. The store fills it before
each batch, and each accepted event of the batch adds to it. Source: design, section 4, "Order".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from shared.wire import events
from shared.wire.events import Logged
from shared.words.attachments import Attachment
from shared.words.instants import Given
from shared.words.report_state import NOTHING, PeriodState, ReportState, Revision

About = tuple[str, str, str]  # regime, period, and the id of the unit concerned; "" for a whole period


@dataclass(slots=True)
class Record:
    """What was accepted about one unit in one regime and period, or about the whole period."""

    state: ReportState = field(default_factory=ReportState)
    period: PeriodState = field(default_factory=PeriodState)
    newest: dict[int, Revision] = field(default_factory=dict)  # the unit's own events, by revision
    figures: dict[Revision, Mapping[str, Any]] = field(default_factory=dict)  # what submissions reported, where it was read
    view_hash: str | None = None  # hash of the current view; looked up only for confirmations
    asked: set[tuple[str, date]] = field(default_factory=set)  # unit code and day of receipt of each request for a reminder
    _taken: set[str] = field(default_factory=set)

    def take(self, event: Logged) -> None:
        """Adds an accepted event. An event whose id is already included changes nothing, whatever its content."""
        if event.id in self._taken:
            return
        self._taken.add(event.id)
        self.state.apply(event)
        self.period.apply(event)
        if event.type == events.ASKED:
            self.asked.update((code, event.received_on) for code in event.data.get("units", ()))
        if event.type in (events.SUBMITTED, events.WITHDRAWN):
            key = Revision(event.revision, event.received_ms, event.event_id)
            self.newest[event.revision] = max(self.newest.get(event.revision, NOTHING), key)
            if values := event.data.get("values"):
                self.figures[key] = values

    def was_asked(self, code: str, day: date) -> bool:
        """Whether the unit with a code was asked on a day for what it owes."""
        return (code, day) in self.asked

    @property
    def standing_figures(self) -> Mapping[str, Any]:
        """The figures of the revision that counts, in normal form, by indicator; empty if none counts or if they were not read."""
        return self.figures.get(self.state.winner, {}) if self.state.counts else {}

    @property
    def givens(self) -> Sequence[Given]:
        """The instants that the recipient set: the unit's extensions, or the period's openings."""
        return [*self.state.extensions.values(), *self.period.openings.values()]


UNKNOWN: Final = Record()  # the record of a case before `learn`


class Known:
    """The records that a batch needs."""

    def __init__(self, claimed: Iterable[str] = (), attachments: Mapping[str, Attachment] | None = None) -> None:
        self._records: dict[About, Record] = {}
        self.attachments = dict(attachments or {})  # that the batch names, by ref
        self._claimed = set(claimed)  # claim ids

    def of(self, about: About) -> Record:
        record = self._records.get(about)
        if record is None:
            record = self._records[about] = Record()
        return record

    def take(self, event: Logged) -> None:
        self.of((event.regime, event.period, event.unit_id)).take(event)

    def claims(self, claim_id: str) -> bool:
        """Whether this is the first event with its id. Later events with the same id change nothing, whatever their content."""
        is_first = claim_id not in self._claimed
        self._claimed.add(claim_id)
        return is_first

    def use(self, refs: Iterable[str], report: str) -> None:
        """Notes that a report, which was just accepted, uses these attachments."""
        self.attachments |= {ref: replace(self.attachments[ref], used_by=report) for ref in refs}
