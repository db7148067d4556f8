"""An imported event has the received time of then. Only an operator may import, and only where our own services publish."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Decision, Rejected
from shared.wire import events, subjects
from shared.words.reference import Reference
from tests.builders import COMMUNE, RECEIVED, Event, extended, payload, sender_of, submitted
from tests.ingest.conftest import Ingest
from tests.knowing import known

NOW = RECEIVED + timedelta(days=600)
OPERATOR = "operator/lan"
THEN = "2024-12-10T09:30:00+07:00"


def screen(event: Event, reference: Reference, *, is_people: bool = True) -> Decision:
    return screening.screen(Incoming(sender_of(event), payload(event), events.to_ms(NOW), 1, is_people), reference, known())


def imported(event: Event | None = None, **attributes: Any) -> Event:
    given = {"actor": OPERATOR, "receivedat": THEN, "imported": True} | attributes
    return (submitted() if event is None else event) | {name: value for name, value in given.items() if value is not ...}


def faults(decision: Decision) -> list[tuple[str, str]]:
    assert isinstance(decision, Rejected), decision
    return [(reason.code, reason.path) for reason in decision.reasons]


def test_an_imported_event_is_logged_with_the_received_time_of_then_and_with_its_mark(reference: Reference) -> None:
    decision = screen(imported(), reference)

    assert isinstance(decision, Accepted)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    assert (logged.received_ms, logged.imported) == (events.to_ms(RECEIVED), True)
    assert orjson.loads(decision.logged)["receivedat"] == THEN
    assert decision.about.received_then_ms == events.to_ms(RECEIVED)


def test_an_event_that_is_not_imported_has_no_mark(reference: Reference) -> None:
    decision = screen(submitted(actor=OPERATOR), reference)

    assert isinstance(decision, Accepted)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    assert (logged.received_ms, logged.imported) == (events.to_ms(NOW), False)


@pytest.mark.parametrize("at", ["2024-12-10t09:30:00+07:00", "2024-12-10T02:30:00z", "2024-12-10T02:30:00.000000000Z"])
def test_the_received_time_is_an_instant_however_it_is_written(at: str, reference: Reference) -> None:
    decision = screen(imported(receivedat=at), reference)

    assert isinstance(decision, Accepted)
    assert decision.about.received_then_ms == events.to_ms(RECEIVED)


@pytest.mark.parametrize(("name", "code"), [("receivedat", "event.receivedat_forbidden"), ("imported", "event.imported_forbidden")])
@pytest.mark.parametrize("value", [THEN, True, False, None, 7, "", {"a": 1}, "x" * 2000])
def test_a_unit_can_neither_import_nor_say_when_an_event_was_received(name: str, code: str, value: object, reference: Reference) -> None:
    assert faults(screen({**submitted(), name: value}, reference, is_people=False)) == [(code, name)]


@pytest.mark.parametrize(
    ("attributes", "wrong"),
    [
        ({"imported": ...}, ("event.import_incomplete", "imported")),
        ({"receivedat": ...}, ("event.import_incomplete", "receivedat")),
        ({"actor": "people/p-0142"}, ("event.import_by_operator", "actor")),
        ({"receivedat": "2026-08-02T09:30:00.001+07:00"}, ("event.received_in_future", "receivedat")),
        ({"receivedat": "9999-12-31T23:59:59Z"}, ("event.received_in_future", "receivedat")),
        ({"receivedat": "1999-12-31T23:59:59Z"}, ("event.invalid_field", "receivedat")),
        ({"receivedat": "0001-01-01T00:00:00+14:00"}, ("event.invalid_field", "receivedat")),
        ({"receivedat": "2024-02-30T09:30:00+07:00"}, ("event.invalid_field", "receivedat")),
        ({"receivedat": "2024-12-10T09:30:00"}, ("event.invalid_field", "receivedat")),
        ({"receivedat": "2024-12-10"}, ("event.invalid_field", "receivedat")),
        ({"receivedat": 1733797800000}, ("event.invalid_field", "receivedat")),
        ({"receivedat": ""}, ("event.invalid_field", "receivedat")),
        ({"receivedat": "2024-12-10T09:30:00+07:00\n"}, ("event.invalid_field", "receivedat")),
        ({"receivedat": "٢٠٢٤-12-10T09:30:00+07:00"}, ("event.invalid_field", "receivedat")),
        ({"imported": False}, ("event.invalid_field", "imported")),
        ({"imported": "true"}, ("event.invalid_field", "imported")),
        ({"imported": 1}, ("event.invalid_field", "imported")),
        ({"receivedat": "2023-12-10T09:30:00+07:00"}, ("report.period_not_begun", "data.period")),
    ],
)
def test_an_import_that_does_not_hold_together_is_refused(attributes: Event, wrong: tuple[str, str], reference: Reference) -> None:
    assert wrong in faults(screen(imported(**attributes), reference))


def test_the_very_instant_of_the_import_is_not_in_the_future(reference: Reference) -> None:
    assert isinstance(screen(imported(receivedat=NOW.isoformat()), reference), Accepted)


def test_an_imported_extension_is_judged_by_its_time_of_then(reference: Reference) -> None:
    event = extended(until="2024-12-27")

    assert ("action.date_not_after", "data.until") in faults(screen({**event, "actor": OPERATOR}, reference))
    assert isinstance(screen(imported(event), reference), Accepted)


def test_when_an_event_was_received_is_no_content(reference: Reference) -> None:
    event = submitted(event_id="event-abc")
    first, again = screen(imported(event), reference), screen({**event, "actor": OPERATOR}, reference)

    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert first.hash == again.hash


async def test_claim_receipt_and_log_of_an_imported_event_have_both_times(ingest: Ingest) -> None:
    [receipt] = await ingest.take(imported(submitted(event_id="event-abc")), is_people=True)

    [event] = await ingest.stored(subjects.REPORTS)
    claim = (await ingest.claims())[f"{COMMUNE}/event-abc"]
    assert (receipt["verdict"], receipt["received_at"]) == ("accepted", "2024-12-10T02:30:00.000Z")
    assert receipt["imported_at"] > "2024-12-10T02:30:00.000Z"
    assert (claim["received_ms"], event["receivedms"]) == (events.to_ms(RECEIVED), str(events.to_ms(RECEIVED)))
    assert claim["imported_ms"] > events.to_ms(RECEIVED)
    assert event["imported"] is True
    stored = await ingest.receipt("event-abc")
    assert stored is not None
    assert stored["imported_at"] == receipt["imported_at"]


async def test_the_receipt_of_an_event_that_is_not_imported_has_one_time(ingest: Ingest) -> None:
    [receipt] = await ingest.take(submitted(event_id="event-abc"))

    assert "imported_at" not in receipt
    assert "imported_ms" not in (await ingest.claims())[f"{COMMUNE}/event-abc"]
