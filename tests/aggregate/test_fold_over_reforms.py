"""The fold over reforms: whom an event concerns, what is early, and that reports count by the day of receipt and the reference day alone.

Numbers such as "red team 11" are those of the list of ways in which a reform can go wrong.
"""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregate.domain.fold import Fold, NotRecalledError
from services.aggregate.domain.view import View
from services.aggregate.feed import plain
from shared.check import uncounted
from shared.check.history import History
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words.reference import Reference
from tests.aggregate import over_reforms
from tests.aggregate.over_reforms import JULY, MARCH, NOW, PARTITIONS, PLAN, REGIME, Json, agreed, logged, received

MAY, DECEMBER = date(2025, 5, 2), date(2025, 12, 2)
YEAR, HALF = f"{REGIME}/2025/1", f"{REGIME}/2025-H1/1"
ON_CALL: Json = {"obligation": {"on_call": True}, "periods": "any", "changes": []}


def total(view: Json) -> int | None:
    found: int | None = view["indicators"]["a"]["total"]
    return found


# whom an event concerns


def test_red_team_13_what_came_before_the_reform_was_registered_counts_for_who_has_the_code() -> None:
    """July's report was logged for the old 111, because the new one was not known yet."""
    history = [logged("111", JULY, a=5)]
    found = agreed(over_reforms.after(), history)
    assert (total(found[YEAR]), found[YEAR]["reporting"]["missing"]) == (5, ["115", "121", "122"])
    assert total(found[f"{YEAR}@2025-06-30"]) is None
    assert total(agreed(over_reforms.before(), history)[YEAR]) == 5


def test_red_team_13_what_was_received_before_the_new_unit_existed_does_not_count_for_it() -> None:
    found = agreed(over_reforms.after(), [logged("111", JULY - timedelta(days=1), a=5)])
    assert (total(found[YEAR]), total(found[f"{YEAR}@2025-06-30"])) == (None, 5)


def test_corrections_from_before_and_after_the_reform_was_registered_are_one_chain() -> None:
    first, second = logged("111", JULY, a=5), logged("111-2025", DECEMBER, revision=2, a=6)
    withdrawn = logged("111", DECEMBER, revision=3, kind=events.WITHDRAWN)
    reference = over_reforms.after()
    assert total(agreed(reference, [second, first])[YEAR]) == 6
    assert total(agreed(reference, [second, withdrawn, first])[YEAR]) is None


def test_after_the_revert_a_report_of_the_new_unit_counts_for_nobody_and_again_after_another_apply() -> None:
    history = [logged("111-2025", DECEMBER, a=5)]
    assert agreed(over_reforms.before(), history) == agreed(over_reforms.before(), [])
    assert agreed(over_reforms.after(), history) != agreed(over_reforms.after(), [])


@pytest.mark.parametrize("code", ["11-cu", "999", "", 7, None])
def test_an_event_whose_unit_nobody_knows_stops_nothing(code: object) -> None:
    """Also if its code is an area's, or no text."""
    odd = logged("khong-co", DECEMBER, a=5, code=code)
    assert agreed(over_reforms.after(), [odd]) == agreed(over_reforms.after(), [])


def test_an_instant_at_the_end_of_time_stops_nothing() -> None:
    odd = logged("111", DECEMBER, a=5, received_ms=events.LATEST_MS)
    assert total(agreed(over_reforms.after(), [odd])[YEAR]) == 5


# the early block


def test_red_team_11_what_ended_units_reported_is_kept_apart_by_the_units_of_then() -> None:
    history = [logged("111", MAY, a=5), logged("121", MAY, a=7), logged("122", MAY, a=11), logged("122-2025", DECEMBER, a=13)]
    found = agreed(over_reforms.after(), history)
    june = found[f"{YEAR}@2025-06-30"]
    assert (total(found[YEAR]), total(june)) == (20, 23)  # 121 goes on: its report counts in both, and neither is added to the other
    assert (june["units"], june["reporting"]["missing"]) == ("2025-06-30", ["112", "113", "114"])
    assert total(found[f"{REGIME}/2025/12@2025-06-30"]) == 18
    assert found[f"{REGIME}/2025/11@2025-06-30"]["unit"]["level"] == "district"
    assert "target" in found[f"{REGIME}/2025/11@2025-06-30"]["indicators"]["a"]  # by the version of then


