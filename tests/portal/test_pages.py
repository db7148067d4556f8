import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import httpx2
import pytest

from services.portal.app import create_app
from services.portal.reading.store import as_json
from services.portal.render.look import HERE
from shared.plumbing import mongo
from shared.wire import events, view_hash
from shared.words import texts
from shared.words.spreadsheet_texts import BOM
from tests import identities
from tests.portal import builders
from tests.portal.builders import AFTER, BEFORE, CT27, report
from tests.portal.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = [
    "/",
    "/nghia-vu",
    "/che-do",
    f"/che-do/{CT27}?period=2024",
    "/tim?q=van",
    f"/bang/{CT27}/2024/184",
    f"/bao-cao/{CT27}/2024/06253",
    f"/thuyet-minh/{CT27}/2024/184",
    "/khong-co",
    "/bang/x/2024/184",
]


async def page(stack: Stack, path: str, status: int = 200) -> str:
    answer = await stack.http.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def text_of(html: str) -> str:
    """What a reader sees, white space squeezed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


async def test_the_first_page_lists_regimes_and_how_far_their_periods_are(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    shown = text_of(await page(stack, "/"))
    assert "Thực hiện Chỉ thị số 27-CT/TU về đẩy mạnh xã hội hóa" in shown
    assert "13/22" in shown
    assert "59,1 %" in shown
    assert "Chưa có kỳ báo cáo nào được mở, hoặc các bảng ngoài phạm vi của tài khoản này." in shown


async def test_before_anything_is_loaded_the_first_page_says_what_to_do(stack: Stack) -> None:
    app = create_app(stack.settings.model_copy(update={"database": "tonghop_empty"}))
    cookies = await identities.viewer(app.state.database, [])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://portal", cookies=cookies) as http:
        answer = await http.get("/")
    await mongo.close(app.state.reference._database.client)
    assert answer.status_code == 200
    assert "tonghop regimes load" in answer.text


async def test_a_view_tells_totals_and_how_complete_they_are(stack: Stack) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    shown = text_of(await page(stack, f"/bang/{CT27}/2024/184"))
    assert "13/22 đơn vị đã nộp" in shown
    assert "1.532,750" in shown
    assert "131 / 148" in shown
    assert "≥ 100 % đến 2030 Chưa đạt còn thiếu 2 đơn vị" in shown
    assert "11/15" in shown
    assert "trước ngày 20/12/2024" in shown
    assert "Chưa nộp (9)" in shown
    assert "Nộp muộn (1)" in shown
    assert "Xã Trấn Ninh 06256 nộp 21/12/2024 09:30" in shown
    assert "Khó khăn, vướng mắc: 7 đơn vị" in shown


async def test_a_view_leads_up_and_down_the_tree(stack: Stack) -> None:
    await stack.put(views=[builders.view(), builders.view("20")])
    assert f'href="/bang/{CT27}/2024/20"' in await page(stack, f"/bang/{CT27}/2024/184")
    assert f'href="/bang/{CT27}/2024/184"' in await page(stack, f"/bang/{CT27}/2024/20")


async def test_a_target_that_is_missed_by_all_that_were_asked_needs_no_other_reason(stack: Stack) -> None:
    whole = {"expected": 22, "received": 22, "on_time": 22, "late": 0, "missing": [], "rate": None, "timely_rate": None}
    await stack.put(views=[builders.view(reporting=whole)])
    shown = text_of(await page(stack, f"/bang/{CT27}/2024/184"))
    assert "≥ 100 % đến 2030 Chưa đạt" in shown
    assert "còn thiếu" not in shown


async def test_a_target_of_which_no_unit_that_is_asked_is_missing_says_that_the_view_is_not_complete(stack: Stack) -> None:
    offices = builders.view()["reporting"] | {"missing": ["184-GDDT", "184-TCKH"]}
    await stack.put(views=[builders.view(reporting=offices)])
    shown = text_of(await page(stack, f"/bang/{CT27}/2024/184"))
    assert "≥ 100 % đến 2030 Chưa đạt bảng chưa đủ báo cáo" in shown
    assert "còn thiếu" not in shown


async def test_the_history_names_who_sent_an_event(stack: Stack) -> None:
    returned = report(events.RETURNED, sender="184-TCKH", at=AFTER, reason="Sai số thôn", fix_by="2024-12-28")
    foreign = report(events.RETURNED, sender="no-such", revision=2, at=AFTER, reason="Sai", fix_by="2024-12-28")
    await stack.put(reports=[report(values={"gd_ngay_cong": 5}), returned, foreign])
    shown = text_of(await page(stack, f"/bao-cao/{CT27}/2024/06253"))
    assert "Phòng Tài chính – Kế hoạch huyện Văn Quan 184-TCKH" in shown
    assert "no-such" in shown


async def test_a_page_of_a_unit_of_which_only_a_part_is_concerned_says_so(stack: Stack) -> None:
    await stack.put(views=[builders.view(), builders.view("20")], reports=builders.season())
    for path in ("/bang/{}", "/thuyet-minh/{}", "/giai-trinh/{}/gd_ngay_cong"):
        above = text_of(await page(stack, path.format(f"{CT27}/2024/20")))
        assert "Chế độ này chỉ áp dụng tại Huyện Văn Quan: đây là số liệu của một phần" in above
        assert "một phần" not in text_of(await page(stack, path.format(f"{CT27}/2024/184")))


async def test_what_was_withdrawn_is_not_submitted_on_every_page(stack: Stack) -> None:
    ahead = datetime.now(UTC) + timedelta(days=9)
    withdrawn = [report(at=BEFORE, values={"gd_ngay_cong": 5}), report(events.WITHDRAWN, revision=2, at=AFTER)]
    for deadline, word in ((ahead, "Chưa nộp"), (builders.DEADLINE, "Chưa nộp, quá hạn")):
        await stack.database["duties"].delete_many({})
        await stack.database["reports"].delete_many({})
        await stack.database["views"].delete_many({})
        duty = builders.duty(deadline=deadline, first_received_at=BEFORE)
        await stack.put(views=[builders.view()], reports=withdrawn, duties=[duty])
        own = text_of(await page(stack, f"/bao-cao/{CT27}/2024/06253"))
        assert re.search(f"Tình trạng ?{word} ?Nhận lần đầu", own)
        assert f"Thị trấn Văn Quan 06253 {word} 10/12/2024" in text_of(await page(stack, f"/bang/{CT27}/2024/184"))
        for path in (
            f"/bao-cao/{CT27}/2024/06253",
            f"/bang/{CT27}/2024/184",
            "/nghia-vu",
            "/nghia-vu.csv",
            await identities.calendar(stack.database, "06253"),
        ):
            shown = (await stack.http.get(path)).text
            assert "Đã rút" not in shown
            assert "nợ" not in shown
            assert "Chưa nộp" in shown


async def test_a_unit_without_a_view_is_led_to_its_own_report(stack: Stack) -> None:
    answer = await stack.http.get(f"/bang/{CT27}/2024/06253")
    assert answer.headers["location"] == f"/bao-cao/{CT27}/2024/06253"


async def test_a_view_that_must_be_confirmed_says_whether_it_is(stack: Stack) -> None:
    regime = "nq68-quang-binh"
    confirmed = report(events.CONFIRMED, unit="450", regime=regime, revision=0, view_hash="0" * 64)
    await stack.put(views=[builders.view("450", regime=regime)])
    assert "Chưa chốt, hạn trước ngày 05/12/2024" in text_of(await page(stack, f"/bang/{regime}/2024/450"))
    await stack.put(reports=[confirmed])
    assert "Đã chốt 10/12/2024 09:30" in text_of(await page(stack, f"/bang/{regime}/2024/450"))
    await stack.database["views"].update_one({"regime": regime}, {"$set": {"hash": "1" * 64}})
    assert "số liệu đã thay đổi sau khi chốt" in await page(stack, f"/bang/{regime}/2024/450")


@pytest.mark.parametrize(("moved", "words"), [(False, "Đã chốt 10/12/2024 09:30"), (True, "số liệu đã thay đổi sau khi chốt")])
async def test_who_reads_only_the_totals_is_told_that_they_are_confirmed(stack: Stack, moved: bool, words: str) -> None:
    official = {"number": 1, "hash": "0" * 64, "at": BEFORE, "moved": moved}
    await stack.put(views=[builders.view("450", regime="nq68-quang-binh", official=official)])
    secret = await identities.session_with(stack.database, identities.grant("officer", "18853"))
    async with httpx2.AsyncClient(base_url=stack.url, cookies={identities.COOKIE: secret}) as http:
        shown = text_of((await http.get("/bang/nq68-quang-binh/2024/450")).text)
    assert words in shown
    assert "Chưa chốt" not in shown
    assert "chua-nop" not in shown


async def test_a_view_leads_to_the_list_of_the_missing_while_somebody_is(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    assert f'href="/bang/{CT27}/2024/184/chua-nop"' in await page(stack, f"/bang/{CT27}/2024/184")


async def test_a_confirmation_stands_while_the_figures_are_those_that_it_carries(stack: Stack) -> None:
    regime = "nq68-quang-binh"
    view = as_json(builders.view("450", regime=regime))
    figures = view_hash.figures_of(view)
    digest = view_hash.hash_of(regime, "2024", "450", figures)
    confirmed = report(events.CONFIRMED, unit="450", regime=regime, revision=0, view_hash=digest, figures=figures, sequence=1)
    await stack.put(reports=[confirmed], views=[builders.view("450", regime=regime, hash=digest)])
    renamed = {"unit.name": "Huyện Minh Hóa (đổi tên)", "indicators.vh_nha_van_hoa_xa.target.at_least": "90"}
    await stack.database["views"].update_one({"regime": regime}, {"$set": renamed})
    shown = text_of(await page(stack, f"/bang/{regime}/2024/450"))
    assert "Đã chốt 10/12/2024 09:30" in shown
    assert "sau khi chốt" not in shown


async def test_a_confirmation_without_figures_is_not_undone_by_a_name_that_was_corrected(stack: Stack) -> None:
    regime = "nq68-quang-binh"
    stored = builders.view("450", regime=regime, sequence=7)
    old = view_hash.digest_of_format_4(as_json(stored))
    await stack.put(views=[stored], reports=[report(events.CONFIRMED, unit="450", regime=regime, revision=0, view_hash=old, sequence=9)])
    assert "sau khi chốt" not in text_of(await page(stack, f"/bang/{regime}/2024/450"))
    await stack.database["views"].update_one({"regime": regime}, {"$set": {"unit.name": "Huyện Minh Hóa (đổi tên)"}})
    shown = text_of(await page(stack, f"/bang/{regime}/2024/450"))
    assert "số liệu đã thay đổi sau khi chốt" not in shown
    assert "danh mục (tên gọi, mục tiêu, đơn vị) đã thay đổi sau khi chốt, không có báo cáo mới" in shown
    await stack.database["views"].update_one({"regime": regime}, {"$set": {"position.sequence": 11, "reporting.received": 14}})
    assert "số liệu đã thay đổi sau khi chốt" in text_of(await page(stack, f"/bang/{regime}/2024/450"))


async def test_a_returned_report_says_so_first(stack: Stack) -> None:
    returned = report(events.RETURNED, sender="184-TCKH", at=AFTER, reason="Sai số thôn", fix_by="2024-12-28")
    await stack.put(reports=[report(values={"gd_ngay_cong": 5}), returned])
    shown = text_of(await page(stack, f"/bao-cao/{CT27}/2024/06253"))
    assert "Lý do: Sai số thôn" in shown
    assert "đến hết ngày 28/12/2024" in shown
    assert "không tính vào bảng tổng hợp" in shown


async def test_what_was_superseded_on_arrival_says_so_in_the_history(stack: Stack) -> None:
    await stack.put(reports=[report(revision=3, values={"gd_ngay_cong": 5}), report(revision=2, at=AFTER, values={"gd_ngay_cong": 6})])
    shown = text_of(await page(stack, f"/bao-cao/{CT27}/2024/06253"))
    assert "Khi nhận đã có lần nộp mới hơn (lần nộp 3)" in shown
    assert "Số liệu (lần nộp 3)" in shown
    found = (await stack.http.get(f"/api/v1/reports/{CT27}/2024/06253")).json()
    assert [step.get("superseded_by") for step in found["history"]] == [None, 3]


async def test_the_reason_shown_is_that_of_the_revision_that_was_returned(stack: Stack) -> None:
    def returned(revision: int, at: datetime, reason: str) -> dict[str, object]:
        return report(events.RETURNED, sender="184-TCKH", revision=revision, at=at, reason=reason, fix_by="2024-12-28")

    late = AFTER + timedelta(days=1)
    await stack.put(reports=[report(), report(revision=2, at=AFTER), returned(2, AFTER, "Sai lần hai"), returned(1, late, "Sai lần một")])
    shown = text_of(await page(stack, f"/bao-cao/{CT27}/2024/06253"))
    assert "Lý do: Sai lần hai" in shown
    assert "Lý do: Sai lần một" not in shown


async def test_narratives_are_read_from_the_reports_that_stand(stack: Stack) -> None:
    withdrawn = report(events.WITHDRAWN, unit="06268", revision=2, at=AFTER)
    await stack.put(reports=[*builders.season(), withdrawn])
    shown = text_of(await page(stack, f"/thuyet-minh/{CT27}/2024/184"))
    assert "Khó khăn của 06253" in shown
    assert "Khó khăn của 06268" not in shown


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


async def test_what_a_sender_wrote_is_never_markup(stack: Stack) -> None:
    returned = report(events.RETURNED, unit="06256", sender="184-TCKH", reason=HOSTILE, fix_by=HOSTILE)
    hostile = report(narratives={"kho_khan": HOSTILE}, values={"nv_tien_do": HOSTILE})
    await stack.put(reports=[hostile, report(unit="06256"), returned])
    for path in (f"/bao-cao/{CT27}/2024/06253", f"/bao-cao/{CT27}/2024/06256", f"/thuyet-minh/{CT27}/2024/184"):
        html = await page(stack, path)
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


REORDERING = "Xã \u202eAnh\u202c \u2066X\u0007\x1b[31m"


async def test_no_text_of_a_page_reorders_or_rings(stack: Stack) -> None:
    returned = report(events.RETURNED, unit="06256", sender="184-TCKH", reason=REORDERING, fix_by=REORDERING)
    hostile = report(narratives={"kho_khan": f"{REORDERING}\nDòng hai"}, values={"nv_tien_do": REORDERING})
    named = builders.duty(unit={"id": "06253", "code": "06253", "name": REORDERING})
    unit = {"id": "184", "code": "184", "name": REORDERING, "level": "district", "parent": "20"}
    await stack.put(reports=[hostile, report(unit="06256"), returned], duties=[named], views=[builders.view(unit=unit)])
    calendar = await identities.calendar(stack.database, "06253")
    paths = ["/", "/nghia-vu", "/nghia-vu.csv", calendar, *PAGES[3:6], f"/bao-cao/{CT27}/2024/06256", "/nghia-vu?unit=184"]
    for path in paths:
        shown = (await stack.http.get(path)).text.lstrip(BOM)
        assert texts.forbidden(shown) is None, path
    assert "Xã Anh X[31m\nDòng hai" in await page(stack, f"/bao-cao/{CT27}/2024/06253")


class Links(HTMLParser):
    """Every address and every inline script or style of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action", "data-live"):
                self.addresses.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.inline.append(tag)


