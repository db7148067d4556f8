from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import strip
from services.portal.domain.progress import Progress
from services.portal.domain.strip import Cell, CellState
from shared.words import periods, regime_versions, vietnamese
from shared.words.calendar import COMMON
from shared.words.periods import PARTS, VIETNAM, Period
from shared.words.regimes import Regime
from tests.portal import builders
from tests.portal.builders import read_duty

NOW = datetime(2026, 11, 26, 9, tzinfo=VIETNAM)


def listed(*codes: str, calendar: str = "year") -> list[Period]:
    regime = builders.regime(builders.MONTHLY).model_copy(update={"calendar": calendar, "periods": list(codes)})
    return regime_versions.periods_of(regime)


def year_of(length: str, year: int = 2026) -> list[str]:
    return [f"{year}{part}" for part in PARTS[length]]  # type: ignore[index]


def progress(period: str, received: int = 0, expected: int = 22) -> Progress:
    return Progress("r", period, "184", "184", "Huyện Văn Quan", expected, received, received, 0, None, None)


def cells(codes: Sequence[str], counts: dict[str, int], expired: Sequence[str] = (), now: datetime = NOW) -> list[Cell]:
    views = {code: progress(code, received) for code, received in counts.items()}
    return strip.view_cells(listed(*codes), views, expired, now, "2026-11")


def test_periods_are_in_the_order_of_time_not_of_letters() -> None:
    mixed = ["2026", "2026-Q3", "2026-M9", "2026-H1", "2026-10", "2026-09", "2025-12"]
    assert [period.code for period in listed(*mixed)] == ["2025-12", "2026-H1", "2026-09", "2026-Q3", "2026-M9", "2026-10", "2026"]


def test_a_regime_without_a_list_has_the_periods_that_were_seen() -> None:
    on_call = builders.regime().model_copy(update={"periods": "any", "calendar": "year"})
    assert [period.code for period in regime_versions.periods_of(on_call, {"2026-10", "2026-02", "no-period"})] == ["2026-02", "2026-10"]


def test_each_state_of_a_view_has_its_words() -> None:
    found = cells(
        ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"],
        {"2026-07": 18, "2026-08": 22, "2026-09": 0, "2026-10": 18},
        expired=["2026-07", "2026-08"],
    )
    assert [(cell.state.value, cell.words) for cell in found] == [
        ("expired", "18/22 hết hạn, còn thiếu 4"),
        ("complete", "22/22 đủ"),
        ("open", "0/22 đang mở"),
        ("partial", "18/22 đã nộp"),
        ("none", "chưa có bảng"),
        ("ahead", "chưa đến kỳ"),
    ]
    assert [cell.is_present for cell in found] == [False, False, False, False, True, False]
    assert [bool(cell.path) for cell in found] == [True, True, True, True, False, False]


def test_a_view_without_units_is_not_complete() -> None:
    (cell,) = strip.view_cells(listed("2026-07"), {"2026-07": progress("2026-07", 0, 0)}, ["2026-07"], NOW, "")
    assert cell.words == "không có đơn vị"


def test_each_state_of_a_report_has_its_words() -> None:
    ahead, past = NOW + timedelta(days=3), NOW - timedelta(days=3)
    returned = {"revision": 1, "reason": "Sai", "fix_by": ahead}
    documents = {
        "2026-04": builders.received(period="2026-04", at=past, deadline=ahead),
        "2026-05": builders.received(period="2026-05", at=NOW, deadline=past),
        "2026-06": builders.duty(period="2026-06", returned=returned, reminded_of=ahead),
        "2026-07": builders.duty(period="2026-07", deadline=past),
        "2026-08": builders.duty(period="2026-08", deadline=ahead),
        "2026-10": builders.duty(period="2026-10", returned=returned, reminded_of=past),
    }
    duties = {code: read_duty(document) for code, document in documents.items()}
    found = strip.report_cells(listed(*documents, "2026-09", "2026-12"), "r", duties, NOW, "2026-10", "bao-cao")
    assert [(cell.period, cell.state.value, cell.words) for cell in found] == [
        ("2026-04", "complete", "đã nộp"),
        ("2026-05", "late", "nộp muộn"),
        ("2026-06", "returned", "bị trả lại"),
        ("2026-07", "expired", "chưa nộp, quá hạn"),
        ("2026-08", "open", "chưa nộp"),
        ("2026-09", "none", "không có nghĩa vụ"),
        ("2026-10", "expired", "bị trả lại, quá hạn"),
        ("2026-12", "ahead", "chưa đến kỳ"),
    ]
    assert found[0].path == "/bao-cao/r/2026-04/06253"
    assert [cell.period for cell in found if cell.is_present] == ["2026-10"]


