"""Previews: the changes said are the changes seen, and nothing is left behind."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import given, settings

from services.aggregate.domain.fold import Fold
from services.aggregate.feed import plain
from shared.wire import subjects
from shared.wire.events import Logged
from shared.wire.published import FigureChange
from shared.words.reference import Reference
from tests.aggregate.histories import PERIOD, REGIME, histories, openings

NOW = datetime(2026, 12, 25, tzinfo=UTC)
PARTITIONS = 8
CHANGING = ("touched", "_states", "_period_state", "_due", "_deadlines")
Key = tuple[str, str, str | None, str]  # regime, unit, indicator, field


def fold_of(reference: Reference, history: Sequence[Logged], regime: str = REGIME, period: str = PERIOD) -> Fold:
    """The fold of a partition that has taken a history."""
    fold = Fold(reference, subjects.partition_of(regime, period, PARTITIONS), PARTITIONS)
    fold.open(NOW)
    fold.take([(event, sequence) for sequence, event in enumerate(history, start=1)])
    return fold


def numbers_of(fold: Fold, pair: tuple[str, str]) -> dict[Key, Any]:
    """Every number of every view of a period, by where it is, with those of early blocks left out: another way than the preview's."""
    fold.mark_all()
    found: dict[Key, Any] = {}
    for view in fold.changed():
        document = plain(view.document)
        if document["period"] != pair[1] or document["regime"] not in {one.id for one in fold.reference.derived_of(pair[0])}:
            continue
        view_of = document["regime"], document["unit"]["id"]
        for name, value in document["reporting"].items():
            found[(*view_of, None, f"reporting.{name}")] = value
        for code, count in document["narratives"].items():
            found[(*view_of, None, f"narratives.{code}")] = count
        for code, figure in document["indicators"].items():
            nested = {"target": {"target.met": figure.get("target", {}).get("met")}} if "target" in figure else {}
            counts = {f"counts.{option}": count for option, count in figure.get("counts", {}).items()}
            single = {name: value for name, value in figure.items() if name not in ("kind", "measure", "target", "counts")}
            for field, value in (single | counts | nested.get("target", {})).items():
                found[(*view_of, code, field)] = value
    return found


def seen(before: dict[Key, Any], after: dict[Key, Any]) -> dict[Key, tuple[Any, Any]]:
    """What differs, by where it is: the value before and after."""
    return {key: (before.get(key), after.get(key)) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def said(changes: Sequence[FigureChange]) -> dict[Key, tuple[Any, Any]]:
    assert len({(change.regime, change.unit, change.indicator, change.field) for change in changes}) == len(changes)
    return {(change.regime, change.unit, change.indicator, change.field): (change.now, change.then) for change in changes}


def state(fold: Fold) -> list[Any]:
    """Everything that changes in a fold."""
    held = [
        (pair, name, value.tobytes() if isinstance(value, np.ndarray) else repr(value))
        for pair, found in fold._blocks.items()
        for block in found
        for name, value in vars(block).items()
        if isinstance(value, np.ndarray) or name in CHANGING
    ]
    marked = [[(block.regime.id, block.early, unit) for block, unit in dirty] for dirty in (fold._dirty, fold._dirty_early)]
    return [held, marked, set(fold._released), set(fold.behind), set(fold._with_early)]


def require_agreement(reference: Reference, history: Sequence[Logged], event: Logged) -> int:
    """The preview says what folding the event changes, and leaves nothing behind. Returns the number of changes."""
    pair = event.regime, event.period
    fold = fold_of(reference, history, *pair)
    before, held = numbers_of(fold, pair), state(fold)

    changes = said(fold.preview(event).changes)

    assert state(fold) == held
    fold.take([(event, len(history) + 1)])
    assert changes == seen(before, numbers_of(fold, pair))
    return len(changes)


@settings(max_examples=60, deadline=None)
@given(history=histories(), last=histories().filter(bool))
def test_the_changes_said_are_the_changes_seen(reference: Reference, history: list[Logged], last: list[Logged]) -> None:
    require_agreement(reference, history, last[-1])


@settings(max_examples=30, deadline=None)
@given(history=openings(), last=openings())
def test_the_changes_said_of_a_period_on_call_are_the_changes_seen(reference: Reference, history: list[Logged], last: list[Logged]) -> None:
    require_agreement(reference, history, last[-1])
