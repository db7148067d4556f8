"""A portal for tests of forms: ct27 with estimates and with nhập thay, on a day before its deadline, and browsers of people by role."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import cast

import httpx2
from fastapi import FastAPI

from services.portal.app import create_app
from shared.plumbing import mongo
from shared.plumbing.reference_store import ReferenceStore
from shared.words import regimes
from shared.words.principals import Role
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests import identities, seeds
from tests.portal.builders import COMMUNE, CT27
from tests.portal.conftest import Stack
from tests.portal.reformed import Known

NOW = datetime(2024, 12, 10, 2, 30, tzinfo=UTC)
PATH = f"/bieu-mau/{CT27}/2024/{COMMUNE}"
OWN = {"Sec-Fetch-Site": "same-origin"}


@cache
def regime() -> Regime:
    """ct27, which its recipient may enter, and which takes estimates until the end of the year."""
    first = next(regime for regime in seeds.first_regimes() if regime.id == CT27)
    more = {"entered_by": ["recipient"], "estimates": {"until": {"before": "12-31"}}}
    return Regime.model_validate({**first.model_dump(exclude_unset=True, by_alias=True), **more})


@cache
def reference() -> Reference:
    known = {one.id: one for one in seeds.first_regimes()} | {CT27: regime()}
    return replace(seeds.first_reference(), regimes=regimes.resolve(known.values()))


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form in a page."""
    main = page[page.index("<main") :]
    fields = re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)"', main, re.DOTALL)
    return {html.unescape(name): html.unescape(value) for name, value in fields}


def main_of(page: str) -> str:
    return html.unescape(page[page.index("<main") : page.index("</main>")])


@dataclass
class Desk:
    """The portal and its database."""

    app: FastAPI
    stack: Stack
    now: datetime = NOW

    async def browser(self, role: Role, unit: str | None, *, approver: bool = False) -> httpx2.AsyncClient:
        """A browser in which a person with this role is logged in."""
        secret = await identities.put_session(
            self.stack.database,
            await identities.put_person(self.stack.database, identities.grant(role, unit, approver=approver)),
            now=self.now,
        )
        transport = httpx2.ASGITransport(self.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://portal", headers=OWN, cookies={identities.COOKIE: secret})


@asynccontextmanager
async def desk(stack: Stack, known: Reference | None = None, now: datetime = NOW, *, nats: bool = True) -> AsyncIterator[Desk]:
    app = create_app(stack.settings)
    stored = app.state.reference
    app.state.reference, app.state.clock = cast(ReferenceStore, Known(known or reference())), lambda: now
    if nats:
        app.state.streams = stack.app.state.streams
    try:
        yield Desk(app, stack, now)
    finally:
        await app.state.sheet_desk.confined.close()
        await mongo.close(stored._database.client)
