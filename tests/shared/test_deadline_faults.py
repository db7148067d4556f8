"""Deadlines that leave no time to work, come too late, or can be read by no service are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.words import deadline_faults
from shared.words.calendar import COMMON
from shared.words.obligations import DeadlineRule, Ladder
from tests.aggregate.drawn_regimes import regime

MONTH = ["2026-05"]  # of the report year: 15/04–14/05, a Thursday
TWO_DAYS: dict[str, Any] = {"after_cut_off": {"working_days": 2}}


def faults(calendar: str, periods: list[str], deadlines: dict[str, Any], confirm: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    reporters = {name: {"label": name, "level": "commune"} for name in deadlines}
    obligation = {"deadlines": deadlines} | ({} if confirm is None else {"confirm": {"level": "district", **confirm}})
    one = regime(calendar=calendar, periods=periods, reporters=reporters, obligation=obligation)
    return [(".".join(map(str, where)), why.code) for where, why in deadline_faults.of(one, COMMON)]


@pytest.mark.parametrize(
    ("rule", "is_fine"),
    [
        ({"hour": "00:00"}, False),
        ({"hour": "08:00"}, False),
        ({"hour": "08:00", "inclusive": False}, False),
        ({"hour": "08:01", "inclusive": False}, True),
        ({"hour": "17:00", "inclusive": False}, True),
        ({}, True),
    ],
)
def test_a_deadline_before_the_office_opens_leaves_no_working_day(rule: dict[str, Any], is_fine: bool) -> None:
    found = faults("report_year", MONTH, {"xa": {"after_cut_off": {"working_days": 1}, **rule}})
    assert found == ([] if is_fine else [("obligation.deadlines.xa", "regime.no_working_day_left")])


@pytest.mark.parametrize(
    ("rule", "is_fine"),
    [
        ({"working_days": 1}, True),
        ({"working_days": 1, "inclusive": False}, False),  # the instant at which the group's own deadline ends
        ({"working_days": 1, "hour": "07:30"}, False),
        ({"working_days": 1, "hour": "17:00"}, True),
        ({"working_days": 2, "inclusive": False}, True),
    ],
)
def test_a_deadline_leaves_a_working_day_after_the_one_it_follows(rule: dict[str, Any], is_fine: bool) -> None:
    found = faults("report_year", MONTH, {"xa": TWO_DAYS, "huyen": {"after": "xa", **rule}}, {"after": "huyen", **rule})
    code = "regime.no_working_day_after_group"
    assert found == ([] if is_fine else [("obligation.deadlines.huyen", code), ("obligation.confirm.0", code)])


@pytest.mark.parametrize(
    ("calendar", "period", "rule"),
    [
        ("year", "2026-05", {"after_cut_off": {"days": 182}}),
        ("year", "2026-05", {"after_cut_off": {"working_days": 120}}),
        ("report_year", "2026-05", {"day_of_next_month": 20}),
        ("year", "2026-Q1", {"after_cut_off": {"working_days": 120}}),  # 23/09
        ("year", "2026", {"after_cut_off": {"days": 182}}),
        ("year", "2026", {"once": "2099-12-31"}),
        ("year", "2099-12", {"after_cut_off": {"days": 61}}),  # no period follows
    ],
)
def test_a_deadline_may_come_long_after_the_cut_off(calendar: str, period: str, rule: dict[str, Any]) -> None:
    assert faults(calendar, [period], {"xa": rule}) == []


def test_a_chain_is_not_longer_than_half_a_year() -> None:
    chain = {"xa": TWO_DAYS, "huyen": {"after": "xa", "working_days": 70}, "so": {"after": "huyen", "working_days": 70}}
    assert faults("report_year", MONTH, chain) == [("obligation.deadlines.so", "regime.due_too_late")]


def test_a_duty_that_is_due_once_and_whoever_follows_it_may_end_before_the_cut_off() -> None:
    chain = {"xa": {"once": "2026-07-24"}, "huyen": {"after": "xa", "working_days": 3}}
    assert faults("year", ["2026"], chain, {"after": "huyen", "working_days": 1}) == []


@pytest.mark.parametrize(
    "rule", [{"before": "12-2٠"}, {"before": "2٠26-12-20"}, {"once": "2026-12-2٠"}, {"by": "12-20", "hour": "1٧:00"}, {"by": "12-20\n"}]
)
def test_a_day_and_an_hour_are_written_with_plain_digits(rule: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DeadlineRule.model_validate(rule)


def test_the_hours_of_a_ladder_are_written_with_plain_digits() -> None:
    with pytest.raises(ValidationError):
        Ladder.model_validate({"last_day": ["0٨:00"]})
