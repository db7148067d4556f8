import copy
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.domain import digest, duties, live
from services.notify.domain.book import Book
from services.notify.domain.ledger import AbsentError, Ledger, RegimePeriod
from services.notify.domain.owed import Owed
from shared.wire import events
from shared.wire.events import Logged
from shared.words.report_state import ReportState
from tests.notify.builders import ON_CALL, REGIME, confirmed, extended, on_call, opened, regime, returned, roster, submitted, vn, withdrawn

AT = vn("2026-12-18 08:00")
REGIMES = (regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-20"}}), on_call())
UNITS = st.sampled_from(["111", "112", "113"])
REVISIONS = st.integers(1, 3)
DAYS = st.sampled_from(["2026-12-21", "2026-12-24", "2026-12-30"])
EVENTS = st.one_of(
    st.builds(submitted, UNITS, REVISIONS),
    st.builds(withdrawn, UNITS, REVISIONS),
    st.builds(returned, UNITS, REVISIONS, DAYS),
    st.builds(extended, DAYS, UNITS),
    st.builds(confirmed),
    st.builds(opened, DAYS),
    st.builds(submitted, UNITS, regime=st.just(ON_CALL)),
)


def _shown(owed: dict[RegimePeriod, Owed]) -> object:
    """Who owes, by deadline and by group, in no order."""
    return {
        pair: (
            {steps: sorted((one.duty.id, one.duty.cause) for one in watch.members.values()) for steps, watch in found.by_steps.items()},
            {group: sorted(mates) for group, mates in found.by_group.items()},
        )
        for pair, found in owed.items()
    }


@settings(deadline=None)
@given(st.lists(EVENTS, max_size=12))
def test_who_owes_is_kept_up_to_date_by_every_event(history: list[Logged]) -> None:
    kept = Book(roster(*REGIMES), Ledger())
    for end, event in enumerate(history, start=1):
        kept.owed(AT)
        kept.fold(event)
        fresh = Book(roster(*REGIMES), Ledger())
        for one in history[:end]:
            fresh.fold(one)
        assert _shown(kept.owed(AT)) == _shown(fresh.owed(AT))


@settings(deadline=None)
@given(st.lists(EVENTS, max_size=12))
def test_reports_that_were_sent_once_are_left_out_and_nothing_else_changes(history: list[Logged]) -> None:
    kept = Book(roster(*REGIMES), Ledger())
    for event in history:
        kept.fold(event)
    for pair, found in kept.owed(AT).items():
        everything = list(kept.duties(AT, *pair))
        assert {duty.id for duty in everything if duties.owes(duty)} == {one for mates in found.by_group.values() for one in mates}
        for due in {duty.due for duty in everything}:
            plain = digest.tally([duty for duty in everything if duty.due == due])
            assert digest.tally(*kept.of_group(*pair, due)) == plain


def test_a_duty_that_is_done_is_owed_no_more() -> None:
    kept = Book(roster(*REGIMES), Ledger())
    before = kept.owed(AT)[(REGIME, "2026")]
    assert before.duty(f"{REGIME}/2026/111") is not None
    kept.fold(submitted("111"))
    assert kept.owed(AT)[(REGIME, "2026")].duty(f"{REGIME}/2026/111") is None


def test_a_group_owes_until_its_last_unit_has_reported() -> None:
    kept = Book(roster(), Ledger())
    for number, unit in enumerate(("111", "112", "113"), start=1):
        kept.fold(submitted(unit))
        assert kept.owed(AT)[(REGIME, "2026")].is_group_owing(vn("2026-12-20")) == (number < 3)


@settings(deadline=None)
@given(st.lists(EVENTS, max_size=12), st.randoms(use_true_random=False))
def test_a_period_that_left_memory_and_was_recalled_is_the_same(history: list[Logged], rng: random.Random) -> None:
    """What is stored is enough: who owes, and what each duty says, is as if everything had always been in memory."""
    kept, always, stored = Book(roster(*REGIMES), Ledger()), Book(roster(*REGIMES), Ledger()), dict[RegimePeriod, dict[str, ReportState]]()
    for event in history:
        for pair in kept.ledger.absent & {(event.regime, event.period)}:
            kept.ledger.recall(pair, stored.get(pair, {}))
        kept.fold(event)
        always.fold(event)
        if rng.random() < 0.5:
            kept.owed(AT)
        if rng.random() < 0.5:
            kept.begin(AT)
            for pair in kept.changed:
                changes = kept.changes(pair)
                stored.setdefault(pair, {}).update({duty.unit.id: copy.copy(duty.state) for duty in changes})
                kept.forget_changes(pair)
            kept.release(set())
            assert set(kept.owed(AT)).isdisjoint(kept.ledger.absent)
    for pair in set(kept.ledger.absent):
        kept.ledger.recall(pair, stored.get(pair, {}))
    assert _shown(kept.owed(AT)) == _shown(always.owed(AT))
    assert list(kept.duties(AT)) == list(always.duties(AT))


def test_a_period_with_changes_that_are_not_stored_stays_in_memory() -> None:
    kept = Book(roster(), Ledger())
    kept.begin(AT)
    kept.release(set())
    assert kept.ledger.absent == set()


def test_asking_for_a_report_that_is_only_stored_is_refused() -> None:
    """Answering that nobody has reported would alert everybody."""
    kept = Book(roster(), Ledger(), [(REGIME, "2026")])
    kept.release(set())
    with pytest.raises(AbsentError):
        list(kept.duties(AT))
    with pytest.raises(AbsentError):
        kept.fold(submitted("111"))


def test_a_period_is_due_by_the_latest_of_its_deadlines() -> None:
    confirmed_later = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "by": "12-28"}})
    kept = Book(roster(confirmed_later, on_call()), Ledger())
    kept.fold(opened("2026-12-24"))
    kept.begin(AT)
    assert kept.begun == {(REGIME, "2026"), (REGIME, "2027"), (ON_CALL, "2026")}
    assert kept.due_since(vn("2026-12-25")) == {(REGIME, "2026"), (REGIME, "2027"), (ON_CALL, "2026")}
    assert kept.due_since(vn("2026-12-29")) == {(REGIME, "2026"), (REGIME, "2027")}
    assert kept.due_since(vn("2026-12-30")) == {(REGIME, "2027")}


def test_a_period_is_live_for_weeks_after_its_last_rung_and_after_an_act() -> None:
    late_ladder = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "ladder": {"after_days": [1, 60]}})
    assert live.owed_since(AT, [regime(), on_call()]) == AT - timedelta(days=30 + 7)
    assert live.owed_since(AT, [regime(), late_ladder]) == AT - timedelta(days=30 + 60)
    at_ms = events.to_ms(AT)
    acted = {(REGIME, "2024"): at_ms - 31 * 86_400_000, (REGIME, "2025"): at_ms - 29 * 86_400_000, (REGIME, "2026"): at_ms + 1}
    assert set(live.acted_since(acted, AT)) == {(REGIME, "2025"), (REGIME, "2026")}
