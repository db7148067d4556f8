"""The schemas of the contract: each has a valid and an invalid example, and the services' messages are valid."""

import json
from datetime import UTC, datetime
from typing import Any, get_args

import jsonschema_rs
import pytest
from pydantic import BaseModel, ValidationError

from services.aggregate import feed
from services.aggregate.domain.fold import Fold
from services.cli.contracts import channels, schemas
from services.cli.contracts.documents import EXAMPLES, FOLDER
from services.cli.contracts.schemas import CONTRACT, LOGGED, PUBLISHED, SENT
from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.claims import Claim
from services.ingest.domain.decision import Accepted, Decision, Rejected
from services.notify.channels import stream
from services.notify.domain import reminders
from services.notify.domain.alerts import Lease
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger
from services.notify.domain.roster import Roster
from services.notify.texts import content
from shared.plumbing import delivery
from shared.plumbing.reader import Delivery
from shared.wire import alerts, audit_head, dry_runs, events, parked, previews, receipts, sent, tables, view_hash, views
from shared.wire.alerts import AlertRaised
from shared.wire.parked import Parked
from shared.wire.published import Published
from shared.wire.receipts import Receipt
from shared.wire.views import View, ViewUpdated
from shared.words.reference import Reference
from shared.words.refusals import refusal
from tests.knowing import known

Json = dict[str, Any]

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CONFIRMED_VIEW = ("nq68-quang-binh", "2024", "457")
WRONG = {  # what ingest says to the invalid example of each event
    events.SUBMITTED: ("event.invalid_field", "data.revision"),
    events.WITHDRAWN: ("event.unknown_field", "data.values"),
    events.RETURNED: ("event.missing_field", "data.reason"),
    events.CONFIRMED: ("event.invalid_field", "data.view_hash"),
    events.OPENED: ("event.unknown_field", "data.unit"),
    events.EXTENDED: ("event.missing_field", "data.until"),
    events.UNDONE: ("event.invalid_field", "data.confirmation"),
    events.ASKED: ("event.invalid_field", "data.units"),
}


def read(name: str) -> Json:
    found: Json = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def fits_schema(name: str, document: Json) -> bool:
    schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    is_valid: bool = jsonschema_rs.Draft202012Validator(schema).is_valid(document)
    return is_valid


def fits_model(model: type[BaseModel], document: Json) -> bool:
    try:
        model.model_validate_json(json.dumps(document))
    except ValidationError:
        return False
    return True


def is_exactly(model: type[BaseModel], document: Json) -> bool:
    """Whether a document is of the model's shape and holds nothing that the model does not name."""
    left: Json = json.loads(model.model_validate_json(json.dumps(document)).model_dump_json(exclude_unset=True))
    return left == document


def screened(event: Json, reference: Reference, *, is_people: bool = False) -> Decision:
    """Ingest's decision on an event received in the second after it was sent."""
    received_ms = events.to_ms(datetime.fromisoformat(event["time"])) + 1000
    incoming = Incoming(event["source"][7:], json.dumps(event).encode(), received_ms, 1, is_people)
    before = [read(events.SUBMITTED), *([read(events.CONFIRMED)] if event.get("type") == events.UNDONE else [])]
    return screening.screen(incoming, reference, known(*before, views={CONFIRMED_VIEW: read(events.CONFIRMED)["data"]["view_hash"]}))


def accepted(event: Json, reference: Reference) -> Accepted:
    decision = screened(event, reference)
    assert isinstance(decision, Accepted), decision
    return decision


@pytest.mark.parametrize("name", CONTRACT)
def test_a_valid_example_fits_the_schema_and_the_model(name: str) -> None:
    assert fits_schema(name, read(name))
    assert fits_model(CONTRACT[name], read(name))


@pytest.mark.parametrize("name", CONTRACT)
def test_an_invalid_example_fits_neither(name: str) -> None:
    assert not fits_schema(name, read(f"{name}.invalid"))
    assert not fits_model(CONTRACT[name], read(f"{name}.invalid"))


@pytest.mark.parametrize("name", CONTRACT)
def test_the_table_of_examples_says_why_an_example_is_invalid(name: str) -> None:
    assert f"`{name}.invalid.json`" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_there_is_no_example_without_a_shape() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {f"{name}{kind}.json" for name in CONTRACT for kind in ("", ".invalid")}


def test_every_event_type_has_a_shape() -> None:
    types = {value for name, value in vars(events).items() if name.isupper() and str(value).startswith("vn.tonghop.")}
    assert types == {name for name in CONTRACT if name.startswith("vn.tonghop.")}
    assert {events.VIEW_UPDATED, events.ALERT_RAISED} == {
        get_args(model.model_fields["type"].annotation)[0] for model in (ViewUpdated, AlertRaised)
    }


def normal(data: Json) -> Json:
    """The data of an example as they are logged: they are in normal form, but that confirmed figures are cut to what their hash covers."""
    if "figures" not in data:
        return data
    canonical = json.loads(view_hash.canonical(data["regime"], data["period"], data["unit"], data["figures"]))
    return data | {"figures": view_hash.figures_of(canonical)}


@pytest.mark.parametrize("name", SENT)
def test_ingest_accepts_the_valid_example_and_logs_what_the_contract_says(name: str, reference: Reference) -> None:
    logged = json.loads(accepted(read(name), reference).logged)
    assert is_exactly(LOGGED[f"{name}.logged"], logged)
    assert logged.keys() == channels.logged(read(name)).keys()
    assert logged["data"] == normal(read(name)["data"])


