"""Screening: the decision on one message, with every fault named at once.

Screening is pure and has two steps. First a message is read and judged without earlier events, against the reference data. Then the
decision is made, with knowledge of what was accepted before about the same report, period or view. The event for the log is also decided
here: as sent, with texts and figures in normal form, the unit resolved at the period's reference date, and the received time. Source:
design, section 3, "Ingest: claim, publish, ack"; section 4, "Events" and "Order".
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from services.ingest.domain import (
    acting,
    actions,
    asking,
    attaching,
    comparing,
    confirming,
    content,
    entering,
    imports,
    parsing,
    remarks,
    reports,
    shapes,
)
from services.ingest.domain.case import Case, Incoming, shown
from services.ingest.domain.decision import Accepted, Concerned, Decision, Malformed, Rejected
from services.ingest.domain.known import About, Known
from shared.wire import envelope, events, sent, subjects
from shared.wire.events import Logged
from shared.wire.sent import ActedEnvelope, Envelope
from shared.words import texts
from shared.words.numbers import NumberText
from shared.words.reference import Reference
from shared.words.refusals import Both, Refusal, refusal

EVENT_ID: Final = re.compile(r"[!-.0-~]{8,64}", re.ASCII)
NEED_OPENED: Final = (events.SUBMITTED, events.WITHDRAWN, events.CONFIRMED, events.ASKED)  # in an on-call regime
OF_PERIODS: Final = (events.OPENED, events.ASKED)  # about a whole period
OF_UNITS: Final = (events.SUBMITTED, events.WITHDRAWN)  # what a unit sends about its own report
WITHOUT_EFFECT: Final = {
    events.RETURNED: actions.return_without_effect,
    events.EXTENDED: actions.extension_without_effect,
    events.OPENED: actions.opening_without_effect,
    events.CONFIRMED: confirming.confirmation_without_effect,
    events.UNDONE: confirming.undo_without_effect,
    events.ASKED: asking.without_effect,
}
REMARKS: Final = ("notes", "status", "reason", "attachments")  # of a report: left out of the log if they say nothing
MOST_FAULTS: Final = 100  # a receipt must fit into one message; forms have fewer fields
WITHOUT_ID: Final = Both(f"id phải là {shapes.FORMS['id'].vi}", f"id has to be {shapes.FORMS['id'].en}")
MOST_LOGGED: Final = 1_000_000  # bytes; with its headers an event has to fit into one message of 1 MiB
MOST_ID: Final = 200  # characters; an invalid id longer than this is not repeated in the receipt

JUDGES: Final = {
    events.SUBMITTED: reports.judge_submitted,
    events.WITHDRAWN: reports.judge_withdrawn,
    events.RETURNED: actions.judge_returned,
    events.EXTENDED: actions.judge_extended,
    events.OPENED: actions.judge_opened,
    events.CONFIRMED: confirming.judge_confirmed,
    events.UNDONE: confirming.judge_undone,
    events.ASKED: asking.judge,
}


def read(incoming: Incoming, reference: Reference) -> Case | Malformed:
    """The message as a case, judged without earlier events, with its form for the log; or why it is not an event."""
    tree = parsing.parse(incoming.payload)
    if isinstance(tree, Refusal):
        return Malformed(tree)
    event_id = tree.get("id")
    if not isinstance(event_id, str) or isinstance(event_id, NumberText) or not is_event_id(event_id):
        return Malformed(*_without_id(tree))
    case = Case(incoming, reference, tree)
    case.hash = content.hash_of(tree)
    case.wrong = [
        *shapes.faults(_model(case.type, is_people=incoming.is_people), tree),
        *content.faults(incoming.payload, tree),
        *(imports.faults(tree, incoming.received_ms, shown(incoming.received_ms)) if incoming.is_people else ()),
        *(entering.faults(case) if incoming.is_people else ()),
        *_judge(case),
    ]
    if not case.wrong and case.type == events.CONFIRMED:
        case.wrong = confirming.misstated(case)
    if not case.wrong:
        case.logged = _logged(case)
        if len(case.logged) > MOST_LOGGED:  # composing a text (NFC) can make it three times as long
            case.wrong = [refusal("event.too_large", size=len(case.logged), most=events.MAX_EVENT_BYTES)]
        elif case.type == events.SUBMITTED and case.regime is not None:
            comparing.prepare(case, case.regime)
            case.attachments = attaching.listed(case.data)
    if case.type == events.SUBMITTED:
        case.forget()
    return case


def abouts(cases: Iterable[Case | Malformed]) -> set[About]:
    """The reports and periods whose earlier events are needed."""
    judged = [case for case in cases if isinstance(case, Case) and case.regime is not None and case.period is not None]
    return {
        *(case.about for case in judged if case.unit is not None or case.type in OF_PERIODS),
        *(case.about_period for case in judged if case.regime is not None and case.regime.is_on_call),
        *(about for case in judged for about in case.beside),
    }


def confirmed(cases: Iterable[Case | Malformed]) -> set[About]:
    """The views that the cases confirm."""
    return {case.about_view for case in cases if isinstance(case, Case) and case.type == events.CONFIRMED and case.unit is not None}


def compared(cases: Iterable[Case | Malformed]) -> set[About]:
    """The earlier reports of the same units with which figures are compared."""
    return {about for case in cases if isinstance(case, Case) and case.compared_with for about in comparing.abouts(case)}


def attached(cases: Iterable[Case | Malformed]) -> set[str]:
    """The attachments (refs) that the cases name."""
    return {one.ref for case in cases if isinstance(case, Case) for one in case.attachments}


def to_look_up(cases: Iterable[Case | Malformed]) -> set[str]:
    """The claims that must be looked up because the same batch has several events about one report, or is compared with it, or because the
    report has attachments.

    Each of these events is judged by what the earlier ones change, and an event whose id is already claimed changes nothing.
    """
    judged = [case for case in cases if isinstance(case, Case)]
    times = Counter(about for case in judged for about in {*_concerns(case), *comparing.abouts(case)})
    return {case.claim_id for case in judged if case.attachments or any(times[about] > 1 for about in _concerns(case))}


def decide(cases: Sequence[Case | Malformed], known: Known) -> list[Decision]:
    """Decides on each message in order. Each decision takes the changes of the earlier ones into account."""
    return [case if isinstance(case, Malformed) else _decision(case, known) for case in cases]


def screen(incoming: Incoming, reference: Reference, known: Known) -> Decision:
    """Decides on one message."""
    return decide([read(incoming, reference)], known)[0]


def is_event_id(text: str) -> bool:
    """Whether `text` is a valid event id: 8–64 printable ASCII characters without spaces and slashes."""
    return EVENT_ID.fullmatch(text) is not None


def partition(decision: Accepted, partitions: int) -> int:
    """The log's partition of an accepted event. The event's regime is never a derived one, because nobody reports to a derived regime."""
    return subjects.partition_of(decision.about.regime, decision.about.period, partitions)


def _concerns(case: Case) -> set[About]:
    """Whose earlier events are needed to judge this event: its report's, its period's if that must be opened, and those beside it."""
    on_call = case.regime is not None and case.regime.is_on_call
    return {case.about, *case.beside, *((case.about_period,) if on_call else ())}


def _without_id(tree: dict[str, Any]) -> tuple[Refusal, str | None]:
    """Why an object is not an event: it was sent in another CloudEvents mode, or its id is invalid."""
    event_id = tree.get("id")
    if not any(name in tree for name in shapes.ATTRIBUTES):
        return refusal("event.not_structured"), None
    is_told = (
        isinstance(event_id, str)
        and not isinstance(event_id, NumberText)
        and len(event_id) <= MOST_ID
        and texts.forbidden(event_id) is None
    )
    return refusal("event.malformed", "id", detail=WITHOUT_ID), event_id if is_told else None


def _decision(case: Case, known: Known) -> Accepted | Rejected:
    case.learn(known)
    is_first = known.claims(case.claim_id)
    wrong = [*case.wrong, *case.opened()] if case.type in NEED_OPENED else case.wrong
    if case.official_due is not None and case.may_send:
        wrong = [*wrong, *remarks.estimated_too_late(case)]
    if case.attachments:
        wrong = [*wrong, *attaching.faults(case, known)]
    if not wrong and case.type in WITHOUT_EFFECT:
        wrong = WITHOUT_EFFECT[case.type](case)
    if wrong:
        return Rejected(case.event_id, case.hash, _concerned(case), reasons(wrong), reports.standing(case))
    warnings = tuple(reports.warnings(case, known)) if case.type in OF_UNITS else ()
    refs = tuple(one.ref for one in case.attachments) if is_first else ()
    if is_first:
        known.take(_as_logged(case))
        known.use(refs, case.report)
    return Accepted(case.event_id, case.hash, _concerned(case), case.logged, warnings, reports.standing(case), refs)


def _model(kind: str, *, is_people: bool) -> type[Envelope]:
    """The model of an event type; for an unknown type, the model of the envelope alone."""
    return sent.BY_PEOPLE.get(kind, ActedEnvelope) if is_people else sent.BY_UNITS.get(kind, Envelope)


def _judge(case: Case) -> list[Refusal]:
    """Every fault of the event's content: the sender, the type and the data."""
    source, data = case.tree.get("source"), case.tree.get("data")
    wrong = []
    if isinstance(source, str) and source != f"/units/{case.sender}":
        wrong.append(refusal("event.subject_mismatch", "source", sender=case.sender, claimed=source.removeprefix("/units/")))
    wrong += acting.sender(case)
    judge = JUDGES.get(case.type)
    if judge is None:
        is_named = isinstance(case.tree.get("type"), str)  # also by an empty text, which the model takes
        return [*wrong, refusal("event.unknown_type", "type", type=case.type, known=list(JUDGES))] if is_named else wrong
    return [*wrong, *judge(case)] if isinstance(data, dict) else wrong


