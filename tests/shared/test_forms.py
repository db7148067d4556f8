"""The form as data: what a unit is asked for, what it has said, and what it said in the period before."""

from datetime import date, datetime, timedelta
from functools import cache
from itertools import permutations

import pytest

from shared.wire import form_answers
from shared.words import forms, periods
from shared.words.forms import Asked, Held
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.refusals import Refusal
from tests import seeds
from tests.builders import extended, logged, returned, submitted, withdrawn

CT27 = "ct27-van-quan"
TODAY = date(2024, 12, 10)
AFTER = date(2025, 11, 26)


@cache
def known() -> Reference:
    return seeds.reformed_reference()


def asked(regime: str = CT27, period: str = "2024", unit: str = "06253", day: date = TODAY) -> Asked:
    found = forms.find(known(), regime, period, unit, day)
    assert isinstance(found, Asked), found
    return found


def refused(regime: str = CT27, period: str = "2024", unit: str = "06253", day: date = TODAY) -> tuple[str, str]:
    found = forms.find(known(), regime, period, unit, day)
    assert isinstance(found, Refusal)
    return found.code, found.path


def test_a_unit_is_asked_for_the_indicators_of_its_group_and_of_its_code() -> None:
    commune = asked()
    assert commune.group == commune.setting.groups["06253"]
    assert commune.indicators == [
        indicator
        for indicator in commune.regime.indicators
        if not indicator.asked or {commune.group, commune.unit.code} & set(indicator.asked)
    ]
    offices = {code: asked(unit=code) for code in commune.setting.groups if "-" in code}
    assert any(len(office.indicators) < len(office.regime.indicators) for office in offices.values())


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"regime": "no-such"}, ("report.unknown_regime", "regime")),
        ({"regime": "x" * 5000}, ("report.unknown_regime", "regime")),
        ({"period": "2024-Q1"}, ("report.unknown_period", "period")),
        ({"period": "２０２４"}, ("report.unknown_period", "period")),
        ({"period": ""}, ("report.unknown_period", "period")),
        ({"unit": "zzzzz"}, ("door.no_such_unit", "unit")),
        ({"unit": "\x00"}, ("door.no_such_unit", "unit")),
        ({"unit": "20"}, ("report.unit_not_asked", "unit")),
        ({"period": "2025", "day": AFTER}, ("form.no_unit_then", "unit")),
    ],
)
def test_where_there_is_no_form_the_reason_says_so(about: dict[str, object], why: tuple[str, str]) -> None:
    assert refused(**about) == why  # type: ignore[arg-type]


def test_a_derived_regime_has_no_form() -> None:
    derived = next(regime for regime in known().regimes.values() if regime.derived_from is not None)
    assert refused(derived.id, "2024") == ("report.derived_regime", "regime")


def test_before_a_reform_a_period_that_ends_after_it_has_the_units_of_today() -> None:
    assert asked(period="2025", day=date(2025, 5, 5)).unit.id == "06253"


def test_a_unit_that_has_ended_is_asked_and_its_heir_sends() -> None:
    late = asked(day=AFTER)
    assert late.is_ended
    assert late.sender is not None
    assert late.sender.id == known().registry.lineage.heir("06253", AFTER)
    assert not asked().is_ended
    assert asked().sender == asked().unit


def test_what_is_held_does_not_depend_on_the_order_of_events() -> None:
    events = [
        logged(submitted(revision=1, event_id="event-01")),
        logged(submitted(revision=3, event_id="event-03")),
        logged(returned(revision=1)),
    ]
    found = [Held.of(order) for order in permutations(events)]
    assert {one.standing_revision for one in found} == {3}
    assert {one.next_revision for one in found} == {4}
    assert all(one.standing.values == events[1].data["values"] for one in found)


def test_a_returned_report_stands_no_more_but_is_still_known() -> None:
    held = Held.of([logged(submitted(revision=2)), logged(returned(revision=2))])
    assert (held.standing_revision, held.next_revision) == (0, 3)
    assert held.returned is not None
    assert held.content.values
    assert not held.standing.values


