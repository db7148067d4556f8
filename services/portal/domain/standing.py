"""The state of one unit's report: whether it counts, whether it was on time, and how a page names the state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from services.portal.domain import units
from shared.wire import event_key, events
from shared.wire.answers import UnitState
from shared.words.report_state import ReportState
from shared.words.units import Unit

NO_DATA: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted event, without its content. `id` is `<sender code>/<event id>`."""

    id: str
    type: str
    unit_id: str
    revision: int
    received_ms: int
    partition: int = 0
    sequence: int = 0
    is_estimate: bool = False

    @property
    def sender(self) -> str:
        return event_key.sender(self.id)

    @property
    def event_id(self) -> str:
        return event_key.event_id(self.id)

    @property
    def data(self) -> Mapping[str, Any]:
        """Always empty: the content is read separately, where it is needed."""
        return NO_DATA

    @property
    def key(self) -> tuple[int, int, str]:
        return self.revision, self.received_ms, self.event_id


class State(StrEnum):
    """The states of a unit's report, as pages and the API name them."""

    ON_TIME = "on_time"
    LATE = "late"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    OVERDUE = "overdue"
    MISSING = "missing"


WORDS = {
    State.ON_TIME: "Đã nộp",
    State.LATE: "Nộp muộn",
    State.RETURNED: "Bị trả lại",
    State.WITHDRAWN: "Chưa nộp",
    State.OVERDUE: "Chưa nộp, quá hạn",
    State.MISSING: "Chưa nộp",
}


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one unit's report. `received_at` is when the first submission was received; it decides whether the report was on time.

    `shown` is the state on pages: a withdrawn report is shown as not submitted.
    """

    unit: Unit
    state: State
    counts: bool
    revision: int | None
    received_at: datetime | None
    on_time: bool | None
    deadline: datetime | None
    shown: State

    @property
    def word(self) -> str:
        return WORDS[self.shown]

    @property
    def colour(self) -> str:
        return self.shown.value

    def answer(self) -> UnitState:
        """The state in the API's form."""
        return UnitState.model_validate(self.fields)

    @property
    def fields(self) -> dict[str, object]:
        """The fields of the API's answer, by name."""
        return {
            "unit": units.described(self.unit),
            "state": self.state.value,
            "received": self.received_at is not None,
            "counts": self.counts,
            "revision": self.revision,
            "received_at": _text(self.received_at),
            "on_time": self.on_time,
            "deadline": _text(self.deadline),
        }

    def is_past(self, now: datetime) -> bool:
        """Whether the unit still owes a report whose deadline has passed."""
        return not self.counts and self.deadline is not None and now >= self.deadline


def fold(entries: Iterable[Entry]) -> ReportState:
    """The state after a unit's events, in any order (`shared.words.report_state`)."""
    state = ReportState()
    for entry in entries:
        state.apply(entry)
    return state


def judge(unit: Unit, entries: Sequence[Entry], deadline: datetime | None, now: datetime) -> Status:
    """The status of `unit`'s report at `now`. `deadline` is the first late instant, or None."""
    report = fold(entries)
    on_time = report.is_on_time(None if deadline is None else events.to_ms(deadline))
    first = report.first_submitted_ms
    is_due = deadline is not None and now >= deadline
    state = _state(report, on_time, is_due=is_due)
    return Status(
        unit,
        state,
        report.counts,
        report.winner.number or None,
        None if first is None else events.from_ms(first),
        on_time if report.counts else None,
        deadline,
        _missing(is_due=is_due) if state is State.WITHDRAWN else state,
    )


def _state(report: ReportState, on_time: bool, *, is_due: bool) -> State:
    if report.counts:
        return State.ON_TIME if on_time else State.LATE
    if report.is_submission:
        return State.RETURNED
    if report.first_submitted_ms is not None:
        return State.WITHDRAWN
    return _missing(is_due=is_due)


def _missing(*, is_due: bool) -> State:
    return State.OVERDUE if is_due else State.MISSING


def last_submission(entries: Iterable[Entry]) -> Entry | None:
    """The submission that counts, or would count if it had not been returned or withdrawn."""
    submitted = [entry for entry in entries if entry.type == events.SUBMITTED]
    return max(submitted, key=lambda entry: entry.key, default=None)


def _text(at: datetime | None) -> str | None:
    return None if at is None else events.to_text(at)
