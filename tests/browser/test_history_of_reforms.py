"""The pages of reforms in Chromium: no error, no request to other sites, narrow screens, rules of accessibility, print."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Page

from services.devstack.ports import choose_ports
from services.portal.app import create_app
from tests.browser.test_accessibility import AXE, faults
from tests.portal.conftest import Stack
from tests.portal.reformed_stack import MARCH, reformed
from tests.running import is_ready
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
JULY = "/sap-xep/2025-07-01"
PATHS = ["/sap-xep", JULY, f"/sap-xep/{MARCH}", f"{JULY}?q=v%C4%83n+quan", f"{JULY}?q=khongco", "/sap-xep/2024-01-01"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def url(running: Stack) -> AsyncIterator[str]:
    """The address of a portal with the reforms of 2025."""
    async with reformed(running.settings) as settings:
        port = choose_ports(defaults=False).portal
        app = create_app(settings)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve())
        found = f"http://127.0.0.1:{port}"
        await until(lambda: is_ready(app))
        yield found
        server.should_exit = True
        await serving


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", PATHS)
async def test_a_page_of_reforms_has_no_error_and_fits(url: str, page: Page, path: str, width: int) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(url + path)
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).length") == 0
    await page.evaluate(AXE)
    assert faults(await page.evaluate("axe.run()")) == []
    assert [text for text in said if "404" not in text] == []
    assert all(asking.startswith(url) for asking in asked)


async def test_a_unit_of_a_reform_is_found_from_the_footer(url: str, page: Page) -> None:
    await page.goto(url)
    await page.click("footer a[href='/sap-xep']")
    await page.click("a[href='/sap-xep/2025-07-01']")
    await page.fill("main input[name=q]", "van quan")
    await page.press("main input[name=q]", "Enter")
    await page.wait_for_url("**q=van**")
    assert "nay thuộc Xã Văn Quan" in await page.inner_text("#don-vi ~ .scroll")


async def test_the_page_of_a_reform_prints_on_a_few_sheets(url: str, page: Page) -> None:
    await page.goto(url + JULY)
    sheets = BytesIO(await page.pdf(format="A4")).read().count(b"/Type /Page\n")
    assert 1 <= sheets <= 8
