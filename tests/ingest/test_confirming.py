"""Undoing confirmations, returns by confirmers, and requests for reminders: who may, and what has an effect."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.ingest.domain import confirming
from services.ingest.domain.case import Case
from services.ingest.domain.decision import Accepted
from services.ingest.domain.known import Record
from shared.wire import events
from shared.words.reference import Reference
from shared.words.report_state import Confirmation
from tests.builders import (
    CALLER,
    COMMUNE,
    DISTRICT,
    KL62,
    NQ68,
    RECEIVED,
    RECIPIENT,
    Event,
    asked,
    confirmed,
    opened,
    returned,
    submitted,
    undone,
    withdrawn,
)  # fmt: skip
from tests.ingest.test_order import Office, codes

PROVINCE, OFFICE = "44", "44-SLDTBXH"  # the office confirms the view of the province
BELOW = "18853"  # a commune of the district
OURS = confirmed(event_id="event-chot-1")
AGAIN = confirmed(event_id="event-chot-2", view_hash="b" * 64)
ABOVE = confirmed(PROVINCE, event_id="event-chot-3", source=f"/units/{OFFICE}")
NAMED = f"{DISTRICT}/event-chot-1"


@pytest.fixture(scope="session")
def office(reference: Reference) -> Office:
    return Office(reference)


def sent_back(by: str, unit: str = BELOW, **about: Any) -> Event:
    return returned(unit, sender=by, **{"regime": NQ68, **about})


def undo(**about: Any) -> Event:
    return undone(**{"confirmation": NAMED, **about})


@pytest.mark.parametrize(
    ("sent", "before", "said"),
    [
        (undo(), [OURS], []),
        (undo(), [OURS, AGAIN], []),
        (undo(), [], ["action.no_such_confirmation"]),
        (undo(confirmation=f"{OFFICE}/event-chot-1"), [OURS], ["action.no_such_confirmation"]),
        (undo(), [OURS, undo()], ["action.already_undone"]),
        (undo(), [OURS, ABOVE], ["action.other_undoes"]),
        (undo(sender=OFFICE), [OURS, ABOVE], []),
        (undo(sender=OFFICE), [OURS], ["action.other_undoes"]),
        (undo(), [OURS, ABOVE, undone(PROVINCE, sender=OFFICE, confirmation=f"{OFFICE}/event-chot-3")], []),
        (undo(sender=BELOW), [OURS], ["action.other_undoes"]),
        (undo(sender="452"), [OURS], ["action.other_undoes"]),
        (undone(PROVINCE, sender=OFFICE, confirmation=f"{OFFICE}/event-chot-3"), [ABOVE], []),
        (undone(PROVINCE, sender=DISTRICT, confirmation=f"{OFFICE}/event-chot-3"), [ABOVE], ["action.other_undoes"]),
        (undo(unit=BELOW, sender=BELOW), [OURS], ["action.not_confirmer"]),
        (undo(regime="khong-co"), [OURS], ["report.unknown_regime"]),
        (undo(reason=" "), [OURS], ["event.missing_field"]),
        (undo(confirmation="event-chot-1"), [OURS], ["event.invalid_field"]),
    ],
)
def test_a_confirmation_is_undone_by_its_unit_until_the_one_above_has_confirmed(
    office: Office, sent: Event, before: Sequence[Event], said: list[str]
) -> None:
    assert codes(office.screen(sent, *before)) == said


def test_the_refusal_names_who_may_undo(office: Office) -> None:
    decision = office.screen(undo(), OURS, ABOVE)

    assert not isinstance(decision, Accepted)
    assert OFFICE in decision.reasons[0].message_vi


SENT = submitted(BELOW, regime=NQ68, values={})


@pytest.mark.parametrize(
    ("sent", "before", "said"),
    [
        (sent_back(OFFICE), [SENT], []),
        (sent_back(DISTRICT), [SENT], []),
        (sent_back(DISTRICT), [SENT, OURS], ["action.confirmed_above"]),
        (sent_back(DISTRICT), [SENT, OURS, undo()], []),
        (sent_back(OFFICE), [SENT, OURS, ABOVE], []),
        (sent_back("452"), [SENT], ["action.not_recipient"]),
        (sent_back(DISTRICT), [], ["action.no_such_revision"]),
        (sent_back(DISTRICT), [SENT, withdrawn(BELOW, regime=NQ68)], ["action.not_standing"]),
    ],
)
def test_a_confirmer_returns_reports_below_while_its_own_confirmation_does_not_stand(
    office: Office, sent: Event, before: Sequence[Event], said: list[str]
) -> None:
    assert codes(office.screen(sent, *before)) == said


def with_indicators(*named: object) -> Event:
    event = returned()
    return {**event, "data": {**event["data"], "indicators": list(named)}}


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (["gd_ngay_cong"], []),
        ([], []),
        (["khong_co"], ["report.unknown_indicator"]),
        (["gd_truong_tu_chu"], ["report.indicator_not_asked"]),
        (["GD-NGAY"], ["event.invalid_field", "report.unknown_indicator"]),
        ([1], ["event.invalid_field"]),
        (["gd_ngay_cong"] * 501, ["event.invalid_field"]),
    ],
)
def test_a_return_names_figures_that_the_unit_was_asked_for(office: Office, named: list[object], said: list[str]) -> None:
    assert codes(office.screen(with_indicators(*named), submitted())) == said


TWO = ("06253", "06256")


@pytest.mark.parametrize(
    ("sent", "before", "said"),
    [
        (asked(*TWO), [], []),
        (asked(*TWO, text="Đề nghị nộp trước 16 giờ."), [], []),
        (asked(*TWO), [asked("06259")], []),
        (asked(*TWO), [asked("06256")], ["action.asked_today"]),
        (asked(*TWO), [submitted()], ["action.owes_nothing"]),
        (asked(*TWO), [submitted(), returned()], []),
        (asked(), [], ["event.invalid_field"]),
        (asked(*TWO, text="\u200b"), [], ["event.missing_field"]),
        (asked("06253", "khong-co"), [], ["report.unknown_unit"]),
        (asked("06253", RECIPIENT), [], ["report.unit_not_asked"]),
        (asked(*TWO, sender=COMMUNE), [], ["action.not_recipient"]),
        (asked(DISTRICT, sender=OFFICE, regime=NQ68), [], []),
        (asked(DISTRICT, sender=OFFICE, regime=NQ68), [OURS], ["action.owes_nothing"]),
        (asked(BELOW, sender=DISTRICT, regime=NQ68), [], []),
        (asked("19999", sender=DISTRICT, regime=NQ68), [], ["report.unknown_unit"]),
        (asked("52-SNV", sender=CALLER, regime=KL62), [], ["report.period_not_opened"]),
        (asked("52-SNV", sender=CALLER, regime=KL62), [opened()], []),
        (asked("06253", period="2030"), [], ["report.period_not_begun"]),
    ],
)
def test_units_are_asked_by_their_recipient_or_confirmer_once_a_day(
    office: Office, sent: Event, before: Sequence[Event], said: list[str]
) -> None:
    assert codes(office.screen(sent, *before)) == said


def test_a_unit_may_be_asked_again_on_the_next_day(office: Office) -> None:
    tomorrow = RECEIVED.replace(day=RECEIVED.day + 1)

    assert codes(office.screen(asked(*TWO), asked(*TWO), received=tomorrow)) == []


def test_a_confirmer_asks_only_units_in_its_view(office: Office, reference: Reference) -> None:
    setting = reference.setting(NQ68, "2024")
    assert setting is not None
    elsewhere = next(
        unit.code
        for unit in setting.tree.by_id.values()
        if unit.id in setting.groups and DISTRICT not in {above.id for above in setting.tree.ancestors(unit.id)}
    )

    assert codes(office.screen(asked(BELOW, elsewhere, sender=DISTRICT, regime=NQ68))) == ["action.not_recipient"]


@pytest.mark.parametrize("sent", [undo(), asked(*TWO)])
def test_the_event_is_logged_about_its_unit_or_its_period(office: Office, sent: Event) -> None:
    decision = office.screen(sent, OURS)

    assert isinstance(decision, Accepted)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    assert logged.unit_id == (DISTRICT if sent["type"] == events.UNDONE else "")


def test_a_confirmation_of_an_early_block_cannot_be_undone_after_it() -> None:
    """What was reported until the reform does not change any more."""
    eve, record = date(2025, 6, 30), Record()
    record.state.confirmations = {NAMED: Confirmation(events.to_ms(datetime(2025, 6, 20, tzinfo=UTC)), "event-chot-1", "a" * 64)}
    about: dict[str, Any] = {"record": record, "data": {"confirmation": NAMED}, "unit_code": DISTRICT, "day": date(2025, 8, 1)}
    case = SimpleNamespace(early_of=lambda day: eve if day <= eve else None, **about)

    assert [one.code for one in confirming.undo_without_effect(cast(Case, case))] == ["action.confirmation_closed"]
