"""Rules about figures: parsed and computed exactly, never executed; anything else is refused when the regime file is read."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.cli import regime_remarks
from services.cli.files import regime_entries
from shared.words import deadline_faults, figure_rules, numbers
from shared.words.calendar import COMMON
from shared.words.figure_rules import Term
from shared.words.regimes import Regime
from tests import seeds
from tests.builders import CT27, NQ68

QUARTERLY = "quy-dau-tu-cong-binh-dinh"


def is_true(text: str, **amounts: str) -> bool:
    """Whether a rule is true of these figures; `a_numerator` is a part of `a`."""

    def amount(term: Term) -> int | None:
        text = amounts.get(f"{term.code}_{term.part}" if term.part else term.code)
        return None if text is None else numbers.scaled(text, figure_rules.DECIMALS)

    parsed = figure_rules.parse(text)
    assert parsed is not None, text
    return parsed.is_true(amount)


@pytest.mark.parametrize(
    ("rule", "amounts", "expected"),
    [
        ("a > b", {"a": "2", "b": "1"}, True),
        ("a > b", {"a": "1", "b": "1"}, False),
        ("a >= b", {"a": "1", "b": "1"}, True),
        ("a<=b", {"a": "1.000000001", "b": "1"}, False),
        ("  a  =  b + c  ", {"a": "0.3", "b": "0.1", "c": "0.2"}, True),  # exact: no binary fractions
        ("a.numerator + a.denominator < 10", {"a_numerator": "4", "a_denominator": "5.999999999"}, True),
        ("10 + 0.5 > a + 1", {"a": "9.499999999"}, True),
        ("a + a > 3", {"a": "1.5"}, False),
        ("a > b", {"a": "-1", "b": "-2"}, True),
        ("a > b", {"a": "2"}, False),  # not judged
        ("a >= a.numerator", {"a": "2"}, False),
        ("a + b >= 0", {"b": "2"}, False),
    ],
)
def test_a_rule_is_computed_exactly_and_not_judged_while_a_figure_is_missing(rule: str, amounts: dict[str, str], expected: bool) -> None:
    assert is_true(rule, **amounts) is expected


FIGURES = st.decimals(-(10**14), 10**14, places=9, allow_nan=False)


@given(st.lists(FIGURES, min_size=1, max_size=4), st.lists(FIGURES, min_size=1, max_size=4), st.sampled_from(list(figure_rules.COMPARE)))
def test_sums_are_those_of_fractions(left: list[Decimal], right: list[Decimal], compare: str) -> None:
    names = {f"a{place}": f"{figure:f}" for place, figure in enumerate((*left, *right))}
    text = f"{' + '.join(list(names)[: len(left)])} {compare} {'+'.join(list(names)[len(left) :])}"

    first, second = sum(map(Fraction, left)), sum(map(Fraction, right))

    expected = {"<": first < second, "<=": first <= second, "=": first == second, ">=": first >= second, ">": first > second}
    assert is_true(text, **names) is expected[compare]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "a b > c",
        "> a",
        "a >",
        "a > b > c",
        "a == b",
        "a != b",
        "a => b",
        "a > = b",
        "a - b > 0",
        "a * 2 > b",
        "a / b > 1",
        "(a) > b",
        "-a > b",
        "a > -1",
        "a > 1e9",
        "a > 1,5",
        "a > .5",
        "a > 0.0000000001",
        "a > 123456789012345",
        "1 > 2",
        "a + > b",
        "+ a > b",
        "a ++ b > c",
        "A > b",
        "á > b",
        "a.value > b",
        "a.numerator.numerator > b",
        "a . numerator > b",
        "a > ١",
        "a\n> b",
        "a > b\n",
        "a\t> b",
        "a > b\x00",
        "a\u00a0> b",
        "__import__('os') > a",
        "a > b; import os",
        "a > {b}",
        "a or b > c",
        "x" * 41 + " > a",
        "a > " + "b + " * 20 + "c",
        "a > " + "1 + " * 30 + "b",
        "a > b" + " " * 500,
        "(" * 10_000 + "a > b",
    ],
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    assert figure_rules.parse(text) is None
    assert wrong({"rules": [rule(text)]}) == ("regime.rule_unreadable", ("rules", 0, "if"))


@given(st.text(st.characters(codec="utf-8"), max_size=60) | st.text("ab.+<>=1 ", max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    parsed = figure_rules.parse(text)

    if parsed is not None:
        assert parsed.codes
        assert figure_rules.parse(f"{text[: len(text)]}") == parsed
        assert parsed.is_true(lambda term: None) is False


# In a regime file


def rule(text: Any = "gd_ngay_cong > 5", **changed: Any) -> dict[str, Any]:
    return {"id": "quy_tac", "if": text, "message_vi": "Số ngày công lớn."} | changed


def file_of(changed: dict[str, Any], of: str = CT27) -> dict[str, Any]:
    whole = next(one for one in seeds.changing_regimes() if one.id == of)
    return whole.model_dump(exclude_unset=True, by_alias=True) | changed


def wrong(changed: dict[str, Any], of: str = CT27) -> tuple[str, tuple[int | str, ...]] | None:
    """Code and path of the first fault of ct27 with something else in its file; None if there is none."""
    from shared.wire import shape_faults

    try:
        Regime.model_validate(file_of(changed, of))
    except ValidationError as error:
        path, why = shape_faults.of(error, Regime)[0]
        return why.code, tuple(int(part) if isinstance(part, str) and part.isdigit() else part for part in path)
    return None


@pytest.mark.parametrize(
    ("rules", "code", "path"),
    [
        ([rule("khong_co > 1")], "regime.rule_of_unknown_indicator", (0, "if")),
        ([rule(), rule("khong_co > 1", id="khac")], "regime.rule_of_unknown_indicator", (1, "if")),
        ([rule("vh_nha_van_hoa_xa > 1")], "regime.rule_of_no_number", (0, "if")),
        ([rule("nv_tien_do > 1")], "regime.rule_of_no_number", (0, "if")),
        ([rule("nv_hoan_thanh > 1")], "regime.rule_part", (0, "if")),
        ([rule("gd_ngay_cong.numerator > 1")], "regime.rule_part", (0, "if")),
        ([rule(), rule()], "regime.repeated_rule", ()),
        ([rule(id=f"r{number}") for number in range(51)], "regime.too_many_rules", ()),
        ([rule(message_vi="")], "regime.rule_message", (0, "message_vi")),
        ([rule(message_vi=" \u200b")], "regime.rule_message", (0, "message_vi")),
        ([rule(message_vi="a\nb")], "regime.rule_message", (0, "message_vi")),
        ([rule(message_vi="số \u202eba")], "regime.rule_message", (0, "message_vi")),
        ([rule(message_vi="ế" * 301)], "regime.rule_message", (0, "message_vi")),
        ([rule(5)], "field.not_text", (0, "if")),
        ([rule(id="Quy tắc")], "field.wrong_form", (0, "id")),
        ([rule(nothing=1)], "field.misspelt", (0, "nothing")),
        ([{"id": "a", "condition": "gd_ngay_cong > 1", "message_vi": "b"}], "field.missing", (0, "if")),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_where_it_is(rules: list[dict[str, Any]], code: str, path: tuple[int | str, ...]) -> None:
    assert wrong({"rules": rules}) == (code, ("rules", *path))


def unusual(code: str, **said: Any) -> dict[str, Any]:
    whole = file_of({})
    found = [one | {"unusual": said} if one["code"] == code else one for one in whole["indicators"]]
    return {"indicators": found}


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        ("gd_ngay_cong", {"factor": 10, "above": "100"}, None),
        ("gd_ngay_cong", {"factor": "1.5", "above": "0"}, None),
        ("gd_ngay_cong", {"factor": 1_000_000, "above": "0"}, None),
        ("vh_nha_van_hoa_thon", {"factor": 2, "above": "100"}, None),
        ("gd_ngay_cong", {"factor": 1, "above": "100"}, "regime.unusual_factor"),
        ("gd_ngay_cong", {"factor": "1.000", "above": "100"}, "regime.unusual_factor"),
        ("gd_ngay_cong", {"factor": 0, "above": "100"}, "regime.unusual_factor"),
        ("gd_ngay_cong", {"factor": -10, "above": "100"}, "regime.unusual_factor"),
        ("gd_ngay_cong", {"factor": 1_000_001, "above": "100"}, "regime.unusual_factor"),
        ("gd_ngay_cong", {"factor": 10**30, "above": "100"}, "field.wrong_form"),
        ("gd_ngay_cong", {"factor": "1e3", "above": "100"}, "field.wrong_form"),
        ("gd_ngay_cong", {"factor": "Infinity", "above": "100"}, "field.wrong_form"),
        ("gd_ngay_cong", {"factor": True, "above": "100"}, "field.not_text"),
        ("gd_ngay_cong", {"factor": 2.5, "above": "100"}, "field.not_text"),
        ("gd_ngay_cong", {"factor": 10, "above": "-1"}, "regime.unusual_above"),
        ("gd_ngay_cong", {"factor": 10, "above": "0.5"}, "regime.too_many_decimals"),
        ("gd_ngay_cong", {"factor": 10, "above": 100}, "field.not_text"),
        ("gd_ngay_cong", {"factor": 10}, "field.missing"),
        ("gd_ngay_cong", {"above": "100"}, "field.missing"),
        ("gd_ngay_cong", {"factor": 10, "above": "100", "below": "5"}, "field.misspelt"),
        ("vh_nha_van_hoa_xa", {"factor": 10, "above": "100"}, "regime.unusual_of_number"),
        ("nv_tien_do", {"factor": 10, "above": "100"}, "regime.unusual_of_number"),
    ],
)
def test_what_is_unusual_is_checked_when_the_file_is_read(code: str, said: dict[str, Any], why: str | None) -> None:
    found = wrong(unusual(code, **said))

    assert (found and found[0]) == why


def test_rules_and_what_is_unusual_are_those_of_every_version() -> None:
    regime = Regime.model_validate(file_of({"rules": [rule()]} | unusual("gd_ngay_cong", factor=10, above="5")))

    assert len(regime.versions) > 1
    assert {tuple(one.id for one in version.rules) for version in regime.versions} == {("quy_tac",)}
    assert {version.by_code["gd_ngay_cong"].unusual for version in regime.versions} == {regime.by_code["gd_ngay_cong"].unusual}
    assert all(version.compared.keys() == {"gd_ngay_cong"} for version in regime.versions)


def test_a_regime_is_stored_and_read_again_with_its_rules() -> None:
    regime = Regime.model_validate(file_of({"rules": [rule()]} | unusual("gd_ngay_cong", factor="2.5", above="5")))

    stored = regime.model_dump(mode="json", exclude_defaults=True, by_alias=True)

    assert Regime.model_validate(stored) == regime


def test_a_derived_regime_has_no_rules_of_its_own() -> None:
    found = wrong({"rules": [rule("vh_cau_lac_bo > 1")]}, of="vhtt-van-quan")

    assert found is not None
    assert found[0] == "regime.derived_has_own"


# What would have no effect


def effects(changed: dict[str, Any], of: str = CT27) -> list[tuple[str, tuple[int | str, ...]]]:
    regime = Regime.model_validate(file_of(changed, of))
    return [(why.code, path) for path, why in regime_entries.find(regime)]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"rules": [rule("gd_ngay_cong + gd_hien_vat > 1")]}, []),
        ({"rules": [rule("gd_ngay_cong > gdtp_to_chuc")]}, [("regime.rule_never_judged", ("rules", 0, "if"))]),
        ({"rules": [rule("gd_truong_tu_chu > gd_ngay_cong")]}, []),  # the communes answer both since the reform
        ({"entered_by": ["recipient", "confirmers"]}, []),
        ({"entered_by": ["recipient", "recipient"]}, [("regime.repeated_value", ("entered_by", 1))]),
        ({"entered_by": ["confirmers"], "changes": []}, [("regime.no_confirmers", ("entered_by", 0))]),
        (unusual("gd_ngay_cong", factor=10, above="5"), []),
        ({"periods": ["2025", "2030"]} | unusual("gd_truong_tu_chu", factor=10, above="5"), [("regime.unusual_without_earlier", None)]),
    ],
)
def test_what_would_have_no_effect_is_refused(changed: dict[str, Any], found: list[tuple[str, Any]]) -> None:
    seen = effects(changed)

    assert [code for code, _ in seen] == [code for code, _ in found]
    assert all(path in (None, at) for (_, path), (_, at) in zip(found, seen, strict=True))


# The deadline of official figures


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ({"after_cut_off": {"days": 25}}, None),
        ({"after": "so", "working_days": 3}, None),
        ({"after_cut_off": {"days": 5}}, "regime.official_before_reports"),
        ({"day_of_next_month": 8, "inclusive": False}, "regime.official_before_reports"),  # the offices have two days more
        ({"after_cut_off": {"days": 110}}, "regime.official_after_next_period"),
        ({"by": "12-31"}, "regime.due_after_next_period"),
        ({"once": "2027-01-20"}, "regime.official_after_next_period"),
    ],
)
def test_the_deadline_of_official_figures_fits_those_of_the_reports(until: dict[str, Any], why: str | None) -> None:
    regime = Regime.model_validate(file_of({"estimates": {"until": until}, "changes": []}, QUARTERLY))

    found = {reason.code for path, reason in deadline_faults.of(regime, COMMON) if path[:1] == ("estimates",)}

    assert found == (set() if why is None else {why})


def test_the_rules_of_the_seeds_are_said_in_words() -> None:
    quarterly, yearly = (next(one for one in seeds.changing_regimes() if one.id == name) for name in (QUARTERLY, NQ68))

    assert list(regime_remarks.lines(quarterly))[:2] == [
        "Nhận số ước; số chính thức: 25 ngày sau ngày chốt số liệu.",
        "Được nhập thay: cơ quan nhận báo cáo.",
    ]
    assert (
        "Đề nghị giải trình (ngheo_vuot_tong_so_ho) nếu “Hộ nghèo” (gn_ho_ngheo) + “Hộ cận nghèo” (gn_ho_can_ngheo) > “Tổng số hộ”"
        " (gn_ho_ngheo): Hộ nghèo và hộ cận nghèo cộng lại nhiều hơn tổng số hộ"
    ) in regime_remarks.lines(yearly)
