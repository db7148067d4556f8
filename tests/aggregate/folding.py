"""Folding in tests: a history, and the canonical figures of its views."""

import random
from datetime import UTC, datetime
from typing import Any

import orjson

from services.aggregate.domain.fold import Fold
from services.aggregate.domain.view import View
from services.aggregate.feed import plain
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words.reference import Reference
from tests.aggregate.histories import DEADLINE_MS, PERIOD, REGIME, logged

NOW = datetime(2026, 12, 25, tzinfo=UTC)
PARTITIONS = 8


def fold_of(reference: Reference) -> Fold:
    return Fold(reference, subjects.partition_of(REGIME, PERIOD, PARTITIONS), PARTITIONS)


def folded(reference: Reference, batches: list[list[Logged]], *, opens: bool = False) -> bytes:
    """The canonical figures of all views after folding the batches, each view rendered after each batch. With `opens`, periods that nobody
    has reported about have views too.
    """
    fold, sequence = fold_of(reference), 0
    views: dict[str, View] = {}
    if opens:
        fold.open(NOW)
    for batch in [[], *batches]:
        fold.take([(event, sequence := sequence + 1) for event in batch])
        views |= {view.id: view for view in fold.changed()}
    figures = {view.id: {**plain(view.document), "position": None, "updated_at": None} for view in views.values()}
    return orjson.dumps(figures, option=orjson.OPT_SORT_KEYS)


def shuffled(history: list[Logged], rng: random.Random) -> list[list[Logged]]:
    """The same events in any order, some repeated, split into batches anywhere."""
    events_again = [*history, *rng.sample(history, rng.randint(0, len(history)))]
    rng.shuffle(events_again)
    cuts = sorted(rng.choices(range(len(events_again) + 1), k=3))
    return [events_again[: cuts[0]], events_again[cuts[0] : cuts[1]], events_again[cuts[1] :]]


def view_of(reference: Reference, history: list[Logged], unit: str = "184", regime: str = REGIME) -> dict[str, Any]:
    view: dict[str, Any] = orjson.loads(folded(reference, [history], opens=not history))[f"{regime}/{PERIOD}/{unit}"]
    return view


def submitted(number: int = 1, unit: str = "06253", revision: int = 1, received_ms: int = DEADLINE_MS - 1, **values: Any) -> Logged:
    return logged(events.SUBMITTED, unit, number, received_ms, {"revision": revision, "values": values})
