"""The claims by which nats-server knows accounts and users: JWTs signed with nkeys (ed25519).

Only what this product needs: an operator, accounts with exports, imports, scoped signing keys and revocations, and users. No clock: the
caller says when a claim was issued and when it ends. Source: nats-io/jwt, version 2 of the claims.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import nkeys
import orjson
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

Kind = Literal["operator", "account", "user"]
Claims = dict[str, Any]

PREFIXES: Final[Mapping[Kind, int]] = {
    "operator": nkeys.PREFIX_BYTE_OPERATOR,
    "account": nkeys.PREFIX_BYTE_ACCOUNT,
    "user": nkeys.PREFIX_BYTE_USER,
}
HEADER: Final = {"typ": "JWT", "alg": "ed25519-nkey"}
UNLIMITED: Final = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
JETSTREAM: Final = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
"""The limits that switch JetStream on in an account."""

CREDS: Final = """-----BEGIN NATS USER JWT-----
{jwt}
------END NATS USER JWT------

************************* IMPORTANT *************************
Keep this file secret: whoever has it can act as this user.

-----BEGIN USER NKEY SEED-----
{seed}
------END USER NKEY SEED------
"""
JWT_IN_CREDS: Final = re.compile(r"-----BEGIN NATS USER JWT-----\s+(\S+)\s+------END NATS USER JWT------")


class InvalidClaimsError(ValueError):
    """A text is not a JWT, or its signature is not that of the key that it names."""


@dataclass(frozen=True, slots=True)
class Issued:
    """When a claim was issued and when it ends, in seconds since 1970; no end for an operator."""

    at: int
    until: int | None = None


def new_key(kind: Kind, random_bytes: bytes) -> nkeys.KeyPair:
    """A key made of 32 random bytes."""
    return nkeys.from_seed(nkeys.encode_seed(random_bytes, PREFIXES[kind]))


def key_of(seed: str) -> nkeys.KeyPair:
    """The key that a seed (`SU…`, `SA…`) stands for."""
    return nkeys.from_seed(bytearray(seed.encode()))


def public(key: nkeys.KeyPair) -> str:
    """The key's public half, as claims name it: `U…`, `A…`, `O…`."""
    return bytes(key.public_key).decode()


def seed_of(key: nkeys.KeyPair) -> str:
    """The key's seed, which is secret."""
    return bytes(key.seed).decode()


def operator(key: nkeys.KeyPair, system_account: str, issued: Issued) -> str:
    """The operator's JWT, signed by itself. `system_account` is a public key."""
    return _signed(key, public(key), "tonghop", "operator", {"system_account": system_account}, issued)


def account(operator_key: nkeys.KeyPair, account_key: str, name: str, body: Claims, issued: Issued) -> str:
    """An account's JWT. `body` holds what differs from an account without limits, exports and imports."""
    plain = {"limits": UNLIMITED, "default_permissions": {"pub": {}, "sub": {}}, "authorization": {}}
    return _signed(operator_key, account_key, name, "account", plain | body, issued)


def scope(signing_key: str, role: str, publish: Sequence[str], subscribe: Sequence[str], **limits: Any) -> Claims:
    """A scoped signing key: every user that it signs has exactly these permissions and limits."""
    template = {"pub": {"allow": list(publish)}, "sub": {"allow": list(subscribe)}, "subs": -1, "data": -1, "payload": -1} | limits
    return {"kind": "user_scope", "key": signing_key, "role": role, "template": template}


def scoped_user(signing_key: nkeys.KeyPair, account_key: str, user_key: str, name: str, tags: Sequence[str], issued: Issued) -> str:
    """A user signed by a scoped key. It must not have permissions of its own; the tags are inserted into those of the scope."""
    return _signed(signing_key, user_key, name, "user", {"issuer_account": account_key, "tags": list(tags)}, issued)


def user(account_key: nkeys.KeyPair, user_key: str, name: str, publish: Sequence[str], subscribe: Sequence[str], issued: Issued) -> str:
    """A user signed by its account, with the permissions given: what is not listed is refused."""
    allowed = {"pub": {"allow": list(publish)}, "sub": {"allow": list(subscribe)}, "subs": -1, "data": -1, "payload": -1}
    return _signed(account_key, user_key, name, "user", allowed, issued)


def creds(jwt: str, user_key: nkeys.KeyPair) -> str:
    """The text of a `.creds` file."""
    return CREDS.format(jwt=jwt, seed=seed_of(user_key))


def read_creds(text: str) -> Claims:
    """The claims in the text of a `.creds` file. Raises InvalidClaimsError."""
    match = JWT_IN_CREDS.search(text)
    if match is None:
        raise InvalidClaimsError("no JWT")
    return read(match[1])


def read(jwt: str) -> Claims:
    """The claims of a JWT, after its signature was verified with the key that it names as its issuer. Raises InvalidClaimsError."""
    try:
        signed, _, signature = jwt.rpartition(".")
        head, body = signed.split(".")
        claims: Claims = orjson.loads(_decoded(body))
        if orjson.loads(_decoded(head)) != HEADER:
            raise InvalidClaimsError("another kind of JWT")
        _raw(str(claims["iss"])).verify(signed.encode(), _decoded(signature))
    except (ValueError, KeyError, TypeError, BadSignatureError) as error:
        raise InvalidClaimsError("not a JWT, or not signed by its issuer") from error
    return claims


def _raw(public_key: str) -> VerifyKey:
    """The ed25519 key in an nkey: one byte of prefix before it, two of a checksum behind it."""
    return VerifyKey(base64.b32decode(public_key)[1:-2])


def _signed(key: nkeys.KeyPair, subject: str, name: str, kind: Kind, body: Claims, issued: Issued) -> str:
    claims: Claims = {"iat": issued.at, "iss": public(key), "name": name, "sub": subject, "nats": {**body, "type": kind, "version": 2}}
    if issued.until is not None:
        claims["exp"] = issued.until
    digest = hashlib.new("sha512_256", orjson.dumps(claims, option=orjson.OPT_SORT_KEYS)).digest()
    claims["jti"] = base64.b32encode(digest).rstrip(b"=").decode()
    signed = f"{_encoded(orjson.dumps(HEADER))}.{_encoded(orjson.dumps(claims))}"
    return f"{signed}.{_encoded(bytes(key.sign(signed.encode())))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
