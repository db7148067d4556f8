"""Walks through the pages around a report by the role that uses them: what a form asks (check, differences, zeros, discarding, earlier
texts, approval, files), receipts, files that are made, narratives, attachments, what an operator does, guides, pages that are refused.
Each returns what axe finds on them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from playwright.async_api import expect

from services.portal.domain.file_orders import LEASE, STATES, Order
from services.portal.files.store import FileStore
from shared.words.refusals import refusal
from tests import identities, scans
from tests.browser.season_desk import NQ68, RECIPIENT, REPORTED, VIEW, Desk, form, report
from tests.browser.test_accessibility import faults_in_each_state
from tests.builders import COMMUNE, CT27, DISTRICT
from tests.sheets import files

if TYPE_CHECKING:
    from playwright.async_api import Page

    from services.portal.domain.file_orders import State
    from shared.words.refusals import Refusal
    from tests.browser.acts_by_role import Found

ASKING, APPROVED, RECEIVED, SHEET = "18874", "18877", "18880", "18883"
"""Wards, each of one test."""
FIGURE = "[name='v.ld_viec_lam_moi']"


async def led(page: Page, button: str, title: str) -> list[str]:
    """Presses a button, waits for the page that it leads to, and looks at it."""
    await page.get_by_role("button", name=button, exact=True).first.click()
    await expect(page).to_have_title(re.compile(title))
    return await faults_in_each_state(page)


async def what_a_form_asks_before_it_is_sent(desk: Desk) -> Found:
    page = await desk.page("officer", ASKING, form(ASKING), plain=True)
    other = await desk.page("officer", ASKING, form(ASKING), plain=True, number=2)
    found: Found = {}
    await page.locator(FIGURE).fill("12a")
    found["errors"] = await led(page, "Kiểm tra", "^Lỗi: ")
    await page.locator(FIGURE).fill("1200")
    found["check"] = await led(page, "Kiểm tra", "^Kiểm tra trước khi gửi")
    await other.locator(FIGURE).fill("1300")
    found["differences"] = await led(other, "Lưu nháp", "^Hai người cùng sửa")
    await other.locator("input[name='chon.v.ld_viec_lam_moi'][value='toi']").check()
    await other.get_by_role("button", name="Lưu nội dung đã chọn").click()
    found["zero"] = await led(other, "Không phát sinh: điền 0 vào ô trống", "^Điền 0")
    await other.locator("button.main").click()
    found["filled with zeros"] = await faults_in_each_state(other)
    await other.goto(desk.url + form(ASKING) + "/cac-lan-luu")
    await expect(other.get_by_text("1200").first).to_be_visible()
    found["earlier texts"] = await faults_in_each_state(other)
    await other.goto(desk.url + form(ASKING))
    found["discarding"] = await led(other, "Bỏ bản nháp", "^Bỏ bản nháp")
    await other.locator("button.main").click()
    await other.goto(desk.url + form(ASKING) + "/cac-lan-luu")
    found["no earlier texts"] = await faults_in_each_state(other)
    await other.goto(desk.url + "/ban-nhap-cu")
    found["old drafts"] = await faults_in_each_state(other)
    await other.get_by_role("link", name=re.compile("Nghị quyết số 68")).first.click()
    found["old draft"] = await led(other, "Lấy lại tất cả vào bản nháp", "^Biểu nhập báo cáo")
    await expect(other.locator(FIGURE)).to_have_value("1300")
    return found


async def a_draft_that_waits_for_its_approver_and_is_given_back(desk: Desk) -> Found:
    approver = await desk.page("officer", APPROVED, form(APPROVED), approver=True)
    officer = await desk.page("officer", APPROVED, form(APPROVED), plain=True)
    await officer.locator(FIGURE).fill("12")
    found = {"handed in": await led(officer, "Trình duyệt", "Biểu nhập|Chờ duyệt")}
    await expect(officer.get_by_text("Chờ duyệt gửi").first).to_be_visible()
    await approver.goto(desk.url + "/viec-cua-toi")
    found["to approve"] = await faults_in_each_state(approver)
    await approver.get_by_role("link", name="Xem và duyệt gửi").click()
    found["giving back"] = await led(approver, "Trả lại bản nháp", "^Trả lại bản nháp")
    await approver.locator("#y-kien").fill("Xem lại số việc làm mới")
    await approver.locator("button.main").click()
    await officer.goto(desk.url + form(APPROVED))
    await expect(officer.get_by_text("Xem lại số việc làm mới").first).to_be_visible()
    found["given back"] = await faults_in_each_state(officer)
    return found


async def a_report_with_a_file_its_receipt_and_how_readers_see_it(desk: Desk) -> Found:
    page = await desk.page("officer", RECEIVED, form(RECEIVED) + "/dinh-kem", plain=True)
    found = {"no file": await faults_in_each_state(page)}
    await brought(page, "trang.txt", b"no scan")
    await expect(page.get_by_role("heading", name="Tệp chưa được nhận")).to_be_visible()
    found["a file that is refused"] = await faults_in_each_state(page)
    await brought(page, "Báo cáo có dấu.pdf", scans.pdf())
    await expect(page.get_by_text("Báo cáo có dấu.pdf").first).to_be_visible()
    found["a file"] = await faults_in_each_state(page)
    await page.goto(desk.url + form(RECEIVED))
    await page.locator(FIGURE).fill("1200")
    await page.locator("textarea[name^='t.']").first.fill("Kinh phí cấp chậm.")
    await page.get_by_role("button", name="Kiểm tra", exact=True).click()
    await expect(page.get_by_role("heading", name="Kiểm tra trước khi gửi")).to_be_visible()
    found["receipt"] = await led(page, "Gửi báo cáo", "ghi nhận|Biên nhận")
    await expect(page.get_by_role("heading", name="Báo cáo đã được ghi nhận")).to_be_visible()
    await page.goto(f"{desk.url}{form(RECEIVED)}/bien-nhan/{'0' * 32}?cho=1")
    found["verdict awaited"] = await faults_in_each_state(page)
    await desk.until_view(4)
    found |= await desk.examined("reviewer", RECIPIENT, report(RECEIVED), f"/thuyet-minh/{NQ68}/2024/{DISTRICT}", f"{VIEW}/chua-nop")
    reader = await desk.page("reviewer", RECIPIENT, report(RECEIVED))
    await expect(reader.get_by_text("Báo cáo có dấu.pdf").first).to_be_visible()
    await reader.goto(f"{desk.url}/thuyet-minh/{NQ68}/2024/{DISTRICT}?q=cap+cham")
    await expect(reader.get_by_text("Kinh phí cấp chậm.").first).to_be_visible()
    found["found"] = await faults_in_each_state(reader)
    await reader.goto(f"{desk.url}/thuyet-minh/{NQ68}/2024/{DISTRICT}?q=khong-co-gi")
    found["not found"] = await faults_in_each_state(reader)
    return found


async def a_form_goes_through_a_workbook_and_a_table(desk: Desk) -> Found:
    page = await desk.page("officer", SHEET, f"{form(SHEET)}/excel", plain=True)
    found = {"opened": await faults_in_each_state(page)}
    head = "chỉ tiêu;giá trị\n"
    for name, content, title in (
        ("wrong table", f"{head}Lao động qua đào tạo;hai\nkhông có;1\n".encode(), "^Lỗi: "),
        ("no table", b"%PDF-1.7", "^Lỗi: "),
        ("table", f"{head}Người lao động được tạo việc làm mới;1.200\n".encode(), "^Đã đưa số liệu vào bản nháp"),
    ):
        await page.goto(f"{desk.url}{form(SHEET)}/excel")
        await brought(page, f"{name}.csv", content)
        await expect(page).to_have_title(re.compile(title))
        found[name] = await faults_in_each_state(page)
    async with page.expect_download() as download:
        await page.evaluate(f"location = '{form(SHEET)}/bieu.xlsx'")
    blank = (await (await download.value).path()).read_bytes()
    wrong = files.filled(blank, {"v.ld_viec_lam_moi": "khoảng 350"})
    await page.goto(f"{desk.url}{form(SHEET)}/excel")
    await brought(page, "bieu.xlsx", wrong)
    await expect(page.get_by_role("link", name="Tải tệp đã đánh dấu các ô sai")).to_be_visible()
    found["wrong workbook"] = await faults_in_each_state(page)
    await page.goto(f"{desk.url}{form(SHEET)}/excel")
    await brought(page, "bieu.xlsx", blank)
    await expect(page).to_have_title(re.compile("^Đã đưa số liệu vào bản nháp"))
    found["workbook"] = await faults_in_each_state(page)
    return found


async def brought(page: Page, name: str, content: bytes) -> None:
    """Chooses a file on the page of the workbook or the attachments, and sends it."""
    await page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    await page.locator("main form:has(input[type=file]) button").click()


async def a_file_that_is_waited_for_one_that_is_there_and_one_that_failed(desk: Desk) -> Found:
    page = await desk.page("reviewer", RECIPIENT, "/huong-dan")
    owner, now = await desk.whose(page), datetime.now(UTC)
    store = FileStore(desk.loaded.database, desk.loaded.new_id)
    states: dict[State, Refusal | None] = {"working": None, "done": None, "failed": refusal("document.no_office")}
    found: Found = {}
    for state, why in states.items():
        file = await store.put(Order("docx", NQ68, "2024", DISTRICT), owner, "Báo cáo tổng hợp, Thành phố Đồng Hới", "bao-cao.docx", now)
        written: dict[str, object] = {"state": state, "holder": "another portal", "lease_until": now + 20 * LEASE, "done": 3, "of": 8}
        written |= {"size": 45_000, "sha256": "0a" * 32}
        if why is not None:
            written["refusal"] = {"code": why.code, "path": "", "message_vi": why.message_vi, "message_en": why.message_en}
        await desk.loaded.database["files"].update_one({"_id": file}, {"$set": written})
        await page.goto(f"{desk.url}/tep/{file}")
        await expect(page.get_by_role("heading", name=STATES[state])).to_be_visible()
        found[state] = await faults_in_each_state(page)
    await it_is_followed(desk, page, file)
    return found


async def it_is_followed(desk: Desk, page: Page, file: str) -> None:
    """The open page of a file says how far it is, and at the end that it is there."""
    files = desk.loaded.database["files"]
    await files.update_one({"_id": file}, {"$set": {"state": "working", "done": 1, "of": 4}})
    await page.goto(f"{desk.url}/tep/{file}")
    await expect(page.locator("#con-cho")).to_contain_text("25 %")
    await page.evaluate("window.same = true")
    await files.update_one({"_id": file}, {"$set": {"done": 3}})
    await expect(page.locator("#con-cho")).to_contain_text("75 %")
    assert await page.evaluate("window.same")
    await files.update_one({"_id": file}, {"$set": {"state": "done"}})
    await expect(page.get_by_role("link", name="Tải tệp về")).to_be_visible()


async def what_an_operator_does(desk: Desk) -> Found:
    key = await identities.put_key(desk.loaded.database, REPORTED)
    assert key
    [credential] = await desk.loaded.database["credentials"].find({"unit": REPORTED}).to_list(None)
    page = await desk.page("operator", None, "/quan-tri/nguoi-dung")
    found = {"people": await faults_in_each_state(page)}
    await page.locator("#them ~ form [name=login], form [name=login]").last.fill("can-bo-moi")
    await page.locator("form [name=name]").fill("Nguyễn Thị Mới")
    await page.locator("form [name=unit]").fill("99999")
    await page.get_by_role("button", name="Thêm").click()
    found["refused"] = await faults_in_each_state(page)
    await page.locator("form [name=unit]").fill(REPORTED)
    await page.get_by_role("button", name="Thêm").click()
    await expect(page.get_by_text("can-bo-moi").first).to_be_visible()
    found["password"] = await faults_in_each_state(page)
    person = await desk.loaded.database["people"].find_one({"login": "can-bo-moi"})
    assert person is not None
    pages = [f"/quan-tri/nguoi-dung/{person['_id']}", "/quan-tri/nguoi-dung?q=khong-co-ai", "/quan-tri/khoa", "/quan-tri/khoa?cua=khong-co"]
    pages += [f"/quan-tri/khoa/{credential['_id']}/thu-hoi", "/quan-tri/tinh-trang", "/quan-tri/nhat-ky", "/quan-tri/thu-hong"]
    found |= await desk.examined("operator", None, *pages)
    return found


async def guides_and_the_pages_of_an_account(desk: Desk) -> Found:
    guides = ["/huong-dan", "/huong-dan/xa", "/huong-dan/so", "/huong-dan/quan-tri"]
    found = await desk.examined("officer", ASKING, *guides, "/tai-khoan", "/tai-khoan/ma-xac-thuc", "/viec-cua-toi")
    return found


async def a_form_that_the_recipient_enters_and_one_that_is_not_allowed(desk: Desk) -> Found:
    entered = f"/bieu-mau/{CT27}/2024/{COMMUNE}"
    found = await desk.examined("reviewer", "184-TCKH", entered)
    found |= await desk.examined("officer", ASKING, entered, f"{VIEW}/chot", status=403)
    return found


WALKS = (
    what_a_form_asks_before_it_is_sent,
    a_draft_that_waits_for_its_approver_and_is_given_back,
    a_report_with_a_file_its_receipt_and_how_readers_see_it,
    a_form_goes_through_a_workbook_and_a_table,
    a_file_that_is_waited_for_one_that_is_there_and_one_that_failed,
    what_an_operator_does,
    guides_and_the_pages_of_an_account,
    a_form_that_the_recipient_enters_and_one_that_is_not_allowed,
)
