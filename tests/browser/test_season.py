"""One season in a browser, by role: an officer sends, the recipient returns, the officer corrects, the recipient confirms; a
correction after that becomes điều chỉnh lần 1, which FEED says.

With `TONGHOP_PICTURES` it writes the film strip of docs/season.md:
    TONGHOP_PICTURES=docs/images/season .venv/bin/pytest -m browser tests/browser/test_season.py
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
import pytest
from playwright.async_api import async_playwright, expect

from shared.wire import subjects
from tests import identities
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.builders import NQ68
from tests.running import running, with_all_settings
from tests.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

    from shared.shell.service import Connections
    from shared.words.principals import Role

pytestmark = [pytest.mark.browser]
PICTURES: Final = "TONGHOP_PICTURES"  # a folder: the pictures are written there; unset: none
WARD, RECIPIENT, PROVINCE = "18853", "44-SLDTBXH", "44"
PERIOD: Final = f"{NQ68}/2024"
INDICATOR: Final = "ld_viec_lam_moi"
FIX_BY: Final = "30/12/2099"


@dataclass
class Season:
    """The portal, its people's pages, and how many pictures were taken."""

    loaded: Connections
    url: str
    officer: Page
    recipient: Page
    taken: list[str] = field(default_factory=list)

    async def picture(self, page: Page, name: str, of: Locator | None = None) -> None:
        """Takes the next picture of the strip, if pictures are asked for: what is around `of`, or the top of the page."""
        self.taken.append(name)
        if folder := os.environ.get(PICTURES):
            if of is not None:
                await of.evaluate("it => it.scrollIntoView({block: 'center'})")
            await page.screenshot(path=Path(folder) / f"{len(self.taken)}-{name}.png", type="png")

    async def send(self, jobs: str) -> None:
        """The officer types a figure into the form and sends it."""
        await self.officer.goto(f"{self.url}/bieu-mau/{PERIOD}/{WARD}")
        await self.officer.locator(f"#v-{INDICATOR}").fill(jobs)
        await self.officer.get_by_role("button", name="Kiểm tra", exact=True).click()
        await expect(self.officer.get_by_role("heading", name="Kiểm tra trước khi gửi")).to_be_visible()  # the form has such a button too
        await self.officer.get_by_role("button", name="Gửi báo cáo").click()
        await expect(self.officer.get_by_role("heading", name="Báo cáo đã được ghi nhận")).to_be_visible()

    async def total(self, shown: str) -> None:
        """Waits until the province's total is `shown`, on the recipient's page."""
        await self.recipient.goto(f"{self.url}/bang/{PERIOD}/{PROVINCE}")
        figure = self.recipient.locator(f'a[href$="/{PROVINCE}/{INDICATOR}"]').first
        await expect(figure).to_have_text(shown, timeout=10_000)

    async def act(self, button: str) -> None:
        await self.recipient.get_by_role("button", name=button).click()
        await expect(self.recipient.get_by_role("heading", name="đã ghi nhận")).to_be_visible()

    async def official(self) -> tuple[int, bool] | None:
        """What the newest message of FEED says about the province."""
        subject = subjects.feed(PROVINCE, NQ68, "2024", PROVINCE)
        message = await self.loaded.streams.jetstream.get_last_msg(subjects.FEED, subject)
        said = orjson.loads(message.data or b"{}")["data"]["official"]
        return said and (said["number"], said["moved"])

    async def until_official(self, number: int, *, moved: bool) -> None:
        async def is_said() -> bool:
            return await self.official() == (number, moved)

        await until(is_said)


async def logged_in(loaded: Connections, browser: Browser, url: str, role: Role, unit: str) -> Page:
    context = await browser.new_context(locale="vi-VN", viewport={"width": 1000, "height": 640}, color_scheme="light")
    secret = await identities.session_with(loaded.database, identities.grant(role, unit))
    await context.add_cookies([{"name": identities.COOKIE, "value": secret, "url": url}])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    return page


async def test_a_season_from_the_first_report_to_dieu_chinh_lan_1(loaded: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(loaded).settings
    url = f"http://{settings.bind_host}:{settings.portal_port}"
    async with running(settings, tmp_path, "ingest", "aggregate", "portal"), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        officer = await logged_in(loaded, browser, url, "officer", WARD)
        it = Season(loaded, url, officer, await logged_in(loaded, browser, url, "reviewer", RECIPIENT))
        await sent(it)
        await returned(it)
        await corrected(it)
        await confirmed(it)
        await adjusted(it)
        await browser.close()
    assert len(it.taken) == len(set(it.taken)) == 8


async def sent(it: Season) -> None:
    await it.send("4.000")
    await it.picture(it.officer, "da-gui")
    await it.total("4.000")


async def returned(it: Season) -> None:
    await it.recipient.goto(f"{it.url}/bao-cao/{PERIOD}/{WARD}/tra-lai")
    await it.recipient.locator(f'input[name="chi_tieu"][value="{INDICATOR}"]').check()
    await it.recipient.get_by_label("Nói rõ thêm").fill("Thừa một chữ số so với danh sách đã gửi")
    await it.recipient.locator("#ngay").fill(FIX_BY)
    await it.picture(it.recipient, "tra-lai", it.recipient.locator("#chi_tieu"))
    await it.act("Trả lại báo cáo")


async def corrected(it: Season) -> None:
    await it.officer.goto(f"{it.url}/bieu-mau/{PERIOD}/{WARD}")
    named = it.officer.locator(".line.returned")
    await expect(named).to_have_count(1)
    await expect(it.officer.get_by_text("Thừa một chữ số so với danh sách đã gửi").first).to_be_visible()
    await it.picture(it.officer, "can-sua", named)
    await it.send("400")
    await it.total("400")
    await it.picture(it.recipient, "da-sua", it.recipient.locator("#so-lieu"))


async def confirmed(it: Season) -> None:
    await it.recipient.goto(f"{it.url}/bang/{PERIOD}/{PROVINCE}/chot")
    await it.recipient.locator("#ly_do").fill("Các đơn vị còn lại không phát sinh")
    await it.picture(it.recipient, "chot", it.recipient.locator("#ly_do"))
    await it.act("Chốt số liệu")
    await it.until_official(1, moved=False)
    await it.recipient.goto(f"{it.url}/bang/{PERIOD}/{PROVINCE}")
    await expect(it.recipient.get_by_text("Phiên bản chính thức").first).to_be_visible()
    await it.picture(it.recipient, "chinh-thuc", it.recipient.locator("#phien-ban"))


async def adjusted(it: Season) -> None:
    await it.send("410")
    await it.until_official(1, moved=True)
    await it.total("410")
    await expect(it.recipient.get_by_text("chưa chốt lại").first).to_be_visible()
    await it.recipient.goto(f"{it.url}/bang/{PERIOD}/{PROVINCE}/chot")
    await it.recipient.locator("#ly_do").fill("Phường bổ sung 10 người")
    await it.picture(it.recipient, "thay-doi", it.recipient.locator("#so-voi-ban-da-chot"))
    await it.act("Chốt điều chỉnh lần 1")
    await it.until_official(2, moved=False)
    await it.recipient.goto(f"{it.url}/bang/{PERIOD}/{PROVINCE}")
    await expect(it.recipient.get_by_role("heading", name="Điều chỉnh lần 1").first).to_be_visible()
    await it.picture(it.recipient, "dieu-chinh-lan-1", it.recipient.locator("#phien-ban"))
