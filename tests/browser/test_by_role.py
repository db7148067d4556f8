"""Every page of an act and around a report, by the role that uses it, in its states: axe finds no violation, on a wide and a narrow screen,
light, dark and in forced colours; and acts are done by keyboard only. One system with one browser for all; the walks share its reports.

Last on 2 cores, other work on the machine: 119 s of CPU in all, servers and browser included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.browser import acts_by_role, pages_by_role, season_desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser

    from tests.browser.season_desk import Desk
    from tests.conftest import Servers

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(servers: Servers, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with season_desk.desk(servers, tmp_path_factory.mktemp("by-role"), chromium) as made:
        yield made


@pytest.mark.parametrize("walk", [*acts_by_role.WALKS, *pages_by_role.WALKS], ids=lambda walk: walk.__name__)
async def test_by_role(desk: Desk, walk: Callable[[Desk], Awaitable[dict[str, list[str]]]]) -> None:
    found = await walk(desk)
    assert {page: faults for page, faults in found.items() if faults} == {}
