"""What only a browser shows of live pages: one stream for all its tabs, none while hidden, and nothing lost on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from playwright.async_api import expect

from shared.wire import subjects
from tests.portal import builders
from tests.portal.builders import CT27
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from playwright.async_api import BrowserContext, Page

    from tests.portal.conftest import Stack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

VIEW = f"/bang/{CT27}/2024/184"
HIDE = """(isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


async def change(stack: Stack, received: int, sequence: int) -> None:
    """The aggregator writes a newer view and tells FEED."""
    changed = {"reporting.received": received, "position.sequence": sequence}
    await stack.database["views"].update_one({"_id": f"{CT27}/2024/184"}, {"$set": changed})
    payload = orjson.dumps({"data": {"position": {"generation": 1, "partition": 3, "sequence": sequence}}})
    await stack.jetstream.publish(subjects.feed("20", CT27, "2024", "184"), payload)


def shown(page: Page, received: int) -> Awaitable[None]:
    return expect(page.locator(".big")).to_have_text(f"{received}/22 đơn vị đã nộp", timeout=10_000)


async def streams(stack: Stack, count: int) -> None:
    await until(lambda: _is(stack.app.state.hub.count == count))


async def _is(answer: bool) -> bool:
    return answer


async def opened(stack: Stack, context: BrowserContext, count: int) -> list[Page]:
    pages = [await context.new_page() for _ in range(count)]
    for page in pages:
        await page.goto(stack.url + VIEW)
    return pages


async def test_eight_visible_pages_share_one_stream_and_all_of_them_load_and_follow(stack: Stack, page: Page) -> None:
    """Over HTTP/1.1 a browser has six connections to one server: a stream for each page would stop the seventh."""
    await stack.put(views=[builders.view()], reports=builders.season())
    pages = await opened(stack, page.context, 8)
    await streams(stack, 1)
    await change(stack, 14, 1300)
    for one in pages:
        await shown(one, 14)
    await page.goto(f"{stack.url}/bao-cao/{CT27}/2024/06253")  # a ninth, of another address
    await expect(page.locator("h1")).to_be_visible()
    await streams(stack, 1)


async def test_when_the_leading_page_closes_another_takes_over(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    leader, *others = await opened(stack, page.context, 3)
    await streams(stack, 1)
    await leader.close()
    await change(stack, 15, 1301)
    for one in others:
        await shown(one, 15)
    await streams(stack, 1)


async def test_hidden_pages_hold_no_stream_and_catch_up_when_they_are_seen_again(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    pages = await opened(stack, page.context, 2)
    await streams(stack, 1)
    for one in pages:
        await one.evaluate(HIDE, True)
    await streams(stack, 0)
    await change(stack, 16, 1302)
    for one in pages:
        await expect(one.locator(".big")).to_have_text("13/22 đơn vị đã nộp")
        await one.evaluate(HIDE, False)
        await shown(one, 16)


ADDED = """() => {
    document.styleSheets[0].insertRule(".scroll { width: 20rem; overflow-x: scroll !important }");
    document.styleSheets[0].insertRule(".scroll table { width: 90rem !important }");
    document.querySelector(".scroll").scrollLeft = 77;
    const name = document.querySelector("h1").firstChild;
    getSelection().setBaseAndExtent(name, 0, name, 4);
    window.same = document.querySelector("main");
}"""
KEPT = """() => [
    document.querySelector(".scroll").scrollLeft, String(getSelection()), window.same === document.querySelector("main"), scrollY
]"""


async def test_a_change_loses_neither_scroll_nor_focus_nor_selection(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.set_viewport_size({"width": 900, "height": 500})
    await page.goto(stack.url + VIEW)
    await streams(stack, 1)
    await page.locator(".figures a").first.focus()
    await page.evaluate(ADDED)
    await page.evaluate("scrollTo(0, 300)")
    focused = await page.evaluate("document.activeElement.href")
    await change(stack, 17, 1303)
    await shown(page, 17)
    assert await page.evaluate(KEPT) == [77, "Bảng", True, 300]
    assert await page.evaluate("document.activeElement.href") == focused


async def test_a_change_keeps_open_parts_and_what_is_typed_in_a_filter(stack: Stack, page: Page) -> None:
    """Parts and filters that the server sends as they were first."""
    await stack.put(views=[builders.view()], reports=builders.season())
    added = '<details><summary>Thêm</summary>x</details><form><label>Lọc <input name="loc" value=""></label></form>'

    async def with_more(route: object) -> None:
        answer = await route.fetch()  # type: ignore[attr-defined]
        await route.fulfill(response=answer, body=(await answer.text()).replace("</main>", added + "</main>"))  # type: ignore[attr-defined]

    await page.route(f"**{VIEW}", with_more)
    await page.goto(stack.url + VIEW)
    await streams(stack, 1)
    await page.locator("summary").click()
    await page.get_by_label("Lọc").fill("Văn")
    await change(stack, 18, 1304)
    await shown(page, 18)
    assert await page.locator("details").get_attribute("open") is not None
    await expect(page.get_by_label("Lọc")).to_be_focused()
    assert await page.get_by_label("Lọc").input_value() == "Văn"


async def test_a_page_with_an_edited_form_gets_a_notice_and_no_swap(stack: Stack, page: Page) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    await page.goto(stack.url + VIEW)
    await streams(stack, 1)
    await page.evaluate("document.querySelector('main').dataset.edited = ''")
    await change(stack, 19, 1305)
    await expect(page.locator("#live-note")).to_contain_text("Có số liệu mới")
    await expect(page.locator(".big")).to_have_text("13/22 đơn vị đã nộp")
    await page.get_by_role("button", name="Tải lại trang").click()
    await shown(page, 19)
