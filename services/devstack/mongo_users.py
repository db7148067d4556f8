"""Users of a MongoDB server: each entry of `deploy/mongo/rights.json` is a role, with what it may do to each collection (ADR 0034)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from shared.plumbing import data_files

Rights = Mapping[str, Mapping[str, Sequence[str]]]
"""The allowed actions by role and collection. The collection "" means every collection of the database."""

Server = MongoClient[dict[str, Any]]

RIGHTS: Final = data_files.FOLDER / "mongo" / "rights.json"
ROOT: Final = "root"
ON_ONE_MACHINE: Final[Mapping[str, Sequence[str]]] = {
    **{name: (name,) for name in ("ingest", "aggregate", "notify", "portal")},
    "cli": ("operator", "notify", "rebuild"),
}
"""Users of the embedded MongoDB and their roles. There one person runs all commands; in containers each role has its own user."""

ANSWER_MS: Final = 1000
LOGIN_FAILED: Final = 18  # MongoDB's error code


@dataclass(frozen=True)
class Login:
    """The credentials of the embedded stack: mongod's key file, a password for each of its users, and the portal's secret key."""

    key_file: Path
    passwords: Mapping[str, str] = field(repr=False)
    secret_key: str = field(default="none", repr=False)


class WrongPassword(RuntimeError):
    """The stored data have a user `root` with another password."""


def rights() -> Rights:
    """The rights of each role."""
    read: Rights = json.loads(RIGHTS.read_text(encoding="utf-8"))
    return read


def client(host: str, password: str | None = None) -> Server:
    """A client of one server, logged in as `root` if a password is given."""
    user = ROOT if password is not None else None
    return MongoClient(host, directConnection=True, serverSelectionTimeoutMS=ANSWER_MS, username=user, password=password)


def provide(server: Server, database: str, login: Login) -> None:
    """Creates `root`, the declared roles and the users, with the passwords in `login`; existing ones are updated.

    Raises WrongPassword.
    """
    try:
        if not server.admin.command("usersInfo", ROOT)["users"]:
            server.admin.command("createUser", ROOT, pwd=login.passwords[ROOT], roles=["root"])
        grant(server, database, {name: (login.passwords[name], roles) for name, roles in ON_ONE_MACHINE.items()})
    except OperationFailure as failure:
        if failure.code != LOGIN_FAILED:
            raise
        raise WrongPassword from None


def grant(server: Server, database: str, users: Mapping[str, tuple[str, Sequence[str]]]) -> None:
    """Creates or updates every role, and the given users: name, password, roles."""
    stored = server[database]
    roles = {role["role"] for role in stored.command("rolesInfo", 1)["roles"]}
    for role, collections in rights().items():
        privileges = [
            {"resource": {"db": database, "collection": collection}, "actions": list(actions)}
            for collection, actions in collections.items()
        ]
        stored.command("updateRole" if role in roles else "createRole", role, privileges=privileges, roles=[])
    there = {user["user"] for user in stored.command("usersInfo", 1)["users"]}
    for name, (password, of_user) in users.items():
        stored.command("updateUser" if name in there else "createUser", name, pwd=password, roles=list(of_user))
