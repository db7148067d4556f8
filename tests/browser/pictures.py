"""Takes the pictures of the README, of docs/screens.md and of the guides again, from a running demo:

    make demo && make pictures

The acts that they show are done: a report is returned, corrected and sent. Take them from a demo that nobody else uses, in Debian's
Chromium.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.async_api import async_playwright, expect

from services.cli import session
from shared.plumbing import data_files
from shared.words import periods
from tests import identities
from tests.browser.conftest import CHROMIUM, FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import Browser, BrowserContext, Page

    from shared.plumbing.mongo import Documents
    from shared.words.principals import Role

ROOT: Final = data_files.FOLDER.parent
README: Final = ROOT / "docs/images"
SCREENS: Final = ROOT / "docs/images/screens"
GUIDES: Final = ROOT / "deploy/huong-dan/anh"
DESKTOP: Final = {"width": 1100, "height": 700}
PHONE: Final = {"width": 390, "height": 760}
GUIDE: Final = {"width": 800, "height": 560}  # narrow: read on paper and on a telephone
CT27: Final = "ct27-van-quan"
NQ68: Final = "nq68-quang-binh"
COMMUNE: Final = "06253"
COMMUNE_ID: Final = "06253-2025"
PEOPLE: Final[dict[str, tuple[Role, str | None, str, str]]] = {
    "officer": ("officer", COMMUNE_ID, "Hoàng Thị Lan", "hoang.lan"),
    "recipient": ("reviewer", "20-STC", "Nông Văn Bình", "nong.binh"),
    "labour": ("reviewer", "44-SNV-2025", "Trần Minh Đức", "tran.duc"),
    "operator": ("operator", None, "Lê Thu Hà", "le.ha"),
}
"""Who is in the pictures: role, unit, name, login."""
OURS: Final = {"login": {"$in": [login for *_, login in PEOPLE.values()]}}


@dataclass(frozen=True)
class Shot:
    """A page of somebody. `at`: what is at the top of the picture; "" is the top of the page."""

    name: str
    who: str
    path: str
    at: str = ""


def shots(year: int) -> Sequence[Shot]:
    """Pages that are looked at as they are, after the acts."""
    province = f"/bang/{NQ68}/{year}/44"
    return (
        Shot("tong-quan", "labour", "/tong-quan"),
        Shot("bang", "labour", province),
        Shot("so-lieu", "labour", province, "#so-lieu"),
        Shot("don-vi", "labour", province, "#don-vi-truc-thuoc, .matrix"),
        Shot("chua-nop", "labour", f"{province}/chua-nop"),
        Shot("don-doc", "labour", f"{province}/don-doc"),
        Shot("chot", "labour", f"{province}/chot", "#so-lieu"),
        Shot("giai-trinh", "recipient", f"/giai-trinh/{CT27}/{year}/20/gd_ngay_cong"),
        Shot("bao-cao", "recipient", f"/bao-cao/{CT27}/{year}/{COMMUNE}"),
        Shot("thuyet-minh", "labour", f"/thuyet-minh/{NQ68}/{year}/44"),
        Shot("nghia-vu", "labour", f"/nghia-vu?regime={NQ68}&period={year}"),
        Shot("che-do", "recipient", f"/che-do/{CT27}"),
        Shot("bieu-excel", "officer", f"/bieu-mau/{CT27}/{year}/{COMMUNE}/excel"),
        Shot("dinh-kem", "officer", f"/bieu-mau/{CT27}/{year}/{COMMUNE}/dinh-kem"),
        Shot("ban-nhap-cu", "officer", "/ban-nhap-cu"),
        Shot("nguoi-dung", "operator", "/quan-tri/nguoi-dung"),
        Shot("tinh-trang", "operator", "/quan-tri/tinh-trang"),
        Shot("nhat-ky", "operator", "/quan-tri/nhat-ky"),
    )


@dataclass
class Studio:
    """The browsers of the people, one of each size."""

    url: str
    contexts: dict[tuple[str, int], BrowserContext]

    async def open(self, who: str, size: dict[str, int], path: str) -> Page:
        page = await self.contexts[who, size["width"]].new_page()
        await page.goto(self.url + path)
        return page

    async def both(self, shot: Shot) -> None:
        """A page at the size of a desktop and of a telephone."""
        for size, kind in ((DESKTOP, "may-tinh"), (PHONE, "dien-thoai")):
            page = await self.open(shot.who, size, shot.path)
            await taken(page, SCREENS / f"{shot.name}-{kind}.png", shot.at)
            await page.close()


async def taken(page: Page, file: Path, at: str = "") -> None:
    if at:
        await page.locator(at).first.evaluate("(one) => scrollTo(0, one.getBoundingClientRect().top + scrollY - 16)")
    await page.screenshot(path=file, type="png")
    print(file.relative_to(ROOT), file.stat().st_size)


async def returned(it: Studio, year: int) -> None:
    path = f"/bao-cao/{CT27}/{year}/{COMMUNE}/tra-lai"
    await it.both(Shot("tra-lai", "recipient", path))
    page = await it.open("recipient", GUIDE, path)
    await page.locator("[name=ly_do_chon]").nth(2).check()
    await page.get_by_label("Nói rõ thêm").fill("Số ngày công cao hơn hẳn năm trước, đề nghị rà soát lại theo danh sách của thôn.")
    await page.locator("[name=chi_tieu][value=gd_ngay_cong]").check()
    await page.locator("#ngay").fill(f"15/12/{year}")
    await taken(page, GUIDES / "so-tra-lai.png", "#vi-sao")
    await page.get_by_role("button", name="Trả lại báo cáo").click()
    await expect(page.get_by_role("heading", name="đã ghi nhận")).to_be_visible()


async def corrected(it: Studio, year: int) -> None:
    form = f"/bieu-mau/{CT27}/{year}/{COMMUNE}"
    page = await it.open("officer", GUIDE, "/viec-cua-toi")
    for _ in range(100):  # until the notifier has heard of it
        if await page.get_by_text("Lý do trả lại").count():
            break
        await page.reload()
    await taken(page, GUIDES / "xa-viec.png")
    await it.both(Shot("viec-cua-toi", "officer", "/viec-cua-toi"))
    await it.both(Shot("bieu-mau", "officer", form, ".line.returned"))
    await page.goto(it.url + form)
    box = page.locator("[name='v.gd_ngay_cong']")
    await box.fill("238")
    await expect(page.locator(".form-bar .state")).to_have_text(re.compile("Đã lưu"))
    await taken(page, GUIDES / "xa-bieu.png", "section[aria-label^='Giáo dục']")
    await page.get_by_role("button", name="Kiểm tra", exact=True).click()
    await expect(page.get_by_role("heading", name="Kiểm tra trước khi gửi")).to_be_visible()
    await expect(page.get_by_role("heading", name="Kiểm tra xong")).to_be_visible()
    await page.set_viewport_size({"width": 1000, "height": 620})  # with columns
    await taken(page, GUIDES / "xa-kiem-tra.png", "#kiem-tra")
    await page.set_viewport_size(GUIDE)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Gửi báo cáo").click()
    await expect(page.get_by_role("heading", name="Báo cáo đã được ghi nhận")).to_be_visible()
    await taken(page, GUIDES / "xa-bien-nhan.png")
    await it.both(Shot("bien-nhan", "officer", page.url.removeprefix(it.url)))


async def of_guides(it: Studio, year: int) -> None:
    """Pictures of guides that need no act."""
    province = f"/bang/{NQ68}/{year}/44"
    for file, who, path, at in (
        ("so-bang", "labour", province, ".facts"),
        ("so-chua-nop", "labour", f"{province}/chua-nop", ""),
        ("so-chot", "labour", f"{province}/chot", "#du-chua"),
        ("qt-nguoi-dung", "operator", "/quan-tri/nguoi-dung", ""),
        ("qt-tinh-trang", "operator", "/quan-tri/tinh-trang", ""),
    ):
        page = await it.open(who, GUIDE, path)
        await taken(page, GUIDES / f"{file}.png", at)
        await page.close()


async def contexts(database: Documents, browser: Browser, url: str) -> dict[tuple[str, int], BrowserContext]:
    made = {}
    for who, (role, unit, name, login) in PEOPLE.items():
        person = await identities.put_person(database, identities.grant(role, unit), login=login)
        await database["people"].update_one({"_id": person}, {"$set": {"name": name}})
        cookie = {"name": identities.COOKIE, "value": await identities.put_session(database, person), "url": url}
        for size in (DESKTOP, PHONE, GUIDE):
            context = await browser.new_context(locale="vi-VN", viewport=size, color_scheme="light")  # type: ignore[arg-type]
            await context.add_cookies([cookie])  # type: ignore[list-item]
            made[who, size["width"]] = context
    return made


async def take() -> None:
    SCREENS.mkdir(exist_ok=True)
    async with session.connected(needs_nats=False) as connections, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        url, year = connections.settings.service_addresses["portal"], periods.local_day(connections.clock()).year
        await connections.database["people"].delete_many(OURS)
        it = Studio(url, await contexts(connections.database, browser, url))
        page = await it.open("labour", DESKTOP, "/tong-quan")
        await page.set_viewport_size({"width": 1100, "height": 790})
        await taken(page, README / "portal.png")
        await returned(it, year)
        await corrected(it, year)
        await of_guides(it, year)
        for shot in shots(year):
            await it.both(shot)
        await browser.close()
        await connections.database["people"].delete_many(OURS)


if __name__ == "__main__":
    asyncio.run(take())
