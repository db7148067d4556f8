"""The keys in memory: who a key proves to be, and how soon a change is noticed."""

import asyncio
import timeit
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.plumbing import identity_changes, tasks
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.key_ring import KeyRing, KeysNotReadError
from shared.plumbing.readiness import Readiness
from shared.shell.clock import random_secret
from shared.shell.service import Connections
from shared.words import credentials
from shared.words.credentials import VALID_FOR, Holder, IssuedKey
from shared.words.principals import FeedScope, ReceiverPrincipal, UnitPrincipal
from shared.words.units import Unit
from tests import identities
from tests.waiting import until

NOW = datetime(2026, 3, 1, 5, tzinfo=UTC)
ENDS = date(2026, 7, 1)
LAST_INSTANT = datetime(2026, 6, 30, 16, 59, 59, tzinfo=UTC)  # 23:59:59 in Vietnam

pytestmark = pytest.mark.stores


def unit(unit_id: str, code: str, begins: date, ends: date | None = None) -> Unit:
    return Unit(unit_id, code, f"Xã {unit_id}", "commune", "commune", None, begins, ends)


@pytest.fixture
async def ring(connections: Connections) -> KeyRing:
    """A ring over three units: one that ends, one that begins on that day with its code, and one that goes on."""
    rows = [unit("06253", "06253", date(2020, 1, 1), ENDS), unit("06253-2026", "06253", ENDS), unit("06256", "06256", date(2020, 1, 1))]
    await connections.reference.put_units(rows)
    return KeyRing(connections.database, connections.reference, lambda: NOW)


@pytest.fixture
async def watched(ring: KeyRing) -> AsyncIterator[KeyRing]:
    task = asyncio.create_task(ring.watch(Readiness()))
    yield ring
    await tasks.end(task)


async def issued(connections: Connections, holder: Holder, expires_at: datetime = NOW + VALID_FOR) -> IssuedKey:
    new = credentials.new_key(random_secret(), holder, ("send", "read"), NOW, "operator/test", expires_at)
    await CredentialStore(connections.database).issue([new.credential])
    return new


async def test_a_key_proves_its_unit_and_what_it_may_be_used_for(ring: KeyRing, connections: Connections) -> None:
    key = await identities.put_key(connections.database, "06256", may=["send"])
    await ring.look()

    found = ring.principal(key, NOW)

    assert isinstance(found, UnitPrincipal)
    assert (found.unit, found.may, found.actor) == ("06256", frozenset({"send"}), "units/06256")


async def test_a_receivers_key_proves_the_receiver_and_its_feeds(ring: KeyRing, connections: Connections) -> None:
    holder = Holder(receiver="so-noi-vu", feeds=(FeedScope("20", "ct27-van-quan"),))
    new = await issued(connections, holder)
    await ring.look()

    found = ring.principal(new.key, NOW)

    assert isinstance(found, ReceiverPrincipal)
    assert (found.name, found.feeds, found.actor) == ("so-noi-vu", holder.feeds, "receivers/so-noi-vu")


async def test_no_other_key_proves_anything(ring: KeyRing, connections: Connections) -> None:
    key = (await issued(connections, Holder("06256"))).key
    expired = await identities.put_key(connections.database, "06256", expires_at=NOW)
    revoked = await identities.put_key(connections.database, "06256", revoked_at=NOW)
    unknown = await identities.put_key(connections.database, "99999")
    await ring.look()

    wrong = [expired, revoked, unknown, key[:-1], key + "A", key.upper(), f"{key} ", f"{key}\n", key[3:], "", "th_" + "ă" * 43]
    assert [ring.principal(text, NOW) for text in wrong] == [None] * len(wrong)
    assert ring.principal(key, NOW) is not None


async def test_a_key_expires_while_it_is_in_memory(ring: KeyRing, connections: Connections) -> None:
    new = await issued(connections, Holder("06256"), NOW + timedelta(hours=1))
    await ring.look()

    assert ring.principal(new.key, NOW + timedelta(minutes=59)) is not None
    assert ring.principal(new.key, NOW + timedelta(hours=1)) is None


async def test_a_key_of_a_unit_that_ends_is_refused_from_that_day_on(ring: KeyRing, connections: Connections) -> None:
    new = await issued(connections, Holder("06253"))
    await ring.look()

    assert ring.principal(new.key, LAST_INSTANT) is not None
    assert ring.principal(new.key, LAST_INSTANT + timedelta(seconds=1)) is None


async def test_a_key_belongs_to_the_unit_and_not_to_its_code(ring: KeyRing, connections: Connections) -> None:
    heir = await issued(connections, Holder("06253-2026"))
    await ring.look()

    assert ring.principal(heir.key, LAST_INSTANT) is None
    found = ring.principal(heir.key, LAST_INSTANT + timedelta(seconds=1))
    assert isinstance(found, UnitPrincipal)
    assert found.unit == "06253-2026"


