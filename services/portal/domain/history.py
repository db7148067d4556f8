"""The history of one unit's report: its events in the order in which they were received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.portal.domain import content
from services.portal.domain.content import Content
from services.portal.domain.standing import Entry
from shared.wire import events
from shared.wire.answers import EventPosition, HistoryStep
from shared.words import deadlines, periods, vietnamese

SHOWN = {
    events.SUBMITTED: "Nộp báo cáo",
    events.WITHDRAWN: "Rút báo cáo",
    events.RETURNED: "Trả lại báo cáo",
    events.EXTENDED: "Gia hạn",
}
"""The event types in a report's history. Confirmations concern a view and openings a period, so they are not included."""

REVISIONS = (events.SUBMITTED, events.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Step:
    """One event as the history shows it. `details` are reason and fix_by of a return, or reason and until of an extension.

    If a newer revision had already been received, the event changed nothing, and `superseded_by` is that revision; otherwise it is 0.
    `is_imported` marks an event that an operator entered later with the received time of then. `as_successor`: the sender acted for the
    unit, which had ended. `entered_by` is the id of the unit that entered the report for its sender (nhập thay), "" if the sender did;
    `is_estimate`: some figure was marked as an estimate. `actor` is the person who acted, if the content was read.
    `is_void` marks the return of a revision that was never submitted (accepted up to data format 4); `corrects` marks an extension that
    replaces earlier ones; `is_again` marks a submission with a higher revision than another one.
    """

    entry: Entry
    details: Mapping[str, str]
    superseded_by: int = 0
    is_void: bool = False
    corrects: bool = False
    is_again: bool = False
    is_imported: bool = False
    as_successor: bool = False
    entered_by: str = ""
    is_estimate: bool = False
    actor: str = ""

    @property
    def is_by_successor(self) -> bool:
        """Whether another unit than the report's own sent or withdrew it: its heir, after the unit had ended."""
        return self.entry.type in REVISIONS and self.as_successor

    @property
    def word(self) -> str:
        if self.is_again:
            return f"Nộp lại (lần {self.entry.revision})"
        return "Sửa gia hạn" if self.corrects else SHOWN[self.entry.type]

    @property
    def reason(self) -> str:
        return self.details.get("reason", "")

    @property
    def fix_by(self) -> str:
        return self.details.get("fix_by", "")

    @property
    def until(self) -> str:
        return self.details.get("until", "")

    @property
    def received_at(self) -> datetime:
        return events.from_ms(self.entry.received_ms)

    @property
    def day(self) -> date:
        """The day in Vietnam on which the event was received."""
        return periods.local_day(self.received_at)

    def answer(self) -> HistoryStep:
        """The step in the API's form; fields that do not apply are left out."""
        fields: dict[str, object] = {
            "event_id": self.entry.event_id,
            "sender": self.entry.sender,
            "type": self.entry.type,
            "revision": self.entry.revision or None,
            "received_at": events.to_text(self.received_at),
            "position": EventPosition(partition=self.entry.partition, sequence=self.entry.sequence),
            **({"corrects": True} if self.corrects else {}),
            **({"imported": True} if self.is_imported else {}),
            **({"as_successor": True} if self.is_by_successor else {}),
            **({"entered_by": self.entered_by} if self.entered_by else {}),
            **({"superseded_by": self.superseded_by} if self.superseded_by else {}),
            **self.details,
        }
        return HistoryStep.model_validate(fields)


def history(entries: Sequence[Entry], contents: Mapping[str, Content]) -> list[Step]:
    """The steps of a report. `contents` are the contents of events that were read, by event id."""
    submitted = {entry.revision for entry in entries if entry.type == events.SUBMITTED}
    steps: list[Step] = []
    newest = 0
    for entry in sorted((entry for entry in entries if entry.type in SHOWN), key=lambda entry: (entry.received_ms, entry.id)):
        superseded_by = newest if 0 < entry.revision < newest else 0
        is_void = entry.type == events.RETURNED and entry.revision not in submitted
        is_again = entry.type == events.SUBMITTED and entry.revision > min(submitted)
        said = contents.get(entry.id, content.NOTHING)
        steps.append(
            Step(
                entry,
                said.details,
                superseded_by,
                is_void,
                said.corrects,
                is_again,
                said.is_imported,
                said.as_successor,
                said.entered_by,
                entry.is_estimate,
                said.actor,
            )
        )
        if entry.type in REVISIONS:
            newest = max(newest, entry.revision)
    return steps


def last_return(steps: Sequence[Step], revision: int | None) -> Step | None:
    """The latest return of this revision. Returns of other revisions are ignored."""
    return next((step for step in reversed(steps) if step.entry.type == events.RETURNED and step.entry.revision == revision), None)


def until(text: str) -> str:
    """A fix-by or extension date of an event, formatted for people; a date without a time includes the whole day.

    A text that is not a date is shown unchanged.
    """
    at = deadlines.of_event(text)
    if at is None:
        return text
    return f"đến hết ngày {vietnamese.day(deadlines.last_day(at))}" if len(text) == len("YYYY-MM-DD") else vietnamese.deadline(at)
