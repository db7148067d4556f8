"""What people see: from a key to what it changes on the screen, and the first paint over a slow line. Measured in Chromium, where there is
one; without it there are no such figures.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from tests import identities
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.portal_country import PAGES, Country
from tests.browser.conftest import CHROMIUM, FLAGS

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

LATENCY_MS: Final = 400
BYTES_PER_S: Final = 400_000 / 8
FIRST: Final = ("work", "view", "form")
TIMES: Final = 3
KEYS: Final = 40
FIELD: Final = "[name='v.ct_050']"
KEY_TO_PAINT: Final = """(selector) => {
  document.painted = new Promise((resolve) => document.querySelector(selector).addEventListener("keydown", (event) => {
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp)));
  }, { once: true }));
}"""
FIRST_PAINT: Final = """new Promise((resolve) => new PerformanceObserver((seen) => {
  for (const entry of seen.getEntriesByName("first-contentful-paint")) resolve(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""


def is_there() -> bool:
    """Whether this machine has what is needed."""
    return importlib.util.find_spec("playwright") is not None and Path(CHROMIUM).exists()


async def seen(country: Country) -> Figures:
    """`first_paint_s.<page>` with an empty cache, the median of three; `key_to_paint_ms` in the form of 200 fields."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        paints = {name: round(median([await _first_paint(browser, country, name) for _ in range(TIMES)]), 2) for name in FIRST}
        keys = await _keys(await _opened(browser, country, "form"))
        await browser.close()
    return {
        "first_paint_s": {**paints, "slowest": max(paints.values())},
        "key_to_paint_ms": {"p50": round(percentile(keys, 50), 1), "p95": round(percentile(keys, 95), 1)},
    }


async def _page(browser: Browser, country: Country, role: str) -> Page:
    """A window of a new browser profile in which a person of a role is logged in."""
    context = await browser.new_context(locale="vi-VN")
    await context.add_cookies([{"name": identities.COOKIE, "value": country.sessions[role], "domain": "127.0.0.1", "path": "/"}])
    return await context.new_page()


async def _opened(browser: Browser, country: Country, name: str) -> Page:
    role, address = PAGES[name]
    page = await _page(browser, country, role)
    answer = await page.goto(country.url + address)
    if answer is None or answer.status != 200:
        raise AssertionError(f"{address}: {answer and answer.status}")
    return page


async def _first_paint(browser: Browser, country: Country, name: str) -> float:
    """Seconds from asking for a page until something of it is seen, over a slow line and with nothing in the cache."""
    role, address = PAGES[name]
    page = await _page(browser, country, role)
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_S, "uploadThroughput": BYTES_PER_S}
    await session.send("Network.emulateNetworkConditions", line)
    await page.goto(country.url + address)
    took_ms: float = await page.evaluate(FIRST_PAINT)
    await page.context.close()
    return took_ms / 1000


async def _keys(page: Page) -> list[float]:
    """Milliseconds from a key to the paint after it, in the middle of the form."""
    took: list[float] = []
    for _ in range(KEYS):
        await page.evaluate(KEY_TO_PAINT, FIELD)
        await page.locator(FIELD).press("4")
        took.append(await page.evaluate("document.painted"))
    return took
