"""Who may use ingest's HTTP routes: every route with every kind of key. The expected status comes from the rules, one row for each route.

A route that is added without a row fails the test.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx2
import pytest
import structlog.testing
from fastapi.routing import iter_route_contexts

from services.ingest import app as ingest_app
from shared.plumbing.credential_store import CredentialStore
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import collection_names, subjects
from shared.words import periods
from shared.words.principals import Right
from tests import identities
from tests.builders import COMMUNE, RECIPIENT, payload, submitted
from tests.identities import COOKIE, bearer, put_key
from tests.running import is_ready
from tests.waiting import until

OTHER: Final = "06256"
ENDED: Final = "06268"  # ends today, in this test
CHALLENGE: Final = "Bearer"
EVENT_ID: Final = "event-of-the-matrix"

NO_KEY: Final = (
    *("none", "malformed", "oversized", "not ascii", "twice", "folded", "basic", "in the query", "session"),
    *("unknown", "expired", "revoked", "ended unit", "unknown unit"),
)
"""What is answered with 401."""

KEYS: Final = (*NO_KEY, "receiver", "own, send", "own, read", "own, both", "other unit")

Status = int
Rule = Callable[[str], Status]


@dataclass(frozen=True)
class Route:
    """A route, a request that is right for the own unit, and the rule that gives the status for each kind of key."""

    method: str
    path: str
    request: str
    rule: Rule


def of_sending(kind: str) -> Status:
    """A unit's key with the right to send, for an event of that unit."""
    if kind in NO_KEY:
        return 401
    return 201 if kind in ("own, send", "own, both") else 403


def of_files(kind: str) -> Status:
    """A unit's key with the right to send: then the file is looked at, and the event that is sent here is none of its kind."""
    return 415 if of_sending(kind) == 201 or kind == "other unit" else of_sending(kind)


def of_kept_files(kind: str) -> Status:
    """Any unit's key: there is no such file among those of the unit."""
    return 404 if of_public(kind) == 200 else of_public(kind)


def of_receipts(kind: str) -> Status:
    """A unit's key with any right, for that unit."""
    if kind in NO_KEY:
        return 401
    return 200 if kind.startswith("own") else 403


def of_public(kind: str) -> Status:
    """Any unit's key: which regimes there are and whom they ask for what is public."""
    if kind in NO_KEY:
        return 401
    return 403 if kind == "receiver" else 200


def open_to_all(_: str) -> Status:
    return 200


ROUTES: Final = (
    Route("POST", "/v1/reports", "/v1/reports", of_sending),
    Route("GET", "/v1/receipts/{unit}/{event_id}", f"/v1/receipts/{COMMUNE}/{EVENT_ID}", of_receipts),
    Route("GET", "/v1/regimes", "/v1/regimes", of_public),
    Route("GET", "/v1/regimes/{regime}", "/v1/regimes/ct27-van-quan", of_public),
    Route("GET", "/v1/regimes/{regime}/schema", f"/v1/regimes/ct27-van-quan/schema?period=2024&unit={COMMUNE}", of_public),
    Route("GET", "/v1/forms/{regime}/{period}/{unit}", f"/v1/forms/ct27-van-quan/2024/{COMMUNE}", of_receipts),
    Route("GET", "/v1/forms/{regime}/{period}/{unit}.xlsx", f"/v1/forms/ct27-van-quan/2024/{COMMUNE}.xlsx", of_receipts),
    Route("GET", "/v1/forms/{regime}/{period}/{unit}.csv", f"/v1/forms/ct27-van-quan/2024/{COMMUNE}.csv", of_receipts),
    Route("POST", "/v1/reports/xlsx", "/v1/reports/xlsx", of_files),
    Route("POST", "/v1/reports/csv", "/v1/reports/csv", of_files),
    Route("POST", "/v1/attachments", "/v1/attachments", of_files),
    Route("GET", "/v1/sheets/{sheet}", f"/v1/sheets/{'A' * 43}", of_kept_files),
    Route("GET", "/healthz", "/healthz", open_to_all),
    Route("GET", "/openapi.json", "/openapi.json", open_to_all),
)


@dataclass(frozen=True)
class Door:
    """A running ingest, and the headers and parameters of each kind of key."""

    client: httpx2.AsyncClient
    headers: Mapping[str, list[tuple[bytes, bytes]]]
    connections: Connections
    secrets: list[str]

    async def ask(self, route: Route, kind: str, number: int = 0) -> httpx2.Response:
        body = payload(submitted(event_id=f"event-{number:04d}")) if route.method == "POST" else b""
        media = [(b"content-type", b"application/cloudevents+json")]
        query = (
            f"{'&' if '?' in route.request else '?'}key={self.secrets[0]}&access_token={self.secrets[0]}" if kind == "in the query" else ""
        )
        return await self.client.request(route.method, route.request + query, content=body, headers=[*media, *self.headers[kind]])


