"""In whose name a person sends a report: pure, over the reforms of 2025."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.portal.domain import entering
from services.portal.domain.entering import Entering, Person
from shared.words import regimes
from shared.words.principals import Grant, PersonPrincipal, Role
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests.portal import builders, entry_desk, reformed
from tests.portal.builders import COMMUNE, CT27

DAY = date(2025, 11, 3)
BEFORE = date(2024, 12, 10)
RECIPIENT = "184-TCKH"
HEIR = "06280-2025"
ENDED = "06280"


def person(role: Role, unit: str | None, day: date, known: Reference, **more: Any) -> Person:
    held = Grant("g", role, unit, date(2020, 1, 1), **more)
    return Person.of(PersonPrincipal("p", "lan", "Lan", [held], "s"), known.registry, day)


def found(role: Role, unit: str, of: str, day: date = BEFORE, known: Reference | None = None, period: str = "2024") -> Entering | None:
    known = known or entry_desk.reference()
    return entering.entering_at(person(role, unit, day, known), known, CT27, period, of, day)


def with_rule(*entered_by: str, **more: Any) -> Reference:
    first = entry_desk.regime().model_dump(exclude_unset=True, by_alias=True)
    changed = Regime.model_validate({**first, "entered_by": list(entered_by), **more})
    known = {regime.id: regime for regime in builders.plain_regimes()} | {CT27: changed}
    return replace(entry_desk.reference(), regimes=regimes.resolve(known.values()))


def test_an_officer_sends_for_the_own_unit_and_for_no_other() -> None:
    assert found("officer", COMMUNE, COMMUNE) == Entering(COMMUNE, as_successor=False, entered_by=None)
    assert found("officer", COMMUNE, ENDED) is None
    assert found("officer", "184", COMMUNE) is None


def test_the_officer_of_the_heir_sends_for_a_unit_that_has_ended() -> None:
    known = reformed.reference()
    assert found("officer", HEIR, ENDED, DAY, known) == Entering(HEIR, as_successor=True, entered_by=None)
    assert found("officer", "06253-2025", ENDED, DAY, known) is None
    assert found("officer", ENDED, ENDED, DAY, known) is None  # the role ended with its unit


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_viewers_and_operators_send_nothing(role: Role) -> None:
    known = entry_desk.reference()
    unit = None if role == "operator" else COMMUNE
    assert entering.entering_at(person(role, unit, BEFORE, known), known, CT27, "2024", COMMUNE, BEFORE) is None


def test_a_role_that_has_ended_or_was_revoked_sends_nothing() -> None:
    known = entry_desk.reference()
    for more in ({"ends": BEFORE}, {"is_revoked": True}):
        ended = person("officer", COMMUNE, BEFORE, known, **more)
        assert entering.entering_at(ended, known, CT27, "2024", COMMUNE, BEFORE) is None
    until_tomorrow = person("officer", COMMUNE, BEFORE, known, ends=BEFORE + timedelta(days=1))
    assert entering.entering_at(until_tomorrow, known, CT27, "2024", COMMUNE, BEFORE) is not None


def test_a_reviewer_enters_where_the_regime_allows_the_unit() -> None:
    by_recipient = Entering(COMMUNE, as_successor=False, entered_by=RECIPIENT)
    assert found("reviewer", RECIPIENT, COMMUNE) == by_recipient
    assert found("reviewer", "184", COMMUNE) is None
    assert found("reviewer", RECIPIENT, COMMUNE, known=with_rule()) is None
    assert found("reviewer", RECIPIENT, COMMUNE, known=with_rule("confirmers")) is None  # nobody confirms here


def test_a_confirmer_enters_for_the_units_of_the_view_that_it_confirms() -> None:
    obligation = entry_desk.regime().model_dump(exclude_unset=True, by_alias=True)["obligation"]
    known = with_rule("confirmers", obligation={**obligation, "confirm": [{"level": "district", "before": "12-25"}]})
    assert found("reviewer", "184", COMMUNE, known=known) == Entering(COMMUNE, as_successor=False, entered_by="184")
    assert found("reviewer", "20", COMMUNE, known=known) is None
    assert found("reviewer", RECIPIENT, COMMUNE, known=known) is None


def test_a_unit_that_is_asked_for_nothing_has_no_form() -> None:
    assert found("officer", "184", "184") is None
    assert found("officer", COMMUNE, COMMUNE, period="1999") is None
