"""A running system for tests of pages that need ingest: reports of some wards, and browsers of people by role."""

from __future__ import annotations

import asyncio
import hashlib
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from shared.plumbing import inbox
from shared.wire import envelope, events
from tests import identities, seeds
from tests.browser.test_accessibility import faults_in_each_state
from tests.builders import COMMUNE, DISTRICT, NQ68, submitted
from tests.conftest import Servers, connected, own_settings
from tests.portal import builders, entry_desk
from tests.running import running, with_all_settings
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Page

    from shared.shell.service import Connections
    from shared.words.principals import Role

RECIPIENT: Final = "44-SLDTBXH"
RETURNED, RETURNED_BY_KEYS, EXTENDED, REPORTED = "18853", "18856", "18871", "18859"
"""Wards: the report of each of these is the business of one test."""
VIEW: Final = f"/bang/{NQ68}/2024/{DISTRICT}"
LATE: Final = "30/12/2099"
FORM_SCRIPTS: Final = re.compile(r"/static/.*form.*\.js")


def report(unit: str) -> str:
    return f"/bao-cao/{NQ68}/2024/{unit}"


def form(unit: str) -> str:
    return f"/bieu-mau/{NQ68}/2024/{unit}"


@dataclass
class Desk:
    """The portal at `url`, with ingest and the aggregator behind it."""

    loaded: Connections
    url: str
    browser: Browser
    _contexts: dict[tuple[str, str | None, bool, bool, int], BrowserContext] = field(default_factory=dict)

    async def page(
        self, role: Role, unit: str | None, path: str, *, approver: bool = False, plain: bool = False, number: int = 1, status: int = 200
    ) -> Page:
        """A page in the browser of a person with this role, the first or another one. `plain`: without the form's script."""
        who = (role, unit, approver, plain, number)
        if who not in self._contexts:
            context = self._contexts[who] = await self.browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
            secret = await identities.session_with(self.loaded.database, identities.grant(role, unit, approver=approver))
            await context.add_cookies([{"name": identities.COOKIE, "value": secret, "url": self.url}])
            if plain:
                await context.route(FORM_SCRIPTS, lambda route: route.abort())
        page = await self._contexts[who].new_page()
        page.set_default_timeout(20_000)
        answer = await page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return page

    async def whose(self, page: Page) -> str:
        """The person who is logged in there."""
        [secret] = [one["value"] for one in await page.context.cookies() if one["name"] == identities.COOKIE]
        session = await self.loaded.database["sessions"].find_one({"_id": hashlib.sha256(secret.encode()).hexdigest()})
        assert session is not None
        return str(session["person"])

    async def examined(self, role: Role, unit: str | None, *paths: str, status: int = 200) -> dict[str, list[str]]:
        """What is wrong with pages of a person, which answer with this status."""
        found = {}
        for path in paths:
            page = await self.page(role, unit, path, status=status)
            found[path] = await faults_in_each_state(page)
            await page.close()
        return found

    async def send(self, unit: str, revision: int = 1, **more: Any) -> None:
        event = submitted(unit, revision=revision, regime=NQ68, **more)
        sent = inbox.outgoing(envelope.of_unit(unit, event["id"], events.SUBMITTED, event["data"], at=self.loaded.clock()))
        receipt = await inbox.send(self.loaded.streams, sent, 20)
        assert receipt.verdict == "accepted", receipt

    async def received(self, unit: str = DISTRICT) -> int:
        view = await self.loaded.database["views"].find_one({"_id": f"{NQ68}/2024/{unit}"})
        return int(view["reporting"]["received"]) if view else 0

    async def until_view(self, received: int, unit: str = DISTRICT) -> None:
        """Waits until the view of a unit counts so many reports."""

        async def is_there() -> bool:
            return await self.received(unit) == received

        await until(is_there)


@asynccontextmanager
async def desk(servers: Servers, folder: Path, browser: Browser) -> AsyncIterator[Desk]:
    async with connected(own_settings(servers, folder)) as loaded:
        await loaded.reference.put_units(seeds.first_reference().registry.units)
        await loaded.reference.put_regimes([*seeds.first_regimes(), entry_desk.regime()])
        settings = with_all_settings(loaded).settings
        url = f"http://{settings.bind_host}:{settings.portal_port}"
        async with running(settings, folder, "ingest", "aggregate", "portal"):
            made = Desk(loaded, url, browser)
            await asyncio.gather(*(made.send(unit, values={"ld_viec_lam_moi": 400}) for unit in (RETURNED, RETURNED_BY_KEYS, REPORTED)))
            await made.until_view(3)
            await loaded.database["duties"].insert_one(builders.confirmation(at=None))
            yield made
            for context in made._contexts.values():
                await context.close()


__all__ = ["COMMUNE", "DISTRICT", "EXTENDED", "LATE", "NQ68", "RECIPIENT", "Desk", "desk", "form", "report"]
