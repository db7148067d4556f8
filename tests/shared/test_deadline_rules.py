"""Deadline rules: an hour, a fixed date, the next working day, and rules that no agency can mean."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.words import deadline_faults, deadlines
from shared.words.calendar import COMMON
from shared.words.obligations import DeadlineRule
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import Regime

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
    assert list(deadlines.confirm_deadlines(stays, period, COMMON).values()) == [vn("2026-12-28")]
    assert deadlines.group_deadline(moves, "xa", period, None, COMMON) == vn("2026-12-22")
    assert list(deadlines.confirm_deadlines(moves, period, COMMON).values()) == [vn("2026-12-29")]


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
    return [".".join(map(str, where)) for where, _ in deadline_faults.of(regime(**changes), COMMON)]


def test_the_regimes_of_the_product_have_no_fault(reference: Reference) -> None:
    assert [list(deadline_faults.of(one, COMMON)) for one in reference.regimes.values()] == [[]] * 8


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
    assert list(deadlines.confirm_deadlines(one, found, COMMON).values()) == [vn(expected)]
    assert list(deadline_faults.of(one, COMMON)) == []


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


@pytest.mark.parametrize(("day", "found"), [("12-19", ["obligation.confirm.0"]), ("12-20", []), ("12-24", [])])
def test_who_confirms_has_at_least_as_long_as_who_reports(day: str, found: list[str]) -> None:
    obligation = {"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": day}}
    assert _faults(obligation=obligation) == found


def _last_days(calendar: str, periods: list[str], rule: dict[str, Any], **others: dict[str, Any]) -> list[str]:
    """The last day on which a report is on time, for each period."""
    rules = {"xa": rule, **others}
    reporters = {name: {"label": name, "level": "commune"} for name in rules}
    one = regime(calendar=calendar, periods=periods, reporters=reporters, obligation={"deadlines": rules})
    found = [one.period(code) for code in periods]
    ends = [deadlines.group_deadline(one, "xa", period, None, COMMON) for period in found if period is not None]
    return [f"{deadlines.last_day(at):%d/%m/%Y}" for at in ends if at is not None]


def test_working_days_after_the_cut_off_are_counted_over_tet() -> None:
    months = ["2026-01", "2026-02", "2026-04", "2026-05"]
    assert _last_days("report_year", months, {"after_cut_off": {"working_days": 2}}) == [
        "16/01/2026",
        "24/02/2026",  # Tết is 14/02–22/02
        "16/04/2026",
        "18/05/2026",
    ]


def test_days_after_the_cut_off_are_those_of_the_calendar() -> None:
    assert _last_days("report_year", ["2026-01", "2026-02"], {"after_cut_off": {"days": 2}}) == ["16/01/2026", "16/02/2026"]
    assert _last_days("year", ["2026-12"], {"after_cut_off": {"days": 5}, "inclusive": False}) == ["04/01/2027"]


def test_a_day_of_the_next_month_is_in_the_next_year_after_december() -> None:
    assert _last_days("year", ["2026-Q3", "2026-Q4"], {"day_of_next_month": 5}) == ["05/10/2026", "05/01/2027"]
    assert _last_days("report_year", ["2026-11", "2026-12"], {"day_of_next_month": 5, "inclusive": False}) == ["04/12/2026", "04/01/2027"]


def test_an_inclusive_day_lasts_to_its_hour_and_an_exclusive_one_ends_when_it_strikes() -> None:
    def at(**rule: Any) -> datetime | None:
        one = regime(calendar="year", periods=["2026-Q3"], obligation={"deadlines": {"xa": {"day_of_next_month": 5, **rule}}})
        period = one.period("2026-Q3")
        assert period is not None
        return deadlines.group_deadline(one, "xa", period, None, COMMON)

    assert at() == at(inclusive=True) == vn("2026-10-06")
    assert at(inclusive=False) == vn("2026-10-05")
    assert at(hour="17:00") == vn("2026-10-05 17:00") + MILLISECOND
    assert at(hour="17:00", inclusive=False) == vn("2026-10-05 17:00")


def test_a_chain_counts_working_days_from_the_last_day_of_the_group_before() -> None:
    before: Any = {"huyen": {"after_cut_off": {"working_days": 2}}}
    after: Any = {"after": "huyen", "working_days": 3}
    assert _last_days("report_year", ["2026-02", "2026-04"], after, **before) == ["27/02/2026", "21/04/2026"]
    before = {"huyen": {"after": "so", "working_days": 1}, "so": {"before": "02-14"}}
    assert _last_days("report_year", ["2026-01"], {"after": "huyen", "working_days": 1}, **before) == ["24/02/2026"]


@pytest.mark.parametrize(
    "rule",
    [
        {"after_cut_off": {}},
        {"after_cut_off": {"days": 1, "working_days": 1}},
        {"after_cut_off": {"days": 0}},
        {"after_cut_off": {"days": 400}},
        {"after_cut_off": {"working_days": -1}},
        {"after_cut_off": 2},
        {"day_of_next_month": 0},
        {"day_of_next_month": 32},
        {"day_of_next_month": "5"},
        {"day_of_next_month": 5, "before": "12-20"},
        {"working_days": 2},
        {"after": "xa"},
        {"after": "xa", "working_days": 0},
        {"before": "12-20", "inclusive": True},
        {"by": "12-20", "inclusive": False},
    ],
)
def test_a_rule_that_counts_days_in_no_way_or_in_two_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DeadlineRule.model_validate(rule)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"xa": {"after": "xa", "working_days": 1}}, "regime.after_in_circle"),
        ({"xa": {"after": "so", "working_days": 1}, "so": {"after": "xa", "working_days": 1}}, "regime.after_in_circle"),
        ({"xa": {"after": "khong", "working_days": 1}}, "regime.after_unknown_group"),
    ],
)
def test_a_chain_begins_with_a_deadline_of_its_own(rules: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError, match=code):
        regime(reporters={name: {"label": name, "level": "commune"} for name in rules}, obligation={"deadlines": rules})


def test_who_confirms_may_follow_a_group_but_not_a_deadline_that_is_set_on_call() -> None:
    confirm = {"level": "district", "after": "xa", "working_days": 3}
    one = regime(periods=["2026-04"], obligation={"deadlines": {"xa": {"after_cut_off": {"working_days": 2}}}, "confirm": confirm})
    period = one.period("2026-04")
    assert period is not None
    assert list(deadlines.confirm_deadlines(one, period, COMMON).values()) == [vn("2026-04-22")]
    with pytest.raises(ValidationError, match=r"regime\.after_unknown_group"):
        regime(periods="any", obligation={"on_call": True, "confirm": confirm})


@pytest.mark.parametrize(
    ("calendar", "periods", "rule", "code"),
    [
        ("year", ["2026-Q3"], {"before": "01-15"}, "regime.due_after_next_period"),  # 15/01/2027 is after the fourth quarter
        ("year", ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"], {"before": "01-15"}, "regime.no_working_day_left"),
        ("report_year", ["2026-05", "2026-06"], {"by": "06-16"}, "regime.due_after_next_period"),
        ("year", ["2025", "2026"], {"by": "2026-12-31"}, "regime.one_date_for_all_periods"),
        ("year", ["2026-01"], {"day_of_next_month": 30}, "regime.no_such_day_in_month"),
        ("report_year", ["2026-02"], {"after_cut_off": {"days": 8}}, "regime.no_working_day_left"),  # 22/02 is the last day of Tết
        ("year", ["2026-03"], {"after_cut_off": {"days": 1}, "inclusive": False}, "regime.no_working_day_left"),
    ],
)
def test_a_deadline_that_cannot_be_meant_in_a_period_is_refused(calendar: str, periods: list[str], rule: dict[str, Any], code: str) -> None:
    one = regime(calendar=calendar, periods=periods, obligation={"deadlines": {"xa": rule}})
    assert [(".".join(map(str, where)), found.code) for where, found in deadline_faults.of(one, COMMON)] == [
        ("obligation.deadlines.xa", code)
    ]


def test_a_deadline_counted_from_each_cut_off_is_fine_for_every_period() -> None:
    months = {"from": "2026-01", "to": "2030-12"}
    assert _faults(periods=months, obligation={"deadlines": {"xa": {"after_cut_off": {"working_days": 2}}}}) == []
    assert _faults(calendar="year", periods=months, obligation={"deadlines": {"xa": {"day_of_next_month": 12}}}) == []


def test_an_instant_of_an_event_is_within_reason() -> None:
    assert deadlines.of_event("2026-12-18") == vn("2026-12-19")
    strange: list[object] = ["9999-12-31", "0001-01-01", "nay mai", None, 3, []]
    assert [deadlines.of_event(text) for text in strange] == [None] * 6
