"""Figures beside those of earlier periods. Source: design, section 3 of the second part, "Comparison"; ADR 0076."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest

from services.portal.domain import address, comparison
from services.portal.domain.address import Address
from services.portal.domain.comparison import Base, Change
from shared.wire.events import Logged
from shared.wire.views import View
from shared.words import regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests.portal import builders, years
from tests.portal.years import COMMUNES, DISTRICT, OFFICE, submitted

ID: Final = years.MONTHLY
FLAG: Final = {"code": "co_loa", "label": "Có đài truyền thanh", "kind": "flag"}
CHOICE: Final = {"code": "tien_do", "label": "Tiến độ", "kind": "choice", "options": {"a": "Chậm", "b": "Đúng"}}
MEAN: Final = {"code": "diem", "label": "Điểm", "kind": "quantity", "aggregation": "mean", "decimals": 1}


def known(**changes: Any) -> Reference:
    file = years.PLAIN | {"periods": {"from": "2025-01", "to": "2026-12"}, "indicators": [*years.INDICATORS, FLAG, CHOICE, MEAN]}
    plain = Regime.model_validate(file | changes)
    return Reference(1, builders.registry(), regimes.resolve([plain]), {})


def beside(logged: Sequence[Logged], period: str = "2026-02", reference: Reference | None = None) -> dict[str, list[Change]]:
    at, view, bases = compared(logged, period, reference)
    return comparison.changes(at, view, bases)


def compared(logged: Sequence[Logged], period: str, reference: Reference | None = None) -> tuple[Address, View, list[Base]]:
    reference = reference or known()
    at = address.named(reference, ID, period, DISTRICT)
    views = years.by_period(years.views(logged, reference))
    return at, views[period], comparison.bases(at, views[period], views, None)


def reports(period: str, **values: Any) -> list[Logged]:
    """The same figures from every unit; the office is not asked for all of them."""
    return [submitted(unit, int(period[2:4] + period[5:]) * 10 + place, period, **values) for place, unit in enumerate((*COMMUNES, OFFICE))]


def test_a_month_is_beside_the_same_month_of_the_year_before_and_the_month_before() -> None:
    _, _, bases = compared([], "2026-01")
    assert [(base.period, base.title) for base in bases] == [
        ("2025-01", "Cùng kỳ năm trước (tháng 1 năm 2025)"),
        ("2025-12", "Kỳ trước (tháng 12 năm 2025)"),
    ]


@pytest.mark.parametrize(("code", "beside_it"), [("2026", ["2025"]), ("2026-M9", ["2025-M9"]), ("2026-H1", ["2025-H1", "2025-H2"])])
def test_a_year_is_beside_the_year_before_only(code: str, beside_it: list[str]) -> None:
    at = years.at("2026-01")
    period = replace(at.period, code=code)
    assert list(comparison.codes(replace(at, setting=at.setting._replace(period=period)))) == beside_it


def test_the_change_of_a_sum_is_exact_and_in_percent_of_the_earlier_sum() -> None:
    change, before = beside([*reports("2025-02", thu="100.10"), *reports("2026-01", thu="-0.03"), *reports("2026-02", thu="100.20")])["thu"]
    assert (change.then, change.amount, change.percent, change.text, change.mark) == (
        "300,30",
        Decimal("0.30"),
        Decimal("0.1"),
        "+0,30 (+0,1 %)",
        "▲",
    )
    assert (before.amount, before.percent) == (Decimal("300.69"), Decimal("334100.0"))  # beside what is below zero, by its magnitude
    assert not change.is_partial


def test_a_figure_of_thirty_digits_is_subtracted_without_loss() -> None:
    change = comparison._difference("", "123456789012345678901234567890.12", "123456789012345678901234567890.13", "", is_partial=False)
    assert change.amount == Decimal("0.01")


def test_a_ratio_changes_by_points_of_its_published_percentages() -> None:
    earlier, later = {"numerator": 1, "denominator": 3}, {"numerator": 2, "denominator": 3}
    change, _ = beside([*reports("2025-02", dung_han=earlier), *reports("2026-02", dung_han=later)])["dung_han"]
    assert (change.then, change.text, change.percent) == ("3 / 9 (33,3 %)", "+33,4 điểm %", None)


def test_means_and_flags_are_compared_and_choices_are_shown_only() -> None:
    found = beside([*reports("2025-02", diem="7.5", co_loa=True, tien_do="a"), *reports("2026-02", diem="7.0", co_loa=False, tien_do="b")])
    assert found["diem"][0].text.startswith("-0,5")
    assert found["co_loa"][0].text == "-100,0 điểm %"
    assert (found["tien_do"][0].then, found["tien_do"][0].text) == ("Chậm: 3", "")


def test_beside_zero_there_is_a_change_but_no_percentage() -> None:
    change, _ = beside([*reports("2025-02", thu="0.00"), *reports("2026-02", thu="5.00")])["thu"]
    assert (change.text, change.reason) == ("+15,00", comparison.ZERO)
    same, _ = beside([*reports("2025-02", thu="0.00"), *reports("2026-02", thu="0.00")])["thu"]
    assert (same.text, same.mark, same.reason) == ("0,00", "=", "")


def test_without_a_denominator_there_is_no_change() -> None:
    nothing = {"numerator": 0, "denominator": 0}
    change, _ = beside([*reports("2025-02", dung_han=nothing), *reports("2026-02", dung_han={"numerator": 1, "denominator": 2})])[
        "dung_han"
    ]
    assert (change.then, change.text, change.reason) == ("0 / 0 (–)", "", "mẫu số bằng 0")


def test_an_unfinished_period_is_marked() -> None:
    [first, *_] = reports("2026-02", thu="5.00")
    change, _ = beside([*reports("2025-02", thu="1.00"), first])["thu"]
    assert (change.text, change.is_partial) == ("+2,00 (+66,7 %)", True)


def test_what_nobody_reported_is_not_compared() -> None:
    found = beside([*reports("2025-02", thu="1.00"), *reports("2026-02", luot=1)])
    assert (found["thu"][0].then, found["thu"][0].text, found["thu"][0].reason) == ("3,00", "", comparison.NOTHING_NOW)
    assert (found["luot"][0].then, found["luot"][0].reason) == ("–", comparison.NOTHING_THEN)


def test_figures_of_other_units_are_a_dash_with_the_reason() -> None:
    change = {"from": "2026-01-01", "legal_basis": ["Kế hoạch mới"], "asked": {"thu": ["xa"]}}
    found = beside([*reports("2025-02", thu="1.00", luot=1), *reports("2026-02", thu="1.00", luot=2)], reference=known(changes=[change]))
    assert (found["thu"][0].then, found["thu"][0].text, found["thu"][0].reason) == ("3,00", "", "khác đơn vị được giao: bớt 1")
    assert found["luot"][0].text == "+3 (+100,0 %)"


def test_a_period_without_a_view_says_why() -> None:
    _, view, _ = compared([], "2026-02")
    at = address.named(known(), ID, "2026-02", DISTRICT)
    reasons = [base.reason for base in comparison.bases(at, view, {}, None)]
    assert reasons == [comparison.NO_VIEW, comparison.NO_VIEW]
    assert [base.reason for base in comparison.bases(at, view, {}, {"2026-01"})] == [comparison.NOT_OPENED, comparison.NO_VIEW]
    first = address.named(known(periods={"from": "2026-01", "to": "2026-12"}), ID, "2026-02", DISTRICT)
    assert comparison.bases(first, view, {}, None)[0].reason == comparison.NO_PERIOD


def test_views_of_two_generations_are_not_compared() -> None:
    at, view, bases = compared([], "2026-02")
    earlier = {base.period: base.view for base in bases if base.view is not None}
    moved = {
        code: then.model_copy(update={"position": then.position.model_copy(update={"generation": 2})}) for code, then in earlier.items()
    }
    assert {base.reason for base in comparison.bases(at, view, moved, None)} == {comparison.RECOMPUTED}
    assert all(
        change.reason == comparison.RECOMPUTED for change in comparison.changes(at, view, comparison.bases(at, view, moved, None))["thu"]
    )
