"""Deadlines: "trước ngày 20/12" and "trước ngày 05/12" to the millisecond."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.wire.events import from_ms, to_ms
from shared.words import deadlines, periods
from shared.words.calendar import COMMON
from shared.words.obligations import DeadlineRule
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.report_state import ReportState, Revision
from tests.builders import CT27, KL62, NQ68

MILLISECOND = timedelta(milliseconds=1)
INSTANTS = st.integers(0, to_ms(datetime(2100, 1, 1, tzinfo=UTC))).map(from_ms)
BEFORE_20_12 = DeadlineRule(before="12-20")
BEFORE_05_12 = DeadlineRule(before="12-05")


def is_on_time(received: datetime, deadline: datetime) -> bool:
    report = ReportState()
    report.submit(Revision(1, to_ms(received), "event-000001"))
    return report.is_on_time(to_ms(deadline))


@pytest.mark.parametrize("rule", [BEFORE_20_12, BEFORE_05_12])
def test_a_report_received_on_the_stroke_of_the_deadline_is_late(rule: DeadlineRule) -> None:
    deadline = deadlines.due(rule, 2026)

    assert deadline.isoformat() == f"2026-{rule.before}T00:00:00+07:00"
    assert not is_on_time(deadline, deadline)


@pytest.mark.parametrize("rule", [BEFORE_20_12, BEFORE_05_12])
def test_a_report_received_one_millisecond_before_the_deadline_is_on_time(rule: DeadlineRule) -> None:
    deadline = deadlines.due(rule, 2026)

    assert is_on_time(deadline - MILLISECOND, deadline)


def test_a_part_of_a_millisecond_before_the_deadline_is_on_time() -> None:
    deadline = deadlines.due(BEFORE_20_12, 2026)

    assert is_on_time(deadline - timedelta(microseconds=1), deadline)


def test_before_20_12_2026_ends_with_saturday_the_nineteenth() -> None:
    deadline = deadlines.due(BEFORE_20_12, 2026)

    assert deadline == datetime(2026, 12, 20, tzinfo=VIETNAM)
    assert deadline.strftime("%A") == "Sunday"
    assert deadlines.last_day(deadline) == date(2026, 12, 19)
    assert deadlines.last_day(deadline).strftime("%A") == "Saturday"


def test_before_05_12_2026_ends_with_friday_the_fourth() -> None:
    deadline = deadlines.due(BEFORE_05_12, 2026)

    assert deadline == datetime(2026, 12, 5, tzinfo=VIETNAM)
    assert deadline.strftime("%A") == "Saturday"
    assert deadlines.last_day(deadline) == date(2026, 12, 4)
    assert deadlines.last_day(deadline).strftime("%A") == "Friday"


def test_a_deadline_does_not_move_for_a_weekend() -> None:
    assert [deadlines.due(BEFORE_20_12, year).astimezone(VIETNAM).date() for year in (2025, 2026, 2027)] == [
        date(year, 12, 20) for year in (2025, 2026, 2027)
    ]


def test_by_is_inclusive_to_the_end_of_its_day() -> None:
    deadline = deadlines.due(DeadlineRule(by="12-05"), 2026)

    assert deadline == datetime(2026, 12, 6, tzinfo=VIETNAM)
    assert deadlines.last_day(deadline) == date(2026, 12, 5)


def test_a_duty_that_is_due_once_keeps_its_own_year() -> None:
    assert deadlines.due(DeadlineRule(before="2024-07-25"), 2026) == datetime(2024, 7, 25, tzinfo=VIETNAM)


def test_each_group_has_its_own_deadline(reference: Reference) -> None:
    regime = reference.regimes[NQ68]
    period = regime.period("2026")
    assert period is not None

    found = {group: deadlines.group_deadline(regime, group, period, None, COMMON) for group in regime.reporters}

    assert found == {"xa": datetime(2026, 11, 28, tzinfo=VIETNAM), "so": datetime(2026, 12, 5, tzinfo=VIETNAM)}


def test_an_on_call_regime_has_the_deadline_it_was_opened_with(reference: Reference) -> None:
    regime, at = reference.regimes[KL62], datetime(2024, 12, 31, tzinfo=VIETNAM)
    period = regime.period("2024")
    assert period is not None

    assert deadlines.group_deadline(regime, "huyen", period, at, COMMON) == at
    assert deadlines.group_deadline(regime, "huyen", period, None, COMMON) is None


def test_a_fixed_deadline_is_not_moved_by_an_opening(reference: Reference) -> None:
    regime = reference.regimes[CT27]
    period = regime.period("2024")
    assert period is not None

    assert deadlines.group_deadline(regime, "xa", period, datetime(2025, 6, 1, tzinfo=UTC), COMMON) == datetime(
        2024, 12, 20, tzinfo=VIETNAM
    )


def test_a_derived_regime_has_no_deadline(reference: Reference) -> None:
    regime = reference.regimes["vhtt-van-quan"]
    period = regime.period("2024")
    assert period is not None

    assert deadlines.group_deadline(regime, "xa", period, None, COMMON) is None


@given(INSTANTS, INSTANTS)
def test_an_extension_never_makes_a_deadline_earlier(deadline: datetime, extended_to: datetime) -> None:
    effective = deadlines.effective(deadline, extended_to)

    assert effective is not None
    assert effective >= deadline
    assert effective >= extended_to


def test_without_an_extension_the_deadline_stays() -> None:
    deadline = deadlines.due(BEFORE_20_12, 2026)

    assert deadlines.effective(deadline, None) == deadline
    assert deadlines.effective(None, deadline) is None


def test_a_day_is_taken_to_its_end_in_vietnam() -> None:
    assert deadlines.instant("2024-12-18") == datetime(2024, 12, 19, tzinfo=VIETNAM)


@given(INSTANTS, st.integers(-12, 14))
def test_an_instant_is_read_with_its_offset(at: datetime, offset_h: int) -> None:
    text = at.astimezone(timezone(timedelta(hours=offset_h))).isoformat()

    assert deadlines.instant(text) == at


@pytest.mark.parametrize("text", ["", "18/12/2024", "2024-12-32", "2024-02-30", "2024-12-18T08:00:00", "ngày mai", "2024-13-01T00:00:00Z"])
def test_anything_else_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        deadlines.instant(text)


@given(INSTANTS)
def test_an_instant_in_milliseconds_stays_on_its_side_of_any_midnight(at: datetime) -> None:
    midnight = periods.start_of(periods.local_day(at))

    assert to_ms(midnight) <= to_ms(at) < to_ms(midnight + timedelta(days=1))
