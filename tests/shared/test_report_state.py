"""The state of a report and of a period from events in any order and with repeats. Only `apply` interprets events."""

from collections.abc import Iterable
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.wire import events
from shared.wire.events import Logged
from shared.words import report_state
from shared.words.report_state import PeriodState, ReportState

DAYS = [f"2026-12-0{day}" for day in range(1, 6)]
DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    events.SUBMITTED: st.fixed_dictionaries({"revision": st.integers(1, 4), "status": st.sampled_from([{}, {"so": "estimate"}])}),
    events.WITHDRAWN: st.fixed_dictionaries({"revision": st.integers(1, 4)}),
    events.RETURNED: st.fixed_dictionaries({"revision": st.integers(1, 4), "reason": st.just("x"), "fix_by": st.sampled_from(DAYS)}),
    events.EXTENDED: st.fixed_dictionaries({"until": st.sampled_from([*DAYS, "no day"]), "corrects": st.booleans()}),
    events.OPENED: st.fixed_dictionaries({"deadline": st.sampled_from([*DAYS, "no day"]), "corrects": st.booleans()}),
    events.CONFIRMED: st.fixed_dictionaries({"view_hash": st.sampled_from("abc")}),
    "vn.tonghop.khac.v9": st.just({}),
}


def event(kind: str, number: int = 1, received_ms: int = 1, **data: Any) -> Logged:
    return Logged(f"20/event-{number:03}", kind, "r", "2026", "1", received_ms, data, b"")


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    kinds = draw(st.lists(st.sampled_from(sorted(DATA)), max_size=12))
    return [event(kind, number, draw(st.integers(1, 6)), **draw(DATA[kind])) for number, kind in enumerate(kinds)]


def states(history: Iterable[Logged]) -> tuple[ReportState, PeriodState]:
    report, period = ReportState(), PeriodState()
    for one in history:
        report.apply(one)
        period.apply(one)
    return report, period


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_a_state(history: list[Logged], rng: Random) -> None:
    repeated = [*history, *rng.sample(history, len(history) // 2)]
    rng.shuffle(repeated)

    assert states(repeated) == states(history)


@given(histories())
def test_only_state_events_change_whether_a_report_counts_and_until_when_it_is_on_time(history: list[Logged]) -> None:
    relevant = [one for one in history if one.type in report_state.STATE_EVENTS]

    [whole, part] = [states(chosen)[0] for chosen in (history, relevant)]

    assert (whole.counts, whole.winner, whole.extended_to) == (part.counts, part.winner, part.extended_to)


def test_a_submission_that_wins_is_told_apart_from_one_that_does_not() -> None:
    state = ReportState()

    assert state.apply(event(events.SUBMITTED, 1, revision=2))
    assert not state.apply(event(events.SUBMITTED, 2, revision=1))
    assert not state.apply(event(events.WITHDRAWN, 3, revision=3))


def test_a_withdrawn_report_has_no_estimates_in_whatever_order_it_came() -> None:
    history = [event(events.SUBMITTED, 1, revision=1, status={"so": "estimate"}), event(events.WITHDRAWN, 2, revision=2)]

    for order in (history, history[::-1]):
        report, _ = states(order)
        assert (report.is_estimate, report.was_estimated, report.is_official) == (False, True, False)


def test_of_two_returns_of_one_revision_the_later_says_why_and_until_when() -> None:
    report, _ = states(
        [
            event(events.SUBMITTED, 1, revision=1),
            event(events.RETURNED, 2, 20, revision=1, reason="later", fix_by="2026-12-05"),
            event(events.RETURNED, 3, 10, revision=1, reason="earlier", fix_by="2026-12-01"),
            event(events.RETURNED, 4, 30, revision=7, reason="of another revision", fix_by="2026-12-09"),
        ]
    )

    assert report.last_return is not None
    assert (report.counts, report.last_return.reason) == (False, "later")


def test_an_extension_never_makes_a_deadline_earlier() -> None:
    early, late = (states([event(events.EXTENDED, until=day)])[0] for day in ("2026-12-01", "2026-12-05"))
    deadline = late.extended_to

    assert early.deadline(deadline) == deadline
    assert late.deadline(early.extended_to) == deadline
    assert late.deadline(None) is None


def test_the_last_confirmation_counts_and_the_first_is_remembered() -> None:
    report, _ = states([event(events.CONFIRMED, 1, 20, view_hash="b"), event(events.CONFIRMED, 2, 10, view_hash="a")])

    assert report.confirmation is not None
    assert (report.confirmation.view_hash, report.first_confirmed_ms) == ("b", 10)


def test_a_corrected_opening_takes_back_the_one_before() -> None:
    _, later = states([event(events.OPENED, 1, 1, deadline="2026-12-05")])
    _, corrected = states(
        [event(events.OPENED, 1, 1, deadline="2026-12-05"), event(events.OPENED, 2, 2, deadline="2026-12-01", corrects=True)]
    )

    assert corrected.deadline is not None
    assert later.deadline is not None
    assert corrected.deadline < later.deadline
