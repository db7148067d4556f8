"""A portal for tests of the form's script: a form of 200 fields of every kind, a clock that tests move, and browsers of people by role."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn

from services.devstack.ports import choose_ports
from services.portal.app import create_app
from shared.plumbing.reference_store import ReferenceStore
from shared.wire import collection_names
from shared.words import regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests import identities, seeds
from tests.portal import entry_desk
from tests.portal.builders import CT27
from tests.portal.reformed import Known
from tests.running import is_ready
from tests.waiting import until

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.portal.conftest import Stack

WIDE: Final = "bieu-rong"
FIELDS: Final = 200
SPECIAL: Final[dict[int, dict[str, Any]]] = {  # the 3rd indicator is a ratio, …
    2: {"kind": "ratio", "measure": "", "numerator_label": "Thôn đạt", "denominator_label": "Tổng số thôn"},
    3: {"kind": "flag", "measure": ""},
    4: {"kind": "choice", "measure": "", "options": {"dat": "Đạt", "chua": "Chưa đạt"}},
    5: {"decimals": 3, "measure": "triệu đồng"},
}


@cache
def regime() -> Regime:
    """ct27 as a form of 200 fields in four sections."""
    base = entry_desk.regime().model_dump(exclude_unset=True, by_alias=True, exclude={"indicators", "rules"})
    indicators = [_indicator(at) | SPECIAL.get(at, {}) for at in range(FIELDS - 1)]  # the ratio has two fields
    indicators[100]["label"] = "Số hộ nghèo của Văn Quan"
    return Regime.model_validate({**base, "id": WIDE, "title": "Biểu rộng để thử", "indicators": indicators})


def _indicator(at: int) -> dict[str, Any]:
    return {"code": f"ct_{at:03}", "label": f"Chỉ tiêu số {at}", "kind": "quantity", "measure": "hộ", "section": f"Phần {at // 50 + 1}"}


@cache
def reference() -> Reference:
    """The real units, ct27 and the wide form."""
    known = {one.id: one for one in seeds.first_regimes()} | {CT27: entry_desk.regime(), WIDE: regime()}
    return replace(seeds.first_reference(), regimes=regimes.resolve(known.values()))


@dataclass
class Clock:
    """The portal's clock."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Desk:
    """A portal at `url`."""

    url: str
    app: FastAPI
    stack: Stack
    clock: Clock
    browser: Browser
    said: list[str] = field(default_factory=list)
    """Errors of pages."""

    def path(self, commune: str, regime_id: str = WIDE) -> str:
        return f"{self.url}/bieu-mau/{regime_id}/2024/{commune}"

    async def person(self, commune: str) -> str:
        return await identities.put_person(self.stack.database, identities.grant("officer", commune))

    async def log_in(self, context: BrowserContext, person: str) -> None:
        secret = await identities.put_session(self.stack.database, person, now=self.clock())
        await context.add_cookies([{"name": identities.COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/"}])

    async def context(self, person: str, **options: Any) -> BrowserContext:
        """A browser, with an empty storage, in which the person is logged in."""
        context = await self.browser.new_context(locale="vi-VN", **options)
        await self.log_in(context, person)
        return context

    async def open(self, context: BrowserContext, commune: str) -> Page:
        """The form in a new window."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.said.append(str(error)))
        answer = await page.goto(self.path(commune))
        assert answer is not None
        assert answer.status == 200, await page.locator("main").inner_text()
        return page

    async def page(self, commune: str, **options: Any) -> Page:
        """The form in a new browser of a new person."""
        return await self.open(await self.context(await self.person(commune), **options), commune)

    async def draft(self, commune: str) -> dict[str, str]:
        """The texts of the stored draft."""
        stored = await self.stack.database[collection_names.DRAFTS].find_one({"_id": f"{WIDE}/2024/{commune}"})
        return {} if stored is None else {one["name"]: one["text"] for one in stored["fields"]}


@asynccontextmanager
async def desk(stack: Stack, browser: Browser) -> AsyncIterator[Desk]:
    clock, port = Clock(), choose_ports(defaults=False).portal
    app = create_app(stack.settings)
    app.state.reference, app.state.clock = cast(ReferenceStore, Known(reference())), clock
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    await until(lambda: is_ready(app))
    yield Desk(f"http://127.0.0.1:{port}", app, stack, clock, browser)
    server.should_exit = True
    await serving
