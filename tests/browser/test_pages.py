"""Behaviour that only a browser can show: a page follows its view by itself, and fetches nothing from other sites."""

import io
import re

import orjson
import pypdf
import pytest
from playwright.async_api import Page, expect

from shared.wire import subjects
from tests.portal import builders, years
from tests.portal.builders import CT27, MONTHLY
from tests.portal.conftest import Stack
from tests.portal.test_duty_pages import a_bit_of_all
from tests.portal.test_strip_pages import many_views, present

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

VIEW = f"/bang/{CT27}/2024/184"
NARROW = [
    "/",
    "/nghia-vu",
    VIEW,
    f"/bang/{years.MONTHLY}/2026-09/184",
    f"/giai-trinh/{CT27}/2024/184/gd_ngay_cong",
    f"/giai-trinh/{years.MONTHLY}/2026-09/184/thu",
    f"/bao-cao/{CT27}/2024/06253",
    "/tai-khoan",
]


async def change(stack: Stack, received: int, sequence: int) -> None:
    """The aggregator writes a newer view and tells FEED."""
    await stack.database["views"].update_one(
        {"_id": f"{CT27}/2024/184"}, {"$set": {"reporting.received": received, "position.sequence": sequence}}
    )
    payload = orjson.dumps({"data": {"position": {"generation": 1, "partition": 3, "sequence": sequence}}})
    await stack.jetstream.publish(subjects.feed("20", CT27, "2024", "184"), payload)


