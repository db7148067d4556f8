"""People, sessions and keys for tests, written straight into a database as the product stores them."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.plumbing import people_documents
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents.identity import IDENTITY_GENERATION, CredentialDocument, FeedScopeDocument, GrantDocument, SessionDocument
from shared.words.principals import Right, Role
from shared.words.units import Unit

COOKIE: Final = "tonghop-session"
BEGINNING: Final = date(2020, 1, 1)


def grant(role: Role, unit: str | None, begins: date = BEGINNING, ends: date | None = None, *, approver: bool = False) -> GrantDocument:
    """A role at a unit, by the unit's id."""
    document: GrantDocument = {
        "id": secrets.token_hex(4),
        "role": role,
        "unit": unit,
        "begins": begins.isoformat(),
        "ends": None if ends is None else ends.isoformat(),
        "granted_by": "operator/test",
        "granted_at": datetime.now(UTC),
        "revoked_at": None,
    }
    return {**document, "approver": True} if approver else document


async def put_person(database: Documents, *grants: GrantDocument, login: str | None = None, password: str | None = None) -> str:
    """Stores a person with these roles. Returns the person's id. `password` is an argon2id hash."""
    person = secrets.token_hex(8)
    document = people_documents.new_person(person, login or f"nguoi-{person}", "Nguyễn Thị Thử", "", datetime.now(UTC))
    await database[collection_names.PEOPLE].insert_one({**document, "grants": list(grants), "password": password})
    await _changed(database)
    return person


async def put_session(database: Documents, person: str, *, version: int = 1, now: datetime | None = None) -> str:
    """Stores a session of a person. Returns the secret for the cookie `COOKIE`."""
    secret, began = secrets.token_urlsafe(32), now or datetime.now(UTC)
    document: SessionDocument = {
        "_id": hashlib.sha256(secret.encode()).hexdigest(),
        "person": person,
        "version": version,
        "began_at": began,
        "seen_at": began,
        "expires_at": began + timedelta(hours=12),
        "address": "127.0.0.1",
        "browser": "tests",
    }
    await database[collection_names.SESSIONS].insert_one(dict(document))
    return secret


async def session_with(database: Documents, *grants: GrantDocument) -> str:
    """A new person with these roles, logged in. Returns the secret for the cookie."""
    return await put_session(database, await put_person(database, *grants))


async def viewer(database: Documents, units: Iterable[Unit]) -> dict[str, str]:
    """The cookies of a new person who views everything: everything below each unit at the top."""
    tops = {unit.id for unit in units if unit.parent is None}
    return {COOKIE: await session_with(database, *(grant("viewer", top) for top in sorted(tops)))}


async def calendar(database: Documents, *units: str) -> str:
    """The path of the calendar of a new person who is an officer at these units (ids)."""
    address = secrets.token_urlsafe(32)
    person = await put_person(database, *(grant("officer", unit) for unit in units))
    fields = {"calendar": 1, "calendar_hash": hashlib.sha256(address.encode()).hexdigest()}
    await database[collection_names.PEOPLE].update_one({"_id": person}, {"$set": fields})
    return f"/lich/{address}.ics"


async def put_key(
    database: Documents,
    unit: str | None,
    *,
    may: Sequence[Right] = ("send", "read"),
    receiver: str | None = None,
    feeds: Sequence[FeedScopeDocument] = (),
    expires_at: datetime | None = None,
    revoked_at: datetime | None = None,
) -> str:
    """Stores an HTTP key of a unit (an id) or a receiver. Returns the key."""
    key = f"th_{secrets.token_urlsafe(32)}"
    document: CredentialDocument = {
        "_id": secrets.token_hex(8),
        "kind": "http",
        "unit": unit,
        "receiver": receiver,
        "feeds": list(feeds),
        "verifier": hashlib.sha256(key.encode()).hexdigest(),
        "may": list(may),
        "issued_at": datetime.now(UTC),
        "issued_by": "operator/test",
        "expires_at": expires_at or datetime.now(UTC) + timedelta(days=365),
        "revoked_at": revoked_at,
        "revoked_by": None,
    }
    await database[collection_names.CREDENTIALS].insert_one(dict(document))
    await _changed(database)
    return key


def bearer(key: str) -> dict[str, str]:
    """The header that a request with a key has."""
    return {"Authorization": f"Bearer {key}"}


async def _changed(database: Documents) -> None:
    """What every change of people or credentials does, so that services notice it."""
    identity = database[collection_names.IDENTITY]
    await identity.update_one({"_id": IDENTITY_GENERATION}, {"$inc": {"value": 1}}, upsert=True)
