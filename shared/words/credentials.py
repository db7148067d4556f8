"""HTTP keys and NATS credentials: their form, and who they act for.

An HTTP key is `th_` and 256 random bits. It is shown once; what is stored is its sha256, which needs no salt, because nobody can try
2^256 keys. Source: design, section 1 of the second part; ADR-0057.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from shared.words.principals import FeedScope, Right

Kind = Literal["http", "nats"]
State = Literal["valid", "expired", "revoked"]

PREFIX: Final = "th_"
"""Makes a key recognisable in a file or a log that it should not be in."""

KEY: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
ID_LETTERS: Final = 16
VALID_FOR: Final = timedelta(days=400)
"""How long a credential is valid if nobody says otherwise: a year, and a month to hand over the next."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a credential acts for: a unit (an id), or a receiver (a name) with its feeds."""

    unit: str | None = None
    receiver: str | None = None
    feeds: Sequence[FeedScope] = ()

    @property
    def actor(self) -> str:
        return f"receivers/{self.receiver}" if self.unit is None else f"units/{self.unit}"


@dataclass(frozen=True, slots=True)
class Credential:
    """One stored HTTP key or NATS identity. It has no secret: `verifier` is the key's sha256, or a public nkey."""

    id: str
    kind: Kind
    holder: Holder
    verifier: str
    may: frozenset[Right]
    issued_at: datetime
    issued_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def state(self, now: datetime) -> State:
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if now < self.expires_at else "expired"


class IssuedKey(NamedTuple):
    """A new HTTP key, and what is stored about it."""

    credential: Credential
    key: str


def new_key(secret: str, holder: Holder, may: Iterable[Right], issued_at: datetime, issued_by: str, expires_at: datetime) -> IssuedKey:
    """A new key with a secret of 43 characters (base64url) that nobody can guess."""
    key = PREFIX + secret
    stored = verifier(key)
    return IssuedKey(Credential(id_of(stored), "http", holder, stored, frozenset(may), issued_at, issued_by, expires_at), key)


def is_key(text: str) -> bool:
    """Whether a text has the form of a key."""
    return KEY.fullmatch(text) is not None


def verifier(secret: str) -> str:
    """What is stored about a key, or another random secret such as that of a session or an invitation: its sha256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def id_of(stored: str) -> str:
    """The id of the credential with this verifier: it names the credential in lists and in the audit log, and proves nothing."""
    return hashlib.sha256(f"credential/{stored}".encode()).hexdigest()[:ID_LETTERS]