def test_two_reforms_in_one_period_leave_two_early_blocks() -> None:
    split, other = date(2025, 2, 28), f"{YEAR}@2025-02-28"
    found = agreed(over_reforms.after(), [logged("113", split, a=1), logged("113-2025", MARCH, a=2), logged("111", MAY, a=4)])
    assert (total(found[other]), total(found[f"{YEAR}@2025-06-30"])) == (1, 6)
    assert found[other]["reporting"]["expected"] == 5
    assert {view_id.partition("@")[2] for view_id in found} == {"", "2025-02-28", "2025-06-30"}


def test_a_period_that_begins_with_the_reform_or_ends_before_it_has_no_early_block() -> None:
    found = agreed(over_reforms.after(), [])
    assert {view_id.split("/")[1] for view_id in found if "@" in view_id} == {"2025", "2025-H1"}
    assert f"{HALF}@2025-06-30" not in found  # the half-year ends before July; only the split of March is in the middle of it
    assert f"{HALF}@2025-02-28" in found


def test_a_return_or_an_extension_after_the_early_day_leaves_the_early_block() -> None:
    history = [logged("111", MAY, a=5), logged("111", JULY, kind=events.RETURNED, reason="x", fix_by="2025-08-01")]
    assert total(agreed(over_reforms.after(), history)[f"{YEAR}@2025-06-30"]) == 5


def test_the_last_millisecond_before_the_reform_is_early_and_the_next_is_not() -> None:
    at_ms = received(JULY, hour=0)
    before, after = logged("111", JULY, a=5, received_ms=at_ms - 1), logged("111", JULY, a=5, received_ms=at_ms)
    key = f"{YEAR}@2025-06-30"
    assert (total(agreed(over_reforms.after(), [before])[key]), total(agreed(over_reforms.after(), [after])[key])) == (5, None)


def test_a_regime_that_ended_with_the_units_keeps_what_they_reported() -> None:
    found = agreed(over_reforms.after(ends="2025-07-01", changes=[]), [logged("111", MAY, a=5)])
    assert YEAR not in found
    assert total(found[f"{YEAR}@2025-06-30"]) == 5


def test_red_team_12_a_pinned_period_keeps_its_units_and_has_no_early_block() -> None:
    pins = {(REGIME, "2025"): JULY - timedelta(days=1)}
    opened = logged("", MAY, kind=events.OPENED, deadline="2025-05-20")
    history = [opened, *(logged(code, MAY, a=1) for code in ("111", "112", "113-2025", "114")), logged("121", JULY, a=1)]
    found = agreed(over_reforms.after(pins, **ON_CALL), history)
    assert (total(found[YEAR]), found[YEAR]["reporting"]["missing"]) == (5, ["122"])
    assert f"{YEAR}@2025-06-30" not in found
    assert f"{YEAR}@2025-02-28" in found  # the split of March was before
    assert total(agreed(over_reforms.after(**ON_CALL), history)[YEAR]) == 1


def test_an_event_counts_early_only_after_the_early_block_was_recalled() -> None:
    """An empty block in its place would take all other early reports out."""
    fold = Fold(over_reforms.after(), subjects.partition_of(REGIME, "2025", PARTITIONS), PARTITIONS, shown=[(REGIME, "2025")])
    fold.open(NOW)
    fold.recall((REGIME, "2025"), [])
    fold.release_early([(REGIME, "2025")])
    assert (REGIME, "2025") not in fold.early_in_memory
    late = logged("111", MAY, a=5)
    assert fold.lacking([late]) == {(REGIME, "2025")}
    assert fold.lacking([logged("121", DECEMBER, a=5)]) == set()
    with pytest.raises(NotRecalledError):
        fold.take([(late, 1)])


