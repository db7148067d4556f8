"""The fold: views are a function of the set of events, whatever their order, and agree with the plain recomputation."""

import random
from typing import Any

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.aggregate.domain.fold import Fold, NotRecalledError
from services.aggregate.domain.view import View
from services.aggregate.feed import plain
from shared.check import recompute
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words import report_state
from shared.words.reference import Reference
from tests import seeds
from tests.aggregate.folding import NOW, PARTITIONS, fold_of, folded, shuffled, submitted
from tests.aggregate.histories import ON_CALL, PERIOD, REGIME, histories, logged, openings


@pytest.fixture(scope="session")
def reference() -> Reference:
    return seeds.near_reference()


@settings(max_examples=60, deadline=None)
@given(history=histories(), rng=st.randoms(use_true_random=False))
def test_any_order_repetition_and_split_into_batches_gives_byte_equal_views(
    reference: Reference, history: list[Logged], rng: random.Random
) -> None:
    assert folded(reference, shuffled(history, rng)) == folded(reference, [history])


@settings(max_examples=60, deadline=None)
@given(history=histories(), rng=st.randoms(use_true_random=False))
def test_periods_that_leave_memory_and_come_back_give_byte_equal_views(
    reference: Reference, history: list[Logged], rng: random.Random
) -> None:
    fold, views, stored = fold_of(reference), dict[str, View](), list[tuple[Logged, int]]()
    for sequence, event in enumerate(history, start=1):
        for pair in fold.lacking([event]):
            fold.recall(pair, rng.sample(of_pair := [one for one in stored if (one[0].regime, one[0].period) == pair], len(of_pair)))
        fold.take([(event, sequence)])
        stored.append((event, sequence))
        views |= {view.id: view for view in fold.changed()} if rng.random() < 0.5 else {}
        fold.release([pair for pair in list(fold.in_memory) if rng.random() < 0.5])
    views |= {view.id: view for view in fold.changed()}
    figures = {view.id: {**plain(view.document), "position": None, "updated_at": None} for view in views.values()}
    assert orjson.dumps(figures, option=orjson.OPT_SORT_KEYS) == folded(reference, [history])


def test_an_event_about_a_period_that_was_not_recalled_is_refused(reference: Reference) -> None:
    """An empty period in its place would take all other reports out of the totals."""
    fold = Fold(reference, subjects.partition_of(REGIME, PERIOD, PARTITIONS), PARTITIONS, shown=[(REGIME, PERIOD)])
    with pytest.raises(NotRecalledError):
        fold.take([(submitted(1, "06253"), 1)])


def test_views_that_are_not_stored_under_this_generation_are_all_rendered(reference: Reference) -> None:
    number = subjects.partition_of(REGIME, PERIOD, PARTITIONS)
    behind = Fold(reference, number, PARTITIONS, behind=[(REGIME, PERIOD)])
    behind.open(NOW)
    behind.changed()
    assert (REGIME, PERIOD) not in behind.shown
    behind.recall((REGIME, PERIOD), [])
    rendered = {view.id for view in behind.changed()}
    own = {regime.id for regime in reference.derived_of(REGIME)}
    assert rendered == {view.id for view in _first_views(reference, number) if view.id.split("/")[0] in own and f"/{PERIOD}/" in view.id}
    assert (REGIME, PERIOD) in behind.shown


def _first_views(reference: Reference, number: int) -> list[View]:
    fold = Fold(reference, number, PARTITIONS)
    fold.open(NOW)
    return fold.changed()


@settings(max_examples=40, deadline=None)
@given(history=histories())
def test_the_fold_agrees_with_the_plain_recomputation(reference: Reference, history: list[Logged]) -> None:
    """Two programs that share no code say the same of every field of every view."""
    require_agreement(reference, history, REGIME)


def test_the_fold_agrees_with_the_plain_recomputation_on_periods_without_reports(reference: Reference) -> None:
    views = orjson.loads(folded(reference, [], opens=True))
    number = subjects.partition_of(REGIME, PERIOD, PARTITIONS)
    said = recompute.expected_views(reference, [], NOW, lambda source, period: subjects.partition_of(source, period, PARTITIONS) == number)
    expected = {view["_id"]: view for view in said}
    assert f"{REGIME}/{PERIOD}/184" in views
    assert {view_id: {**view, **expected[view_id]} for view_id, view in views.items()} == views


def require_agreement(reference: Reference, history: list[Logged], regime: str) -> None:
    """Both say the same of the views of the regime's period, and of those of regimes derived from it."""
    views = orjson.loads(folded(reference, [history]))
    said = recompute.expected_views(reference, history, NOW, lambda *pair: pair == (regime, PERIOD))
    expected = {view["_id"]: view for view in said}
    assert views.keys() == (expected.keys() if history else set())
    for view_id, view in views.items():
        assert {**view, **expected[view_id]} == view


@settings(max_examples=50, deadline=None)
@given(history=openings(), rng=st.randoms(use_true_random=False))
def test_a_period_on_call_is_in_any_order_what_the_plain_recomputation_says(
    reference: Reference, history: list[Logged], rng: random.Random
) -> None:
    assert folded(reference, shuffled(history, rng)) == folded(reference, [history])
    require_agreement(reference, history, ON_CALL)


def last_wins(self: report_state.ReportState, revision: report_state.Revision, *, is_submission: bool) -> bool:
    """The revision rule, broken: whatever arrives last wins."""
    self.winner, self.is_submission = revision, is_submission
    return True


def test_the_property_fails_when_the_revision_rule_is_broken(reference: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_state.ReportState, "_take", last_wins)

    @settings(max_examples=200, deadline=None, database=None, phases=[Phase.generate])
    @given(history=histories(), rng=st.randoms(use_true_random=False))
    def any_order(history: list[Logged], rng: random.Random) -> None:
        assert folded(reference, shuffled(history, rng)) == folded(reference, [history])

    with pytest.raises(AssertionError):
        any_order()


LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8"))


@given(data=st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner)))
@settings(max_examples=100, deadline=None)
def test_the_fold_never_raises_on_a_logged_event(reference: Reference, data: Any) -> None:
    fold = fold_of(reference)
    kinds_of_event = [events.SUBMITTED, events.WITHDRAWN, events.RETURNED, events.EXTENDED, events.OPENED, "vn.tonghop.khac.v9"]
    for number, kind in enumerate(kinds_of_event):
        strange = {"values": {"gd_ngay_cong": data, "vh_nha_van_hoa_thon": data, "nv_tien_do": data}, "until": data, "deadline": data}
        fold.take([(logged(kind, "06253", number, 1, strange), number)])
    fold.changed()
