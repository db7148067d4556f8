"""Who reports, who receives, who confirms and by when, for every regime of the product in 2024, 2025 and 2026: over the reforms of
01/03/2025 and 01/07/2025.

The tables were worked out by hand from the regimes' documents and the resolutions on communes; no rule of the product was used. Last days
are those on which a report is still on time.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

import pytest

from shared.words import deadlines
from shared.words.calendar import COMMON
from shared.words.reference import Reference, Setting

CT27, VHTT = "ct27-van-quan", "vhtt-van-quan"
NQ68, ASSESSMENT, PLANS = "nq68-quang-binh", "nq68-danh-gia-quang-binh", "nq68-ke-hoach-quang-binh"
KL62, MONTHLY, QUARTERLY = "kl62-binh-dinh", "thang-tthc-quang-binh", "quy-dau-tu-cong-binh-dinh"


@dataclass(frozen=True)
class Row:
    """One regime in one period: how many units report in each group, who receives, which views are confirmed by whom, the last days."""

    regime: str
    period: str
    reporters: str
    recipient: str
    confirmed: str
    last_days: str


ROWS: Final = [
    Row(
        CT27, "2024", "xa 15, phong_ban 7", "184-TCKH Phòng Tài chính – Kế hoạch huyện Văn Quan", "", "xa 19/12/2024, phong_ban 19/12/2024"
    ),
    Row(
        CT27,
        "2025",
        "xa 6, so 2",
        "20-STC Sở Tài chính tỉnh Lạng Sơn",
        "20 by 20-STC",
        "xa 19/12/2025, so 19/12/2025, recipient 24/12/2025",
    ),
    Row(
        CT27,
        "2026",
        "xa 6, so 2",
        "20-STC Sở Tài chính tỉnh Lạng Sơn",
        "20 by 20-STC",
        "xa 19/12/2026, so 19/12/2026, recipient 24/12/2026",
    ),
    Row(VHTT, "2024", "xa 15", "184-VHTT Phòng Văn hóa và Thông tin huyện Văn Quan", "", ""),
    Row(VHTT, "2025", "xa 6", "20-SVHTTDL Sở Văn hóa, Thể thao và Du lịch tỉnh Lạng Sơn", "", ""),
    Row(VHTT, "2026", "xa 6", "20-SVHTTDL Sở Văn hóa, Thể thao và Du lịch tỉnh Lạng Sơn", "", ""),
    Row(
        NQ68,
        "2024",  # the reference day is 20/11/2024
        "xa 145, so 9",
        "44-SLDTBXH Sở Lao động – Thương binh và Xã hội tỉnh Quảng Bình",
        "450 by 450, 452 by 452, 453 by 453, 454 by 454, 455 by 455, 456 by 456, 457 by 457, 458 by 458, 44 by 44-SLDTBXH",
        "xa 27/11/2024, so 04/12/2024, district 04/12/2024, recipient 14/12/2024",
    ),
    Row(
        NQ68, "2025", "xa 41, so 7", "44-SNV Sở Nội vụ tỉnh Quảng Trị", "44 by 44-SNV", "xa 04/12/2025, so 04/12/2025, recipient 14/12/2025"
    ),
    Row(
        NQ68, "2026", "xa 41, so 7", "44-SNV Sở Nội vụ tỉnh Quảng Trị", "44 by 44-SNV", "xa 04/12/2026, so 04/12/2026, recipient 14/12/2026"
    ),
    Row(ASSESSMENT, "2025", "xa 41, so 7", "44-SNV Sở Nội vụ tỉnh Quảng Trị", "", ""),
    Row(
        PLANS,
        "2024",
        "huyen 8, so 9",
        "44-SLDTBXH Sở Lao động – Thương binh và Xã hội tỉnh Quảng Bình",
        "",
        "huyen 24/07/2024, so 24/07/2024",
    ),
    Row(KL62, "2024", "huyen 11, so 5", "52-BCSD Ban cán sự đảng Ủy ban nhân dân tỉnh Bình Định", "", ""),
    Row(KL62, "2025-H1", "huyen 11, so 5", "52-BCSD Ban cán sự đảng Ủy ban nhân dân tỉnh Bình Định", "", ""),
    Row(MONTHLY, "2026-01", "xa 41", "44 Tỉnh Quảng Trị", "44-QB by 44", "xa 16/01/2026, recipient 21/01/2026"),
    Row(
        QUARTERLY,
        "2026-Q1",
        "xa 135, so 4",
        "52-STC Sở Tài chính tỉnh Gia Lai",
        "52 by 52",
        "xa 07/04/2026, so 09/04/2026, province 04/05/2026",
    ),
]
ABSENT: Final = [
    (KL62, "2025"),  # the cut-off 31/12/2025 is after its end on 01/07/2025
    (KL62, "2025-Q3"),
    (KL62, "2026"),
    (PLANS, "2025"),
    (PLANS, "2026"),
    (ASSESSMENT, "2024"),
    (ASSESSMENT, "2026"),
    (MONTHLY, "2025-12"),
    (QUARTERLY, "2025-Q4"),
]
SIX: Final = "06253 06280 06286 06298 06313 06316"
FORTY_ONE: Final = """
18859 18871 18880 18901 18904 18919 18922 18943 18949 18952 18958 18985 18991 18997 19009 19021 19030 19033 19051 19057 19066 19075 19093
19111 19126 19138 19141 19147 19159 19198 19204 19207 19225 19237 19246 19249 19255 19288 19291 19309 19318
"""


def setting_of(reference: Reference, regime: str, period: str) -> Setting:
    setting = reference.setting(regime, period)
    assert setting is not None
    return setting


def last_days(setting: Setting) -> str:
    """The last day of every deadline that the file determines, each with its group or whoever confirms."""
    regime, period = setting.regime, setting.period
    due = {group: deadlines.group_deadline(regime, group, period, None, COMMON) for group in regime.reporters}
    found = {name: at for name, at in due.items() if at is not None} | deadlines.confirm_deadlines(regime, period, COMMON)
    return ", ".join(f"{name} {deadlines.last_day(at):%d/%m/%Y}" for name, at in found.items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.regime} {row.period}")
def test_each_regime_in_each_period_is_as_in_the_table(reformed: Reference, row: Row) -> None:
    setting = setting_of(reformed, row.regime, row.period)
    groups, recipient = Counter(setting.groups.values()), setting.recipient

    assert ", ".join(f"{name} {groups[name]}" for name in setting.regime.reporters) == row.reporters
    assert recipient is not None
    assert f"{recipient.code} {recipient.name}" == row.recipient
    assert ", ".join(f"{found.of.code} by {found.by.code}" for found in setting.version.confirmations) == row.confirmed
    assert last_days(setting) == row.last_days


@pytest.mark.parametrize(("regime", "period"), ABSENT)
def test_a_regime_that_has_ended_or_lists_no_such_period_has_no_setting(reformed: Reference, regime: str, period: str) -> None:
    assert reformed.setting(regime, period) is None


@pytest.mark.parametrize(
    ("regime", "period", "communes"),
    [(CT27, "2025", SIX), (CT27, "2026", SIX), (VHTT, "2025", SIX), (NQ68, "2025", FORTY_ONE), (NQ68, "2026", FORTY_ONE)],
)
def test_i9_a_regime_never_asks_a_unit_that_its_plan_did_not_name(reformed: Reference, regime: str, period: str, communes: str) -> None:
    setting = setting_of(reformed, regime, period)

    asked = sorted(setting.tree.by_id[unit_id].code for unit_id, group in setting.groups.items() if group == "xa")
    assert asked == communes.split()


@pytest.mark.parametrize("regime", [NQ68, ASSESSMENT])
def test_between_the_two_reforms_the_communes_of_then_report_to_the_new_office(reformed: Reference, regime: str) -> None:
    period = reformed.regimes[regime].period("2025")
    assert period is not None
    setting = reformed.setting_on(reformed.regimes[regime], period, date(2025, 6, 30))
    assert setting is not None
    assert setting.recipient is not None
    assert (setting.recipient.name, Counter(setting.groups.values())) == ("Sở Nội vụ tỉnh Quảng Bình", {"xa": 145, "so": 7})


def test_figures_of_the_offices_of_the_district_are_asked_of_communes_and_of_two_offices_of_the_province(reformed: Reference) -> None:
    before, after = setting_of(reformed, CT27, "2024").regime, setting_of(reformed, CT27, "2025").regime
    moved = {code: after.by_code[code].asked for code in after.by_code if after.by_code[code].asked != before.by_code[code].asked}

    assert moved == {
        "gd_truong_tu_chu": ["xa"],
        "gdnn_hoc_vien": ["xa"],
        "yt_co_so_tu_nhan": ["xa"],
        "yt_ttyt_tu_chu": ["20-SYT"],
        "gdtp_to_chuc": ["20-STP"],
        "nv_hoan_thanh": ["xa"],
        "nv_tien_do": ["xa"],
    }


def test_the_goal_of_the_district_is_shown_for_its_area(reformed: Reference) -> None:
    goals = {period: setting_of(reformed, CT27, period).regime.by_code["gd_truong_tu_chu"].target for period in ("2024", "2025")}
    assert {period: goal and goal.level for period, goal in goals.items()} == {"2024": "district", "2025": "area"}


def test_areas_have_views_from_the_reform_on(reformed: Reference) -> None:
    groupings = {
        (one, period): setting_of(reformed, one, period).regime.groupings for one in (CT27, VHTT, NQ68) for period in ("2024", "2025")
    }
    assert groupings == {
        (CT27, "2024"): [],
        (CT27, "2025"): ["184-VQ"],
        (VHTT, "2024"): [],
        (VHTT, "2025"): ["184-VQ"],
        (NQ68, "2024"): [],
        (NQ68, "2025"): ["44-QB"],
    }


def test_a_version_has_the_legal_basis_of_the_regime_and_of_its_changes(reformed: Reference) -> None:
    before, after = setting_of(reformed, NQ68, "2024").regime.legal_basis, setting_of(reformed, NQ68, "2025").regime.legal_basis
    added = after[len(before) :]
    assert after[: len(before)] == before
    assert [next(number for number in ("19/02/2025", "202/2025/QH15", "1680/NQ-UBTVQH15") if number in text) for text in added] == [
        "19/02/2025",
        "202/2025/QH15",
        "1680/NQ-UBTVQH15",
    ]


def test_without_the_reforms_no_commune_is_asked_for_later_periods_and_2024_is_as_it_was(reference: Reference, reformed: Reference) -> None:
    unreformed = Reference(1, reference.registry, reformed.regimes, {})

    assert Counter(setting_of(unreformed, NQ68, "2026").groups.values())["xa"] == 0
    assert setting_of(unreformed, NQ68, "2024").groups == setting_of(reformed, NQ68, "2024").groups
