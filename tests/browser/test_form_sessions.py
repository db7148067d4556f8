"""What the script of the form does when something ends or somebody else writes: the session, the role, the browser, the connection."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.portal.sessions.session_store import IDLE, LONGEST
from shared.wire import collection_names
from tests.browser import form_desk
from tests.browser.form_desk import Desk
from tests.browser.test_form import axe, state

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.portal.conftest import Stack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(running: Stack, chromium: Browser) -> AsyncIterator[Desk]:
    async with form_desk.desk(running, chromium) as made:
        yield made


async def ends_in(desk: Desk, person: str, which: str, seconds: float) -> None:
    """Lets the sessions of a person end in so many seconds: by being idle (`seen_at`), or by their age (`began_at`)."""
    at = desk.clock() + timedelta(seconds=seconds) - (IDLE if which == "seen_at" else LONGEST)
    await desk.stack.database[collection_names.SESSIONS].update_many({"person": person}, {"$set": {which: at}})


async def look_again(page: Page) -> None:
    """What a browser says when it is back on the network."""
    await page.evaluate("dispatchEvent(new Event('online'))")


async def test_a_warning_comes_two_minutes_before_the_session_ends_and_prolongs_it(desk: Desk) -> None:
    person = await desk.person("06280")
    page = await desk.open(await desk.context(person), "06280")
    box = page.locator("[name='v.ct_007']")
    await box.fill("12345")
    await expect(state(page)).to_have_attribute("data-state", "saved")
    await box.evaluate("(box) => { box.focus(); box.setSelectionRange(1, 3); }")
    await ends_in(desk, person, "seen_at", 122.5)
    await look_again(page)
    warning = page.get_by_role("alertdialog", name="Phiên làm việc sắp kết thúc")
    await expect(warning).to_contain_text(re.compile("kết thúc sau [12]:\\d\\d"))  # by the page's own clock, after it has asked again
    await expect(warning.get_by_role("status")).to_have_text(re.compile("Còn 1[012]\\d giây"))
    assert await axe(page) == []
    await ends_in(desk, person, "seen_at", 1500)  # another window has prolonged it
    await look_again(page)
    await expect(warning).to_have_count(0)
    await ends_in(desk, person, "seen_at", 100)
    await look_again(page)
    await warning.get_by_role("button", name="Tiếp tục làm việc").press("Enter")
    await expect(warning).to_have_count(0)
    assert await page.evaluate(
        "[document.activeElement.name, document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    ) == ["v.ct_007", 1, 3]
    await expect(page.get_by_text("Đã gia hạn phiên làm việc.")).to_have_count(1)
    session = await desk.stack.database[collection_names.SESSIONS].find_one({"person": person})
    assert session is not None
    assert desk.clock() - session["seen_at"] < timedelta(seconds=60)
    await ends_in(desk, person, "began_at", 90)
    await look_again(page)
    await expect(page.locator(".form-notice")).to_contain_text("không gia hạn được")
    await expect(warning).to_have_count(0)
    assert desk.said == []
    await page.context.close()


async def test_after_the_session_has_ended_the_person_logs_in_beside_the_form_and_goes_on(desk: Desk) -> None:
    person = await desk.person("06283")
    page = await desk.open(await desk.context(person), "06283")
    await page.locator("[name='v.ct_000']").fill("1")
    await expect(state(page)).to_have_attribute("data-state", "saved")
    await desk.stack.database[collection_names.SESSIONS].delete_many({"person": person})
    await page.locator("[name='v.ct_001']").fill("2")
    await page.locator("[name='v.ct_001']").blur()
    notice = page.locator(".form-notice")
    await expect(notice).to_contain_text("Phiên làm việc đã kết thúc")
    await expect(state(page)).to_have_text("Mới lưu trên máy này")
    link = notice.get_by_role("link", name="Đăng nhập ở cửa sổ mới")
    assert [await link.get_attribute(name) for name in ("href", "target", "rel")] == ["/dang-nhap", "_blank", "noopener"]
    await page.get_by_role("button", name="Gửi báo cáo").click()
    await expect(page.locator(".form-notice").nth(1)).to_contain_text("Chưa thực hiện")
    assert await axe(page) == []
    await desk.log_in(page.context, person)
    await notice.get_by_role("button", name="Đã đăng nhập, lưu tiếp").click()
    await expect(state(page)).to_have_attribute("data-state", "saved")
    assert (await desk.draft("06283"))["v.ct_001"] == "2"
    await desk.log_in(page.context, await desk.person("06283"))  # somebody else
    await look_again(page)
    await expect(notice.first).to_contain_text("tài khoản khác")
    await page.locator("[name='v.ct_001']").fill("3")
    await page.keyboard.press("Control+s")
    await asyncio.sleep(0.3)
    assert (await desk.draft("06283"))["v.ct_001"] == "2"
    await desk.log_in(page.context, person)
    await look_again(page)
    await expect(state(page)).to_have_attribute("data-state", "saved")
    posts: list[str] = []
    page.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" and request.url == desk.path("06283") else None
    )
    await page.get_by_role("button", name="Gửi báo cáo").dblclick()
    await page.wait_for_url("**/06283**")
    await expect(page.locator(".form-bar")).to_have_count(0)
    assert len(posts) == 1
    await page.context.close()


async def test_a_person_whose_role_was_taken_away_gets_what_was_typed_as_a_file(desk: Desk) -> None:
    person = await desk.person("06286")
    page = await desk.open(await desk.context(person), "06286")
    await page.locator("[name='v.ct_000']").fill("4321")
    await desk.stack.database[collection_names.PEOPLE].update_one({"_id": person}, {"$set": {"grants": []}})
    await page.locator("[name='v.ct_000']").blur()
    await expect(page.locator(".form-notice")).to_contain_text("không còn quyền")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Tải nội dung đã gõ").click()
    saved = Path(await (await downloading.value).path()).read_text(encoding="utf-8-sig")
    assert saved == "Chỉ tiêu số 0 (hộ): 4321"
    assert desk.said == []
    await page.context.close()


async def test_of_two_who_write_nobody_overwrites_the_other_unseen(desk: Desk) -> None:
    one, other = [await desk.page("06298") for _ in range(2)]
    await one.locator("[name='v.ct_000']").fill("10")
    await one.locator("[name='v.ct_001']").fill("11")
    await one.locator("[name='v.ct_001']").blur()
    await expect(state(one)).to_have_attribute("data-state", "saved")
    await other.locator("[name='v.ct_000']").fill("20")
    await other.locator("[name='v.ct_000']").blur()
    notice = other.locator(".form-notice")
    await expect(notice).to_contain_text(re.compile(r"Nguyễn Thị Thử đã lưu bản nháp này lúc \d\d:\d\d, khác ở 2 ô"))
    assert (await desk.draft("06298"))["v.ct_000"] == "10"
    await notice.get_by_role("button", name="Xem khác biệt").click()
    dialog = other.get_by_role("dialog")
    assert await axe(other) == []
    await dialog.get_by_role("button", name="Áp dụng").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Còn 2 ô chưa chọn.")
    await dialog.get_by_role("group", name="Chỉ tiêu số 0").get_by_label("Ở đây").check()
    await dialog.get_by_role("group", name="Chỉ tiêu số 1").get_by_label("Nguyễn Thị Thử").check()
    await dialog.get_by_role("button", name="Áp dụng").click()
    await expect(state(other)).to_have_attribute("data-state", "saved")
    await expect(other.locator("[name='v.ct_001']")).to_have_value("11")
    draft = await desk.draft("06298")
    assert (draft["v.ct_000"], draft["v.ct_001"]) == ("20", "11")
    second = await desk.open(one.context, "06298")  # another window of the first person
    await second.locator("[name='n.ct_002']").fill("30")
    await second.keyboard.press("Control+s")
    await expect(state(second)).to_have_attribute("data-state", "saved")
    await one.locator("[name='v.ct_005']").fill("1")
    await one.keyboard.press("Control+s")
    await expect(one.locator(".form-notice")).to_contain_text("khác ở 2 ô")
    assert desk.said == []
    for page in (one, other):
        await page.context.close()


async def test_what_a_dead_browser_had_not_saved_is_offered_and_what_it_had_is_everywhere(desk: Desk) -> None:
    person = await desk.person("06307")
    context = await desk.context(person)
    page = await desk.open(context, "06307")
    await page.locator("[name='v.ct_000']").fill("saved")
    await page.keyboard.press("Control+s")
    await expect(state(page)).to_have_attribute("data-state", "saved")
    await page.route("**/nhap", lambda route: route.abort())
    await page.locator("[name='v.ct_001']").fill("only here")
    await expect(state(page, "v.ct_001")).to_have_text("Mới lưu trên máy này")
    elsewhere = await desk.open(await desk.context(person), "06307")
    await expect(elsewhere.locator("[name='v.ct_000']")).to_have_value("saved")
    await expect(elsewhere.locator(".form-notice")).to_have_count(0)
    beside = await desk.open(context, "06307")
    await expect(beside.locator(".form-notice")).to_have_count(0)  # the window that wrote it is still there
    await beside.close()
    await page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('killed')); }")  # closing alone would still save
    await page.close()
    again = await desk.open(context, "06307")
    await expect(again.locator("[name='v.ct_001']")).to_have_value("")  # nothing is merged unasked
    await again.get_by_role("button", name="Xem khác biệt").click()
    await again.get_by_role("group", name="Chỉ tiêu số 1").get_by_label("Trên máy này").check()
    assert await axe(again) == []
    await again.get_by_role("button", name="Áp dụng").click()
    await expect(again.locator("[name='v.ct_001']")).to_have_value("only here")
    await expect(state(again)).to_have_attribute("data-state", "saved")
    assert (await desk.draft("06307"))["v.ct_001"] == "only here"
    assert await again.evaluate("Object.keys(localStorage).filter((key) => key.includes('06307'))") == []
    await again.locator("[name='n.ct_002']").evaluate(
        "(box) => { box.value = 'x'; box.dispatchEvent(new InputEvent('input', { bubbles: true })); }"
    )
    await again.evaluate("document.querySelector('form[action=\"/dang-xuat\"]').requestSubmit()")
    await again.wait_for_url("**/dang-nhap")
    assert await again.evaluate("Object.keys(localStorage)") == []
    assert desk.said == []
    for one in (context, elsewhere.context):
        await one.close()
