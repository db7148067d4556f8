"""Deadline rules: an hour, a fixed date, the next working day, and rules that no agency can mean."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.words import deadlines
from shared.words.calendar import COMMON
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import DeadlineRule, Regime

MILLISECOND = timedelta(milliseconds=1)


def regime(**changes: Any) -> Regime:
    base: dict[str, Any] = {
        "id": "thu",
        "title": "Thử",
        "legal_basis": [],
        "calendar": "report_year",
        "periods": ["2026"],
        "recipient": "20",
        "reporters": {"xa": {"label": "xã", "level": "commune"}},
        "obligation": {"deadlines": {"xa": {"before": "12-20"}}},
    }
    return Regime.model_validate({**base, **changes})


def due(to_working_day: bool = False, **rule: Any) -> datetime:
    return deadlines.due(DeadlineRule.model_validate(rule), 2026, COMMON if to_working_day else None)


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def test_before_an_hour_is_late_on_its_stroke_and_by_an_hour_just_after() -> None:
    assert due(before="12-18", hour="17:00") == vn("2026-12-18 17:00")
    assert due(by="12-18", hour="17:00") == vn("2026-12-18 17:00") + MILLISECOND


def test_a_deadline_with_an_hour_ends_on_its_own_day() -> None:
    assert deadlines.last_day(due(before="12-18", hour="17:00")).isoformat() == "2026-12-18"
    assert deadlines.last_day(due(by="12-18", hour="00:00")).isoformat() == "2026-12-18"


def test_once_is_a_date_of_its_own_and_inclusive() -> None:
    assert due(once="2024-07-24") == due(by="2024-07-24") == due(before="2024-07-25") == vn("2024-07-25")


@pytest.mark.parametrize("rule", [{}, {"before": "12-20", "once": "2026-12-20"}, {"once": "12-20"}, {"before": "12-20", "hour": "24:00"}])
def test_a_rule_that_is_none_is_refused(rule: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DeadlineRule.model_validate(rule)


def test_a_last_day_off_moves_only_when_the_regime_says_so() -> None:
    assert due(before="12-20") == vn("2026-12-20")  # the last day is a Saturday
    assert due(before="12-20", to_working_day=True) == vn("2026-12-22")  # Monday, to its end
    assert due(before="12-20", hour="17:00", to_working_day=True) == vn("2026-12-22")
    assert due(before="12-19", to_working_day=True) == vn("2026-12-19")


def test_the_setting_is_the_regimes_and_holds_for_every_deadline_of_it() -> None:
    rules = {"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-28"}}
    stays, moves = regime(obligation=rules), regime(obligation={**rules, "to_working_day": True})
    period = stays.period("2026")
    assert period is not None
    assert deadlines.group_deadline(stays, "xa", period, None, COMMON) == vn("2026-12-20")
    assert deadlines.confirm_deadline(stays, period, COMMON) == vn("2026-12-28")
    assert deadlines.group_deadline(moves, "xa", period, None, COMMON) == vn("2026-12-22")
    assert deadlines.confirm_deadline(moves, period, COMMON) == vn("2026-12-29")


def test_an_opened_deadline_moves_like_any_other() -> None:
    moves = regime(periods="any", calendar="year", obligation={"on_call": True, "to_working_day": True})
    period = moves.period("2026")
    assert period is not None
    assert deadlines.group_deadline(moves, "xa", period, vn("2026-12-20"), COMMON) == vn("2026-12-22")
    assert deadlines.group_deadline(moves, "xa", period, None, COMMON) is None


@given(st.dates(vn("2026-01-01").date(), vn("2030-12-31").date()), st.sampled_from(["before", "by"]), st.sampled_from([None, "12:00"]))
def test_a_moved_deadline_is_never_earlier_and_its_last_day_is_a_working_day(day: Any, kind: str, hour: str | None) -> None:
    rule = {kind: day.isoformat(), "hour": hour}
    assert due(**rule, to_working_day=True) >= due(**rule)
    assert COMMON.includes(deadlines.last_day(due(**rule, to_working_day=True)))


def _faults(**changes: Any) -> list[str]:
    return [".".join(where) for where, _ in deadlines.faults(regime(**changes), COMMON)]


def test_the_regimes_of_the_product_have_no_fault(reference: Reference) -> None:
    assert [list(deadlines.faults(one, COMMON)) for one in reference.regimes.values()] == [[]] * 6


@pytest.mark.parametrize(("rule", "is_fine"), [({"by": "12-14"}, False), ({"before": "12-15"}, False), ({"by": "12-15"}, True)])
def test_a_yearly_deadline_leaves_a_working_day_after_the_cut_off(rule: dict[str, str], is_fine: bool) -> None:
    assert (_faults(obligation={"deadlines": {"xa": rule}}) == []) == is_fine  # the cut-off is Monday 14/12/2026


def test_a_day_off_after_the_cut_off_is_no_working_day() -> None:
    rule = {"obligation": {"deadlines": {"xa": {"by": "11-22"}}}}  # the Sunday after Friday 20/11/2026
    assert _faults(calendar="11-20", **rule) == ["obligation.deadlines.xa"]
    assert _faults(calendar="11-20", obligation={**rule["obligation"], "to_working_day": True}) == []


def test_every_period_is_looked_at() -> None:
    rule = {"deadlines": {"xa": {"by": "11-21"}}}  # 2025: a Friday; 2026: a Saturday
    assert _faults(calendar="11-20", periods=["2025"], obligation=rule) == []
    assert _faults(calendar="11-20", periods=["2025", "2026"], obligation=rule) == ["obligation.deadlines.xa"]


@pytest.mark.parametrize(
    ("calendar", "period", "rule", "expected"),
    [
        ("year", "2026", {"before": "01-15"}, "2027-01-15"),
        ("year", "2026", {"by": "01-15"}, "2027-01-16"),
        ("year", "2026-H1", {"before": "07-10"}, "2026-07-10"),
        ("year", "2026-H2", {"before": "01-10"}, "2027-01-10"),
        ("year", "2026-Q4", {"before": "01-10"}, "2027-01-10"),
        ("12-25", "2026", {"before": "01-06"}, "2027-01-06"),
        ("12-25", "2026", {"before": "12-30"}, "2026-12-30"),
        ("report_year", "2026", {"before": "12-20"}, "2026-12-20"),
    ],
)
def test_a_yearly_deadline_is_the_first_of_its_day_after_the_cut_off(
    calendar: str, period: str, rule: dict[str, str], expected: str
) -> None:
    one = regime(calendar=calendar, periods=[period], obligation={"deadlines": {"xa": rule}, "confirm": {"level": "district", **rule}})
    found = one.period(period)
    assert found is not None
    assert deadlines.group_deadline(one, "xa", found, None, COMMON) == vn(expected)
    assert deadlines.confirm_deadline(one, found, COMMON) == vn(expected)
    assert list(deadlines.faults(one, COMMON)) == []


@pytest.mark.parametrize(
    ("calendar", "period", "rule"),
    [
        ("year", "2026", {"before": "12-20"}),  # before the cut-off, and a year after it is too late to be meant
        ("year", "2026", {"before": "01-01"}),  # its last day is the cut-off
        ("year", "2026-H1", {"before": "01-15"}),
        ("report_year", "2026", {"before": "12-10"}),
    ],
)
def test_a_yearly_deadline_before_the_cut_off_is_refused(calendar: str, period: str, rule: dict[str, str]) -> None:
    assert _faults(calendar=calendar, periods=[period], obligation={"deadlines": {"xa": rule}}) == ["obligation.deadlines.xa"]


def test_a_duty_that_is_due_once_may_end_with_its_cut_off() -> None:
    assert _faults(obligation={"deadlines": {"xa": {"once": "2026-12-14"}}}) == []


@pytest.mark.parametrize(("day", "found"), [("12-19", ["obligation.confirm"]), ("12-20", []), ("12-24", [])])
def test_who_confirms_has_at_least_as_long_as_who_reports(day: str, found: list[str]) -> None:
    obligation = {"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": day}}
    assert _faults(obligation=obligation) == found


def test_an_instant_of_an_event_is_within_reason() -> None:
    assert deadlines.of_event("2026-12-18") == vn("2026-12-19")
    strange: list[object] = ["9999-12-31", "0001-01-01", "nay mai", None, 3, []]
    assert [deadlines.of_event(text) for text in strange] == [None] * 6
