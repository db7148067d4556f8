"""Verify: the stored views against the plain recomputation from the stored log, field by field.

It may run beside live load: a view that differs is compared again after the log's new events were read, until it stops moving.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from services.aggregate import log as logs
from services.aggregate.domain import recompute
from services.aggregate.feed import plain
from services.aggregate.store import VIEWS
from shared import events, subjects
from shared.events import Logged
from shared.service import Connections

DERIVED_FROM_ORDER: Final = ("position", "updated_at")  # they say which message came last, not what the figures are
ATTEMPTS: Final = 10
PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as the log says."""

    view: str
    field: str
    stored: Any
    expected: Any

    def as_dict(self) -> dict[str, Any]:
        return {"view": self.view, "field": self.field, "stored": self.stored, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many views were compared, and what differs."""

    views: int
    differences: list[Difference]

    def as_dict(self) -> dict[str, Any]:
        return {"equal": not self.differences, "views": self.views, "differences": [found.as_dict() for found in self.differences]}


async def verify(held: Connections, progress: Callable[[int], None]) -> Verdict:
    """Compares every view; `progress` is told the events read so far."""
    known: dict[str, Logged] = {}
    read_to, before = 0, None
    for _ in range(ATTEMPTS):
        end = await held.streams.last_sequence(subjects.REPORTS)
        async for _, _, payload in logs.whole(held.streams, "reports.>", end, read_to + 1):
            event = events.read_logged(payload)
            if event is not None:
                known.setdefault(event.id, event)
                progress(len(known))
        read_to = end
        verdict = await _compare(held, known)
        is_quiet = end == await held.streams.last_sequence(subjects.REPORTS)
        if not verdict.differences or (is_quiet and verdict == before):
            return verdict
        before = verdict
        await asyncio.sleep(PAUSE_S)
    return verdict


async def _compare(held: Connections, known: dict[str, Logged]) -> Verdict:
    reference = await held.reference.current()
    expected = {view["_id"]: view for view in recompute.expected_views(reference, known.values(), datetime.now(UTC))}
    stored = {document["_id"]: plain(document) async for document in held.database[VIEWS].find()}
    found = [difference for view_id in sorted(expected | stored) for difference in _differences(view_id, stored, expected)]
    stored_reports = {document["_id"] async for document in held.database["reports"].find({}, {"_id": 1})}
    lost = [Difference(f"reports/{event_id}", "_id", None, event_id) for event_id in sorted(known.keys() - stored_reports)]
    extra = [Difference(f"reports/{event_id}", "_id", event_id, None) for event_id in sorted(stored_reports - known.keys())]
    return Verdict(len(expected), [*found, *lost, *extra])


def _differences(view_id: str, stored: dict[str, Any], expected: dict[str, Any]) -> Iterator[Difference]:
    if view_id not in stored or view_id not in expected:
        yield Difference(view_id, "", "có" if view_id in stored else None, "có" if view_id in expected else None)
        return
    left, right = flat(stored[view_id]), flat(expected[view_id])
    for field in sorted(left.keys() | right.keys()):
        if field.split(".")[0] not in DERIVED_FROM_ORDER and (field not in left or field not in right or left[field] != right[field]):
            yield Difference(view_id, field, left.get(field), right.get(field))


def flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The leaves of a document by dotted path; a list is a leaf."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, dict) and inner:
            found |= flat(inner, f"{path}.")
        else:
            found[path] = inner
    return found