async def test_a_page_follows_its_view_without_a_reload_and_keeps_its_place(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.set_viewport_size({"width": 900, "height": 500})
    await page.goto(stack.url + VIEW)
    await expect(page.locator(".big")).to_have_text("13/22 đơn vị đã nộp")
    await page.evaluate("window.scrollTo(0, 700); window.same = true")
    await change(stack, 14, 1300)
    await expect(page.locator(".big")).to_have_text("14/22 đơn vị đã nộp")
    await expect(page.locator("#live-note")).to_contain_text("Cập nhật lúc")
    assert await page.evaluate("[window.scrollY, window.same]") == [700, True]
    await change(stack, 15, 1301)
    await expect(page.locator(".big")).to_have_text("15/22 đơn vị đã nộp")


async def test_on_a_wide_screen_every_figure_is_below_the_heading_of_its_column(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.set_viewport_size({"width": 1100, "height": 800})
    for path in (VIEW, f"/bao-cao/{CT27}/2024/06253"):
        await page.goto(stack.url + path)
        misplaced = """[...document.querySelectorAll('table.figures')].flatMap((table) => {
            const left = [...table.rows[0].cells].map((cell) => Math.round(cell.getBoundingClientRect().left));
            const rows = [...table.rows].filter((row) => row.cells.length === left.length);
            return rows.flatMap((row) => [...row.cells].filter((cell, at) => Math.round(cell.getBoundingClientRect().left) !== left[at]));
        }).length"""
        assert await page.evaluate("document.querySelectorAll('table.figures tr').length") > 2
        assert await page.evaluate(misplaced) == 0


async def test_a_correction_of_an_earlier_period_moves_the_sum_on_an_open_page(stack: Stack, page: Page) -> None:
    report = years.submitted("06253", 1, "2026-01", thu="1.00")
    await stack.put(views=years.views([report]))
    await page.goto(f"{stack.url}/bang/{years.MONTHLY}/2026-02/184")
    cell = page.locator(f'a[href="/giai-trinh/{years.MONTHLY}/2026-02/184/thu#luy-ke"]')
    await expect(cell).to_have_text("1,00")
    corrected = years.views([report, years.submitted("06253", 2, "2026-01", revision=2, thu="1234.50")])
    [january] = [view for view in corrected if view["_id"] == f"{years.MONTHLY}/2026-01/184"]
    await stack.database["views"].replace_one({"_id": january["_id"]}, january)
    payload = orjson.dumps({"data": {"position": january["position"]}})
    await stack.jetstream.publish(subjects.feed("20", years.MONTHLY, "2026-01", "184"), payload)
    await expect(cell).to_have_text("1.234,50")


async def test_a_change_while_the_page_was_cut_off_is_made_up_for(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.goto(stack.url + VIEW)
    await page.context.set_offline(True)
    await change(stack, 16, 1400)
    await page.context.set_offline(False)
    await expect(page.locator(".big")).to_have_text("16/22 đơn vị đã nộp", timeout=20_000)


async def test_pages_ask_nobody_else_and_break_no_rule_of_their_own(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for path in ("/", VIEW, f"/bao-cao/{CT27}/2024/06253", f"/thuyet-minh/{CT27}/2024/184"):
        await page.goto(stack.url + path)
    assert said == []
    assert all(url.startswith(stack.url) for url in asked)


@pytest.mark.parametrize("path", ["/", VIEW, f"/bao-cao/{CT27}/2024/06253"])
async def test_a_page_fits_a_telephone(stack: Stack, page: Page, path: str) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.set_viewport_size({"width": 360, "height": 640})
    await page.goto(stack.url + path)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


LISTS = "'.scroll:not(:has(.matrix))'"


@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize("path", NARROW)
async def test_no_column_of_a_table_is_off_a_narrow_screen(stack: Stack, page: Page, path: str, width: int) -> None:
    """WCAG 1.4.10: nothing has to be scrolled sideways, but the matrix of units and figures, whose meaning needs both directions: it
    scrolls by itself, and its first column stays. Each cell below a row's heading says what its column is.
    """
    reports = [years.submitted("06253", number, f"2026-{number:02}", thu="1234567.50", luot=1234567) for number in range(1, 10)]
    await stack.put(views=[builders.view(), *many_views(), *years.views(reports)], reports=builders.season(), duties=a_bit_of_all())
    await page.set_viewport_size({"width": width, "height": 640})
    await page.goto(stack.url + path)
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert await page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    wider = f"[...document.querySelectorAll({LISTS})].filter((one) => one.scrollWidth > one.clientWidth).length"
    assert await page.evaluate(wider) == 0
    assert await page.evaluate("document.querySelectorAll('table').length") > 0
    label = "getComputedStyle(document.querySelector('td[data-label]'), '::before').content"
    assert "attr(data-label)" in await page.evaluate(label) or ": " in await page.evaluate(label)
    cells = "[...document.querySelectorAll('table:not(.matrix) td:not(.blank):not(:empty)')].map((td) => td.getBoundingClientRect().right)"
    assert max(await page.evaluate(cells)) <= width


async def test_each_printed_page_says_what_it_is_of_whom_and_when_it_was_printed(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.goto(stack.url + VIEW)
    await page.evaluate("(title) => { document.title = title; }", 'Bảng "x" \\ – Tổng Hợp')
    pages = pypdf.PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True))).pages
    assert len(pages) > 1
    for number, printed in enumerate(pages, start=1):
        text = printed.extract_text()
        assert 'Bảng "x" \\' in text
        assert "Huyện Văn Quan" in text
        assert len(re.findall(r"In lúc \d\d/\d\d/\d{4} \d\d:\d\d", text)) == 1
        assert f"Trang {number}/{len(pages)}" in text


async def test_the_description_of_the_api_is_folded_and_each_link_opens_its_part(stack: Stack, page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 640})
    await page.goto(stack.url + "/api")
    assert await page.evaluate("document.documentElement.scrollHeight") < 20_000
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_role("link", name="GET /api/v1/duties").click()
    part = page.locator("details:has(> summary > h2#portal-listDuties)")
    await expect(part).to_have_attribute("open", "")
    await expect(part.locator("h3").first).to_be_in_viewport()
    await part.evaluate("(one) => { one.open = false; }")
    await page.get_by_role("link", name="GET /api/v1/duties").click()
    await expect(part).to_have_attribute("open", "")
    await part.get_by_role("link", name="Kiểu", exact=False).first.click()
    assert await page.evaluate("document.querySelector(':target').closest('details').open")
    await page.goto(stack.url + "/api#portal-getView")
    await expect(page.locator("details:has(> summary > h2#portal-getView)")).to_have_attribute("open", "")


async def test_a_wide_screen_has_tables_with_columns(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(stack.url + VIEW)
    assert await page.evaluate("getComputedStyle(document.querySelector('.figures td')).display") == "table-cell"
    assert await page.evaluate("getComputedStyle(document.querySelector('.figures td[data-label]'), '::before').content") == "none"


async def test_the_keyboard_reaches_the_content_first(stack: Stack, page: Page) -> None:
    await page.goto(stack.url + "/")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Tới nội dung"


async def test_the_keyboard_leads_from_one_month_to_the_next(stack: Stack, page: Page) -> None:
    await stack.put(views=many_views())
    year = present(MONTHLY)[:4]
    await page.goto(f"{stack.url}/bang/{MONTHLY}/{year}-05/184")
    await expect(page.locator("nav.year [aria-current=page]")).to_contain_text("Tháng 5")
    await page.locator("nav.year [aria-current=page]").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("nav.year [aria-current=page]")).to_contain_text("Tháng 6")


@pytest.mark.parametrize("width", [360, 1280])
async def test_every_month_of_a_strip_can_be_touched(stack: Stack, page: Page, width: int) -> None:
    """WCAG 2.5.8: a target has 24 × 24 pixels at least."""
    await stack.put(views=many_views())
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(stack.url + "/")
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    boxes = await page.evaluate("[...document.querySelectorAll('.strip a')].map((a) => [a.offsetWidth, a.offsetHeight, a.scrollWidth])")
    assert len(boxes) >= 24
    assert all(width >= 24 and height >= 24 and inner <= width for width, height, inner in boxes)


async def test_a_file_is_kept_under_the_name_that_it_was_given(stack: Stack, page: Page) -> None:
    await stack.put(duties=[builders.duty()])
    await page.goto(stack.url + "/nghia-vu?unit=184")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="bảng CSV").click()
    name = (await download.value).suggested_filename
    assert name.startswith("Nghĩa vụ báo cáo Huyện Văn Quan, ")
    assert name.endswith(".csv")


async def test_a_unit_is_found_from_any_page(stack: Stack, page: Page) -> None:
    await page.goto(stack.url + "/nghia-vu")
    await page.get_by_role("textbox", name="Tên hoặc mã đơn vị").fill("tran ninh")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Xã Trấn Ninh").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nghĩa vụ báo cáo: Xã Trấn Ninh")
