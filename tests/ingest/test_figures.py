"""Figures: a quantity is accepted only within its indicator's own bounds, which no regime of the product sets so far."""

import pytest

from services.ingest.domain import figures
from shared.words.regime_parts import Indicator

BOUNDED = Indicator(code="nhiet_do", label="Nhiệt độ", kind="quantity", decimals=1, min="-5.5", max="40")


@pytest.mark.parametrize(("sent", "normal"), [("-5.5", "-5.5"), ("0", "0.0"), (40, "40.0"), ("40.0", "40.0")])
def test_a_quantity_on_its_bounds_is_taken(sent: object, normal: str) -> None:
    assert figures.judge(BOUNDED, sent) == (normal, ())


@pytest.mark.parametrize("sent", ["-5.6", -6, "40.1", 41])
def test_a_quantity_beyond_its_bounds_is_refused_and_told_them(sent: object) -> None:
    _, [reason] = figures.judge(BOUNDED, sent)

    assert (reason.code, reason.path) == ("report.out_of_range", "data.values.nhiet_do")
    assert all(bound in reason.message_en for bound in ("-5.5", "40.0"))
