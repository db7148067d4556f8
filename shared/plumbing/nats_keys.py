"""The folder with the keys of NATS: it makes the claims of accounts, and the credentials of services, units and receivers.

Whoever has the folder can make any user, so only its owner can read it, and no service does. A service has one file of it: its own
credentials. `keys.json` holds the seeds; `server/identity.conf` is what the servers read; `creds/` has one file for each of our own users.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

import nkeys

from shared.plumbing import nats_accounts, nats_claims, whole_files
from shared.plumbing.nats_accounts import ACCOUNTS, Account, Scoped
from shared.plumbing.nats_claims import Issued, Kind
from shared.wire import subjects
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

KEYS: Final = "keys.json"
CREDS: Final = "creds"
SERVER: Final = "server"
IDENTITY: Final = "identity.conf"
SIGNING: Final = ("sign UNITS", "sign RECEIVERS")
DAY_S: Final = 86_400
ACCOUNT_S: Final = 3650 * DAY_S  # how long the claims of accounts hold; every push issues them again
SERVICE_S: Final = 730 * DAY_S
OLDEST: Final = 1  # the second of the claims that servers begin with: whatever is pushed is newer, and a restart does not undo it
RENEWED_S: Final = 365 * DAY_S  # the credentials of a service that end sooner are made again

Revoked = Mapping[Scoped, Mapping[str, int]]
NONE_REVOKED: Final[Revoked] = {}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a unit or a receiver: the text of its `.creds` file, and its public key, by which they can be revoked."""

    text: str
    public_key: str


