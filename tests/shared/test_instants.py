"""The instant that stands of all that were given: whatever the order and repetition of events."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import events, instants
from shared.instants import Given, Instants
from tests import builders
from tests.builders import RECEIVED, logged

DAY = timedelta(days=1)


@st.composite
def histories(draw: st.DrawFn) -> list[Given]:
    """Instants and corrections, often received in the same millisecond, ids all different."""
    drawn = draw(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 5), st.booleans()), min_size=1, max_size=10))
    ids = draw(st.permutations([f"event-{number:03d}" for number in range(len(drawn))]))
    return [Given(RECEIVED + day * DAY, ms, name, corrects) for (day, ms, corrects), name in zip(drawn, ids, strict=True)]


def after(history: Sequence[Given]) -> Instants:
    found = Instants()
    for one in history:
        found.take(one)
    return found


def plainly(history: Sequence[Given]) -> Given:
    """The rule, word by word, over the whole history."""
    corrections = sorted((one for one in history if one.is_correction), key=lambda one: (one.received_ms, one.event_id))
    if corrections:
        last = corrections[-1]
        history = [last, *(one for one in history if not one.is_correction and one.received_ms > last.received_ms)]
    return max(history, key=lambda one: (one.at, one.received_ms, one.event_id))


@given(histories(), st.randoms(use_true_random=False), st.data())
def test_order_and_repetition_do_not_change_what_stands_nor_what_is_kept(history: list[Given], rng: Random, data: st.DataObject) -> None:
    repeated = [*history, *data.draw(st.lists(st.sampled_from(history)))]
    rng.shuffle(repeated)

    assert after(repeated) == after(history)


@given(histories())
def test_what_stands_is_what_the_rule_says_of_the_whole_history(history: list[Given]) -> None:
    assert after(history).effective == plainly(history)


def test_nothing_given_is_no_instant() -> None:
    assert Instants().effective is None
    assert Instants().at is None


def opened(deadline: str, received_days: int, **more: object) -> Given:
    event = builders.opened(deadline=deadline)
    event["data"] |= more
    found = instants.of_event(logged(event, received=RECEIVED + received_days * DAY))
    assert found is not None
    return found


def test_a_slip_is_taken_back_by_a_correction_and_by_nothing_else() -> None:
    slip, plain = opened("2062-12-31", 0), opened("2026-12-31", 1)
    assert after([slip, plain]).effective == slip

    correction = opened("2026-12-31", 2, corrects=True, reason="Gõ nhầm năm.")
    assert after([slip, plain, correction]).effective == correction


def test_a_plain_one_after_a_correction_moves_the_deadline_on_and_one_before_it_does_not() -> None:
    slip, correction, later = opened("2062-12-31", 0), opened("2026-12-20", 1, corrects=True), opened("2026-12-25", 2)
    assert after([later, correction, slip]).effective == later


def test_of_two_corrections_the_one_received_last_stands_though_it_names_an_earlier_day() -> None:
    first, second = opened("2026-12-31", 1, corrects=True), opened("2026-12-20", 2, corrects=True)
    assert after([second, first]).effective == second


@pytest.mark.parametrize("corrects", [False, None, 1, "true"])
def test_only_true_corrects(corrects: object) -> None:
    assert not opened("2026-12-20", 1, corrects=corrects).is_correction


def test_an_extension_keeps_its_reason_and_who_gave_it() -> None:
    found = instants.of_event(logged(builders.extended(until="2024-12-27", reason="Thiên tai.")))
    assert found is not None
    assert (found.at.isoformat(), found.reason, found.author) == ("2024-12-28T00:00:00+07:00", "Thiên tai.", builders.RECIPIENT)


@pytest.mark.parametrize("text", ["hôm qua", "9999-12-31", "1999-01-01", None, "2024-12-20T00:00:00"])
def test_what_is_no_instant_gives_nothing(text: object) -> None:
    event = logged(builders.extended())
    damaged = event._replace(data={**event.data, "until": text})
    assert instants.of_event(damaged) is None
    assert instants.of_event(event._replace(type=events.RETURNED)) is None
