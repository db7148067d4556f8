"""Walks through the pages of what people do (đôn đốc, trả lại, gia hạn, mở kỳ, chốt, hủy chốt) as they are opened, with errors, with their
verdicts and when they cannot be done; by the role that does it, by keyboard too. Each returns what axe finds on them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from playwright.async_api import expect

from tests.browser.season_desk import (
    EXTENDED,
    LATE,
    RECIPIENT,
    RETURNED,
    RETURNED_BY_KEYS,
    VIEW,
    Desk,
    report,
)
from tests.browser.test_accessibility import faults_in_each_state
from tests.builders import CALLER, DISTRICT, KL62, NQ68

if TYPE_CHECKING:
    from playwright.async_api import Page

Found = dict[str, list[str]]
MOST_TABS: Final = 150
BESIDE: Final = "52"
"""A unit near the recipient of the on-call regime."""
FOCUSED: Final = "(document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText || '').trim()"


async def press(page: Page, button: str, heading: str | re.Pattern[str]) -> None:
    """Presses a button, and waits for a heading of the page that follows."""
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("heading", name=heading).first).to_be_visible()


async def refused_then_done(page: Page, button: str, **fields: str) -> Found:
    """Sends the form of an act with nothing in it, then as it should be; what axe finds on each page. `fields`: texts by their names."""
    found = {"opened": await faults_in_each_state(page)}
    for name in fields:
        await page.locator(f"#{name}").fill("")
    await press(page, button, re.compile("cần sửa"))
    await expect(page).to_have_title(re.compile("^Lỗi: "))
    await page.locator("section.warning a").first.click()
    assert await page.evaluate("document.activeElement.id || document.activeElement.closest('[id]').id") in fields
    found["refused"] = await faults_in_each_state(page)
    for name, text in fields.items():
        await page.locator(f"#{name}").fill(text)
    await press(page, button, re.compile("đã ghi nhận"))
    found["done"] = await faults_in_each_state(page)
    return found


async def tab_to(page: Page, text: str, key: str = "Tab") -> None:
    """Moves the focus, by keyboard, to the next element with a text."""
    for _ in range(MOST_TABS):
        await page.keyboard.press(key)
        if text in await page.evaluate(FOCUSED):
            return
    raise AssertionError(f"the keyboard does not reach {text!r}")


async def a_report_is_returned_by_keyboard_from_the_list_to_the_verdict(desk: Desk) -> Found:
    page = await desk.page("reviewer", RECIPIENT, VIEW)
    name = (await page.locator(f'a[href="{report(RETURNED_BY_KEYS)}"]').first.inner_text()).strip()
    await tab_to(page, name)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(report(RETURNED_BY_KEYS)))
    await tab_to(page, "Trả lại")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/tra-lai$"))
    await tab_to(page, "Nói rõ thêm")
    await page.keyboard.type("Khác danh sách đã gửi")
    await tab_to(page, "việc làm")
    await page.keyboard.press("Space")
    await tab_to(page, "Đến hết ngày")
    await page.keyboard.type(LATE)
    await tab_to(page, "Trả lại báo cáo")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="đã ghi nhận")).to_be_visible()
    await page.close()
    return {}


async def returning_is_refused_then_done_then_not_offered(desk: Desk) -> Found:
    page = await desk.page("reviewer", RECIPIENT, f"{report(RETURNED)}/tra-lai")
    found = await refused_then_done(page, "Trả lại báo cáo", ly_do="Thừa một chữ số", ngay=LATE)
    await expect(page.locator(".verdicts .badge")).to_have_text("Đã ghi nhận")
    await page.goto(f"{desk.url}{report(RETURNED)}/tra-lai")
    await expect(page.get_by_text("Báo cáo đã được trả lại nên không có gì để trả lại")).to_be_visible()
    found["nothing to return"] = await faults_in_each_state(page)
    await page.goto(desk.url + report(RETURNED))
    await expect(page.locator(".act.off", has_text="Trả lại")).to_be_visible()
    found["not offered"] = await faults_in_each_state(page)
    await page.close()
    return found


async def who_owes_is_asked_once_a_day(desk: Desk) -> Found:
    page = await desk.page("reviewer", DISTRICT, f"{VIEW}/don-doc")
    ticks = page.locator('input[name="don_vi"]')
    assert await page.locator('input[name="don_vi"]:checked').count() > 5
    found = {"opened": await faults_in_each_state(page)}
    for tick in await ticks.all():
        await tick.uncheck()
    await press(page, "Đôn đốc các đơn vị đã đánh dấu", re.compile("cần sửa"))
    found["refused"] = await faults_in_each_state(page)
    for tick in await ticks.all():
        await tick.check()
    await press(page, "Đôn đốc các đơn vị đã đánh dấu", re.compile("đã ghi nhận"))
    found["done"] = await faults_in_each_state(page)
    for _ in range(100):  # until the aggregator has told
        await page.goto(f"{desk.url}{VIEW}/don-doc")
        if not await page.locator("form.act-form").count():
            break
    await expect(page.get_by_text("Chưa làm được lúc này")).to_be_visible()
    found["asked"] = await faults_in_each_state(page)
    await page.close()
    return found


async def one_unit_and_many_get_more_time(desk: Desk) -> Found:
    page = await desk.page("reviewer", RECIPIENT, f"{report(EXTENDED)}/gia-han")
    found = await refused_then_done(page, "Gia hạn", ngay=LATE, ly_do="Mưa lũ")
    await page.goto(f"{desk.url}{VIEW}/gia-han")
    found["many"] = await faults_in_each_state(page)
    await press(page, "Gia hạn", re.compile("cần sửa"))
    found["many refused"] = await faults_in_each_state(page)
    await page.locator('input[name="don_vi"]').nth(0).check()
    await page.locator('input[name="don_vi"]').nth(1).check()
    await page.locator("#ngay").fill("31/12/2099")
    await page.locator("#ly_do").fill("Mưa lũ")
    await press(page, "Gia hạn", re.compile("đã ghi nhận"))
    await expect(page.locator(".verdicts .badge")).to_have_count(2)
    found["many done"] = await faults_in_each_state(page)
    await page.close()
    return found


async def a_period_on_call_is_opened(desk: Desk) -> Found:
    page = await desk.page("reviewer", CALLER, f"/che-do/{KL62}/mo-ky")
    found = await refused_then_done(page, "Mở kỳ", ngay=LATE)
    await page.close()
    return found


async def who_may_not_extend_or_open_is_told_why_and_who_may(desk: Desk) -> Found:
    found: Found = {}
    for role_at, path, act, why in (
        (DISTRICT, report(EXTENDED), "Gia hạn", "Chỉ cơ quan nhận báo cáo làm được việc này: Sở Lao động"),
        (DISTRICT, VIEW, "Gia hạn nhiều đơn vị", "Chỉ cơ quan nhận báo cáo làm được việc này: Sở Lao động"),
        (CALLER, f"/bao-cao/{KL62}/2024/52-SYT", "Gia hạn", "Kỳ năm 2024 chưa được mở nên chưa có hạn nộp. Mở kỳ trước."),
        (BESIDE, f"/che-do/{KL62}", "Mở kỳ báo cáo", "Chỉ cơ quan nhận báo cáo làm được việc này: Ban cán sự đảng"),
    ):
        page = await desk.page("reviewer", role_at, path)
        item = page.locator("li", has=page.locator(".act.off", has_text=re.compile(f"^{act}$")))
        await expect(item).to_contain_text(why)
        await expect(page.get_by_role("link", name=act, exact=True)).to_have_count(0)
        found[f"{act} {role_at}"] = await faults_in_each_state(page)
        await page.close()
    for role_at, path, status, why in (
        (DISTRICT, f"{report(EXTENDED)}/gia-han", 403, "Chỉ cơ quan nhận báo cáo làm được việc này"),
        (DISTRICT, f"{VIEW}/gia-han", 403, "Chỉ cơ quan nhận báo cáo làm được việc này"),
        (BESIDE, f"/che-do/{KL62}/mo-ky", 403, "Chỉ cơ quan nhận báo cáo làm được việc này"),
        (RECIPIENT, f"/che-do/{NQ68}/mo-ky", 404, "Chế độ này có hạn cố định nên không phải mở kỳ"),
        (CALLER, f"/bao-cao/{KL62}/2024/52-SYT/gia-han", 200, "Kỳ năm 2024 chưa được mở"),
    ):
        page = await desk.page("reviewer", role_at, path, status=status)
        await expect(page.locator("main")).to_contain_text(why)
        await expect(page.locator("main form.act-form")).to_have_count(0)
        found[path] = await faults_in_each_state(page)
        await page.close()
    return found


async def figures_are_confirmed_by_keyboard_moved_adjusted_and_undone(desk: Desk) -> Found:
    page = await desk.page("reviewer", DISTRICT, "/viec-cua-toi")
    await tab_to(page, "Chốt số liệu")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"{VIEW}/chot$"))
    found = {"opened": await faults_in_each_state(page)}
    await page.reload()
    await tab_to(page, "Chốt số liệu")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title(re.compile("^Lỗi: "))
    found["refused"] = await faults_in_each_state(page)
    await tab_to(page, "Lý do")
    await page.keyboard.type("Các phường còn lại không phát sinh")
    await tab_to(page, "Chốt số liệu")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="đã ghi nhận")).to_be_visible()
    found["done"] = await faults_in_each_state(page)
    await page.goto(f"{desk.url}{VIEW}/chot")
    await expect(page.get_by_text("Chưa làm được lúc này")).to_be_visible()
    found["nothing new"] = await faults_in_each_state(page)
    await moved_and_adjusted(desk, page, found)
    await undone(desk, page, found)
    await page.close()
    return found


async def moved_and_adjusted(desk: Desk, page: Page, found: Found) -> None:
    received = await desk.received()
    await desk.send("18865", values={"ld_viec_lam_moi": 7})
    await desk.until_view(received + 1)
    await page.goto(f"{desk.url}{VIEW}/chot")
    await page.locator("#ly_do").fill("Thêm một phường")
    found["adjusting"] = await faults_in_each_state(page)
    await desk.send("18868", values={"ld_viec_lam_moi": 8})
    await desk.until_view(received + 2)
    await press(page, "Chốt điều chỉnh lần 1", re.compile("thay đổi"))
    found["moved"] = await faults_in_each_state(page)
    await page.locator("main form button").first.click()
    await expect(page.locator("#ly_do")).to_have_value("Thêm một phường")
    await press(page, "Chốt điều chỉnh lần 1", re.compile("đã ghi nhận"))
    await page.goto(desk.url + VIEW)
    found["versions"] = await faults_in_each_state(page)


async def undone(desk: Desk, page: Page, found: Found) -> None:
    await page.goto(f"{desk.url}{VIEW}/huy-chot")
    found |= {f"undo {name}": faults for name, faults in (await refused_then_done(page, "Hủy chốt", ly_do="Chốt nhầm")).items()}
    other = await desk.page("reviewer", RECIPIENT, f"/bang/{NQ68}/2024/44/huy-chot")
    await expect(other.get_by_text("Chưa làm được lúc này")).to_be_visible()
    found["nothing to undo"] = await faults_in_each_state(other)
    await other.close()


WALKS = (
    a_report_is_returned_by_keyboard_from_the_list_to_the_verdict,
    returning_is_refused_then_done_then_not_offered,
    who_owes_is_asked_once_a_day,
    one_unit_and_many_get_more_time,
    a_period_on_call_is_opened,
    who_may_not_extend_or_open_is_told_why_and_who_may,
    figures_are_confirmed_by_keyboard_moved_adjusted_and_undone,
)
