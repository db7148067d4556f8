"""Refused requests in the audit log: a known principal asked for something that it may not read or do.

A program that asks a thousand times must not fill the log: what one actor is refused for one reason becomes one entry a minute, with the
number of requests. Requests without a valid key or session are not recorded: there is nobody to name. Source: ADR-0058.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.plumbing import audit_store, delivery
from shared.plumbing.mongo import Documents
from shared.plumbing.readiness import Readiness
from shared.words.audit import Detail

EVERY: Final = timedelta(minutes=1)
LOOK_S: Final = 1.0
MOST: Final = 1000  # actors and reasons at a time; more of them are not recorded until the first are written


@dataclass(slots=True)
class _Refused:
    target: str
    since: datetime
    count: int


class RefusedRequests:
    """Collects refusals in memory and writes them to the audit log."""

    def __init__(self, database: Documents, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._waiting: dict[tuple[str, str], _Refused] = {}
        self._written: dict[tuple[str, str], datetime] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def note(self, actor: str, code: str, target: str) -> None:
        """Notes that an actor was refused. `target` is what was asked for."""
        key = (actor, code)
        if (refused := self._waiting.get(key)) is not None:
            refused.count += 1
        elif len(self._waiting) < MOST:
            self._waiting[key] = _Refused(target, self._clock(), 1)

    async def watch(self, readiness: Readiness) -> None:
        """Writes what was noted until it is cancelled."""
        while True:
            await delivery.keep_trying("audit", self.write, readiness)
            await asyncio.sleep(LOOK_S)

    async def write(self) -> None:
        """Writes one entry for each actor and reason, if the last one is a minute old."""
        now = self._clock()
        self._written = {key: at for key, at in self._written.items() if now - at < EVERY}
        for key in [key for key in self._waiting if key not in self._written]:
            actor, code = key
            refused = self._waiting[key]
            details: dict[str, Detail] = {"code": code, "count": refused.count, "since": refused.since.isoformat(timespec="seconds")}
            await audit_store.append(self._database, actor=actor, action="request.refused", target=refused.target, details=details, at=now)
            self._written[key] = now
            del self._waiting[key]
