"""Every kind and aggregation: the fold agrees with the plain recomputation, also on values that are no figures."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregate.domain.fold import Fold
from services.aggregate.feed import plain
from shared.check import recompute
from shared.wire import events, subjects
from shared.words.reference import Reference
from tests import seeds
from tests.aggregate.every_kind import EVERY_KIND, codes, every_kind
from tests.aggregate.folding import NOW, PARTITIONS
from tests.aggregate.histories import DEADLINE_MS, PERIOD, logged


@pytest.fixture(scope="session")
def reference() -> Reference:
    return seeds.near_reference()


def content_of(figures: dict[str, Any], estimated: set[str]) -> dict[str, Any]:
    """The figures of a report, of which these are estimates, as far as it has them."""
    return {"values": figures, "status": {code: events.ESTIMATE for code in figures if code in estimated}}


@settings(max_examples=100, deadline=None)
@given(sent=st.lists(every_kind, max_size=15), is_complete=st.booleans(), estimated=st.lists(st.sets(codes), min_size=15, max_size=15))
def test_every_kind_and_aggregation_agrees_with_the_plain_recomputation(
    reference: Reference, sent: list[dict[str, Any]], is_complete: bool, estimated: list[set[str]]
) -> None:
    """A target can be met only in a complete view, so in half of the cases the other communes send reports without figures."""
    known = Reference(1, reference.registry, {EVERY_KIND.id: EVERY_KIND}, {})
    communes = [unit.id for unit in reference.registry.units if unit.parent == "184" and unit.level == "commune"]
    reports = sent + [{}] * (len(communes) - len(sent)) if is_complete else sent
    history = [
        logged(events.SUBMITTED, unit, number, DEADLINE_MS, {"revision": 1} | content_of(figures, marked), regime=EVERY_KIND.id)
        for number, (unit, figures, marked) in enumerate(zip(communes, reports, [*estimated, *[set[str]()] * 99], strict=False))
    ]
    fold = Fold(known, subjects.partition_of(EVERY_KIND.id, PERIOD, PARTITIONS), PARTITIONS)
    fold.take([(event, number + 1) for number, event in enumerate(history)])
    fold.open(NOW)
    views = {view.id: plain(view.document) for view in fold.changed()}
    expected = {view["_id"]: view for view in recompute.expected_views(known, history, NOW)}
    assert views.keys() == expected.keys()
    assert {key: {**view, **expected[key]} for key, view in views.items()} == views


RUBBISH: list[Any] = [
    None,
    [],
    {},
    "abc",
    "",
    "1e5",
    "1,5",
    "NaN",
    1.5,
    10**15,
    -(10**15),
    {"numerator": 1},
    {"numerator": "x", "denominator": 2},
]


@settings(max_examples=300, deadline=None)
@given(values=st.dictionaries(codes, st.sampled_from([*RUBBISH, "khac", "thap", 7, "7", True, {"numerator": 1, "denominator": "2.5"}])))
def test_a_logged_value_that_is_no_figure_is_not_reported_for_the_fold_and_for_its_check(
    reference: Reference, values: dict[str, Any]
) -> None:
    known = Reference(1, reference.registry, {EVERY_KIND.id: EVERY_KIND}, {})
    event = logged(events.SUBMITTED, "06253", 1, 1, {"revision": 1, "values": values}, regime=EVERY_KIND.id)
    fold = Fold(known, 0, 1)
    fold.take([(event, 1)])
    expected = {view["_id"]: view for view in recompute.expected_views(known, [event], NOW)}
    for view in fold.changed():
        found = plain(view.document)
        assert {**found, **expected[view.id]} == found
