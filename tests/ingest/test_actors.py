"""The actor of an event cannot be forged: `actor` is required where only our own services publish, and refused where units publish."""

from typing import Any

import orjson
import pytest

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Decision, Rejected
from shared.plumbing import inbox
from shared.wire import envelope, events, subjects
from shared.words.reference import Reference
from tests.builders import COMMUNE, RECEIVED, RECIPIENT, Event, extended, payload, sender_of, submitted
from tests.ingest.conftest import Ingest
from tests.knowing import known

PERSON, OPERATOR = "people/p-0142", "operator/lan"


def screen(event: Event, reference: Reference, *, is_people: bool, sender: str = "") -> Decision:
    incoming = Incoming(sender or sender_of(event), payload(event), events.to_ms(RECEIVED), 1, is_people)
    return screening.screen(incoming, reference, known())


def faults(decision: Decision) -> list[tuple[str, str]]:
    assert isinstance(decision, Rejected), decision
    return [(reason.code, reason.path) for reason in decision.reasons]


def logged(decision: Decision) -> dict[str, Any]:
    assert isinstance(decision, Accepted), decision
    found: dict[str, Any] = orjson.loads(decision.logged)
    return found


@pytest.mark.parametrize("actor", [PERSON, OPERATOR, "operator/lan.nguyen@so-ldtbxh.vn", f"people/{'a' * 64}"])
def test_what_a_person_does_is_logged_with_who_did_it(actor: str, reference: Reference) -> None:
    assert logged(screen(extended(actor=actor), reference, is_people=True))["actor"] == actor


def test_what_a_person_does_without_saying_who_is_refused(reference: Reference) -> None:
    assert faults(screen(extended(), reference, is_people=True)) == [("event.actor_required", "actor")]


@pytest.mark.parametrize("actor", [PERSON, OPERATOR, "", None, 7, "x" * 2000, {"id": "p-0142"}])
def test_a_units_software_cannot_say_who_acted(actor: object, reference: Reference) -> None:
    assert faults(screen(submitted(actor=actor), reference, is_people=False)) == [("event.actor_forbidden", "actor")]


@pytest.mark.parametrize(
    "actor",
    [
        "",
        None,
        7,
        ["people/p-0142"],
        "p-0142",
        "people/",
        "people/p 0142",
        "people/p-0142\n",
        "people/p/0142",
        "people/Nguyễn Thị Lan",
        f"people/{'a' * 65}",
        f"operator/{'a' * 65}",
        "operator/lan;drop",
        f"/units/{COMMUNE}",
        f"units/{COMMUNE}",
        "services/notify",
    ],
)
def test_an_actor_that_is_no_person_and_no_operator_is_refused(actor: object, reference: Reference) -> None:
    assert ("event.invalid_field", "actor") in faults(screen(extended(actor=actor), reference, is_people=True))


def test_a_person_acts_only_for_the_unit_of_the_subject(reference: Reference) -> None:
    decision = screen(extended(actor=PERSON), reference, is_people=True, sender=COMMUNE)

    assert ("event.subject_mismatch", "source") in faults(decision)


def test_an_unknown_type_needs_an_actor_too(reference: Reference) -> None:
    event = extended() | {"type": "vn.tonghop.report.burnt.v1"}

    assert faults(screen(event, reference, is_people=True)) == [("event.actor_required", "actor"), ("event.unknown_type", "type")]


def test_who_acted_is_no_content(reference: Reference) -> None:
    """An event that is sent again under its id is a repeat, whoever sends it again."""
    event = extended(event_id="event-abc")
    first, again = (screen({**event, "actor": actor}, reference, is_people=True) for actor in (PERSON, OPERATOR))

    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert first.hash == again.hash


def test_a_subject_says_who_sends_and_whether_a_person_acts() -> None:
    assert subjects.read_inbox(subjects.inbox(COMMUNE)) == (COMMUNE, False)
    assert subjects.read_inbox(subjects.inbox_of_people(COMMUNE)) == (COMMUNE, True)
    assert subjects.read_inbox("inbox.people") == ("people", False)


def test_an_event_with_an_actor_goes_to_the_subject_for_people() -> None:
    by_software = envelope.of_unit(COMMUNE, "event-abc", events.SUBMITTED, {})
    by_person = envelope.of_unit(COMMUNE, "event-abc", events.SUBMITTED, {}, actor=PERSON)

    assert inbox.outgoing(by_software).subject == subjects.inbox(COMMUNE)
    assert inbox.outgoing(by_person).subject == subjects.inbox_of_people(COMMUNE)


async def test_the_broker_takes_what_people_do_and_the_log_says_who(ingest: Ingest) -> None:
    [receipt] = await ingest.take(extended(until="2198-12-31", actor=OPERATOR), is_people=True)

    [event] = await ingest.stored(subjects.REPORTS)
    assert (receipt["verdict"], receipt["unit"], receipt["subject"]) == ("accepted", RECIPIENT, subjects.receipts(RECIPIENT))
    assert event["actor"] == OPERATOR


async def test_the_same_durable_reads_both_subjects_in_their_order(ingest: Ingest) -> None:
    await ingest.take(submitted(event_id="event-001"))
    await ingest.take(extended(until="2198-12-31", event_id="event-002", actor=PERSON), is_people=True)
    await ingest.take(submitted(event_id="event-003", revision=2))

    assert [event["id"] for event in await ingest.stored(subjects.REPORTS)] == ["event-001", "event-002", "event-003"]
    info = await ingest.connections.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
    assert info.num_ack_pending == 0
