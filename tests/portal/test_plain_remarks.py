"""Warnings about figures in the words of a page."""

from services.portal.domain.plain_remarks import plain
from shared.words.refusals import Both, refusal
from tests.portal import builders
from tests.portal.builders import CT27

REGIME = builders.regime(CT27)
CODES = ["vh_nha_van_hoa_thon", "vh_san_the_thao_thon"]


def words(code: str, **names: object) -> str:
    return plain([refusal(code, "data.values.vh_nha_van_hoa_thon", **names)], REGIME)[0].message_vi


def test_a_rule_is_told_with_labels_and_without_its_id() -> None:
    said = words("report.rule", rule="so_thon", message=Both("Số thôn khác nhau", "they differ"), codes=CODES, next=7)
    first, second = (REGIME.by_code[code].label for code in CODES)
    assert said == (
        "Số liệu bất thường: Số thôn khác nhau. Kiểm tra lại; nếu đúng, gửi lần 7 kèm giải trình cho một trong các chỉ tiêu:"
        f" “{first}”, “{second}”."
    )


def test_a_code_that_the_regime_does_not_have_stays() -> None:
    assert words("report.rule", rule="x", message=Both("a", "a"), codes=["khong_co"], next=7).endswith("các chỉ tiêu: khong_co.")


def test_an_unusual_figure_is_told_without_the_name_of_the_field() -> None:
    assert words("report.unusual", said=Both("gấp 12 lần", "12 times"), next=7).endswith("gửi lần 7 kèm giải trình cho chỉ tiêu này.")


def test_other_warnings_and_english_stay_as_they_are() -> None:
    rule = refusal("report.rule", rule="x", message=Both("a", "a"), codes=CODES, next=7)
    other = refusal("report.more_warnings", count=3)
    told = plain([rule, other], REGIME)
    assert (told[0].message_en, told[1]) == (rule.message_en, other)
