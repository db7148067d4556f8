"""Audit entries about logins. What was typed is in none of them: people type passwords into the field of the login."""

from collections.abc import Callable
from datetime import datetime

from shared.plumbing import audit_store
from shared.plumbing.mongo import Documents
from shared.words.audit import Action, Detail

NOBODY = "nobody"


class Records:
    """Adds entries to the audit log."""

    def __init__(self, database: Documents, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def add(self, action: Action, person: str = "", actor: str = "", **details: Detail) -> None:
        """Adds an entry about a person (an id; "" if unknown). The actor is the person, if no other is given."""
        target = f"people/{person}" if person else ""
        who = actor or target or NOBODY
        await audit_store.append(self._database, actor=who, action=action, target=target, details=details, at=self._clock())
