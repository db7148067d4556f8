"""The world of the matrix: units with reports, views and duties that have texts and figures of their own (canaries), principals of all
kinds, and what each of them reads, written down as rules that do not use `Scope`.
"""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from fastapi import FastAPI

from services.portal.app import create_app
from services.portal.reading.store import as_json
from shared.plumbing import mongo
from shared.plumbing.key_ring import KeyRing
from shared.shell.limits import Limits
from shared.wire import events, subjects
from shared.words.principals import Role
from shared.words.reference import Reference
from shared.words.units import Contact, Registry, Unit
from tests import identities
from tests.identities import grant
from tests.portal import builders, reformed
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.portal.reformed import EVE, TODAY, Known

NQ68: Final = "nq68-quang-binh"
VHTT: Final = "vhtt-van-quan"
LAST_YEAR: Final = date(2024, 12, 14)
THIS_YEAR: Final = date(2025, 12, 14)
OWN: Final = "06280-2025"


@dataclass(frozen=True, slots=True)
class Target:
    """A unit in a period of a regime, as it is on the day whose units the page shows."""

    name: str
    regime: str
    period: str
    unit: str
    day: date
    early: bool = False

    @property
    def row(self) -> Unit:
        return reformed.row(self.unit, self.day)

    @property
    def query(self) -> str:
        return f"?units={self.day}" if self.early else ""

    @property
    def text(self) -> str:
        """In its reports and duties."""
        return f"CANARY{self.name}TEXT"

    @property
    def contact(self) -> str:
        """Of its unit: only who may ask for the report sees it."""
        return f"CANARY{self.unit.replace('-', '')}CONTACT"

    @property
    def figure(self) -> int:
        """In its view."""
        return 51_000_000 + 1_111 * TARGETS.index(self)


TARGETS: Final = [
    Target("own", CT27, "2025", OWN, THIS_YEAR),
    Target("sibling", CT27, "2025", "06253-2025", THIS_YEAR),
    Target("parent", CT27, "2025", "20", THIS_YEAR),
    Target("source", CT27, "2024", "06280", LAST_YEAR),
    Target("abolished", CT27, "2024", "06253", LAST_YEAR),
    Target("abolishedparent", CT27, "2024", "184", LAST_YEAR),
    Target("derived", VHTT, "2024", "06253", LAST_YEAR),
    Target("derivedparent", VHTT, "2024", "184", LAST_YEAR),
    Target("other", NQ68, "2024", "18853", LAST_YEAR),
    Target("otherparent", NQ68, "2024", "450", LAST_YEAR),
    Target("earlysource", CT27, "2025", "06280", EVE, early=True),
    Target("earlyabolished", CT27, "2025", "06253", EVE, early=True),
    Target("earlyparent", CT27, "2025", "184", EVE, early=True),
]
OF_COMMUNE: Final = {"own", "source", "earlysource"}
TOTALS: Final = {"parent", "abolishedparent", "earlyparent"}
CT27_ALL: Final = {target.name for target in TARGETS if target.regime == CT27}
RECEIVED: Final = frozenset(target.name for target in TARGETS if target.regime == CT27 and not target.early)
PROVINCE: Final = CT27_ALL | {"derived", "derivedparent"}


@dataclass(frozen=True)
class Kind:
    """A kind of principal: how it shows who it is, and the names of the targets that it reads."""

    name: str
    below: frozenset[str] = frozenset()
    """Reports, duties, and views with everything below."""
    totals: frozenset[str] = frozenset()
    """Views without what is below."""
    is_known: bool = True
    is_person: bool = True
    reads_public: bool = True
    feeds: frozenset[str] = frozenset()
    governs: bool = False
    """Whether it sees accounts of people."""
    asks: bool = False
    """Whether it may ask the units that it reads for their reports (đôn đốc), and so sees their contacts."""
    enters: frozenset[str] = frozenset()
    """Whose reports it sends: no regime here lets others enter them."""
    receives: frozenset[str] = frozenset()
    """What it acts on as a reviewer of the recipient, or of the heir that acts for it."""
    confirms: frozenset[str] = frozenset()
    """Whose view it confirms."""


def _kind(name: str, below: set[str] | None = None, totals: set[str] | None = None, **other: Any) -> Kind:
    return Kind(name, frozenset(below or ()), frozenset(totals or ()), **other)


