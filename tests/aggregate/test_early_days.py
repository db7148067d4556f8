"""The days of early blocks: those of the fold and those of verify, over the real reforms."""

from datetime import date

import pytest

from shared.check import plain_reforms
from shared.words.reference import Reference


@pytest.mark.parametrize("regime_id", ["ct27-van-quan", "vhtt-van-quan", "nq68-quang-binh", "kl62-binh-dinh"])
def test_the_check_and_the_fold_have_the_same_early_days_of_the_real_reforms(reformed: Reference, regime_id: str) -> None:
    regime = reformed.regimes[regime_id]
    for code in ("2024", "2025", "2026"):
        period = regime.period(code)
        if period is not None:
            assert plain_reforms.early_days(reformed, regime, period) == reformed.early_days(regime, period)


def test_a_reform_of_another_province_gives_no_early_day(reformed: Reference) -> None:
    days = {}
    for regime_id in ("ct27-van-quan", "nq68-quang-binh"):
        regime = reformed.regimes[regime_id]
        period = regime.period("2025")
        assert period is not None
        days[regime_id] = reformed.early_days(regime, period)
    assert days == {"ct27-van-quan": [date(2025, 6, 30)], "nq68-quang-binh": [date(2025, 2, 28), date(2025, 6, 30)]}
