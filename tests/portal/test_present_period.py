from collections.abc import Collection
from datetime import date, datetime, timedelta

import pytest

from services.portal.domain import present_period
from shared.words import regime_versions
from shared.words.periods import PARTS, VIETNAM, Period
from tests import seeds
from tests.portal import builders

MONTHS = [f"2026{part}" for part in PARTS["month"]]
QUARTERS = [f"2026{part}" for part in PARTS["quarter"]]
NQ68, PLAN = "nq68-quang-binh", "nq68-ke-hoach-quang-binh"


def listed(codes: list[str], calendar: str) -> list[Period]:
    regime = builders.regime(builders.MONTHLY).model_copy(update={"calendar": calendar, "periods": codes})
    return regime_versions.periods_of(regime)


def at(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), VIETNAM)


@pytest.mark.parametrize(
    ("codes", "calendar", "today", "present"),
    [
        (MONTHS, "year", "2026-11-26", "2026-11"),
        (MONTHS, "report_year", "2026-11-14", "2026-11"),
        (MONTHS, "report_year", "2026-11-15", "2026-12"),
        (MONTHS, "report_year", "2025-12-14", None),
        (MONTHS, "report_year", "2027-03-01", "2026-12"),
        (QUARTERS, "year", "2026-10-01", "2026-Q4"),
        ([*QUARTERS, "2026"], "year", "2026-02-01", "2026-Q1"),
        ([*QUARTERS, "2026"], "year", "2026-03-31", "2026-Q1"),
        ([*QUARTERS, "2026"], "year", "2026-11-01", "2026-Q4"),
        (["2026-H1", "2026-M9", "2026"], "year", "2026-08-01", "2026-M9"),
        (["2024", "2025", "2026"], "year", "2027-02-01", "2026"),
    ],
)
def test_without_deadlines_the_present_period_is_the_one_that_ends_next(
    codes: list[str], calendar: str, today: str, present: str | None
) -> None:
    found = present_period.present(listed(codes, calendar), {}, codes, at(today))
    assert (found and found.code) == present


def shown(regime_id: str, today: str, complete: Collection[str] = ()) -> str | None:
    """The present period of a regime of the product, with its real deadlines."""
    known = seeds.reformed_reference()
    of_regime = [setting.period for setting in known.settings(regime_id)]
    found = present_period.present(of_regime, present_period.by_rule(known, regime_id, of_regime), complete, at(today))
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("today", "complete", "present"),
    [
        ("2026-11-20", (), "2026"),
        ("2026-11-21", (), "2026"),  # 2027 has begun, but 2026 is due on 05/12
        ("2026-12-04", ("2026",), "2026"),
        ("2026-12-05", ("2026",), "2027"),
        ("2026-12-05", (), "2026"),  # reports are missing: who is late matters more than a year that has only begun
        ("2027-06-01", (), "2026"),
        ("2027-06-08", (), "2027"),  # the deadline of 2027 is nearer now
        ("2027-11-19", (), "2027"),
    ],
)
def test_a_period_that_is_still_due_comes_before_one_that_has_begun(today: str, complete: Collection[str], present: str) -> None:
    assert shown(NQ68, today, complete) == present


def test_of_a_plan_with_one_period_that_one_is_shown_and_is_over_a_quarter_after_its_deadline() -> None:
    known = seeds.reformed_reference()
    of_regime = [setting.period for setting in known.settings(PLAN)]
    dues = present_period.by_rule(known, PLAN, of_regime)
    assert shown(PLAN, "2026-11-27") == "2024"
    due = present_period.due(of_regime[0], dues)
    assert due == at("2024-07-25")
    assert not present_period.is_over(of_regime[0], dues, due + present_period.OVER_AFTER)
    assert present_period.is_over(of_regime[0], dues, due + present_period.OVER_AFTER + timedelta(milliseconds=1))


def test_a_regime_on_call_has_no_deadlines_by_rule() -> None:
    on_call = builders.regime("kl62-binh-dinh")
    period = on_call.period("2024")
    assert period is not None
    assert present_period.due_of(on_call, on_call.reporters, [period], seeds.first_reference().working_days) == {}
    assert present_period.due(period, {}) == at(str(period.cut_off + timedelta(days=1)))
