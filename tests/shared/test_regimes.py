"""Regimes: the files of the product, and which files are refused."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from shared.words import regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests import seeds
from tests.builders import CT27, KL62, NQ68

NQ68_PLAN = "nq68-ke-hoach-quang-binh"
NQ68_REVIEW = "nq68-danh-gia-quang-binh"
VHTT = "vhtt-van-quan"
MONTHLY = "thang-tthc-quang-binh"
QUARTERLY = "quy-dau-tu-cong-binh-dinh"


def file(**changes: Any) -> dict[str, Any]:
    """A small regime file that is right."""
    right: dict[str, Any] = {
        "id": "thu",
        "title": "Thử",
        "legal_basis": [],
        "periods": ["2024"],
        "recipient": "20",
        "within": "20",
        "reporters": {"xa": {"label": "Xã", "level": "commune"}},
        "obligation": {"deadlines": {"xa": {"before": "12-20"}}},
        "indicators": [
            {"code": "so", "label": "Số", "kind": "quantity", "decimals": 1, "asked": ["xa"]},
            {"code": "chon", "label": "Chọn", "kind": "choice", "options": {"co": "Có", "khong": "Không"}},
        ],
        "narratives": {"ket_qua": "Kết quả"},
    }
    return deepcopy(right) | changes


def indicator(**changes: Any) -> dict[str, Any]:
    """A file with one indicator, changed."""
    return file(indicators=[{"code": "so", "label": "Số", "kind": "quantity"} | changes])


def test_a_small_right_file_is_taken() -> None:
    assert Regime.model_validate(file()).id == "thu"


@pytest.mark.parametrize(
    ("regime_id", "period", "groups"),
    [
        (CT27, "2024", {"xa": 15, "phong_ban": 7}),
        (VHTT, "2024", {"xa": 15}),
        (KL62, "2024", {"huyen": 11, "so": 5}),
        (NQ68, "2024", {"xa": 145, "so": 9}),
        (NQ68_PLAN, "2024", {"huyen": 8, "so": 9}),
        (NQ68_REVIEW, "2025", {"xa": 145, "so": 9}),
        (MONTHLY, "2026-11", {"xa": 145}),
        (QUARTERLY, "2026-Q4", {"huyen": 11, "so": 4}),
    ],
)
def test_each_plan_binds_the_units_it_names(reference: Reference, regime_id: str, period: str, groups: dict[str, int]) -> None:
    setting = reference.setting(regime_id, period)
    assert setting is not None

    members = setting.regime.group_members(setting.tree)

    assert {name: len(units) for name, units in members.items()} == groups
    assert len(setting.groups) == sum(groups.values())


def test_there_are_six_real_regimes_and_two_examples(reference: Reference) -> None:
    assert set(reference.regimes) == {CT27, VHTT, KL62, NQ68, NQ68_PLAN, NQ68_REVIEW} | {MONTHLY, QUARTERLY}


def test_the_examples_have_every_kind_of_counted_deadline_and_figures_with_and_without_cumulative(reference: Reference) -> None:
    examples = [reference.regimes[MONTHLY], reference.regimes[QUARTERLY]]
    rules = [rule for one in examples if one.obligation is not None for _, rule in one.obligation.rules()]
    assert {kind for rule in rules for kind in ("after_cut_off", "day_of_next_month", "after") if getattr(rule, kind)} == {
        "after_cut_off",
        "day_of_next_month",
        "after",
    }
    counted = [rule.after_cut_off for rule in rules if rule.after_cut_off is not None]
    assert (any(one.days for one in counted), any(one.working_days for one in counted)) == (True, True)
    assert [len(one.indicators) for one in examples] == [6, 5]
    assert all({item.cumulative for item in one.indicators} == {True, False} for one in examples)


def test_the_province_confirms_the_examples_and_receives_the_monthly_one(reference: Reference) -> None:
    tree = reference.registry.at(date(2026, 11, 14))

    assert [found.by.code for found in reference.regimes[MONTHLY].confirmations(tree)] == [reference.regimes[MONTHLY].recipient] == ["44"]
    assert [found.by.code for found in reference.regimes[QUARTERLY].confirmations(tree)] == ["52"]


def test_every_regime_asks_for_the_four_narratives(reference: Reference) -> None:
    assert {tuple(regime.narratives) for regime in reference.regimes.values()} == {("ket_qua", "kho_khan", "kien_nghi", "bai_hoc")}


def test_the_recipient_of_ct27_does_not_report(reference: Reference) -> None:
    regime = reference.regimes[CT27]

    assert regime.recipient == "184-TCKH"
    assert "184-TCKH" not in regime.group_of(reference.registry.at(date(2024, 12, 14)))


def test_the_targets_of_ct27_are_those_of_its_document(reference: Reference) -> None:
    targets = {item.code: (item.target.at_least, item.target.by) for item in reference.regimes[CT27].indicators if item.target}

    assert targets == {
        "gd_truong_tu_chu": ("1", "2030"),
        "vh_nha_van_hoa_xa": ("100", "2030"),
        "vh_nha_van_hoa_thon": ("100", "2030"),
        "vh_san_the_thao_xa": ("100", "2030"),
    }


def test_no_figure_of_ct27_is_asked_of_offices_and_communes_alike(reference: Reference) -> None:
    regime = reference.regimes[CT27]

    for item in regime.indicators:
        asked = {group for group, code in (("xa", "06253"), ("phong_ban", "184-TP")) if regime.is_asked(item, group, code)}
        assert len(asked) <= 1, item.code


def test_a_named_office_is_asked_for_its_own_figure_only(reference: Reference) -> None:
    regime = reference.regimes[CT27]
    item = regime.by_code["gdtp_to_chuc"]

    assert regime.is_asked(item, "phong_ban", "184-TP")
    assert not regime.is_asked(item, "phong_ban", "184-TTYT")


def test_a_derived_regime_takes_calendar_periods_and_indicators_from_its_source(reference: Reference) -> None:
    derived, source = reference.regimes[VHTT], reference.regimes[CT27]

    assert [item.code for item in derived.indicators] == [item.code for item in source.indicators if item.code.startswith("vh_")]
    assert derived.period("2024") == source.period("2024")
    assert derived.source_id == CT27
    assert derived.obligation is None
    assert [regime.id for regime in reference.derived_of(CT27)] == [CT27, VHTT]


def test_the_eight_districts_of_quang_binh_confirm_and_then_the_recipient(reference: Reference) -> None:
    tree = reference.registry.at(date(2024, 11, 20))

    confirming = [found.by.code for found in reference.regimes[NQ68].confirmations(tree)]
    assert confirming == [
        "450",
        "452",
        "453",
        "454",
        "455",
        "456",
        "457",
        "458",
        "44-SLDTBXH",
    ]
    assert reference.regimes[CT27].confirmations(tree) == []


def test_a_regime_has_the_periods_it_names_and_no_other(reference: Reference) -> None:
    assert [code for code in ("2024", "2025", "2029", "2030") if reference.regimes[NQ68_REVIEW].period(code)] == ["2025", "2030"]
    assert reference.regimes[CT27].period("2024-H1") is None


def test_an_on_call_regime_takes_any_period_of_its_calendar(reference: Reference) -> None:
    regime = reference.regimes[KL62]

    assert regime.period("2024-H1") is not None
    assert regime.period("2024-13") is None


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (file(colour="đỏ"), "Extra inputs"),
        (file(id="Có Dấu"), "pattern"),
        (file(periods=["2024-13"]), "regime.no_such_period"),
        (file(calendar="11-20", periods=["2024-H1"]), "regime.no_such_period"),
        (file(calendar="02-29"), "regime.not_every_year"),
        (file(calendar="13-01"), "regime.unknown_calendar"),
        (file(calendar="lunar"), "regime.unknown_calendar"),
        (file(periods="any"), "regime.any_period_on_call"),
        (file(periods=[2024]), "valid string"),
        (file(within="Lạng Sơn"), "pattern"),
        (file(reporters={}), "regime.reporters_missing"),
        (file(obligation=None), "regime.reporters_missing"),
        (file(obligation={}), "regime.deadlines_or_on_call"),
        (file(obligation={"on_call": True, "deadlines": {"xa": {"before": "12-20"}}}), "regime.deadlines_or_on_call"),
        (file(obligation={"deadlines": {"xa": {}}}), "regime.one_day"),
        (file(obligation={"deadlines": {"xa": {"before": "12-20", "by": "12-19"}}}), "regime.one_day"),
        (file(obligation={"deadlines": {"xa": {"before": "02-30"}}}), "regime.not_every_year"),
        (file(obligation={"deadlines": {"xa": {"before": "20/12"}}}), "pattern"),
        (file(obligation={"deadlines": {"huyen": {"before": "12-20"}}}), "regime.deadlines_of_groups"),
        (file(reporters={"xa": {"label": "Xã"}}), "regime.level_or_units"),
        (file(reporters={"xa": {"label": "Xã", "level": "commune", "units": ["20"]}}), "regime.level_or_units"),
        (file(reporters={"xa": {"label": "Xã", "units": ["a b"]}}), "pattern"),
        (file(indicators=[{"code": "so", "label": "Số", "kind": "flag"}] * 2), "regime.repeated_indicator"),
        (indicator(code="Số"), "pattern"),
        (indicator(kind="money"), "'quantity', 'ratio', 'flag' or 'choice'"),
        (indicator(kind="choice"), "regime.options_of_choice"),
        (indicator(options={"co": "Có"}), "regime.options_of_choice"),
        (indicator(kind="flag", aggregation="max"), "regime.aggregation_of_quantity"),
        (indicator(decimals=10), "less than or equal to 9"),
        (indicator(decimals=True), "valid integer"),
        (indicator(min="0.5"), "regime.too_many_decimals"),
        (indicator(min="5", max="4"), "regime.min_above_max"),
        (indicator(max="1e3"), "pattern"),
        (indicator(asked=["huyen"]), "regime.asked_of_unknown"),
        (file(derived_from="ct27-van-quan"), "regime.derived_has_own"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(broken: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Regime.model_validate(broken)


def test_bounds_and_a_goal_with_zeros_behind_them_are_read_from_what_was_stored() -> None:
    stored = indicator(min="0.0", max="1.000", target={"at_least": "1.000", "by": "2030"})

    assert Regime.model_validate(stored).by_code["so"].bounds == (0, 1)


def derived(**changes: Any) -> Regime:
    return Regime.model_validate(
        {"id": "dan-xuat", "title": "Dẫn xuất", "legal_basis": [], "recipient": "20", "derived_from": "thu", "derived_groups": ["xa"]}
        | changes
    )


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (derived(derived_from="khong-co"), "regime.unknown_source"),
        (derived(derived_from="dan-xuat"), "regime.unknown_source"),
        (derived(derived_groups=["huyen"]), "regime.unknown_derived_groups"),
        (derived(derived_indicators=["khong_co"]), "regime.unknown_derived_indicators"),
        (Regime.model_validate(file()), "regime.repeated_id"),
    ],
)
def test_regimes_that_do_not_fit_together_are_refused(other: Regime, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        regimes.resolve([Regime.model_validate(file()), other])


def test_without_a_place_all_units_of_a_level_report(reference: Reference) -> None:
    regime = Regime.model_validate(file(within=""))

    assert len(regime.group_members(reference.registry.at(date(2024, 12, 14)))["xa"]) == 10_035


def test_a_place_that_nobody_bears_has_no_reporters(reference: Reference) -> None:
    regime = Regime.model_validate(file(within="khong-co"))

    assert regime.group_members(reference.registry.at(date(2024, 12, 14))) == {"xa": []}


def test_a_named_unit_that_is_not_of_the_day_is_left_out(reference: Reference) -> None:
    regime = Regime.model_validate(file(reporters={"xa": {"label": "Xã", "units": ["06253", "99999"]}}))

    assert [unit.code for unit in regime.group_members(reference.registry.at(date(2024, 12, 14)))["xa"]] == ["06253"]


def test_a_derived_regime_is_filled_in_whatever_the_order_of_files() -> None:
    source, other = Regime.model_validate(file()), derived(derived_indicators=["so"])

    assert regimes.resolve([other, source])["dan-xuat"] == regimes.resolve([source, other])["dan-xuat"]
    assert regimes.resolve([other, source])["dan-xuat"].periods == ["2024"]


def test_a_range_of_periods_is_written_out() -> None:
    read = Regime.model_validate(file(periods={"from": "2026-11", "to": "2027-01"}))

    assert read.periods == ["2026-11", "2026-12", "2027-01"]
    assert Regime.model_validate(read.model_dump(mode="json", exclude_defaults=True, by_alias=True)) == read


@pytest.mark.parametrize(
    "span",
    [
        {},
        {"from": "2026-01"},
        {"from": "2026-01", "to": "2026-Q2"},
        {"from": "2026-05", "to": "2026-01"},
        {"from": "2026-01", "to": "2026-02", "step": 1},
        {"from": 2026, "to": 2027},
        {"from": "2026-00", "to": "2026-02"},
    ],
)
def test_a_range_has_two_periods_of_one_length_in_order(span: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"regime\.no_period_range"):
        Regime.model_validate(file(periods=span))


@pytest.mark.parametrize(
    ("changes", "is_fine"),
    [
        ({"kind": "quantity"}, True),
        ({"kind": "ratio"}, True),
        ({"kind": "quantity", "aggregation": "max"}, False),
        ({"kind": "quantity", "aggregation": "mean"}, False),
        ({"kind": "flag"}, False),
        ({"kind": "choice", "options": {"co": "Có"}}, False),
    ],
)
def test_only_what_is_summed_can_be_cumulative(changes: dict[str, Any], is_fine: bool) -> None:
    broken = indicator(cumulative=True, **changes)
    if is_fine:
        assert Regime.model_validate(broken).indicators[0].cumulative
    else:
        with pytest.raises(ValidationError, match=r"regime\.cumulative_of_sum"):
            Regime.model_validate(broken)


def test_a_derived_regime_that_changes_knows_its_indicators_in_every_version() -> None:
    whole = regimes.resolve(seeds.changing_regimes())["vhtt-van-quan"]

    assert len(whole.versions) == 2
    assert [version.by_code.keys() == version.kinds.keys() != set() for version in whole.versions] == [True, True]


@pytest.mark.parametrize(("own", "of_source"), [("2026-07-01", "2029-01-01"), ("2029-01-01", "2026-07-01"), (None, "2026-07-01")])
def test_a_derived_regime_ends_no_later_than_its_source(own: str | None, of_source: str) -> None:
    def with_end(regime: Regime, ends: str | None) -> Regime:
        return Regime.model_validate(regime.model_dump(exclude_unset=True, by_alias=True) | ({"ends": ends} if ends else {}))

    files = {regime.id: regime for regime in seeds.changing_regimes()}
    resolved = regimes.resolve([with_end(files[CT27], of_source), with_end(files[VHTT], own)])
    assert {version.ends for version in resolved[VHTT].versions} == {"2026-07-01"}
