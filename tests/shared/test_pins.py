"""Pinned periods: their last deadline was before the reform, although their cut-off is not; or reform.yaml keeps them."""

from datetime import date, datetime
from typing import Any

from shared.words import pins
from shared.words.periods import VIETNAM
from shared.words.pins import RegimePeriod, Terms
from shared.words.reference import Reference
from shared.words.reform import Keep
from tests import builders
from tests.effects_builders import before, merger, on_call, regime

LAST = date(2025, 6, 30)
CALL = ("khi-can", "2025")


def pinned(
    reference: Reference, terms: dict[RegimePeriod, Terms] | None = None, keep: list[Keep] | None = None
) -> dict[RegimePeriod, date]:
    return pins.of_reform(reference, merger(keep=keep).reform, terms or {})


def due(*day: int) -> datetime:
    return datetime(*day, tzinfo=VIETNAM)  # type: ignore[arg-type,misc]


def test_red_team_12_an_on_call_period_that_was_due_before_the_reform_keeps_its_units() -> None:
    assert pinned(before(on_call()), {CALL: Terms(due(2025, 5, 20))}) == {CALL: LAST}


def test_an_on_call_period_that_is_due_after_the_first_day_is_not_pinned() -> None:
    assert pinned(before(on_call()), {CALL: Terms(due(2025, 7, 15))}) == {}


def test_a_deadline_at_the_end_of_the_last_day_is_before_the_reform() -> None:
    assert pinned(before(on_call()), {CALL: Terms(due(2025, 7, 1))}) == {CALL: LAST}
    assert pinned(before(on_call()), {CALL: Terms(due(2025, 7, 1, 0, 1))}) == {}


def test_an_extension_beyond_the_first_day_keeps_a_period_from_being_pinned() -> None:
    assert pinned(before(on_call()), {CALL: Terms(due(2025, 5, 20), due(2025, 7, 10))}) == {}


def test_an_on_call_period_that_was_never_opened_is_not_pinned() -> None:
    assert pinned(before(on_call())) == {}


def test_a_period_whose_cut_off_is_before_the_reform_needs_no_pin() -> None:
    assert pinned(before(on_call()), {("khi-can", "2024"): Terms(due(2024, 5, 20))}) == {}


def test_a_period_that_is_due_once_before_the_reform_is_pinned() -> None:
    one_time: dict[str, Any] = {"periods": ["2025"], "obligation": {"deadlines": {"xa": {"once": "2025-05-31"}}}}
    assert pinned(before(regime(**one_time))) == {("nam", "2025"): LAST}


def test_a_yearly_period_that_is_due_after_its_cut_off_is_not_pinned() -> None:
    assert pinned(before(regime())) == {}


def test_reform_yaml_keeps_a_period_that_is_due_after_the_first_day() -> None:
    keep = [Keep(regime="khi-can", period="2025")]
    assert pinned(before(on_call()), {CALL: Terms(due(2025, 7, 15))}, keep) == {CALL: LAST}


def test_a_period_that_an_earlier_reform_pinned_stays_as_it_is() -> None:
    earlier = {CALL: date(2025, 2, 28)}
    assert pinned(before(on_call(), pins=earlier), {CALL: Terms(due(2025, 2, 1))}) == {}


def test_the_last_deadline_follows_corrections_of_openings_and_the_latest_extension() -> None:
    events = [
        builders.opened(sender="52-STC", regime="khi-can", period="2025", deadline="2025-05-20"),
        builders.opened(sender="52-STC", regime="khi-can", period="2025", deadline="2025-05-25", corrects=True),
        builders.extended("P", sender="52-STC", regime="khi-can", period="2025", until="2025-06-10"),
        builders.extended("Q", sender="52-STC", regime="khi-can", period="2025", until="2025-06-05"),
        builders.submitted("P", regime="khi-can", period="2025"),
    ]
    logged = [builders.logged(event) for event in events]
    found = pins.terms_of(((one.regime, one.period), one.unit_id, one) for one in logged)
    assert found == {CALL: Terms(due(2025, 5, 26), due(2025, 6, 11))}