async def test_an_issued_key_is_known_and_a_revoked_one_refused_soon(watched: KeyRing, connections: Connections) -> None:
    store = CredentialStore(connections.database)
    new = await issued(connections, Holder("06256"))

    async def is_known() -> bool:
        return watched.principal(new.key, NOW) is not None

    async def is_refused() -> bool:
        return watched.principal(new.key, NOW) is None

    await until(is_known)
    await store.revoke([new.credential], NOW, "operator/test")
    await until(is_refused)


async def test_a_replaced_key_is_valid_until_the_end_of_the_overlap(ring: KeyRing, connections: Connections) -> None:
    store, old = CredentialStore(connections.database), await issued(connections, Holder("06256"))
    new = credentials.new_key(random_secret(), Holder("06256"), ("send",), NOW, "operator/test", NOW + VALID_FOR)
    until_then = NOW + timedelta(days=14)

    await store.issue([new.credential])
    await store.end([old.credential], until_then, NOW, "operator/test")
    await store.end([old.credential], NOW + VALID_FOR, NOW, "operator/test")  # an expiry is never put off
    await ring.look()

    assert ring.principal(old.key, until_then - timedelta(seconds=1)) is not None
    assert ring.principal(old.key, until_then) is None
    assert ring.principal(new.key, until_then) is not None


async def test_every_change_raises_the_generation(connections: Connections) -> None:
    store, before = CredentialStore(connections.database), await identity_changes.generation(connections.database)

    new = await issued(connections, Holder("06256"))
    await store.revoke([new.credential], NOW, "operator/test")

    assert await identity_changes.generation(connections.database) == before + 2


async def test_keys_are_not_read_again_without_a_change(ring: KeyRing, connections: Connections) -> None:
    new = await issued(connections, Holder("06256"))
    await ring.look()
    await connections.database["credentials"].delete_many({})

    await ring.look()

    assert ring.principal(new.key, NOW) is not None


async def test_the_last_use_is_stored_once_a_minute(ring: KeyRing, connections: Connections) -> None:
    store, new = CredentialStore(connections.database), await issued(connections, Holder("06256"))
    await ring.look()

    for seconds in (5, 59, 61, 30):
        ring.principal(new.key, NOW + timedelta(seconds=seconds))
        await ring.look()

    assert await store.uses() == {new.credential.id: NOW + timedelta(minutes=1)}


async def test_a_revocation_keeps_the_first_time_and_actor(connections: Connections) -> None:
    store, new = CredentialStore(connections.database), await issued(connections, Holder("06256"))

    await store.revoke([new.credential], NOW, "operator/lan")
    await store.revoke([new.credential], NOW + timedelta(days=1), "operator/hoa")

    (found,) = await store.of_unit("06256")
    assert (found.revoked_at, found.revoked_by, found.state(NOW)) == (NOW, "operator/lan", "revoked")


async def test_every_change_is_in_the_audit_log_and_no_key_is(connections: Connections) -> None:
    store, new = CredentialStore(connections.database), await issued(connections, Holder("06256"))
    await store.end([new.credential], NOW + timedelta(days=14), NOW, "operator/lan")
    await store.revoke([new.credential], NOW, "operator/hoa")

    entries = await connections.database["audit"].find().sort("_id").to_list(None)

    assert [(entry["actor"], entry["action"], entry["target"], entry["details"]["id"]) for entry in entries] == [
        ("operator/test", "credential.issued", "units/06256", new.credential.id),
        ("operator/lan", "credential.ended", "units/06256", new.credential.id),
        ("operator/hoa", "credential.revoked", "units/06256", new.credential.id),
    ]
    assert new.key not in str(entries)
    assert new.credential.verifier not in str(entries)


async def test_before_the_keys_were_read_nobody_is_refused(ring: KeyRing, connections: Connections) -> None:
    new = await issued(connections, Holder("06256"))

    with pytest.raises(KeysNotReadError):
        ring.principal(new.key, NOW)
    assert ring.principal("th_malformed", NOW) is None


async def test_a_check_takes_far_less_than_a_millisecond(ring: KeyRing, connections: Connections) -> None:
    """Last measured with 11,000 keys: 2.2 µs for a known key, 0.8 µs for an unknown one; 15 µs while the machine was busy."""
    many = [credentials.new_key(random_secret(), Holder("06256"), ("send",), NOW, "operator/test", NOW + VALID_FOR) for _ in range(11_000)]
    await ring.look()
    ring.use([new.credential for new in many])

    fastest = min(timeit.repeat(lambda: [ring.principal(new.key, NOW) for new in many[:1000]], repeat=10, number=1))

    assert fastest / 1000 < 1e-3