@pytest.mark.parametrize("path", PAGES)
async def test_pages_name_no_other_host_and_carry_no_inline_code(stack: Stack, path: str) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    answer = await stack.http.get(path)
    links = Links()
    links.feed(answer.text)
    assert links.inline == []
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in links.addresses)
    assert '<html lang="vi">' in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_own_files_name_no_other_host() -> None:
    for file in [file for folder in ("static", "templates") for file in (HERE / folder).rglob("*") if file.is_file()]:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/1999/xhtml", "")  # the name of a language, not an address
        assert not re.search(r"https?://|@import|url\(", text), file


async def test_static_files_are_served(stack: Stack) -> None:
    for name in ("portal.css", "live.js"):
        answer = await stack.http.get(f"/static/{name}")
        assert answer.status_code == 200
        assert "content-security-policy" in answer.headers


async def test_an_unknown_page_is_a_friendly_page(stack: Stack) -> None:
    assert "Không tìm thấy trang này" in await page(stack, "/khong-co", 404)
    assert "không có kỳ “2031”" in await page(stack, f"/bang/{CT27}/2031/184", 404)
    assert "Không có bảng tổng hợp" in await page(stack, f"/bang/{CT27}/2024/20", 404)
    assert "Không trả lời được" in await page(stack, f"/bang/{CT27}/2024/%00", 400)


async def test_an_unknown_page_has_the_menu_of_who_is_logged_in_and_a_way_home(stack: Stack) -> None:
    found = await page(stack, "/khong-co", 404)
    assert '<a href="/tong-quan">Tổng quan</a>' in found
    assert "Đăng xuất" in found
    assert '<a class="button" href="/">Về trang đầu</a>' in found
    async with httpx2.AsyncClient(base_url=stack.url) as stranger:
        answer = await stranger.get("/khong-co")
    assert answer.status_code == 404
    assert "Về trang đầu" in answer.text
    assert "Đăng xuất" not in answer.text
    assert '<nav class="menu"' not in answer.text
