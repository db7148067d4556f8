"""Chromium on the portal's pages. Runs only on request: `pytest -m browser tests/browser`."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.portal.conftest import Stack, ports, running, stack

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

__all__ = ["chromium", "page", "ports", "running", "stack"]

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


IN_CHROMIUM = (
    "test_accessibility.py",
    "test_by_role.py",
    "test_entry.py",
    "test_draft_torture.py",
    "test_form.py",
    "test_form_sessions.py",
    "test_header.py",
    "test_history_of_reforms.py",
    "test_live.py",
    "test_login.py",
    "test_pages.py",
    "test_reform_pages.py",
    "test_season.py",
)
collect_ignore = [] if importlib.util.find_spec("playwright") else [*IN_CHROMIUM]  # the default run does without it


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium; `make test-browser`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m browser` these tests are not of the run."""
    if "browser" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(running: Stack, chromium: Browser) -> AsyncIterator[Page]:
    """A page of a new context in which the person who views everything is logged in."""
    context = await chromium.new_context(locale="vi-VN")
    await context.add_cookies(
        [{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"} for name, value in running.cookies.items()]
    )
    yield await context.new_page()
    await context.close()
