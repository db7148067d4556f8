"""Sessions and the principal of a request."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.portal.http import problems
from services.portal.http.principals import Asking
from services.portal.sessions.session_store import IDLE, LONGEST, SessionStore
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.shell.clock import random_secret
from shared.shell.limits import Limits
from shared.shell.settings import Settings
from shared.wire import collection_names
from shared.words.principals import PersonPrincipal, UnitPrincipal
from tests import identities

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
UNIT = UnitPrincipal("06253", "k1", frozenset({"read"}))


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Documents]:
    client = mongo.connect(settings.mongo_url)
    yield client[settings.database]
    await mongo.close(client)


@pytest.fixture
def sessions(database: Documents) -> SessionStore:
    return SessionStore(database, random_secret)


async def begun(database: Documents) -> str:
    return await identities.put_session(database, await identities.put_person(database, identities.grant("officer", "06253")), now=NOW)


async def test_a_session_is_that_of_its_person_with_all_roles(database: Documents, sessions: SessionStore) -> None:
    ended = identities.grant("viewer", "184", ends=date(2026, 1, 1))
    person = await identities.put_person(database, identities.grant("officer", "06253"), ended, login="lan")
    secret = await sessions.begin(person, 1, "127.0.0.1", "Firefox", NOW)

    principal = await sessions.principal(secret, NOW)

    assert principal is not None
    assert (principal.actor, principal.login) == (f"people/{person}", "lan")
    assert [grant.role for grant in principal.grants] == ["officer", "viewer"]
    assert [grant.role for grant in principal.grants if grant.holds(NOW.date())] == ["officer"]


async def test_the_database_has_no_secret(database: Documents, sessions: SessionStore) -> None:
    secret = await sessions.begin(await identities.put_person(database), 1, "127.0.0.1", "Firefox", NOW)

    assert secret not in str(await database[collection_names.SESSIONS].find().to_list(None))


async def test_an_idle_session_ends_after_half_an_hour(database: Documents, sessions: SessionStore) -> None:
    first, second = await begun(database), await begun(database)

    assert await sessions.principal(first, NOW + IDLE - timedelta(seconds=1)) is not None
    assert await sessions.principal(second, NOW + IDLE) is None


async def test_a_session_in_use_ends_twelve_hours_after_the_login(database: Documents, sessions: SessionStore) -> None:
    secret, now = await begun(database), NOW
    while now < NOW + LONGEST:
        assert await sessions.principal(secret, now) is not None
        now += timedelta(minutes=20)

    assert await sessions.principal(secret, NOW + LONGEST) is None


@pytest.mark.parametrize("change", [{"$inc": {"version": 1}}, {"$set": {"revoked_at": NOW}}])
async def test_a_changed_or_revoked_person_has_no_session(database: Documents, sessions: SessionStore, change: dict[str, object]) -> None:
    secret = await begun(database)
    await database[collection_names.PEOPLE].update_many({}, change)

    assert await sessions.principal(secret, NOW) is None


async def test_a_session_that_was_ended_is_gone_at_once(database: Documents, sessions: SessionStore) -> None:
    secret = await begun(database)
    principal = await sessions.principal(secret, NOW)
    assert principal is not None
    assert not await sessions.end(principal.session, "somebody else")
    assert await sessions.end(principal.session, principal.person)

    assert await sessions.principal(secret, NOW) is None


KNOWN_KEY = f"th_{'A' * 43}"


class OneKey:
    """Knows one key."""

    def principal(self, key: str, now: datetime) -> UnitPrincipal | None:
        return UNIT if key == KNOWN_KEY else None


class OneSession:
    """Knows one session."""

    async def principal(self, secret: str, now: datetime, *, is_request: bool = True) -> PersonPrincipal | None:
        return PersonPrincipal("p1", "session", "Nguyễn Thị Lan", (), "s1") if secret == "known" else None


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.state.keys, app.state.sessions, app.state.clock, app.state.limits = OneKey(), OneSession(), lambda: NOW, Limits()
    problems.install(app)

    @app.get("/api/v1/me")
    @app.get("/bang/x")
    async def me(asking: Asking) -> str:
        assert isinstance(asking, UnitPrincipal | PersonPrincipal)
        return asking.unit if isinstance(asking, UnitPrincipal) else asking.login

    return TestClient(app, follow_redirects=False)


KEY, WRONG = {"Authorization": f"Bearer {KNOWN_KEY}"}, {"Authorization": f"Bearer th_{'B' * 43}"}
COOKIE = {"Cookie": "tonghop-session=known"}


@pytest.mark.parametrize(
    ("path", "headers", "answer"),
    [
        ("/api/v1/me", KEY, "06253"),
        ("/api/v1/me", COOKIE, "session"),
        ("/api/v1/me", KEY | COOKIE, "06253"),
        ("/api/v1/me", WRONG | COOKIE, 401),
        ("/api/v1/me", {"Authorization": "Basic th_known"}, 401),
        ("/api/v1/me", {"Cookie": "tonghop-session=other"}, 401),
        ("/api/v1/me", {"Cookie": "__Host-tonghop=known"}, 401),
        ("/api/v1/me", {}, 401),
        ("/bang/x", COOKIE, "session"),
        ("/bang/x", COOKIE | WRONG, "session"),
        ("/bang/x", KEY, 303),
        ("/bang/x", {}, 303),
    ],
)
def test_who_asks(client: TestClient, path: str, headers: dict[str, str], answer: str | int) -> None:
    response = client.get(path, headers=headers)

    assert (response.json() if response.status_code == 200 else response.status_code) == answer
    if response.status_code == 401:
        assert response.json()["code"] == "identity.required"
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_page_leads_to_the_login_and_back(client: TestClient) -> None:
    assert client.get("/bang/x?tu=1&den=2").headers["location"] == "/dang-nhap?tiep=/bang/x%3Ftu%3D1%26den%3D2"
