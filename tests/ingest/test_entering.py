"""Entering a report for a unit (nhập thay): the recipient or a confirmer above the unit, as the regime allows, on the day of receipt."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from services.cli import replaying
from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Rejected
from services.ingest.domain.known import Known
from shared.wire import events, subjects
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from tests import seeds
from tests.builders import COMMUNE, CT27, NQ68, Event, payload, sender_of, submitted, withdrawn
from tests.ingest.conftest import Ingest
from tests.ingest.remarking import (
    DISTRICT,
    DURING,
    OTHER,
    PERSON,
    PROVINCE,
    RECIPIENT,
    UNIT,
    UNTIL,
    entered,
    faults,
    reference,
    regime,
    report,
    screen,
    with_regime,
)

REPLAYED: dict[str, Any] = {"imported": True, "receivedat": "2024-12-10T09:30:00+07:00"}
AFTER_REFORMS = datetime(2026, 12, 1, tzinfo=VIETNAM)


@pytest.mark.parametrize("by", [DISTRICT, RECIPIENT])
def test_the_recipient_and_a_confirmer_above_the_unit_may_enter_its_report(by: str) -> None:
    decision = screen(entered(by), is_people=True)

    assert isinstance(decision, Accepted), decision
    event = events.read_logged(decision.logged)
    assert event is not None
    assert (event.entered_by, event.sender) == (by, UNIT)


@pytest.mark.parametrize(
    ("allowed", "by", "wrong"),
    [
        (["recipient"], RECIPIENT, []),
        (["recipient"], DISTRICT, [("report.may_not_enter", "enteredby")]),
        (["confirmers"], DISTRICT, []),
        (["confirmers"], RECIPIENT, []),  # it confirms the view of the province
        (["confirmers", "recipient"], PROVINCE, [("report.may_not_enter", "enteredby")]),
        (["recipient", "confirmers"], "451", [("report.may_not_enter", "enteredby")]),  # a district elsewhere
        (["recipient", "confirmers"], OTHER, [("report.may_not_enter", "enteredby")]),
        (["recipient", "confirmers"], "khong-co", [("report.may_not_enter", "enteredby")]),
        ([], RECIPIENT, [("report.entering_not_allowed", "enteredby")]),
    ],
)
def test_the_regime_says_who_may_enter_a_report(allowed: list[str], by: str, wrong: list[tuple[str, str]]) -> None:
    assert faults(screen(entered(by), is_people=True, among=with_regime(entered_by=allowed))) == wrong


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        (entered(UNIT), [("event.entered_for_itself", "enteredby")]),
        (entered(actor="operator/lan"), [("event.entered_by_person", "actor")]),
        (entered(OTHER, actor="operator/lan", **REPLAYED), [("report.may_not_enter", "enteredby")]),
        (entered(receivedat="2024-12-10T09:30:00+07:00"), None),
        (withdrawn(UNIT, regime=NQ68, actor=PERSON, enteredby=DISTRICT), [("event.entered_no_report", "enteredby")]),
        (withdrawn(UNIT, regime=NQ68, actor=PERSON, enteredby=UNIT), None),
        (entered(by=7), [("event.invalid_field", "enteredby")]),  # type: ignore[arg-type]
        (entered(""), None),
        (entered("x" * 33), None),
        (entered("đơn vị"), None),
        (entered(unit="00001"), None),  # it reports nothing in this regime, and the district is not above it
    ],
)
def test_what_was_entered_wrongly_is_refused(event: Event, wrong: list[tuple[str, str]] | None) -> None:
    found = faults(screen(event, is_people=True))

    assert found == wrong if wrong is not None else found


def test_an_operator_replays_what_a_person_entered() -> None:
    """A message that we parked goes in as it was: on time, and with the unit that entered it, which did so on the day of receipt."""
    parked = {"_id": "ingest/7", "subject": f"inbox.{UNIT}.people", "state": "waiting", "received_ms": events.to_ms(DURING)}
    message: Any = parked | {"payload": payload(entered()), "size": len(payload(entered()))}
    prepared = replaying.prepared(message, None, "operator/lan", UNTIL + timedelta(days=9))
    assert isinstance(prepared, replaying.Replay)

    decision = screening.screen(Incoming(UNIT, prepared.event.payload, events.to_ms(UNTIL), 8, is_people=True), reference(), Known())

    assert isinstance(decision, Accepted), decision
    event = events.read_logged(decision.logged)
    assert event is not None
    assert (event.entered_by, event.imported, event.received_ms) == (DISTRICT, True, events.to_ms(DURING))


def test_nobody_entered_what_a_person_of_the_unit_sends() -> None:
    decision = screen(report(actor=PERSON, enteredby=None), is_people=True)

    assert isinstance(decision, Accepted)
    assert "enteredby" not in orjson.loads(decision.logged)


@pytest.mark.parametrize("value", [DISTRICT, UNIT, "", None, 7, ["450"], "x" * 2000])
def test_a_units_software_cannot_say_who_entered_a_report(value: object) -> None:
    assert faults(screen({**report(), "enteredby": value})) == [("event.enteredby_forbidden", "enteredby")]


def test_every_fault_is_named_at_once() -> None:
    wrong = faults(screen(entered(UNIT, imported=True, values={"ld_viec_lam_moi": -1}), is_people=True))

    assert [code for code, _ in wrong] == [
        "event.import_incomplete",
        "event.import_by_operator",
        "event.entered_for_itself",
        "report.out_of_range",
    ]


def test_who_entered_a_report_is_no_content() -> None:
    event = report(event_id="event-abc", actor=PERSON)

    first, again = (screen({**event, "enteredby": by}, is_people=True) for by in (DISTRICT, RECIPIENT))

    assert first.hash == again.hash  # type: ignore[union-attr]


# Over reforms


def of_today(event: Event, reformed: Reference, **allowed: Any) -> list[tuple[str, str]]:
    changed = Reference(
        1, reformed.registry, reformed.regimes | {NQ68: regime(reformed, **allowed)}, reformed.loaded_at, reform_days=reformed.reform_days
    )
    incoming = Incoming(sender_of(event), payload(event), events.to_ms(AFTER_REFORMS), 1, is_people=True)
    decision = screening.screen(incoming, changed, Known())
    return [(reason.code, reason.path) for reason in decision.reasons] if isinstance(decision, Rejected) else []


def test_after_a_reform_the_heir_of_the_recipient_enters_and_the_ended_unit_does_not(reformed: Reference) -> None:
    """The Department of Labour received the reports of 2024. In December 2026 another one acts for it."""
    setting = reformed.setting(NQ68, "2024")
    assert setting is not None
    assert setting.recipient is not None
    heir = reformed.registry.acting(setting.recipient.id, AFTER_REFORMS.date())
    unit = reformed.registry.acting(UNIT, AFTER_REFORMS.date())
    assert heir is not None
    assert unit is not None
    event = {**entered(heir.id, unit=UNIT), "source": f"/units/{unit.id}"}
    event["data"]["as_successor"] = True

    assert of_today(event, reformed) == []
    assert of_today({**event, "enteredby": RECIPIENT}, reformed) == [("report.may_not_enter", "enteredby")]


def test_the_recipient_confirms_the_area_and_may_enter_for_its_members(reformed: Reference) -> None:
    setting = reformed.setting(NQ68, "2026")
    assert setting is not None
    [confirmation] = setting.version.confirmations
    inside = setting.tree.members["44-QB"][0]
    event = entered(confirmation.by.id, unit=inside.code, period="2026")
    event["source"] = f"/units/{inside.id}"

    assert of_today(event, reformed, entered_by=["confirmers"]) == []
    assert of_today({**event, "enteredby": "44"}, reformed, entered_by=["confirmers"]) == [("report.may_not_enter", "enteredby")]


# Through the broker


async def test_a_report_that_was_entered_is_logged_with_the_unit_that_entered_it(ingest: Ingest) -> None:
    file = next(one for one in seeds.first_regimes() if one.id == CT27)
    await ingest.connections.reference.put_regimes([file.model_copy(update={"entered_by": ["recipient"]})])
    event = submitted(actor=PERSON, enteredby="184-TCKH")

    [receipt] = await ingest.take(event, is_people=True)

    [stored] = await ingest.stored(subjects.REPORTS)
    assert (receipt["verdict"], receipt["unit"]) == ("accepted", COMMUNE)
    assert stored["enteredby"] == "184-TCKH"