KINDS: Final = [
    _kind("none", is_known=False, is_person=False),
    _kind("expired session", is_known=False),
    _kind("revoked session", is_known=False),
    _kind("expired key", is_known=False, is_person=False),
    _kind("revoked key", is_known=False, is_person=False),
    _kind("key of an ended unit", is_known=False, is_person=False),
    _kind("unit key", OF_COMMUNE, TOTALS, is_person=False),
    _kind("key without read", is_person=False, reads_public=False),
    _kind("receiver key", is_person=False, reads_public=False, feeds=frozenset({"20"})),
    _kind("officer", OF_COMMUNE, TOTALS, enters=frozenset({"own", "source"})),
    _kind("viewer", OF_COMMUNE),
    _kind("reviewer", PROVINCE, feeds=frozenset({"20"}), governs=True, asks=True),
    _kind("reviewer at a recipient", CT27_ALL, governs=True, asks=True, receives=RECEIVED, confirms=frozenset({"parent"})),
    _kind("viewer of the province", PROVINCE, feeds=frozenset({"20"})),
    _kind("operator", governs=True),
    _kind("role ended yesterday"),
    _kind("role begins tomorrow"),
    _kind("role at an ended unit"),
]
YESTERDAY: Final = date(2025, 11, 2)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def seen(self) -> str:
        """All that the principal receives; what is packed is unpacked."""
        body = self.body
        if "spreadsheetml" in self.headers.get("content-type", ""):
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                body = b"".join(packed.read(name) for name in packed.namelist())
        return body.decode("utf-8", "replace") + "".join(self.headers.values())


@dataclass(frozen=True)
class World:
    """A portal, and the headers by which each kind of principal shows who it is."""

    app: FastAPI
    shown: Mapping[str, Mapping[str, str]]

    async def ask(self, kind: Kind, path: str, method: str = "GET") -> Answer:
        return await ask(self.app, method, path, self.shown[kind.name])