def test_a_withdrawn_report_says_nothing() -> None:
    held = Held.of([logged(submitted(revision=1)), logged(withdrawn(revision=2))])
    assert (held.standing_revision, held.next_revision, held.returned) == (0, 3, None)
    assert held.content == forms.NO_CONTENT


def test_the_next_revision_comes_after_every_known_one_also_after_a_return_of_one_that_was_never_sent() -> None:
    held = Held.of([logged(submitted(revision=2)), logged(returned(revision=5))])  # data format 4 accepted such a return
    assert (held.standing_revision, held.next_revision) == (2, 6)


def test_a_form_shows_the_last_figures_of_what_the_unit_is_asked_for_now() -> None:
    last = Held.of([logged(submitted(values={"vh_nha_van_hoa_xa": True, "no_more": 3}))])
    form = forms.fill(asked(period="2025", day=date(2025, 5, 5)), Held(), last)
    assert (form.before, form.last) == ("2024", {"vh_nha_van_hoa_xa": True})
    assert (form.held.standing_revision, form.held.next_revision) == (0, 1)


def test_a_returned_report_is_no_last_figure() -> None:
    last = Held.of([logged(submitted(revision=1)), logged(returned(revision=1))])
    assert forms.fill(asked(period="2025", day=date(2025, 5, 5)), Held(), last).last == {}


def test_the_first_period_of_a_regime_has_none_before_it() -> None:
    assert forms.before(asked()) is None


def test_an_extension_moves_the_deadline_of_the_form() -> None:
    plain = forms.fill(asked(), Held(), Held())
    assert plain.deadline is not None
    later = (plain.deadline + timedelta(days=5)).astimezone(VIETNAM)
    held = Held.of([logged(extended(until=later.isoformat()), received=datetime(2024, 12, 1, tzinfo=VIETNAM))])
    assert forms.fill(asked(), held, Held()).deadline == later


def test_an_on_call_period_has_the_deadline_with_which_it_was_opened() -> None:
    on_call = next(regime for regime in known().regimes.values() if regime.is_on_call)
    setting = known().setting_at_receipt(on_call.id, "2024", TODAY)
    assert setting is not None
    about = asked(on_call.id, "2024", next(iter(setting.groups)))
    closed = forms.fill(about, Held(), Held())
    assert (closed.deadline, closed.is_opened) == (None, False)
    at = datetime(2025, 1, 15, tzinfo=VIETNAM)
    opened = forms.fill(about, Held(), Held(), at)
    assert opened.deadline is not None
    assert (opened.deadline >= at, opened.is_opened) == (True, True)


@pytest.mark.parametrize("code", ["2026", "2026-M9", "2026-H1", "2026-Q1", "2026-Q3", "2026-01", "2026-12"])
def test_the_period_that_follows_the_one_before_is_the_period_itself(code: str) -> None:
    assert periods.following(periods.preceding(code)) == code


def test_the_answers_have_the_rules_and_what_is_unusual() -> None:
    commune = asked(period="2026", unit="06253-2025", day=date(2026, 12, 1))
    form = form_answers.form(forms.fill(commune, Held(), Held())).model_dump(exclude_unset=True, by_alias=True)
    assert [rule["if"] for rule in form["rules"]] == [rule.condition for rule in commune.regime.rules]
    office = asked(period="2026", unit="20-STP", day=date(2026, 12, 1))
    assert "rules" not in form_answers.form(forms.fill(office, Held(), Held())).model_dump(exclude_unset=True)
    version = known().version_on("nq68-quang-binh", AFTER)
    assert version is not None
    detail = form_answers.regime_detail(version, known().working_days).model_dump(exclude_unset=True)
    unusual = {one["code"] for section in detail["sections"] for one in section["indicators"] if "unusual" in one}
    assert unusual == {indicator.code for indicator in version.regime.indicators if indicator.unusual}
    assert unusual
