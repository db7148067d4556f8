"""Which report counts, for any order and repetition of events."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.words.report_state import NOTHING, ReportState, Return, Revision

Step = tuple[str, int, int, str]  # what, revision, received time in ms, event id


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Events of one unit: revisions that clash, returns of revisions that came and that never came, ids all different."""
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from(["submitted", "withdrawn", "returned"]), st.integers(1, 4), st.integers(1, 6)),
            min_size=1,
            max_size=12,
        )
    )
    ids = draw(st.permutations([f"event-{number:03d}" for number in range(len(drawn))]))
    return [(what, revision, received_ms, event_id) for (what, revision, received_ms), event_id in zip(drawn, ids, strict=True)]


def state_after(steps: Sequence[Step]) -> ReportState:
    state = ReportState()
    for what, revision, received_ms, event_id in steps:
        match what:
            case "submitted":
                state.submit(Revision(revision, received_ms, event_id))
            case "withdrawn":
                state.withdraw(Revision(revision, received_ms, event_id))
            case _:
                state.give_back(Return(revision, received_ms, event_id, "", None))
    return state


@given(histories(), st.randoms(use_true_random=False), st.data())
def test_order_and_repetition_do_not_change_a_state(history: list[Step], rng: Random, data: st.DataObject) -> None:
    repeated = [*history, *data.draw(st.lists(st.sampled_from(history)))]
    rng.shuffle(repeated)

    assert state_after(repeated) == state_after(history)


@given(histories())
def test_a_state_is_what_the_rule_says_of_the_whole_history(history: list[Step]) -> None:
    revisions = [(revision, received_ms, event_id, what) for what, revision, received_ms, event_id in history if what != "returned"]
    returns = [revision for what, revision, _, _ in history if what == "returned"]
    submissions = [received_ms for what, _, received_ms, _ in history if what == "submitted"]

    state = state_after(history)

    counts = False
    if revisions:
        revision, _, _, what = max(revisions)
        counts = what == "submitted" and revision not in returns
    assert state.counts == counts
    assert state.first_submitted_ms == min(submissions, default=None)


@given(histories())
def test_a_new_winner_is_told_once(history: list[Step]) -> None:
    state = state_after(history)

    assert not state.submit(state.winner) or state.winner == NOTHING


def test_nothing_received_does_not_count() -> None:
    assert not ReportState().counts
    assert not ReportState().is_on_time(None)


def test_of_two_senders_of_one_revision_the_later_received_wins() -> None:
    state = state_after([("submitted", 1, 20, "event-b"), ("submitted", 1, 10, "event-a")])

    assert state.winner == (1, 20, "event-b")


def test_a_higher_revision_wins_even_when_received_earlier() -> None:
    state = state_after([("submitted", 2, 10, "event-b"), ("submitted", 1, 20, "event-a")])

    assert state.winner == (2, 10, "event-b")


def test_a_withdrawn_report_does_not_count_until_a_later_revision() -> None:
    history = [("submitted", 1, 10, "event-a"), ("withdrawn", 2, 20, "event-b")]

    assert not state_after(history).counts
    assert state_after([*history, ("submitted", 3, 30, "event-c")]).counts


def test_a_returned_report_does_not_count_until_a_later_revision() -> None:
    history = [("submitted", 1, 10, "event-a"), ("returned", 1, 20, "event-b")]

    assert not state_after(history).counts
    assert state_after([*history, ("submitted", 2, 30, "event-c")]).counts


def test_a_return_of_an_earlier_revision_changes_nothing() -> None:
    assert state_after([("submitted", 1, 10, "event-a"), ("submitted", 2, 20, "event-b"), ("returned", 1, 30, "event-c")]).counts


def test_a_return_concerns_only_the_revision_that_it_names() -> None:
    """A return of revision 53 once hid 4 to 53."""
    history = [("submitted", 3, 10, "event-a"), ("returned", 53, 20, "event-b")]

    assert state_after(history).counts
    assert state_after([*history, ("submitted", 4, 30, "event-c")]).counts
    assert not state_after([*history, ("submitted", 53, 30, "event-c")]).counts
    assert state_after([*history, ("submitted", 53, 30, "event-c"), ("submitted", 54, 40, "event-d")]).counts


def test_a_report_mended_after_the_deadline_stays_on_time() -> None:
    state = state_after([("submitted", 1, 10, "event-a"), ("returned", 1, 20, "event-b"), ("submitted", 2, 99, "event-c")])

    assert state.is_on_time(50)


def test_without_a_deadline_nothing_is_late() -> None:
    assert state_after([("submitted", 1, 10, "event-a")]).is_on_time(None)
