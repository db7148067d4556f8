"""Previews: the changes said are the changes seen, and nothing is left behind."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from services.aggregate.domain import view as views
from services.aggregate.domain.block import Block
from services.aggregate.domain.fold import Fold, NotRecalledError
from services.aggregate.feed import plain
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.wire.previews import FigureChange
from shared.words.reference import Reference
from tests import seeds
from tests.aggregate import over_reforms
from tests.aggregate.histories import COMMUNES, DEADLINE_MS, PERIOD, REGIME, histories, logged, openings

NOW = datetime(2026, 12, 25, tzinfo=UTC)
PARTITIONS = 8
CHANGING = ("touched", "_states", "_period_state", "_due", "_deadlines")
Key = tuple[str, str, str | None, str]  # regime, unit, indicator, field


@pytest.fixture(scope="session")
def reference() -> Reference:
    return seeds.near_reference()


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


def require_agreement(reference: Reference, history: Sequence[Logged], event: Logged, fold: Fold | None = None) -> int:
    """The preview says what folding the event changes, and leaves nothing behind. Returns the number of changes."""
    pair = event.regime, event.period
    fold = fold or fold_of(reference, history, *pair)
    before, held = numbers_of(fold, pair), state(fold)

    changes = said(fold.preview(event).changes)

    assert state(fold) == held
    fold.take([(event, len(history) + 1)])
    assert changes == seen(before, numbers_of(fold, pair))
    return len(changes)


@settings(max_examples=40, deadline=None)
@given(history=histories(), last=histories().filter(bool))
def test_the_changes_said_are_the_changes_seen(reference: Reference, history: list[Logged], last: list[Logged]) -> None:
    require_agreement(reference, history, last[-1])


@settings(max_examples=20, deadline=None)
@given(history=openings(), last=openings())
def test_the_changes_said_of_a_period_on_call_are_the_changes_seen(reference: Reference, history: list[Logged], last: list[Logged]) -> None:
    require_agreement(reference, history, last[-1])


DAY = date(2025, 3, 10)
REFORMED = (
    over_reforms.logged("111", DAY, a=3, nhat=3),
    over_reforms.logged("113", date(2025, 2, 10), a=2, nhat=7),
    over_reforms.logged("121", DAY, a=5, nhat=5),
    over_reforms.logged("111-2025", date(2025, 8, 1), a=4, nhat=9),
    over_reforms.logged("111-2025", date(2025, 8, 2), kind=events.RETURNED, reason="Sai."),
    over_reforms.logged("111", date(2025, 3, 1), period="2025-H1", revision=2, a=10),
    over_reforms.logged("khong-co", DAY, a=1),
)
COUNTED = (REFORMED[2], *REFORMED[4:6])  # of the others one is returned, and the units end within the period: early blocks have them


@pytest.mark.parametrize("place", range(len(REFORMED)))
def test_the_changes_said_over_reforms_are_the_changes_seen(place: int) -> None:
    """Among them views of areas, events of a unit's former bearer, and events that count in an early block, whose views are left out."""
    event = REFORMED[place]
    of_period = [other for other in REFORMED[:place] + REFORMED[place + 1 :] if other.period == event.period]
    fold = Fold(over_reforms.after(), subjects.partition_of(event.regime, event.period, PARTITIONS), PARTITIONS)
    fold.open(over_reforms.NOW)
    fold.take([(other, sequence) for sequence, other in enumerate(of_period, start=1)])

    count = require_agreement(over_reforms.after(), of_period, event, fold)

    assert (count > 0) == (event in COUNTED)


def test_the_views_of_derived_regimes_are_told_apart(reference: Reference) -> None:
    event = logged(events.SUBMITTED, COMMUNES[0], 1, DEADLINE_MS - 1, {"revision": 1, "values": {"vh_nha_van_hoa_xa": True}})

    changes = fold_of(reference, []).preview(event).changes

    assert {change.regime for change in changes if change.indicator == "vh_nha_van_hoa_xa"} == {REGIME, "vhtt-van-quan"}
    assert {change.unit for change in changes} >= {"184"}


