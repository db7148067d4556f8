"""A small portal for tests of logins: its pages, a page and a form behind a session, a browser for it, and a clock that tests move."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import Depends, FastAPI

from services.portal.domain.login_steps import Rules
from services.portal.http import keeping, problems
from services.portal.http.forms import Fields
from services.portal.http.guard import Guard
from services.portal.http.headers import SafeHeaders
from services.portal.http.principals import AskingPerson
from services.portal.oidc.config import Config
from services.portal.oidc.provider import Provider
from services.portal.sessions import accounts
from services.portal.sessions.accounts import Accounts
from services.portal.sessions.seals import Seals
from services.portal.web import account, login, provider
from shared.plumbing import mongo, password_hashes
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import random_id, random_secret
from shared.shell.settings import Settings
from shared.wire import collection_names
from shared.wire.documents.identity import GrantDocument
from tests import identities

START = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
PASSWORD = "thuyền trưởng qua sông 27"
OWN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Desk:
    """The portal, its database and its clock."""

    app: FastAPI
    accounts: Accounts
    database: Documents
    clock: Clock
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def browser(self, address: str = "10.0.0.1", scheme: str = "http") -> "Browser":
        transport = httpx2.ASGITransport(self.app, client=(address, 50_000))
        return Browser(httpx2.AsyncClient(transport=transport, base_url=f"{scheme}://127.0.0.1:8000", headers=OWN))

    async def person(self, *grants: GrantDocument, login: str = "lan", **fields: Any) -> str:
        """Stores a person with the password `PASSWORD`."""
        person = await identities.put_person(self.database, *grants, login=login, password=await password_hashes.hashed(PASSWORD))
        if fields:
            await self.database[collection_names.PEOPLE].update_one({"_id": person}, {"$set": fields})
        return person

    async def entries(self) -> list[tuple[str, str, str]]:
        """Actor, action and target of the audit entries."""
        stored = await self.database[collection_names.AUDIT].find().sort("_id", 1).to_list(None)
        return [(entry["actor"], entry["action"], entry["target"]) for entry in stored]


@dataclass
class Browser:
    """A browser that keeps cookies, and sends forms as our pages do."""

    http: httpx2.AsyncClient

    @property
    def secret(self) -> str | None:
        return self.http.cookies.get("tonghop-session") or self.http.cookies.get("__Host-tonghop")

    async def log_in(self, login: str = "lan", password: str = PASSWORD, **fields: str) -> httpx2.Response:
        return await self.http.post("/dang-nhap", data={"login": login, "password": password, "tiep": "/bang/x", **fields})

    async def is_logged_in(self) -> bool:
        return (await self.http.get("/bang/x")).status_code == 200

    async def submit(self, page: httpx2.Response, **typed: str) -> httpx2.Response:
        """Sends the form in the main part of a page, with its hidden fields."""
        main = page.text[page.text.index("<main") :]
        action = re.search(r'<form method="post" action="(.*?)"', main)
        assert action is not None, page.text
        hidden = re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)"', main, re.DOTALL)
        fields = {html.unescape(name): html.unescape(value) for name, value in hidden}
        return await self.http.post(html.unescape(action[1]), data=fields | typed)


@asynccontextmanager
async def desk_of(settings: Settings, *, codes_required: bool = False, config: Config | None = None) -> AsyncIterator[Desk]:
    """A portal on the empty database of these settings."""
    client = mongo.connect(settings.mongo_url)
    made = desk(client[settings.database], codes_required=codes_required, config=config)
    await made.accounts.prepare()
    yield made
    await mongo.close(client)


def desk(database: Documents, *, codes_required: bool = False, config: Config | None = None) -> Desk:
    """A portal on a database."""
    clock = Clock()
    reference = ReferenceStore(database, clock)
    own = accounts.create(database, reference, Seals("k" * 32), Rules(codes_required), clock, random_id, random_secret)
    app = FastAPI()
    app.state.accounts, app.state.sessions, app.state.clock, app.state.reference = own, own.sessions, clock, reference
    app.state.provider, app.state.new_secret = None if config is None else Provider(config), random_secret
    made = Desk(app, own, database, clock)
    app.add_middleware(Guard, public_url="")
    app.add_middleware(SafeHeaders)
    problems.install(app)
    keeping.install(app)

    @app.get("/bang/x")
    async def page(person: AskingPerson) -> str:
        return person.login

    @app.post("/bieu-mau/x")
    async def form(person: AskingPerson, fields: Fields) -> str:
        made.sent.append((person.login, dict(fields)))
        return "sent"

    for router in (login.router, account.router, provider.router):
        app.include_router(router, dependencies=[Depends(problems.each_once)])
    return made