class NatsKeys:
    """The keys in a folder."""

    def __init__(self, folder: Path, seeds: Mapping[str, str], issued_at: int) -> None:
        self.folder = folder
        self._issued_at = issued_at
        self._keys = {name: nats_claims.key_of(seed) for name, seed in seeds.items()}

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The keys in the folder. Raises ConfigurationError if there are none."""
        try:
            stored = json.loads((folder / KEYS).read_text(encoding="utf-8"))
            return cls(folder, stored["seeds"], stored["issued_at"])
        except FileNotFoundError as error:
            raise ConfigurationError(refusal("nats.no_keys", str(folder))) from error

    @classmethod
    def ensure(cls, folder: Path, now: datetime) -> Self:
        """The keys in the folder, made if there are none, and the files made of them. Credentials of our own users are made again a year
        before they end; a file with rights that have changed is made again too.
        """
        at = int(now.timestamp())
        if not (folder / KEYS).exists():
            kinds: dict[str, Kind] = {"operator": "operator", **dict.fromkeys((*ACCOUNTS, *SIGNING), "account")}
            seeds = {name: nats_claims.seed_of(nats_claims.new_key(kind, secrets.token_bytes(32))) for name, kind in kinds.items()}
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            whole_files.make(folder / KEYS, json.dumps({"issued_at": at, "seeds": seeds}, indent=2))
        keys = cls.read(folder)
        keys._write_files(at)
        return keys

    @property
    def creds_folder(self) -> Path:
        """The folder with a `.creds` file for each of our own users."""
        return self.folder / CREDS

    @property
    def identity_file(self) -> Path:
        """The part of the servers' configuration that names the operator and the accounts."""
        return self.folder / SERVER / IDENTITY

    def account_key(self, account: Account) -> str:
        """The public key of an account."""
        return nats_claims.public(self._keys[account])

    def account_body(self, account: Account, revoked: Revoked = NONE_REVOKED) -> nats_claims.Claims:
        """What the claims of an account should say."""
        keys: dict[Account, str] = {name: self.account_key(name) for name in ACCOUNTS}
        signing: dict[Scoped, str] = {name: nats_claims.public(self._keys[f"sign {name}"]) for name in ("UNITS", "RECEIVERS")}
        return nats_accounts.bodies(keys, signing, revoked)[account]

    def account_jwt(self, account: Account, at: int, revoked: Revoked = NONE_REVOKED) -> str:
        """The claims of an account, signed by the operator at the second `at`."""
        issued = Issued(at, max(at, self._issued_at) + ACCOUNT_S)
        body = self.account_body(account, revoked)
        return nats_claims.account(self._keys["operator"], self.account_key(account), account, body, issued)

    def unit(self, unit_id: str, at: datetime, until: datetime) -> Credentials:
        """New credentials of a unit. Each call makes a new key: those issued earlier stay valid. Raises ValueError if the id could widen
        what the credentials allow: nats-server does not escape it.
        """
        return self._scoped("UNITS", "unit", unit_id, at, until)

    def receiver(self, name: str, at: datetime, until: datetime) -> Credentials:
        """New credentials of a receiver of feeds. Raises ValueError like `unit`."""
        return self._scoped("RECEIVERS", "receiver", name, at, until)

    def service(self, name: str, account: Account, publish: Sequence[str], subscribe: Sequence[str], at: int) -> str:
        """The text of a `.creds` file for a user of our own."""
        key = _new_user()
        listening = [*subscribe, f"{nats_accounts.inbox_prefix(name)}.>"]
        issued = Issued(at, at + SERVICE_S)
        return nats_claims.creds(nats_claims.user(self._keys[account], nats_claims.public(key), name, publish, listening, issued), key)

    def _scoped(self, account: Scoped, tag: str, value: str, at: datetime, until: datetime) -> Credentials:
        if not subjects.is_token(value):
            raise ValueError(f"not a token: {value!r}")
        key = _new_user()
        issued = Issued(int(at.timestamp()), int(until.timestamp()))
        signing, user = self._keys[f"sign {account}"], nats_claims.public(key)
        jwt = nats_claims.scoped_user(signing, self.account_key(account), user, value, [f"{tag}:{value}"], issued)
        return Credentials(nats_claims.creds(jwt, key), user)

    def _write_files(self, at: int) -> None:
        _write_if_other(self.identity_file, self._identity())
        for name, rights in nats_accounts.rights().items():
            self._write_creds(name, "SERVICES", rights.publish, rights.subscribe, at)
        self._write_creds(nats_accounts.PUSH, "SYS", nats_accounts.PUSH_PUBLISH, (), at)

    def _write_creds(self, name: str, account: Account, publish: Sequence[str], subscribe: Sequence[str], at: int) -> None:
        file = self.creds_folder / f"{name}.creds"
        if file.exists():
            claims = nats_claims.read_creds(file.read_text(encoding="utf-8"))
            allowed = (claims["nats"]["pub"].get("allow"), claims["nats"]["sub"].get("allow"))
            wanted = (list(publish), [*subscribe, f"{nats_accounts.inbox_prefix(name)}.>"])
            if claims["iss"] == self.account_key(account) and allowed == wanted and claims["exp"] > at + RENEWED_S:
                return
        _write(file, self.service(name, account, publish, subscribe, at))

    def _identity(self) -> str:
        """The servers' configuration. A server takes the accounts from it at its first start; what is pushed later is newer."""
        issued = Issued(self._issued_at)
        operator = nats_claims.operator(self._keys["operator"], self.account_key("SYS"), issued)
        accounts = [f"  {self.account_key(name)}: {self.account_jwt(name, OLDEST)}" for name in ACCOUNTS]
        lines = [
            "# Made by `tonghop nats init`: the operator and the accounts. It holds no secret.",
            f"operator: {operator}",
            f"system_account: {self.account_key('SYS')}",
            "resolver_preload: {",
            *accounts,
            "}",
        ]
        return "\n".join(lines) + "\n"


def _new_user() -> nkeys.KeyPair:
    return nats_claims.new_key("user", secrets.token_bytes(32))


def _write_if_other(file: Path, text: str) -> None:
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        _write(file, text)


def _write(file: Path, text: str) -> None:
    """Replaces a file in a folder that only its owner can open."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    whole_files.replace(file, text)