def test_what_changes_nothing_says_nothing(reference: Reference) -> None:
    first = logged(events.SUBMITTED, COMMUNES[0], 1, DEADLINE_MS - 1, {"revision": 2, "values": {"gd_ngay_cong": 3}})
    fold = fold_of(reference, [first])
    for event in (
        first,
        logged(events.SUBMITTED, COMMUNES[0], 2, DEADLINE_MS, {"revision": 1, "values": {"gd_ngay_cong": 9}}),
        logged(events.RETURNED, COMMUNES[0], 3, DEADLINE_MS, {"revision": 1, "reason": "Sai."}),
        logged(events.SUBMITTED, "99999", 4, DEADLINE_MS, {"revision": 1, "values": {"gd_ngay_cong": 9}}),
        logged(events.CONFIRMED, "184", 5, DEADLINE_MS, {"view_hash": "0" * 64}),
        logged("vn.tonghop.something.else.v1", COMMUNES[0], 6, DEADLINE_MS, {}),
        logged(events.SUBMITTED, COMMUNES[0], 7, DEADLINE_MS, {"revision": 1}, period="1999"),
    ):
        assert fold.preview(event).changes == []


class PlannedError(Exception):
    """What a broken step of a preview raises."""


def test_a_preview_that_fails_leaves_nothing_behind(reference: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    event = logged(events.SUBMITTED, COMMUNES[0], 1, DEADLINE_MS - 1, {"revision": 1, "values": {"gd_ngay_cong": 3}})
    fold = fold_of(reference, [])
    held = state(fold)

    def fail(*_: object) -> None:
        raise PlannedError

    monkeypatch.setattr(Block, "_settle", fail)
    with pytest.raises(PlannedError):
        fold.preview(event)
    monkeypatch.undo()
    monkeypatch.setattr(views, "render", fail)
    with pytest.raises(PlannedError):
        list(fold.preview(event))
    monkeypatch.undo()
    assert state(fold) == held
    assert fold.preview(event).changes


def test_what_is_folded_between_two_views_of_a_preview_does_not_change_it(reference: Reference) -> None:
    event = logged(events.SUBMITTED, COMMUNES[0], 1, DEADLINE_MS - 1, {"revision": 1, "values": {"gd_ngay_cong": 3}})
    other = logged(events.SUBMITTED, COMMUNES[1], 2, DEADLINE_MS - 1, {"revision": 1, "values": {"gd_ngay_cong": 8}})
    fold = fold_of(reference, [])
    wanted = fold.preview(event).changes
    preview = fold.preview(event)
    parts = iter(preview)
    changes = list(next(parts))
    fold.take([(other, 1), (event, 2)])
    for part in parts:
        changes += part
    assert changes == wanted


def test_a_period_that_is_not_in_memory_must_be_read_first(reference: Reference) -> None:
    history = [
        logged(events.SUBMITTED, unit, at, DEADLINE_MS - 1, {"revision": 1, "values": {"gd_ngay_cong": 3}})
        for at, unit in enumerate(COMMUNES)
    ]
    event = logged(events.SUBMITTED, COMMUNES[0], 9, DEADLINE_MS - 1, {"revision": 2, "values": {"gd_ngay_cong": 5}})
    wanted = fold_of(reference, history).preview(event).changes
    number = subjects.partition_of(REGIME, PERIOD, PARTITIONS)
    for fold in (
        Fold(reference, number, PARTITIONS, shown=[(REGIME, PERIOD)]),
        Fold(reference, number, PARTITIONS, behind=[(REGIME, PERIOD)]),
    ):
        assert not fold.is_complete((REGIME, PERIOD))
        with pytest.raises(NotRecalledError):
            fold.preview(event)
        blocks = fold.fresh((REGIME, PERIOD))
        for sequence, stored in enumerate(history, start=1):
            for block in blocks:
                block.apply(stored, sequence)
        assert fold.preview_of(blocks, event).changes == wanted
        assert (REGIME, PERIOD) not in fold.in_memory