def monthly() -> Regime:
    return builders.regime(builders.MONTHLY).model_copy(update={"periods": year_of("month")})


def test_a_period_expires_at_the_last_deadline_of_its_groups() -> None:
    regime = monthly()
    november = next(period for period in regime_versions.periods_of(regime) if period.code == "2026-11")
    communes, offices = (
        datetime(2026, 11, day, 0, tzinfo=VIETNAM) for day in (18, 20)
    )  # the end of 17/11 and of 19/11: two and four working days after 14/11, a Saturday

    def expired(now: datetime, *groups: str) -> bool:
        return strip.is_expired(regime, groups or regime.reporters, november, COMMON, now)

    assert not expired(offices - timedelta(milliseconds=1))
    assert expired(offices)
    assert expired(communes, "xa")
    assert not expired(communes - timedelta(milliseconds=1), "xa")


def test_a_page_leads_to_the_periods_beside_it_and_to_the_same_month_of_other_years() -> None:
    codes = [*year_of("month", 2025), *year_of("month")]
    counts = dict.fromkeys([code for code in codes if code not in ("2026-04", "2026-12")], 3)
    found = strip.around(cells(codes, counts), "2026-05")
    assert found is not None
    assert (found.before and found.before.period, found.after and found.after.period) == ("2026-03", "2026-06")
    assert [cell.period for cell in found.year.cells] == year_of("month")
    assert [cell.period for cell in found.other_years] == [cell.period for cell in found.years_apart] == ["2025-05"]
    late = strip.around(cells(codes, counts), "2025-12")
    assert late is not None
    assert [cell.period for cell in late.other_years] == ["2026-11"]  # 2026-12 has not begun


def test_a_regime_with_one_period_has_no_strip() -> None:
    assert strip.around(cells(["2026"], {"2026": 1}), "2026") is None
    assert not strip.has_strip(listed("2025", "2026"))
    assert strip.has_strip(listed("2025", "2026-H1", "2026"))


lengths = st.sampled_from(sorted(PARTS))
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds UTC


@given(st.lists(lengths, min_size=1, max_size=3, unique=True), st.sampled_from(["year", "report_year"]), instants, st.data())
def test_every_period_is_in_exactly_one_year_and_every_page_leads_on(
    kinds: list[str], calendar: str, now: datetime, data: st.DataObject
) -> None:
    codes = [code for kind in kinds for year in (2025, 2026, 2027) for code in year_of(kind, year)]
    of_regime = listed(*codes, calendar=calendar)
    views = {period.code: progress(period.code, 3) for period in of_regime if period.has_begun(now)}
    newest = max(views, key=periods.order, default="")
    found = strip.view_cells(of_regime, views, (), now, newest)
    assert sorted(cell.period for year in strip.by_year(found) for cell in year.cells) == sorted(codes)
    assert sum(cell.is_present for cell in found) == bool(views)
    assert {cell.period for cell in found if cell.path} == set(views)
    assert all((cell.state is CellState.AHEAD) == (cell.period not in views) for cell in found)
    if views:
        at = data.draw(st.sampled_from(sorted(views)))
        around = strip.around(found, at)
        assert around is not None
        before = [code for code in views if periods.order(code) < periods.order(at)]
        assert (around.before and around.before.period) == max(before, key=periods.order, default=None)
        assert {cell.period[:4] for cell in around.other_years} == {code[:4] for code in views} - {at[:4]}


@pytest.mark.parametrize(
    ("code", "name"),
    [("2026", "Cả năm"), ("2026-H1", "6 tháng đầu"), ("2026-M9", "9 tháng đầu"), ("2026-Q3", "Quý III"), ("2026-05", "Tháng 5")],
)
def test_a_part_of_a_year_has_a_short_name(code: str, name: str) -> None:
    assert vietnamese.part_name(code) == name
