"""Which of several extensions or openings is in force: the latest, unless a correction replaced it."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.words import instants
from shared.words.instants import Given

START = datetime(2026, 12, 1, tzinfo=UTC)
Fact = tuple[int, str, int, bool]  # received, event id, day, corrects

GIVEN = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abc"), st.integers(0, 5), st.booleans()), unique_by=lambda one: one[:2])


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def in_force(*facts: Fact) -> datetime | None:
    found = instants.in_force([Given(received, event_id, day(number), "", "", corrects) for received, event_id, number, corrects in facts])
    return None if found is None else found.at


def test_without_any_there_is_none() -> None:
    assert in_force() is None


def test_of_plain_ones_the_latest_is_in_force_whenever_it_was_received() -> None:
    assert in_force((1, "a", 9, False), (2, "b", 3, False)) == day(9)


def test_a_correction_is_in_force_although_it_is_earlier() -> None:
    assert in_force((1, "a", 9000, False), (2, "b", 3, True)) == day(3)


def test_a_later_plain_one_moves_a_correction_and_an_earlier_one_does_not() -> None:
    assert in_force((1, "a", 9, False), (2, "b", 3, True), (3, "c", 5, False)) == day(5)
    assert in_force((1, "a", 9, False), (2, "b", 3, True), (3, "c", 2, False)) == day(3)


def test_of_two_corrections_the_one_received_last_is_in_force() -> None:
    assert in_force((2, "b", 8, True), (3, "c", 4, True), (1, "a", 9, False)) == day(4)


@given(GIVEN, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_what_is_in_force(given_ones: list[Fact], rng: Random) -> None:
    shuffled = [*given_ones, *rng.sample(given_ones, len(given_ones) // 2)]
    rng.shuffle(shuffled)

    assert in_force(*shuffled) == in_force(*given_ones)


@given(GIVEN)
def test_it_is_the_rule_as_it_is_written(given_ones: list[Fact]) -> None:
    corrections = sorted(one for one in given_ones if one[3])
    since = corrections[-1][:2] if corrections else (-1, "")
    wanted = [number for received, event_id, number, corrects in given_ones if not corrects and (received, event_id) > since]
    wanted += [corrections[-1][2]] if corrections else []

    assert in_force(*given_ones) == (day(max(wanted)) if wanted else None)
