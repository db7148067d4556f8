"""Which regimes a reform re-binds or loses: a code of a regime means another unit from its first day on, or nobody."""

from typing import Any

from shared.words import rebinding
from shared.words.rebinding import Rebound
from shared.words.regimes import Regime
from tests.effects_builders import FIRST, on_call, plan_of, regime, two_provinces

NAMES = {"recipient": "52-STC", "within": "52"}


def found(*files: Regime, **about: Any) -> list[Rebound]:
    registry = two_provinces()
    return rebinding.find(files, registry, plan_of().applied(registry), FIRST, **about)


def fields(*files: Regime, **about: Any) -> dict[str, tuple[str, str | None, tuple[str, ...]]]:
    return {
        ".".join(map(str, one.name.where)): (one.was.name, one.now.name if one.now else None, one.periods) for one in found(*files, **about)
    }


def test_red_team_08_a_province_code_in_within_means_another_province_after_the_reform() -> None:
    assert fields(regime())["within"] == ("Tỉnh Bình Định", "Tỉnh Gia Lai", ("2025", "2026"))


def test_every_field_that_names_a_unit_is_looked_at() -> None:
    named = regime(
        on_behalf_of="64",
        within="630",
        reporters={"xa": {"label": "xã", "level": "commune"}, "so": {"label": "sở", "units": ["P", "64-STC"]}},
        obligation={"deadlines": {"xa": {"before": "12-20"}, "so": {"before": "12-20"}}},
        indicators=[{"code": "a", "label": "A", "kind": "quantity", "asked": ["xa", "64-STC"]}],
    )
    assert fields(named) == {
        "recipient": ("Sở Tài chính Bình Định", "Sở Tài chính Gia Lai", ("2025", "2026")),
        "on_behalf_of": ("Tỉnh Gia Lai", None, ("2025", "2026")),
        "within": ("Huyện 630", None, ("2025", "2026")),
        "reporters.so.units.1": ("Sở Tài chính Gia Lai", None, ("2025", "2026")),
        "indicators.a.asked.1": ("Sở Tài chính Gia Lai", None, ("2025", "2026")),
    }


def test_a_unit_that_goes_on_is_not_rebound_and_a_code_that_meant_nobody_is_not_either() -> None:
    assert fields(regime(recipient="P", within="P", groupings=["540-CU"])) == {}


def test_a_regime_that_says_what_the_codes_mean_from_the_first_day_on_is_not_rebound() -> None:
    assert fields(regime(changes=[{"from": "2025-07-01", **NAMES}])) == {}


def test_a_change_after_the_first_day_says_it_for_its_periods_only() -> None:
    assert fields(regime(changes=[{"from": "2026-01-01", **NAMES}])) == {
        "recipient": ("Sở Tài chính Bình Định", "Sở Tài chính Gia Lai", ("2025",)),
        "within": ("Tỉnh Bình Định", "Tỉnh Gia Lai", ("2025",)),
    }


def test_a_change_of_an_earlier_day_says_nothing_about_the_reform() -> None:
    assert list(fields(regime(changes=[{"from": "2025-06-30", **NAMES}]))) == ["changes.0.recipient", "changes.0.within"]


def test_a_field_that_a_change_leaves_out_is_still_rebound() -> None:
    assert list(fields(regime(changes=[{"from": "2025-07-01", "within": "52"}]))) == ["recipient"]


def test_a_regime_that_ends_with_the_reform_or_has_no_later_period_is_not_rebound() -> None:
    assert fields(regime(ends="2025-07-01")) == {}
    assert fields(regime(periods=["2024"])) == {}


def test_a_pinned_period_keeps_its_units() -> None:
    pins = {("nam", "2025"): FIRST.replace(month=6, day=30)}
    assert fields(regime(), pins=pins)["within"][2] == ("2026",)


def test_a_regime_on_call_is_rebound_for_whatever_is_opened_from_the_first_day_on() -> None:
    assert fields(on_call())["within"] == ("Tỉnh Bình Định", "Tỉnh Gia Lai", ())
    assert fields(on_call(ends="2025-07-01")) == {}
    assert list(fields(on_call(ends="2025-07-02"))) == ["recipient", "within"]


def test_a_derived_regime_is_rebound_by_its_own_names_and_not_by_those_of_its_source() -> None:
    derived = Regime.model_validate(
        {
            "id": "dan-xuat",
            "title": "Dẫn xuất",
            "legal_basis": ["Kế hoạch số 2"],
            "recipient": "64",
            "derived_from": "nam",
            "derived_groups": ["xa"],
            "derived_indicators": ["a"],
        }
    )
    assert [(one.regime, one.name.field) for one in found(derived, regime())] == [
        ("dan-xuat", "recipient"),
        ("nam", "recipient"),
        ("nam", "within"),
    ]
