"""The head of a page on a telephone: two rows, and a menu that opens by keyboard and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.test_accessibility import AXE, RUN, faults

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.portal.conftest import Stack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"width": 360, "height": 780}
TWO_ROWS = 110  # pixels
TARGETS = {"target-size": {"enabled": True}}


async def test_the_head_of_a_page_has_two_rows_on_a_telephone(running: Stack, page: Page) -> None:
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in ("/tong-quan", "/khong-co"):
        await page.goto(running.url + path)
        box = await page.locator("header.top").bounding_box()
        assert box is not None
        assert box["height"] < TWO_ROWS, path
        await expect(page.get_by_role("navigation", name="Các phần chính")).to_be_hidden()
        await expect(page.get_by_role("searchbox").or_(page.get_by_label("Tên hoặc mã đơn vị"))).to_be_visible()


async def test_the_menu_opens_and_closes_by_keyboard(running: Stack, page: Page) -> None:
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.goto(running.url + "/tong-quan")
    menu = page.get_by_role("navigation", name="Các phần chính")
    await page.get_by_role("button", name="Menu").focus()
    await page.keyboard.press("Enter")
    await expect(menu).to_be_visible()
    await page.evaluate(AXE)
    assert faults(await page.evaluate(RUN, TARGETS)) == []
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(page.get_by_role("button", name="Menu")).to_be_focused()
    await page.keyboard.press("Enter")
    for _ in range(10):  # until the focus is on it
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.innerText") == "Nghĩa vụ":
            break
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(running.url + "/nghia-vu")


async def test_the_menu_opens_without_javascript(running: Stack, chromium: Browser) -> None:
    context = await chromium.new_context(locale="vi-VN", viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    await context.add_cookies(
        [{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"} for name, value in running.cookies.items()]
    )
    page = await context.new_page()
    await page.goto(running.url + "/tong-quan")
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("link", name="Biểu mẫu", exact=True).click()
    await expect(page).to_have_url(running.url + "/che-do")
    await context.close()


async def test_a_wide_screen_shows_the_menu_at_once(running: Stack, page: Page) -> None:
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.goto(running.url + "/tong-quan")
    await expect(page.get_by_role("navigation", name="Các phần chính")).to_be_visible()
    await expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
    await expect(page.get_by_role("button", name="Menu")).to_be_hidden()
