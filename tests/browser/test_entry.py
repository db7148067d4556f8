"""The form of a report in a browser: with and without JavaScript, by labels as a screen reader has them, and without a fault of
accessibility.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from shared.plumbing import password_hashes
from tests import identities
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.test_accessibility import AXE, faults
from tests.builders import COMMUNE, CT27, RECIPIENT
from tests.portal import entry_desk
from tests.portal.entry_desk import PATH
from tests.portal.logged_in import PASSWORD
from tests.running import running, with_all_settings

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from shared.shell.service import Connections
    from shared.words.principals import Role

pytestmark = [pytest.mark.browser]

expect.set_options(timeout=20_000)  # milliseconds, on a busy machine


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def log_in(loaded: Connections, page: Page, url: str, role: Role, unit: str) -> None:
    login = f"{role}-{unit}".lower()
    password = await password_hashes.hashed(PASSWORD)
    await identities.put_person(loaded.database, identities.grant(role, unit), login=login, password=password)
    await page.goto(url + PATH)
    await page.get_by_label("Tên đăng nhập").fill(login)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page).to_have_url(url + PATH)


async def axe(page: Page) -> list[str]:
    return faults(await page.evaluate(f"{AXE}; axe.run()"))


async def test_an_officer_sends_a_report_and_the_recipient_enters_the_next_one(
    loaded: Connections, tmp_path: Path, chromium: Browser
) -> None:
    await loaded.reference.put_regimes([entry_desk.regime()])
    settings = with_all_settings(loaded).settings
    url = f"http://{settings.bind_host}:{settings.portal_port}"
    async with running(settings, tmp_path, "ingest", "aggregate", "portal"):
        page = await (await chromium.new_context(locale="vi-VN", viewport={"width": 320, "height": 800})).new_page()
        await log_in(loaded, page, url, "officer", COMMUNE)
        assert await axe(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        box = page.locator("#v-gd_ngay_cong")
        await box.fill("12a")
        await box.press("Enter")  # goes to the next field, and never sends
        await expect(box).not_to_be_focused()
        await page.get_by_role("button", name="Kiểm tra", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("báo cáo chưa được gửi")
        await expect(box).to_have_value("12a")
        await expect(box).to_have_attribute("aria-invalid", "true")
        assert await axe(page) == []
        await page.get_by_role("alert").get_by_role("link").first.click()
        await expect(box).to_be_focused()
        await box.fill("1.234")
        await page.get_by_role("button", name="Kiểm tra", exact=True).click()
        await expect(page.get_by_role("heading", name="Kiểm tra trước khi gửi")).to_be_visible()
        await expect(page.get_by_text("= 1.234")).to_be_visible()
        await page.get_by_role("button", name="Gửi báo cáo").click()
        await expect(page.get_by_role("heading", name="Báo cáo đã được ghi nhận")).to_be_visible()
        assert await axe(page) == []
        receipt = await page.locator(".receipt").inner_text()
        await page.reload()
        await expect(page.locator(".receipt")).to_have_text(receipt)

        plain = await (await chromium.new_context(locale="vi-VN", java_script_enabled=False)).new_page()
        await log_in(loaded, plain, url, "reviewer", RECIPIENT)
        await expect(plain.get_by_text("Nhập thay cho").first).to_be_visible()
        await plain.locator("#v-gd_ngay_cong").fill("1235")
        await plain.get_by_role("button", name="Gửi thay").click()
        await expect(plain.get_by_role("heading", name="Báo cáo đã được ghi nhận")).to_be_visible()
        await plain.goto(f"{url}/bao-cao/{CT27}/2024/{COMMUNE}")
        await expect(plain.get_by_text("nhập thay bởi").first).to_be_visible()
