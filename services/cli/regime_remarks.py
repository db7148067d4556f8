"""What a regime file says about figures and who may enter them, in words: estimates, entering for a unit, what is unusual. Pure."""

from collections.abc import Iterator
from typing import Final

from shared.words import figure_rules, numbers, rules_in_words
from shared.words.figure_rules import Term
from shared.words.regime_parts import Indicator, Unusual
from shared.words.regimes import Regime

WHO: Final = {"recipient": "cơ quan nhận báo cáo", "confirmers": "đơn vị chốt bảng tổng hợp có đơn vị ấy"}


def lines(regime: Regime) -> Iterator[str]:
    """One line for each thing that the regime says."""
    if regime.estimates is not None:
        yield f"Nhận số ước; số chính thức: {rules_in_words.rule(regime.estimates.until)}."
    if regime.entered_by:
        yield f"Được nhập thay: {', '.join(WHO[name] for name in regime.entered_by)}."
    alike: dict[Unusual, list[str]] = {}
    for indicator in regime.compared.values():
        if indicator.unusual is not None:
            alike.setdefault(indicator.unusual, []).append(indicator.code)
    for unusual, codes in alike.items():
        factor, above = numbers.vietnamese_text(unusual.factor), numbers.vietnamese_text(unusual.above)
        yield f"Đề nghị giải trình nếu gấp {factor} lần kỳ trước hoặc bằng 1/{factor}, khi số lớn hơn vượt {above}: {', '.join(codes)}."
    for rule in regime.rules:
        said = figure_rules.text_of(rule.parsed, lambda term: _name(regime.by_code[term.code], term))
        yield f"Đề nghị giải trình ({rule.id}) nếu {said}: {rule.message_vi}"


def _name(indicator: Indicator, term: Term) -> str:
    """A figure as people read it: its label, or for a part of a ratio that part's own, and the code, because labels may be alike."""
    label = {"numerator": indicator.numerator_label, "denominator": indicator.denominator_label}.get(term.part, indicator.label)
    return f"“{label or indicator.label}” ({term.code})"