@pytest.mark.parametrize("name", SENT)
def test_what_a_person_causes_is_accepted_and_logged_with_who_did_it(name: str, reference: Reference) -> None:
    event = {**read(name), "actor": channels.ACTOR}

    decision = screened(event, reference, is_people=True)

    assert isinstance(decision, Accepted), decision
    assert fits_model(sent.BY_PEOPLE[name], event)
    assert is_exactly(LOGGED[f"{name}.logged"], json.loads(decision.logged))
    assert not fits_model(sent.BY_PEOPLE[name], read(name))
    assert not fits_schema(name, event)  # the schema of what units' software sends


@pytest.mark.parametrize("name", SENT)
def test_ingest_rejects_the_invalid_example_for_the_reason_given(name: str, reference: Reference) -> None:
    decision = screened(read(f"{name}.invalid"), reference)
    assert isinstance(decision, Rejected)
    assert WRONG[name] in {(reason.code, reason.path) for reason in decision.reasons}


@pytest.mark.parametrize("figures", [{}, {"values": {}}, {"values": {}, "narratives": {}}, {"narratives": {}}])
def test_the_schema_refuses_a_report_with_nothing_in_it(figures: Json) -> None:
    event = read(events.SUBMITTED)
    event["data"] = {name: event["data"][name] for name in ("regime", "period", "unit", "revision")} | figures
    assert not fits_schema(events.SUBMITTED, event)


@pytest.mark.parametrize("figure", ["1e2", "1,5", None, [1], {"numerator": 1}, {"numerator": 1, "denominator": 2, "percent": 50}])
def test_the_schema_refuses_what_is_no_figure(figure: Any) -> None:
    event = read(events.SUBMITTED)
    event["data"]["values"] = {"gd_tien_tai_tro": figure}
    assert not fits_schema(events.SUBMITTED, event)


@pytest.mark.parametrize("figure", [0, -1, 125.5, "125.500", True, "hoan_thanh", {"numerator": "1.5", "denominator": 2}])
def test_the_schema_takes_every_kind_of_figure(figure: Any) -> None:
    event = read(events.SUBMITTED)
    event["data"]["values"] = {"gd_tien_tai_tro": figure}
    assert fits_schema(events.SUBMITTED, event)


def test_every_rendered_view_is_exactly_of_the_contracts_shape(reference: Reference) -> None:
    # given every view of every regime, with and without reports
    fold = Fold(reference, 0, 1)
    fold.open(NOW)
    sent = [read(name) for name in (events.SUBMITTED, events.RETURNED, events.OPENED, events.EXTENDED)]
    logged = [events.read_logged(accepted(event, reference).logged) for event in sent]
    fold.take([(event, sequence) for sequence, event in enumerate(logged, start=1) if event is not None])

    views = fold.changed()

    assert len({view.document["regime"] for view in views}) == len(reference.regimes) - 1  # one on-call regime is not opened
    for view in views:
        event = json.loads(feed.payload(view))
        assert is_exactly(ViewUpdated, event), view.id
        assert is_exactly(View, event["data"]), view.id
    touched = next(json.loads(feed.payload(view)) for view in views if view.id == "ct27-van-quan/2024/184")
    assert touched["data"]["updated_at"] is not None
    assert fits_schema("view", touched["data"])
    assert fits_schema(events.VIEW_UPDATED, touched)


def test_every_alert_is_exactly_of_the_contracts_shape(reference: Reference) -> None:
    roster = Roster(reference)
    planned = reminders.plan(list(roster.duties(Ledger(), "nq68-quang-binh", "2026"))[:10], reference.registry)
    for one in content.of(map(Lease, planned), reference, Book(roster, Ledger()), NOW):
        event = json.loads(stream.event(one))
        assert is_exactly(AlertRaised, event)
        assert fits_schema(events.ALERT_RAISED, event)


@pytest.mark.parametrize("is_repeat", [False, True])
def test_a_receipt_is_exactly_of_the_contracts_shape(*, is_repeat: bool) -> None:
    claim = Claim("06253/an-event-id", "an-event-id", "06253", "accepted", received_ms=1, partition=3, is_repeat=is_repeat)
    receipt = json.loads(claim.receipt(claim.position(12)).model_dump_json(exclude_defaults=True))
    assert is_exactly(Receipt, receipt)
    assert fits_schema("receipt", receipt)


def test_a_parked_message_is_exactly_of_the_contracts_shape() -> None:
    found = Delivery("inbox.06253", "gửi lại báo cáo".encode(), "nobody.waits", sequence=7, consumer_sequence=1, stored_ns=0, pending=0)
    parked = json.loads(delivery.excerpt("ingest", found, refusal("event.malformed", detail="không phải JSON")).payload)
    assert is_exactly(Parked, parked)
    assert fits_schema("parked", parked)


def test_a_published_shape_passes_over_fields_that_are_added_later() -> None:
    for name in PUBLISHED:
        assert fits_schema(name, {**read(name), "added_later": 1})
        assert fits_model(PUBLISHED[name], {**read(name), "added_later": 1})


def test_every_published_shape_is_used(reference: Reference) -> None:
    modules = (alerts, audit_head, dry_runs, parked, previews, receipts, tables, views)
    models = {model for module in modules for model in vars(module).values() if isinstance(model, type) and issubclass(model, Published)}
    used = set(schemas.components()[0])
    used |= set(json.loads((FOLDER / "openapi-ingest.json").read_text(encoding="utf-8"))["components"]["schemas"])
    bases, between_services = {"Published", "PublishedEvent", "Figure", "ViewHead"}, {"Unanswered"}
    assert {model.__name__ for model in models} - bases - between_services <= used
