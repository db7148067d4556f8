"""The HTTP keys that are valid, in memory: a request with a key costs one hash and one look-up, and no query.

The keys are read again when the generation of identities has changed, which is asked four times a second: a revoked key is refused a
quarter of a second later. While the database is away, the keys that were read last go on, because nothing can be revoked either. Source:
ADR-0057.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from shared.plumbing import delivery, identity_changes
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.mongo import Documents
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.words import credentials, periods
from shared.words.credentials import Credential
from shared.words.failures import TransientError
from shared.words.principals import ReceiverPrincipal, UnitPrincipal
from shared.words.refusals import refusal
from shared.words.units import Registry

LOOK_S: Final = 0.25
NOTE_EVERY: Final = timedelta(minutes=1)  # how exact the last use of a key is; a use is written once in this time
NOT_READ: Final = refusal("identity.keys_not_read")


class KeysNotReadError(TransientError):
    """The keys were not read yet, so nobody can be told that his key is not valid."""


class _Key(NamedTuple):
    principal: UnitPrincipal | ReceiverPrincipal
    unit: str | None
    expires_at: datetime


class KeyRing:
    """The valid keys. `watch` keeps them current."""

    def __init__(self, database: Documents, reference: ReferenceStore, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._store = CredentialStore(database)
        self._reference = reference
        self._clock = clock
        self._generation: int | None = None
        self._keys: dict[str, _Key] = {}
        self._registry: Registry | None = None
        self._used: dict[str, datetime] = {}  # uses that are not stored yet
        self._noted: dict[str, datetime] = {}  # the last stored use

    def principal(self, key: str, now: datetime) -> UnitPrincipal | ReceiverPrincipal | None:
        """Who asks with this key; None if the key is unknown, expired or revoked, does not have the form of a key, or if its unit does not
        exist today: the keys of a unit that a reform ended are refused from that day on.

        Raises KeysNotReadError.
        """
        if not credentials.is_key(key):
            return None
        if self._registry is None or self._generation is None:
            raise KeysNotReadError(NOT_READ)
        known = self._keys.get(credentials.verifier(key))
        if known is None or now >= known.expires_at or not self._registry.keeps_valid(known.unit, periods.local_day(now)):
            return None
        self._note(known.principal.credential, now)
        return known.principal

    async def watch(self, readiness: Readiness) -> None:
        """Keeps the keys and the units current until it is cancelled. The service is not ready before the first reading."""
        readiness.wait_for("keys", NOT_READ)
        while True:
            await delivery.keep_trying("keys", self.look, readiness)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Reads the keys again if they have changed, and stores which were used."""
        generation = await identity_changes.generation(self._database)  # first: a change during the reading is read the next time
        self._registry = (await self._reference.current(LOOK_S)).registry
        if generation != self._generation:
            self.use(await self._store.valid_keys(self._clock()))
            self._generation = generation
        await self._store_uses()

    def use(self, keys: Sequence[Credential]) -> None:
        """Replaces the keys in memory."""
        self._keys = {key.verifier: _Key(_principal(key), key.holder.unit, key.expires_at) for key in keys}
        self._noted = {credential.id: self._noted[credential.id] for credential in keys if credential.id in self._noted}

    def _note(self, credential: str, now: datetime) -> None:
        noted = self._noted.get(credential)
        if noted is None or now - noted >= NOTE_EVERY:
            self._noted[credential] = self._used[credential] = now.replace(second=0, microsecond=0)

    async def _store_uses(self) -> None:
        used, self._used = self._used, {}
        try:
            await self._store.note_uses(used)
        except BaseException:
            self._used = used | self._used
            raise


def _principal(credential: Credential) -> UnitPrincipal | ReceiverPrincipal:
    holder = credential.holder
    if holder.unit is not None:
        return UnitPrincipal(holder.unit, credential.id, credential.may)
    assert holder.receiver is not None  # a credential acts for one of both
    return ReceiverPrincipal(holder.receiver, credential.id, holder.feeds)
