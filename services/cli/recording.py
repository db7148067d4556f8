"""What the audit log records about commands, and who runs them: the login on the machine."""

import hashlib
import os
import pwd
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shared.plumbing import audit_store
from shared.shell.service import Connections
from shared.words.audit import Act, Action, Detail

MOST_NAMED: Final = 20  # files, units or regimes in one entry
NOT_IN_A_LOGIN: Final = re.compile(r"[^A-Za-z0-9._@-]")


def operator() -> str:
    """Who acts, for events and the audit log: the login on the machine, from the system and not from an environment variable."""
    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a user id that has no name
        login = f"uid-{os.getuid()}"
    return f"operator/{NOT_IN_A_LOGIN.sub('-', login)[:64]}"


async def record(connections: Connections, action: Action, target: str = "", **details: Detail) -> None:
    """Records what a command is about to do. If this fails, the command must not do it."""
    found = act(action, target, **details)
    await audit_store.append(
        connections.database, actor=found.actor, action=found.action, target=found.target, details=found.details, at=connections.clock()
    )


def act(action: Action, target: str = "", **details: Detail) -> Act:
    """What a command records in the transaction of an import."""
    return Act(operator(), action, target, details)


def named(names: Iterable[str]) -> list[str]:
    """The first names of a list."""
    every = sorted(names)
    return every[:MOST_NAMED] + [f"+{len(every) - MOST_NAMED}"] * (len(every) > MOST_NAMED)


def files(paths: Iterable[Path]) -> list[Detail]:
    """The names of files, and the hash of what is in each, by which an entry can be compared with a file later."""
    return [{"name": path.name, "sha256": _hash(path)} for path in list(paths)[:MOST_NAMED]]


def _hash(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