def test_early_views_are_not_rendered_again_and_leave_memory_when_their_day_is_over() -> None:
    fold = Fold(over_reforms.after(), subjects.partition_of(REGIME, "2025", PARTITIONS), PARTITIONS)
    pair = REGIME, "2025"
    fold.open(over_reforms.at(MAY))
    fold.take([(logged("111", MAY, a=5), 1)])
    assert {view.subject for view in fold.changed_early()} == {""}  # nothing of it goes to FEED
    fold.release_early([pair])
    assert pair in fold.early_in_memory  # reports can still count in it
    fold.open(over_reforms.at(DECEMBER))
    fold.release_early([pair])
    assert pair not in fold.early_in_memory
    fold.take([(logged("111-2025", DECEMBER, a=5), 2)])
    assert fold.changed_early() == []
    assert {view.version.sequence for view in fold.changed()} == {0, 2}


def test_no_period_has_early_blocks_while_no_reform_is_applied(reference: Reference) -> None:
    fold = Fold(reference, 0, 1)
    fold.open(NOW)
    assert (fold.changed_early(), fold.early_in_memory) == ([], set())


# red team 23 and 24


def test_red_team_23_all_views_of_a_fold_are_of_one_generation() -> None:
    reference = replace(over_reforms.after(), generation=7)
    fold = Fold(reference, subjects.partition_of(REGIME, "2025", PARTITIONS), PARTITIONS)
    fold.open(NOW)
    assert {view.version.generation for view in (*fold.changed(), *fold.changed_early())} == {7}


def test_red_team_24_no_logged_value_stops_the_fold() -> None:
    """A share above 100 %, as only an import of another time could log it."""
    share = {"code": "a", "label": "A", "kind": "ratio"}
    reference = over_reforms.after(indicators=[share], changes=[])
    history = [logged("111", MAY, a={"numerator": 9, "denominator": 4}), logged("111-2025", DECEMBER, a={"numerator": 9, "denominator": 0})]
    found = agreed(reference, history)
    assert found[f"{YEAR}@2025-06-30"]["indicators"]["a"]["numerator"] == 9


# what no view counts


def find(reference: Reference, *history: Logged) -> Json:
    histories: dict[tuple[str, str], History] = {}
    for sequence, event in enumerate(history):
        histories.setdefault((event.regime, event.period), History()).take(event, sequence)
    return {name: found for name, found in uncounted.find(reference, histories, {}).as_dict().items() if found}


def test_early_reports_are_listed_apart_from_unknown_units_and_from_units_that_are_not_asked() -> None:
    reference = over_reforms.after()
    assert find(reference, logged("111", MAY), logged("121", MAY)) == {"early": [f"{REGIME}/2025/111"]}
    assert find(reference, logged("111", JULY)) == {}  # it counts for the new 111
    assert find(reference, logged("112", JULY)) == {"not_asked": [f"{REGIME}/2025/112"]}  # nobody has the code any more
    assert find(reference, logged("1-VP", MAY)) == {"not_asked": [f"{REGIME}/2025/1-VP"]}
    assert find(reference, logged("khong-co", MAY)) == {"unknown_units": [f"{REGIME}/2025/khong-co"]}
    assert find(reference, logged("11-cu", DECEMBER, kind=events.CONFIRMED, view_hash="")) == {}
    assert find(over_reforms.before(), logged("115", DECEMBER)) == {"unknown_units": [f"{REGIME}/2025/115"]}
    assert find(over_reforms.before(), logged("111-2025", DECEMBER)) == {"unknown_units": [f"{REGIME}/2025/111-2025"]}


