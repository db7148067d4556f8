"""Pages over the reform of 01/07/2025 as a browser shows them: the banner of an early block, an area, the notes of a unit."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_accessibility import AXE, faults
from tests.portal import reformed
from tests.portal.builders import AFTER, CT27, report
from tests.portal.conftest import Stack
from tests.portal.reformed import EVE, duty, view

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EARLY = f"/bang/{CT27}/2025/184?units=2025-06-30"
AREA = f"/bang/{CT27}/2025/184-VQ"
PATHS = [
    EARLY,
    AREA,
    f"/bang/{CT27}/2025/20",
    f"/bang/{CT27}/2024/184",
    f"/bang/{CT27}/2025/06256",
    f"/bao-cao/{CT27}/2025/06280",
    f"/bao-cao/{CT27}/2025/06256?units=2025-06-30",
    "/nghia-vu?unit=06280",
    "/tim?q=van%20quan",
    "/",
]


async def fill(stack: Stack) -> None:
    sent = report(unit="06256", period="2025", at=AFTER.replace(year=2025, month=5), values={"gd_ngay_cong": 7})
    late = report(unit="06256", sender="06280-2025", revision=2, at=AFTER.replace(year=2025, month=9), as_successor=True)
    early_views = [view("184", early=EVE), view("20", early=EVE)]
    views = [view("184-VQ"), view("20"), view("184", "2024", day=EVE)]
    await stack.put(views=views, early_views=early_views, reports=[sent, late], duties=[duty("06256"), duty("06280")])


async def test_the_banner_of_an_early_block_is_before_its_figures_and_its_links_stay_in_the_block(stack: Stack, page: Page) -> None:
    await fill(stack)
    async with reformed.served(stack) as url:
        await page.goto(f"{url}/bang/{CT27}/2025/20")
        await page.get_by_role("link", name="Huyện Văn Quan, trước ngày 01/07/2025").click()
        banner = page.get_by_text("Số liệu các đơn vị cũ đã báo cáo trước 01/07/2025; không cộng vào bảng năm 2025")
        await expect(banner).to_be_visible()
        above, figures = await banner.bounding_box(), await page.locator("table.figures").bounding_box()
        assert above is not None
        assert figures is not None
        assert above["y"] + above["height"] <= figures["y"]
        await page.get_by_role("link", name="Xã Trấn Ninh", exact=True).click()
        await expect(page).to_have_url(f"{url}/bao-cao/{CT27}/2025/06256?units=2025-06-30")
        await expect(banner).to_be_visible()


async def test_the_page_of_an_area_leads_to_its_members(stack: Stack, page: Page) -> None:
    await fill(stack)
    async with reformed.served(stack) as url:
        await page.goto(url + AREA)
        await expect(page.get_by_role("heading", name="Bảng tổng hợp: Địa bàn huyện Văn Quan (cũ)")).to_be_visible()
        await expect(page.get_by_text("Gồm 15 trong 15 đơn vị cũ của Huyện Văn Quan và 3 đơn vị cũ ở ngoài")).to_be_visible()
        await page.get_by_role("row", name="Xã Điềm He").get_by_role("link").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Báo cáo: Xã Điềm He 06280")


@pytest.mark.parametrize("width", [1280, 360])
async def test_the_pages_have_no_fault_of_accessibility_and_fit_their_screen(stack: Stack, page: Page, width: int) -> None:
    await fill(stack)
    await page.set_viewport_size({"width": width, "height": 800})
    async with reformed.served(stack) as url:
        for path in PATHS:
            await page.goto(url + path)
            await page.evaluate(AXE)
            assert faults(await page.evaluate("axe.run()")) == [], path
            assert await page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), path
