"""People in a real MongoDB: one login each, every change noticed and audited, every change of rights ends sessions."""

import asyncio
import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.plumbing import identity_changes
from shared.plumbing.invitation_store import InvitationStore
from shared.plumbing.people_store import PeopleStore
from shared.shell.clock import random_id
from shared.shell.service import Connections
from shared.wire import collection_names
from shared.wire.documents.identity import PersonDocument
from shared.words.granting import NewGrant
from shared.words.people import Person
from tests.documents import differences

pytestmark = pytest.mark.stores

ME = "operator/thu"
OFFICER = NewGrant("officer", "06253", date(2026, 1, 1))
VIEWER = NewGrant("viewer", "184", date(2026, 1, 1), date(2027, 1, 1))
HASH = "$argon2id$not-a-real-one"


class Clock:
    now = datetime(2026, 11, 26, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(connections: Connections, clock: Clock) -> PeopleStore:
    return PeopleStore(connections.database, clock, random_id)


@pytest.fixture
def invitations(connections: Connections, clock: Clock) -> InvitationStore:
    return InvitationStore(connections.database, clock)


async def add(store: PeopleStore, login: str = "hoa", *grants: NewGrant, name: str = "Nguyễn Thị Hoa") -> Person:
    person = await store.add(ME, login, name, "", HASH, grants or [OFFICER])
    assert person is not None
    return person


async def audited(connections: Connections) -> list[tuple[str, str]]:
    entries: list[Any] = await connections.database[collection_names.AUDIT].find().sort("_id", 1).to_list(None)
    return [(entry["actor"], entry["action"]) for entry in entries]


async def test_a_new_person_has_roles_and_a_password_that_must_be_changed(store: PeopleStore, connections: Connections) -> None:
    person = await add(store, "hoa", OFFICER, VIEWER)

    assert person == await store.by_id(person.id) == await store.by_login("hoa")
    assert [(grant.role, grant.unit, grant.begins, grant.ends) for grant in person.grants] == [
        ("officer", "06253", date(2026, 1, 1), None),
        ("viewer", "184", date(2026, 1, 1), date(2027, 1, 1)),
    ]
    assert (person.password, person.must_change, person.version) == (HASH, True, 1)
    assert HASH not in repr(person)
    (document,) = await connections.database[collection_names.PEOPLE].find().to_list(None)
    assert list(differences(document, PersonDocument)) == []


async def test_a_login_is_taken_once_even_at_the_same_time(store: PeopleStore, connections: Connections) -> None:
    added = await asyncio.gather(*(store.add(ME, "hoa", "Hoa", "", HASH, [OFFICER]) for _ in range(5)))

    assert sum(person is not None for person in added) == 1
    assert await identity_changes.generation(connections.database) == 1
    assert await audited(connections) == [(ME, "role.granted"), (ME, "person.added")]


async def test_a_revoked_person_keeps_the_login_and_takes_no_more_changes(store: PeopleStore) -> None:
    person = await add(store)

    assert (await store.revoke(ME, person.id) or person).revoked_at is not None
    assert await store.revoke(ME, person.id) is None
    assert await store.add(ME, "hoa", "Hoa", "", HASH, [OFFICER]) is None
    assert await store.reset(ME, person.id, "other") is None
    assert await store.grant(ME, person.id, VIEWER) is None
    assert await store.revoke_grant(ME, person.id, person.grants[0].id) is None


async def test_every_change_raises_the_generation_and_the_version_and_is_audited(store: PeopleStore, connections: Connections) -> None:
    person = await add(store)
    changes = [
        (store.grant(ME, person.id, VIEWER), "role.granted"),
        (store.revoke_grant(ME, person.id, person.grants[0].id), "role.revoked"),
        (store.reset(ME, person.id, "new", drops_totp=True), "person.reset"),
        (store.set_password(person.actor, person.id, "own"), "password.changed"),
        (store.revoke(ME, person.id), "person.revoked"),
    ]
    for number, (change, action) in enumerate(changes, 2):
        changed = await change
        assert changed is not None
        assert (changed.version, await identity_changes.generation(connections.database)) == (number, number)
        assert (await audited(connections))[-1][1] == action
    assert (person.actor, "password.changed") in await audited(connections)


async def test_what_changes_nothing_is_not_counted(store: PeopleStore, connections: Connections) -> None:
    person = await add(store)

    assert await store.revoke_grant(ME, person.id, "unknown") is None
    assert await store.revoke_grant(ME, person.id, person.grants[0].id) is not None
    assert await store.revoke_grant(ME, person.id, person.grants[0].id) is None
    assert await store.grant(ME, "nobody", VIEWER) is None
    assert await identity_changes.generation(connections.database) == 2


async def test_a_password_of_ones_own_need_not_be_changed_and_a_reset_one_must(store: PeopleStore, connections: Connections) -> None:
    person = await add(store)
    await connections.database[collection_names.PEOPLE].update_one({"_id": person.id}, {"$set": {"totp": "encrypted"}})

    own = await store.set_password(person.actor, person.id, "own")
    assert own is not None
    assert (own.password, own.must_change, own.has_totp) == ("own", False, True)
    kept = await store.reset(ME, person.id, "new")
    assert kept is not None
    assert (kept.password, kept.must_change, kept.has_totp) == ("new", True, True)
    dropped = await store.reset(ME, person.id, "new", drops_totp=True)
    assert dropped is not None
    assert not dropped.has_totp


async def test_a_renewed_hash_ends_no_session_and_never_replaces_another_password(store: PeopleStore) -> None:
    person = await add(store)

    await store.renew_hash(person.id, "an older one", "fresh")
    assert await store.by_id(person.id) == person
    await store.renew_hash(person.id, HASH, "fresh")
    renewed = await store.by_id(person.id)
    assert renewed is not None
    assert (renewed.password, renewed.version) == ("fresh", person.version)


async def test_people_are_listed_by_login_in_pages_by_unit_and_by_a_part_of_the_name(store: PeopleStore) -> None:
    for login, name, grant in (("b", "Đỗ Hòa", OFFICER), ("a", "Trần Văn An", VIEWER), ("c.d", "Lê Hoà", OFFICER)):
        await add(store, login, grant, name=name)

    async def logins(**choice: Any) -> list[str]:
        return [person.login for person in await store.listed(**choice)]

    assert await logins() == ["a", "b", "c.d"]
    assert await logins(limit=2) == ["a", "b"]
    assert await logins(after="b") == ["c.d"]
    assert await logins(units=["06253"]) == ["b", "c.d"]
    assert await logins(units=[]) == []
    assert await logins(text="do hoa") == ["b"]
    assert await logins(text="HÒA") == ["b"]
    assert await logins(text="c.d") == ["c.d"]
    assert await logins(text=".*") == await logins(text="a{1,9}") == await logins(text="(") == await logins(text="\\") == []


async def test_people_who_are_bound_to_units_are_found(store: PeopleStore) -> None:
    first, second, third = await add(store, "a"), await add(store, "b", VIEWER), await add(store, "c")
    await store.revoke(ME, third.id)

    assert [person.id for person in await store.bound_to(["06253"])] == [first.id]
    assert [person.id for person in await store.bound_to(["06253", "184"])] == [first.id, second.id]


def verifier(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def test_an_invitation_binds_an_account_once(store: PeopleStore, invitations: InvitationStore, clock: Clock) -> None:
    person = await add(store)

    assert await invitations.invite(ME, person.id, verifier("one")) == clock.now + timedelta(days=7)
    assert (await invitations.invited(verifier("one")) or person).login == "hoa"
    bound = await invitations.bind(verifier("one"), "https://op.example", "s-1")
    assert bound is not None
    assert (bound.is_bound, bound.version) == (True, 2)
    assert await store.by_subject("https://op.example", "s-1") == bound
    assert await store.by_subject("https://other.example", "s-1") is None
    assert await invitations.bind(verifier("one"), "https://op.example", "s-2") is None
    assert await invitations.invited(verifier("one")) is None


async def test_an_account_at_a_provider_belongs_to_one_person(store: PeopleStore, invitations: InvitationStore) -> None:
    first, second = await add(store, "a"), await add(store, "b")
    for person, secret in ((first, "one"), (second, "two")):
        await invitations.invite(ME, person.id, verifier(secret))

    assert await invitations.bind(verifier("one"), "https://op.example", "s-1") is not None
    assert await invitations.bind(verifier("two"), "https://op.example", "s-1") is None
    assert (await store.by_subject("https://op.example", "s-1") or second).id == first.id


async def test_an_old_replaced_or_revoked_invitation_is_none(store: PeopleStore, invitations: InvitationStore, clock: Clock) -> None:
    person = await add(store)
    await invitations.invite(ME, person.id, verifier("one"))
    await invitations.invite(ME, person.id, verifier("two"))

    assert await invitations.bind(verifier("one"), "https://op.example", "s-1") is None
    clock.now += timedelta(days=7)
    assert await invitations.invited(verifier("two")) is None
    assert await invitations.bind(verifier("two"), "https://op.example", "s-1") is None
    await invitations.invite(ME, person.id, verifier("three"))
    await store.revoke(ME, person.id)
    assert await invitations.invited(verifier("three")) is None
    assert await invitations.bind(verifier("three"), "https://op.example", "s-1") is None
    assert await invitations.invite(ME, person.id, verifier("four")) is None
