"""Pages and API over the reform of 01/07/2025. Numbers in names are lines of the red team in the design of units through time."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.portal.domain import address, early
from services.portal.domain.refused import Refused
from shared.wire import events
from tests.portal import reformed
from tests.portal.builders import AFTER, BEFORE, CT27, report
from tests.portal.conftest import Stack
from tests.portal.reformed import EVE
from tests.portal.test_pages import text_of

loop = pytest.mark.asyncio(loop_scope="session")


async def shown(stack: Stack, path: str, status: int = 200) -> str:
    """What a reader of a page sees."""
    async with reformed.portal(stack) as http:
        answer = await http.get(path)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


async def html(stack: Stack, path: str, status: int = 200) -> str:
    async with reformed.portal(stack) as http:
        answer = await http.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


@loop
async def test_a_code_is_the_unit_of_the_reference_day_and_each_page_names_the_other(stack: Stack) -> None:
    before = await html(stack, f"/bao-cao/{CT27}/2024/06253")
    assert "Báo cáo: Thị trấn Văn Quan" in before
    assert "Mã 06253 từ ngày 01/07/2025 là" in before
    assert f'<a href="/bang/{CT27}/2025/06253">Xã Văn Quan, năm 2025</a>' in before
    assert "Đơn vị kết thúc hoạt động ngày 30/06/2025, kế thừa:" in before
    assert '<a href="/nghia-vu?unit=06253-2025">Xã Văn Quan</a>' in before

    laws = [{"number": "202/2025/QH15", "day": "2025-06-12"}, {"number": "1672/NQ-UBTVQH15", "day": "2025-06-16", "within": "20"}]
    await stack.put(reforms=[{"_id": "2025-07-01", "reform": {"legal_basis": laws}}])
    after = await html(stack, f"/bao-cao/{CT27}/2025/06253")
    assert "Báo cáo: Xã Văn Quan" in after
    assert "Mã 06253 trước ngày 01/07/2025 là" in after
    assert f'<a href="/bang/{CT27}/2024/06253">Thị trấn Văn Quan, năm 2024</a>' in after
    assert '<a href="/sap-xep/2025-07-01">' in after
    formed = re.search(r"Hình thành từ ngày 01/07/2025, từ (.*?) theo 1672/NQ-UBTVQH15\. \(đợt sắp xếp 2025-07-01\)", text_of(after))
    assert formed is not None
    assert all(name in formed.group(1) for name in ("Thị trấn Văn Quan", "Xã Hòa Bình", "Xã Tú Xuyên"))


@loop
async def test_an_id_names_its_unit_in_every_period_in_which_it_exists(stack: Stack) -> None:
    assert "Báo cáo: Xã Văn Quan" in await shown(stack, f"/bao-cao/{CT27}/2025/06253-2025")
    async with reformed.portal(stack) as http:
        assert (await http.get(f"/api/v1/reports/{CT27}/2025/06253-2025")).json()["unit"]["id"] == "06253-2025"
        assert (await http.get(f"/api/v1/reports/{CT27}/2024/06253-2025")).json()["errors"][0]["code"] == "door.unit_of_other_days"


@loop
async def test_a_unit_that_has_ended_is_answered_with_what_it_was_and_where_its_figures_are(stack: Stack) -> None:
    page = await html(stack, f"/bang/{CT27}/2025/06256", 404)
    assert "Mã 06256 là Xã Trấn Ninh đến ngày 30/06/2025, sau đó thuộc Xã Điềm He (06280)" in page
    for path in (f"/bang/{CT27}/2025/06280", f"/bang/{CT27}/2025/06256?units=2025-06-30", f"/bang/{CT27}/2024/06256"):
        assert f'href="{path}"' in page
    district = await html(stack, f"/bang/{CT27}/2025/184", 404)
    assert f'href="/bang/{CT27}/2025/20"' in district
    assert f'href="/bang/{CT27}/2025/184?units=2025-06-30"' in district


@loop
async def test_a_period_of_a_regime_that_has_ended_says_when_it_ended(stack: Stack) -> None:
    async with reformed.portal(stack) as http:
        answer = await http.get("/api/v1/views/kl62-binh-dinh/2025/52")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "door.regime_ended"
    assert "kết thúc ngày 01/07/2025" in answer.json()["errors"][0]["message_vi"]


@loop
async def test_without_units_a_view_is_answered_byte_for_byte_as_it_is_stored(stack: Stack) -> None:
    await stack.put(views=[reformed.view("20")])
    await stack.database["early_views"].insert_one(reformed.view("20", early=EVE))
    async with reformed.portal(stack) as http:
        plain = await http.get(f"/api/v1/views/{CT27}/2025/20")
        same = [await http.get(f"/api/v1/views/{CT27}/2025/20?units={day}") for day in ("2025-07-01", "2025-12-14", "2026-03-01")]
    assert plain.status_code == 200
    assert "series" not in plain.text
    assert {answer.content for answer in same} == {plain.content}
    assert {answer.headers["etag"] for answer in same} == {plain.headers["etag"]}


@loop
@pytest.mark.parametrize("day", ["2024-12-15", "2025-03-01", "2025-06-30"])
async def test_11_what_ended_units_reported_stays_as_the_early_block(stack: Stack, day: str) -> None:
    await stack.database["early_views"].insert_many([reformed.view("184", early=EVE), reformed.view("20", early=EVE)])
    async with reformed.portal(stack) as http:
        answer = await http.get(f"/api/v1/views/{CT27}/2025/184?units={day}")
    assert answer.status_code == 200
    assert answer.json()["series"] == {"units": "2025-06-30", "basis": "reported"}
    assert answer.json()["unit"]["name"] == "Huyện Văn Quan"


@loop
@pytest.mark.parametrize(
    ("period", "day", "code"),
    [
        ("2025", "2024-12-14", "view.cannot_recut_backwards"),
        ("2026", "2025-06-30", "view.cannot_recut_backwards"),
        ("2024", "2025-07-01", "view.not_recut"),
        ("2025", "2025-02-30", "door.bad_query"),
        ("2025", "today", "door.bad_query"),
        ("2025", "", "door.bad_query"),
        ("2025", "2025-6-30", "door.bad_query"),
        ("2025", "０２５-06-30", "door.bad_query"),
    ],
)
async def test_a_day_whose_units_have_no_figures_is_refused(stack: Stack, period: str, day: str, code: str) -> None:
    async with reformed.portal(stack) as http:
        answer = await http.get(f"/api/v1/views/{CT27}/{period}/20", params={"units": day})
        page = await http.get(f"/bang/{CT27}/{period}/20", params={"units": day})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert page.status_code == 400


@given(st.text(max_size=12) | st.from_regex(address.SHAPES["units"], fullmatch=True))
@example("0000-01-01")
@example("2025-06-31")
def test_any_text_is_a_day_or_is_refused(text: str) -> None:
    day = outcome(lambda: address.day_of(text))
    assert day == "door.bad_query" or (isinstance(day, date) and day.isoformat() == text)


@given(st.sampled_from(["2024", "2025", "2026"]), st.dates())
@example("2025", date.min)
@example("2025", date.max)
def test_any_day_has_an_early_block_or_the_same_units_or_is_refused(code: str, day: date) -> None:
    known = reformed.reference()
    regime = known.regimes[CT27]
    period = regime.period(code)
    assert period is not None
    block = outcome(lambda: early.block(known, regime, period, day))
    backwards = {"view.cannot_recut_backwards"} if day < period.cut_off else {"view.not_recut"}
    assert block in {EVE} if code == "2025" and period.begins <= day <= EVE else block in {None, *backwards}


def outcome(asked: Callable[[], date | None]) -> date | str | None:
    """What is found, or the code of the refusal."""
    try:
        return asked()
    except Refused as refused:
        return refused.refusal.code


@loop
async def test_11_the_page_of_an_early_block_says_that_it_is_not_added(stack: Stack) -> None:
    await stack.put(views=[reformed.view("20")])
    await stack.database["early_views"].insert_many([reformed.view("184", early=EVE), reformed.view("20", early=EVE)])
    page = await html(stack, f"/bang/{CT27}/2025/184?units=2025-06-30")
    assert "Số liệu các đơn vị cũ đã báo cáo trước 01/07/2025; không cộng vào bảng năm 2025" in text_of(page)
    assert f'href="/bao-cao/{CT27}/2025/06256?units=2025-06-30"' in page
    assert "(nay thuộc Xã Điềm He)" in page

    province = await html(stack, f"/bang/{CT27}/2025/20")
    assert "Đã báo cáo trước ngày sắp xếp" in province
    assert f'href="/bang/{CT27}/2025/184?units=2025-06-30"' in province
    assert f'href="/bang/{CT27}/2025/20?units=2025-06-30"' in province


@pytest.mark.parametrize(
    ("unit", "sources"),
    [
        ("184-VQ", ["184"]),
        ("06280-2025", ["06256", "06268", "06280"]),
    ],
)
def test_the_early_views_beside_a_view_are_of_the_same_land(unit: str, sources: list[str]) -> None:
    found = early.sources(reformed.reference(), unit, EVE)
    assert found == sources


def test_the_early_views_beside_a_province_are_its_own_and_those_of_its_districts() -> None:
    found = early.sources(reformed.reference(), "20", EVE)
    assert {"20", "180", "184"} <= set(found)
    assert "06256" not in found


@loop
async def test_11_the_report_of_an_ended_unit_is_listed_at_its_successor(stack: Stack) -> None:
    sent = report(unit="06256", period="2025", at=AFTER.replace(year=2025, month=5), values={"gd_ngay_cong": 7})
    later = report(unit="06256", period="2025", sender="06280-2025", revision=2, at=AFTER.replace(year=2025, month=9), as_successor=True)
    await stack.put(reports=[sent, later])
    successor = await html(stack, f"/bao-cao/{CT27}/2025/06280")
    assert f'<a href="/bao-cao/{CT27}/2025/06256?units=2025-06-30">Xã Trấn Ninh</a>' in successor
    own = await shown(stack, f"/bao-cao/{CT27}/2025/06256?units=2025-06-30")
    assert "không cộng vào bảng năm 2025" in own
    assert "Nộp báo cáo 1 Xã Trấn Ninh 06256" in own
    assert "lần 2" not in own
    other = await html(stack, f"/bao-cao/{CT27}/2025/06253")
    assert "Đã báo cáo trước" not in other


@loop
async def test_a_former_unit_that_reported_only_later_is_not_listed_at_its_successor(stack: Stack) -> None:
    later = report(unit="06256", period="2025", at=AFTER.replace(year=2025, month=9), values={"gd_ngay_cong": 7})
    await stack.put(reports=[later])
    assert "Đã báo cáo trước" not in await html(stack, f"/bao-cao/{CT27}/2025/06280")


@loop
async def test_13_a_report_from_before_the_reform_was_registered_is_that_of_the_bearer_of_the_code(stack: Stack) -> None:
    early_one = report(unit="06253", period="2025", at=AFTER.replace(year=2025, month=5), values={"gd_ngay_cong": 7})
    late = report(unit="06253", period="2025", revision=2, at=AFTER.replace(year=2025, month=8), values={"gd_ngay_cong": 9})
    await stack.put(reports=[early_one, late])
    async with reformed.portal(stack) as http:
        found = (await http.get(f"/api/v1/reports/{CT27}/2025/06253")).json()
    assert [step["revision"] for step in found["history"]] == [2]
    assert found["values"]["gd_ngay_cong"] == 9
    before = await shown(stack, f"/bao-cao/{CT27}/2025/06253?units=2025-06-30")
    assert "lần 2" not in before


@loop
async def test_a_report_that_a_successor_sent_and_one_that_was_imported_are_named_so(stack: Stack) -> None:
    then = report(unit="06256", values={"gd_ngay_cong": 5})
    then["event"] = then["event"].replace(b'{"', b'{"imported":true,"', 1)
    late = report(unit="06256", sender="06280-2025", revision=2, at=AFTER.replace(year=2025, month=9), as_successor=True)
    await stack.put(reports=[then, late])
    history = await shown(stack, f"/bao-cao/{CT27}/2024/06256")
    assert "Nộp lại (lần 2) 2 Xã Điềm He 06280-2025 gửi với tư cách đơn vị kế thừa" in history
    assert "Nộp báo cáo nhập lại 1 Xã Trấn Ninh 06256" in history
    async with reformed.portal(stack) as http:
        steps = (await http.get(f"/api/v1/reports/{CT27}/2024/06256")).json()["history"]
    assert [(step.get("imported"), step.get("as_successor")) for step in steps] == [(True, None), (None, True)]


@loop
async def test_25_the_history_names_units_as_they_were(stack: Stack) -> None:
    returned = report(events.RETURNED, sender="184-TCKH", at=AFTER, reason="Sai số thôn", fix_by="2024-12-28")
    await stack.put(reports=[report(at=BEFORE), returned])
    history = await shown(stack, f"/bao-cao/{CT27}/2024/06253")
    assert "Phòng Tài chính – Kế hoạch huyện Văn Quan 184-TCKH" in history
    assert "Thị trấn Văn Quan 06253" in history


@loop
async def test_names_of_today_are_beside_those_of_then_where_they_differ(stack: Stack) -> None:
    await stack.put(views=[reformed.view("184", "2024", day=EVE)])
    page = await shown(stack, f"/bang/{CT27}/2024/184")
    assert "Xã Trấn Ninh (nay thuộc Xã Điềm He)" in page.replace("06256 ", "")
    assert "nay là" not in page
