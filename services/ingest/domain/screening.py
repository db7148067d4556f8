"""Screening: the decision on one message, with all that is wrong said at once.

Pure: the message, the reference data, the periods opened so far and the received time come in; a decision goes out. What the
log gets is decided here too: the event as sent, its figures in their normal form, the unit resolved at the period's
reference date, and the received time. Source: design, sections 3 and 4.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from services.ingest.domain import actions, parsing, reports, shapes
from services.ingest.domain.case import Case
from shared import events, subjects
from shared.errors import Refusal, refusal
from shared.events import Envelope
from shared.reference import Reference

EVENT_ID: Final = re.compile(r"[!-.0-~]{8,64}", re.ASCII)
MOST_FAULTS: Final = 100  # a receipt must fit into one message; a form has fewer fields

JUDGES: Final = {
    events.SUBMITTED: reports.judge_submitted,
    events.WITHDRAWN: reports.judge_withdrawn,
    events.RETURNED: actions.judge_returned,
    events.EXTENDED: actions.judge_extended,
    events.OPENED: actions.judge_opened,
    events.CONFIRMED: actions.judge_confirmed,
}


class Incoming(NamedTuple):
    """One message of INBOX: who sent it (the subject's token), what, when the broker stored it, and at which sequence."""

    sender: str
    payload: bytes
    received_ms: int
    sequence: int


class Accepted(NamedTuple):
    """The event counts: what is logged, and where."""

    event_id: str
    hash: str
    type: str
    regime: str
    period: str
    unit_id: str
    logged: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """The event has an id but does not count."""

    event_id: str
    hash: str
    reasons: tuple[Refusal, ...]

    @property
    def is_not_opened(self) -> bool:
        """Whether it would matter that its period was opened meanwhile."""
        return any(reason.code == "report.period_not_opened" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Malformed:
    """No event can be told: nothing to claim, the message is parked."""

    reason: Refusal


Decision = Accepted | Rejected | Malformed
Opened = AbstractSet[tuple[str, str]]  # (regime, period) of on-call regimes


def screen(incoming: Incoming, reference: Reference, opened: Opened) -> Decision:
    """Decides on one message."""
    parsed = parsing.parse(incoming.payload)
    if isinstance(parsed, Refusal):
        return Malformed(parsed)
    tree, digest = parsed.tree, parsed.hash
    event_id = tree.get("id")
    if not isinstance(event_id, str) or not is_event_id(event_id):
        return Malformed(refusal("event.malformed", "id", detail="id phải là chuỗi 8–64 ký tự (a string of 8–64 characters)"))
    case = Case(incoming.sender, incoming.received_ms, reference, opened, tree)
    wrong = [*shapes.faults(_model(tree), tree), *_judge(case)]
    if wrong:
        return Rejected(event_id, digest, _reasons(wrong))
    return Accepted(event_id, digest, tree["type"], case.regime_id, case.period_code, case.unit_id, _logged(case))


def is_event_id(text: str) -> bool:
    """Whether `text` may be an event's id: 8–64 printable characters without a space or a slash."""
    return EVENT_ID.fullmatch(text) is not None


def _model(tree: dict[str, Any]) -> type[Envelope]:
    """The shape that an event of its type has, if there is such a type."""
    kind = tree.get("type")
    return events.WHOLE.get(kind, Envelope) if isinstance(kind, str) else Envelope


def _judge(case: Case) -> list[Refusal]:
    """All that is wrong with what the event says: the sender, the type and the data."""
    source, kind, data = case.tree.get("source"), case.tree.get("type"), case.tree.get("data")
    wrong = []
    if isinstance(source, str) and source != f"/units/{case.sender}":
        wrong.append(refusal("event.subject_mismatch", "source", sender=case.sender, claimed=source.removeprefix("/units/")))
    judge = JUDGES.get(kind) if isinstance(kind, str) else None
    if judge is None:
        return [*wrong, refusal("event.unknown_type", "type", type=kind, known=list(JUDGES))] if isinstance(kind, str) else wrong
    return [*wrong, *judge(case)] if isinstance(data, dict) else wrong


def _reasons(wrong: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Each fault once; of very many the first, and how many there are."""
    found = tuple(dict.fromkeys(wrong))
    if len(found) <= MOST_FAULTS:
        return found
    return (refusal("event.too_many_faults", size=len(found), most=MOST_FAULTS), *found[:MOST_FAULTS])


def _logged(case: Case) -> bytes:
    """The event as the log keeps it: as sent, with normal figures and two extension attributes."""
    data: dict[str, Any] = {**case.tree["data"]}
    if case.normal_values:
        data["values"] = case.normal_values
    return orjson.dumps({**case.tree, "unitid": case.unit_id, "receivedms": case.received_ms, "data": data})


def partition(decision: Accepted, partitions: int) -> int:
    """The log's partition of an accepted event; nobody reports to a derived regime, so its regime is the source."""
    return subjects.partition_of(decision.regime, decision.period, partitions)
