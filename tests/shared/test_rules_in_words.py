"""A deadline rule reads as a document would write it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words import rules_in_words
from shared.words.obligations import DeadlineRule


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"before": "12-20"}, "trước ngày 20/12"),
        ({"before": "12-20", "hour": "17:00"}, "trước 17:00 ngày 20/12"),
        ({"before": "2024-07-25"}, "trước ngày 25/07/2024"),
        ({"by": "12-05"}, "đến hết ngày 05/12"),
        ({"by": "12-05", "hour": "16:30"}, "đến 16:30 ngày 05/12"),
        ({"once": "2026-12-31"}, "đến hết ngày 31/12/2026"),
        ({"after_cut_off": {"working_days": 2}}, "2 ngày làm việc sau ngày chốt số liệu"),
        ({"after_cut_off": {"working_days": 2}, "inclusive": False}, "2 ngày làm việc sau ngày chốt số liệu, không tính ngày cuối"),
        ({"after_cut_off": {"working_days": 2}, "hour": "17:00"}, "2 ngày làm việc sau ngày chốt số liệu, đến 17:00"),
        ({"after_cut_off": {"days": 10}}, "10 ngày sau ngày chốt số liệu"),
        ({"after_cut_off": {"days": 10}, "inclusive": False}, "10 ngày sau ngày chốt số liệu, không tính ngày cuối"),
        ({"day_of_next_month": 5}, "đến hết ngày 05 tháng sau"),
        ({"day_of_next_month": 5, "inclusive": False}, "trước ngày 05 tháng sau"),
        ({"day_of_next_month": 12, "inclusive": False, "hour": "08:00"}, "trước 08:00 ngày 12 tháng sau"),
        ({"after": "xa", "working_days": 3}, "3 ngày làm việc sau hạn của nhóm xa"),
        ({"after": "xa", "working_days": 1, "hour": "16:00"}, "1 ngày làm việc sau hạn của nhóm xa, đến 16:00"),
    ],
)
def test_a_rule_reads_as_documents_write_it(rule: dict[str, Any], words: str) -> None:
    assert rules_in_words.rule(DeadlineRule.model_validate(rule)) == words


RULES = st.one_of(
    st.builds(dict, before=st.sampled_from(["12-20", "01-05", "2026-12-20"])),
    st.builds(dict, by=st.sampled_from(["12-20", "01-05", "2026-12-20"])),
    st.builds(dict, once=st.just("2027-12-20")),
    st.builds(dict, after_cut_off=st.builds(dict, days=st.integers(1, 40)), inclusive=st.booleans()),
    st.builds(dict, after_cut_off=st.builds(dict, working_days=st.integers(1, 40)), inclusive=st.booleans()),
    st.builds(dict, day_of_next_month=st.integers(1, 31), inclusive=st.booleans()),
    st.builds(dict, after=st.sampled_from(["xa", "so"]), working_days=st.integers(1, 9), inclusive=st.booleans()),
).flatmap(lambda rule: st.sampled_from([rule, rule | {"hour": "07:30"}, rule | {"hour": "17:00"}]))


@given(RULES, RULES)
def test_rules_that_differ_read_differently(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = DeadlineRule.model_validate(one), DeadlineRule.model_validate(other)
    if first != second:
        assert rules_in_words.rule(first) != rules_in_words.rule(second)