@pytest.fixture
async def door(known: Connections, settings: Settings) -> AsyncIterator[Door]:
    now, database = datetime.now(UTC), known.database
    ending = next(unit for unit in (await known.reference.current()).registry.units if unit.id == ENDED)
    await known.reference.put_units([replace(ending, valid_to=periods.local_day(now))])
    rights: dict[str, list[Right]] = {"own, send": ["send"], "own, read": ["read"], "own, both": ["send", "read"]}
    keys = {kind: await put_key(database, COMMUNE, may=may) for kind, may in rights.items()} | {
        "expired": await put_key(database, COMMUNE, expires_at=now - timedelta(seconds=1)),
        "revoked": await put_key(database, COMMUNE, revoked_at=now),
        "ended unit": await put_key(database, ENDED),
        "unknown unit": await put_key(database, "99999"),
        "other unit": await put_key(database, OTHER),
        "receiver": await put_key(database, None, receiver="so-noi-vu", feeds=[{"top": "20", "regime": None}]),
        "unknown": f"th_{'A' * 43}",
    }
    own = keys["own, both"]
    session = await identities.session_with(database, identities.grant("officer", COMMUNE))
    headers = {kind: [_header(f"Bearer {key}".encode())] for kind, key in keys.items()} | {
        "none": [],
        "in the query": [],
        "malformed": [_header(f"Bearer {own[:-1]}".encode())],
        "oversized": [_header(f"Bearer {own}{'A' * 10_000}".encode())],
        "not ascii": [_header(f"Bearer {own[:-1]}ă".encode())],
        "twice": [_header(f"Bearer {own}".encode())] * 2,
        "folded": [_header(f"Bearer\r\n {own}".encode())],
        "basic": [_header(f"Basic {own}".encode())],
        "session": [(b"cookie", f"{COOKIE}={session}; __Host-tonghop={session}".encode())],
    }
    app = ingest_app.create_app(settings)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://ingest", timeout=30) as client,
    ):
        await until(lambda: is_ready(app))
        found = Door(client, headers, known, [own, *keys.values(), session])
        event = payload(submitted(event_id=EVENT_ID))
        media = {"content-type": "application/cloudevents+json"}
        assert (await client.post("/v1/reports", content=event, headers=media | bearer(own))).status_code == 201
        yield found


def _header(value: bytes) -> tuple[bytes, bytes]:
    return b"authorization", value


def test_every_route_has_a_row(settings: Settings) -> None:
    app = ingest_app.create_app(settings)
    routes = {(method, route.path) for route in iter_route_contexts(app.routes) for method in (route.methods or ()) if method != "HEAD"}

    assert routes == {(route.method, route.path) for route in ROUTES}


async def test_each_route_answers_each_key_by_its_rule(door: Door) -> None:
    asked = [(route, kind) for route in ROUTES for kind in KEYS]
    seen, expected = {}, {}
    for number, (route, kind) in enumerate(asked):
        answer = await door.ask(route, kind, number)
        seen[route.path, kind], expected[route.path, kind] = answer.status_code, route.rule(kind)
        assert answer.headers.get("www-authenticate") == (CHALLENGE if answer.status_code == 401 else None)

    assert seen == expected
    assert len(expected) == len(ROUTES) * len(KEYS)


async def test_all_that_are_not_known_get_the_same_answer(door: Door) -> None:
    for route in ROUTES[:6]:
        answers = {(await door.ask(route, kind)).text for kind in NO_KEY}
        assert len(answers) == 1


async def test_a_refused_event_is_in_no_inbox(door: Door) -> None:
    before = await door.connections.streams.last_sequence(subjects.INBOX)

    for kind in (*NO_KEY, "receiver", "own, read", "other unit"):
        await door.ask(ROUTES[0], kind)

    assert await door.connections.streams.last_sequence(subjects.INBOX) == before


async def test_what_another_unit_asks_for_is_refused_before_it_is_looked_up(door: Door) -> None:
    answers = [
        await door.client.get(f"/v1/receipts/{unit}/{event_id}", headers=door.headers["other unit"])
        for unit, event_id in ((COMMUNE, EVENT_ID), (COMMUNE, "event-unknown"), (RECIPIENT, EVENT_ID), ("99999", "x"))
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1


async def test_the_form_of_another_unit_is_refused_before_it_is_looked_up(door: Door) -> None:
    names = (
        ("ct27-van-quan", "2024", COMMUNE),
        ("ct27-van-quan", "2030", RECIPIENT),
        ("no-such", "2024", COMMUNE),
        ("vhtt-van-quan", "x", "20"),
    )
    answers = [await door.client.get(f"/v1/forms/{'/'.join(name)}", headers=door.headers["other unit"]) for name in names]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1


async def test_a_revoked_key_is_out_at_once(door: Door) -> None:
    store = CredentialStore(door.connections.database)
    key = await put_key(door.connections.database, COMMUNE)
    path = f"/v1/receipts/{COMMUNE}/{EVENT_ID}"

    async def answers(status: int) -> bool:
        return (await door.client.get(path, headers=bearer(key))).status_code == status

    await until(lambda: answers(200))
    newest = max(await store.of_unit(COMMUNE), key=lambda credential: credential.issued_at)
    await store.revoke([newest], datetime.now(UTC), "operator/test")
    await until(lambda: answers(401))


async def test_no_key_is_in_a_log_line_or_an_answer(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with structlog.testing.capture_logs() as logs:
        texts = [(await door.ask(route, kind, number)).text for route in ROUTES for number, kind in enumerate(KEYS)]

    told = "\n".join([*texts, *map(str, logs), caplog.text])
    assert [secret for secret in door.secrets if secret in told or secret.removeprefix("th_") in told] == []


async def test_who_is_refused_is_in_the_audit_log(door: Door) -> None:
    await door.ask(ROUTES[0], "other unit")
    await door.ask(ROUTES[1], "receiver")

    async def found() -> set[tuple[str, str, str]]:
        entries = await door.connections.database[collection_names.AUDIT].find().to_list(None)
        return {(entry["actor"], entry["details"]["code"], entry["target"]) for entry in entries}

    async def are_there() -> bool:
        return await found() == {
            (f"units/{OTHER}", "event.subject_mismatch", "/v1/reports"),
            ("receivers/so-noi-vu", "identity.out_of_scope", ROUTES[1].request),
        }

    await until(are_there)