# any history


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    """Events of 2024 and 2025 about units of any time, logged under the code or the id of any time."""
    made = []
    units = ["111", "112", "113", "121", "122", "113-2025", "114", "111-2025", "115", "122-2025"]
    days = [date(2024, 5, 1), MARCH - timedelta(days=1), MARCH, MAY, JULY - timedelta(days=1), JULY, DECEMBER]
    for number in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from([events.SUBMITTED] * 4 + [events.WITHDRAWN, events.RETURNED, events.EXTENDED]))
        about: Json = {"reason": "x", "fix_by": "2026-01-05"} if kind == events.RETURNED else {}
        about |= {"until": "2026-01-30", "reason": "x"} if kind == events.EXTENDED else {}
        about |= {"a": draw(st.integers(0, 99)), "nhat": number} if kind == events.SUBMITTED else {}
        at_ms = received(draw(st.sampled_from(days)), draw(st.sampled_from([0, 12, 23]))) + number
        period = draw(st.sampled_from(["2025", "2025", "2025-H1", "2024", "2026"]))
        revision = draw(st.integers(1, 4))
        made.append(logged(draw(st.sampled_from(units)), MAY, period, revision, kind, received_ms=at_ms, **about))
    return made


@settings(max_examples=150, deadline=None)
@given(history=histories(), rng=st.randoms(use_true_random=False), is_pinned=st.booleans(), is_reformed=st.booleans())
def test_i3_the_fold_agrees_with_the_plain_recomputation_in_any_order(
    history: list[Logged], rng: random.Random, is_pinned: bool, is_reformed: bool
) -> None:
    pins = {(REGIME, "2025"): JULY - timedelta(days=1)} if is_pinned else {}
    reference = over_reforms.after(pins) if is_reformed else over_reforms.before()
    found = agreed(reference, history)
    assert over_reforms.views(reference, rng.sample(history, len(history))) == found


@settings(max_examples=100, deadline=None)
@given(history=histories(), rng=st.randoms(use_true_random=False))
def test_blocks_that_leave_memory_and_come_back_give_equal_views(history: list[Logged], rng: random.Random) -> None:
    reference, stored, found = over_reforms.after(), list[tuple[Logged, int]](), dict[str, View]()
    fold = Fold(reference, 0, 1)
    fold.open(NOW)
    for sequence, event in enumerate(history, start=1):
        for pair in fold.lacking([event]):
            fold.recall(pair, ())
            fold.recall(pair, [one for one in stored if (one[0].regime, one[0].period) == pair])
        fold.take([(event, sequence)])
        stored.append((event, sequence))
        if rng.random() < 0.7:
            found |= {view.id: view for view in (*fold.changed(), *fold.changed_early())}
        fold.release_early([pair for pair in fold.early_in_memory if rng.random() < 0.7])
        fold.release([pair for pair in list(fold.in_memory) if rng.random() < 0.3])
    found |= {view.id: view for view in (*fold.changed(), *fold.changed_early())}
    figures = {view.id: {**plain(view.document)} for view in found.values()}
    for figure in figures.values():
        del figure["position"], figure["updated_at"]
    assert figures == agreed(reference, history)


@settings(max_examples=60, deadline=None)
@given(history=histories())
def test_i4_views_with_a_reference_day_before_the_reforms_are_equal_before_and_after(history: list[Logged]) -> None:
    of_2024 = [event for event in history if event.period == "2024" and event.unit_id in {unit.id for unit in over_reforms.BEFORE}]
    before, after = agreed(over_reforms.before(), of_2024), agreed(over_reforms.after(), of_2024)
    for view_id in [view_id for view_id in before if "/2024/" in view_id]:
        assert after[view_id] == before[view_id]


def test_the_regime_of_these_tests_changes_with_the_reform() -> None:
    assert over_reforms.after().regimes[REGIME].on(JULY).groupings == PLAN["changes"][0]["groupings"]