def reasons(wrong: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Each fault once. If there are too many: the first ones, and the total number."""
    faults = tuple(dict.fromkeys(wrong))
    if len(faults) <= MOST_FAULTS:
        return faults
    return (refusal("event.too_many_faults", size=len(faults), most=MOST_FAULTS), *faults[:MOST_FAULTS])


def _concerned(case: Case) -> Concerned:
    """What the claim says about the event, also if it is rejected: only regimes, periods and units that exist."""
    regime = "" if case.regime is None else case.regime.id
    period = "" if case.period is None else case.period.code
    kind = case.type if case.type in JUDGES else ""
    return Concerned(kind, regime, period, case.unit_id, case.revision, case.received_then_ms)


def _as_logged(case: Case) -> Logged:
    return Logged(case.claim_id, case.type, *case.about, case.received_ms, case.data, b"")


def _logged(case: Case) -> bytes:
    """The event as the log keeps it: as sent, with normal figures, and without blank texts and empty remarks."""
    data: dict[str, Any] = {**case.tree["data"]}
    for name in REMARKS if case.type == events.SUBMITTED else ():
        if name in data and not data[name]:
            del data[name]
    if case.normal_values:
        data["values"] = case.normal_values
    if "narratives" in data:
        data["narratives"] = {code: text for code, text in data["narratives"].items() if not texts.is_blank(text)}
    if case.type == events.CONFIRMED:
        data["figures"] = confirming.statement(case)
    event = {name: value for name, value in case.tree.items() if value is not None}
    for name in ("time", "receivedat"):
        if name in event:
            event[name] = event[name].upper()  # lower-case t and z are allowed, but not every library parses them
    return envelope.encode(envelope.logged({**event, "data": data}, case.unit_id, case.received_ms))