async def ask(app: FastAPI, method: str, path: str, headers: Mapping[str, str], *, stays: bool = False) -> Answer:
    """The answer of an app to one request. A stream is left after its first event, unless the reader `stays`."""
    address, body, left = urlsplit(path), bytearray(), asyncio.Event()
    started: dict[str, Any] = {}
    shown = {**headers, "host": "portal", "sec-fetch-site": "same-origin"}
    sent = [(name.lower().encode(), value.encode()) for name, value in shown.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": address.path,
        "raw_path": address.path.encode(),
        "query_string": address.query.encode(),
        "root_path": "",
        "headers": sent,
        "client": ("127.0.0.1", 1),
        "server": ("portal", 80),
    }
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        message = next(asked, None)
        if message is None:
            await left.wait()
        return message or {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.update(status=message["status"], headers={name.decode(): value.decode() for name, value in message["headers"]})
        else:
            body.extend(message.get("body", b""))
            if not message.get("more_body") or (b"event: view" in body and not stays):
                left.set()

    async with asyncio.timeout(30):
        await app(scope, receive, send)
    return Answer(started["status"], started["headers"], bytes(body))


@asynccontextmanager
async def world(stack: Stack) -> AsyncIterator[World]:
    """The portal on 03/11/2025, after both reforms, with everything stored."""
    await _store(stack)
    known = Known(_with_contacts(reformed.reference()))
    app = create_app(stack.settings)
    stored = app.state.reference
    app.state.reference, app.state.clock, app.state.streams = known, lambda: TODAY, stack.app.state.streams
    app.state.keys = KeyRing(stack.database, known, app.state.clock)  # type: ignore[arg-type]
    app.state.limits = Limits(burst=1_000_000)
    shown = await _principals(stack)
    await app.state.keys.look()
    yield World(app, shown)
    await app.state.sheet_desk.confined.close()
    await mongo.close(stored._database.client)


def _with_contacts(known: Reference) -> Reference:
    """The reference data with a contact of each unit of the targets."""
    contacts = {target.unit: (Contact(target.contact, target.contact, f"{target.contact}@xa.example"),) for target in TARGETS}
    registry = known.registry
    units = [replace(row, contacts=contacts.get(row.id, row.contacts)) for row in registry.units]
    return replace(known, registry=Registry(units, registry.areas, registry.lineage))


async def _principals(stack: Stack) -> dict[str, dict[str, str]]:
    database = stack.database

    async def logged_in(role: Role, unit: str | None, begins: date = identities.BEGINNING, ends: date | None = None, **session: Any) -> str:
        person = await identities.put_person(database, grant(role, unit, begins, ends))
        return await identities.put_session(database, person, **({"now": TODAY} | session))

    province = reformed.row("20", THIS_YEAR).id
    sessions = {
        "expired session": await logged_in("viewer", province, now=TODAY - timedelta(hours=13)),
        "revoked session": await logged_in("viewer", province, version=2),
        "officer": await logged_in("officer", OWN),
        "viewer": await logged_in("viewer", OWN),
        "reviewer": await logged_in("reviewer", province),
        "viewer of the province": await logged_in("viewer", province),
        "reviewer at a recipient": await logged_in("reviewer", "20-STC"),
        "operator": await logged_in("operator", None),
        "role ended yesterday": await logged_in("viewer", province, ends=YESTERDAY + timedelta(days=1)),
        "role begins tomorrow": await logged_in("viewer", province, begins=YESTERDAY + timedelta(days=2)),
        "role at an ended unit": await logged_in("reviewer", "184"),
    }
    # the database deletes sessions that have ended by its own clock
    await database["sessions"].update_many({}, {"$set": {"expires_at": datetime.now(UTC) + timedelta(days=1)}})
    receiver = [{"top": "20", "regime": CT27}]
    keys = {
        "expired key": await identities.put_key(database, OWN, expires_at=TODAY - timedelta(days=1)),
        "revoked key": await identities.put_key(database, OWN, revoked_at=TODAY - timedelta(days=1)),
        "key of an ended unit": await identities.put_key(database, "06280"),
        "unit key": await identities.put_key(database, OWN),
        "key without read": await identities.put_key(database, OWN, may=["send"]),
        "receiver key": await identities.put_key(database, None, may=["read"], receiver="tinh", feeds=receiver),  # type: ignore[arg-type]
    }
    by_session = {name: {"cookie": f"{identities.COOKIE}={secret}"} for name, secret in sessions.items()}
    return {"none": {}, **by_session, **{name: identities.bearer(key) for name, key in keys.items()}}


async def end(stack: Stack, collection: str) -> None:
    """Ends all sessions (`sessions`) or keys (`credentials`) ; not the session of the stack's own client, which began at another time."""
    await stack.database[collection].delete_many({"seen_at": TODAY} if collection == "sessions" else {})
    await stack.database["identity"].update_many({}, {"$inc": {"value": 1}})


async def _store(stack: Stack) -> None:
    await stack.put(
        views=[_view(target) for target in TARGETS if not target.early],
        early_views=[*(_view(target) for target in TARGETS if target.early), reformed.view("20", "2025", day=EVE, early=EVE)],
        reports=[document for target in TARGETS if target.regime != VHTT for document in _reports(target)],
        duties=[_duty(target) for target in TARGETS if not target.early and target.regime != VHTT],
    )
    parent = _view(TARGETS[2])
    event = {"specversion": "1.0", "id": "feed-0001", "source": "/services/aggregate", "type": events.VIEW_UPDATED}
    fed = orjson.dumps({**event, "data": as_json(parent)})
    await stack.jetstream.publish(subjects.feed("20", CT27, "2025", "20"), fed)


def _view(target: Target) -> dict[str, Any]:
    document = reformed.view(target.unit, target.period, day=target.day, early=target.day if target.early else None, regime=target.regime)
    counted = {"kind": "quantity", "total": target.figure, "measure": "công", "reported": 11}
    code = next(code for code, one in reformed.reference().regimes[target.regime].by_code.items() if one.kind == "quantity")
    key = document["_id"].replace(CT27, target.regime)
    return document | {"_id": key, "indicators": {code: counted}}


def _reports(target: Target) -> Iterator[dict[str, Any]]:
    at = datetime(2025, 5, 5, 2, tzinfo=TODAY.tzinfo) if target.early else TODAY - timedelta(days=3)
    names: dict[str, Any] = {"unit": target.unit, "regime": target.regime, "period": target.period}
    first, second, back = (f"{target.name}-{number:04}" for number in (1, 2, 3))
    narrative = next(iter(reformed.reference().regimes[target.regime].narratives))
    yield builders.report(**names, at=at, event_id=first, values={}, narratives={narrative: target.text})
    yield builders.report(
        events.RETURNED, **names, event_id=back, at=at + timedelta(hours=1), sender="20-STC", reason=target.text, fix_by="2025-12-20"
    )
    yield builders.report(**names, at=at + timedelta(hours=2), event_id=second, revision=2, values={}, narratives={narrative: target.text})


def _duty(target: Target) -> dict[str, Any]:
    returned = {"revision": 1, "reason": target.text, "fix_by": TODAY}
    duty = reformed.duty(target.unit, target.period, target.day, returned=returned, regime=target.regime)
    return duty | {"_id": f"{target.regime}/{target.period}/{target.unit}"}
