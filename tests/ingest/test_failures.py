"""When a message that fails comes again, is parked, or stops everything; and how much of what a sender spoils is kept. Pure."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain import failures, spoiled
from services.ingest.domain.failures import LEAST_FAILED, MOST_ATTEMPTS, MOST_PERCENT, SEEN, Failures

attempts = st.lists(st.tuples(st.integers(1, 1500), st.booleans()), max_size=3000)


def after(*outcomes: tuple[int, bool]) -> Failures:
    """What is known after attempts: the message's sequence, and whether it failed."""
    found = Failures()
    for sequence, has_failed in outcomes:
        if has_failed:
            found.fail(sequence)
        else:
            found.succeed([sequence])
    return found


@given(attempts)
def test_only_the_newest_attempt_of_each_of_the_last_thousand_messages_counts(outcomes: list[tuple[int, bool]]) -> None:
    newest: dict[int, bool] = {}
    for sequence, has_failed in reversed(outcomes):
        newest.setdefault(sequence, has_failed)
    last = list(newest.values())[:SEEN]

    found = after(*outcomes)

    assert (found.seen, found.failed) == (len(last), sum(last))
    assert found.are_too_many == (sum(last) >= LEAST_FAILED and sum(last) / len(last) * 100 > MOST_PERCENT)


@given(attempts)
def test_nothing_is_parked_while_too_many_fail_and_each_message_only_at_its_fifth_failure(outcomes: list[tuple[int, bool]]) -> None:
    found, in_a_row = Failures(), Counter[int]()
    for sequence, has_failed in outcomes:
        if not has_failed:
            found.succeed([sequence])
            in_a_row[sequence] = 0
            assert not found.is_stopped
            continue
        in_a_row[sequence] += 1
        decided = found.fail(sequence)
        assert (decided == "stop") == found.are_too_many == found.is_stopped
        assert decided != "park" or in_a_row[sequence] >= MOST_ATTEMPTS
        assert decided != "again" or in_a_row[sequence] < MOST_ATTEMPTS


@pytest.mark.parametrize(
    ("failed", "succeeded", "stops"), [(19, 0, False), (20, 0, True), (20, 379, True), (20, 380, False), (51, 949, True)]
)
def test_twenty_failures_and_more_than_five_percent_stop_the_service(failed: int, succeeded: int, stops: bool) -> None:
    outcomes = [(number, False) for number in range(succeeded)] + [(10_000 + number, True) for number in range(failed)]

    assert after(*outcomes).is_stopped is stops


def test_one_message_that_fails_a_hundred_times_does_not_stop_the_service() -> None:
    assert not after(*[(1, True)] * 100).is_stopped


def test_after_one_success_the_service_goes_on_but_parks_nothing_while_too_many_have_failed() -> None:
    found = after(*[(number, True) for _ in range(MOST_ATTEMPTS) for number in range(LEAST_FAILED)])
    assert found.is_stopped

    found.succeed([100])

    assert not found.is_stopped
    assert found.fail(1) == "stop"

    found.succeed(range(200, 600))

    assert found.fail(1) == "park"


def test_messages_that_failed_come_after_the_others_and_apart_fewest_failures_first() -> None:
    found = after((1, True), (1, True), (2, True), (3, True), (3, False))

    assert found.in_order([(number, number) for number in (1, 2, 3, 4)]) == [[3, 4], [2], [1]]
    assert found.in_order([(1, "a")]) == [["a"]]
    assert found.in_order([]) == []


def test_only_so_many_failed_messages_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "REMEMBERED", 3)
    found = after(*[(number, True) for number in range(5)])

    assert [found.attempts(number) for number in range(5)] == [0, 0, 1, 1, 1]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=300), st.integers(0, 150), st.integers(0, 150))
def test_at_most_a_hundred_a_day_are_kept_and_what_is_kept_already_stays(found: list[tuple[str, bool]], of_a: int, of_b: int) -> None:
    decided = spoiled.kept(found, {"a": of_a, "b": of_b})

    assert all(is_kept for (_, is_there), is_kept in zip(found, decided, strict=True) if is_there)
    for unit, before in (("a", of_a), ("b", of_b)):
        new = [is_kept for (key, is_there), is_kept in zip(found, decided, strict=True) if key == unit and not is_there]
        assert sum(new) == min(len(new), max(0, spoiled.MOST_KEPT - before))
        assert new == sorted(new, reverse=True)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (b'{"id": "event-abc", "traceparent": "00-1"}', ("event-abc", "00-1")),
        (b'{"id": "x", "id": "event-abd"}', ("event-abd", None)),
        (b'{"id": 5, "traceparent": ""}', (None, None)),
        (b'{"id": "' + b"x" * 201 + b'"}', (None, None)),
        (b'{"id": "a\\u0000b"}', (None, None)),
        (b'{"id": "\\ud800"}', (None, None)),
        (b'{"id": "event-abc"', (None, None)),
        (b"[" * 100_000, (None, None)),
        (b"\xff\xfe", (None, None)),
        (b"[]", (None, None)),
        (b"", (None, None)),
        (b'{"id": ' + b"9" * 5000 + b"}", (None, None)),
    ],
    ids=["event", "twice", "number", "long", "control", "surrogate", "cut", "deep", "bytes", "list", "empty", "digits"],
)
def test_the_id_is_read_from_whatever_was_sent(payload: bytes, found: tuple[str | None, str | None]) -> None:
    assert spoiled.attributes(payload) == found


@pytest.mark.parametrize(("at", "seconds"), [("2026-11-27T16:59:59", 1), ("2026-11-27T17:00:00", 86_400), ("2026-11-27T16:59:59.9", 1)])
def test_tomorrow_begins_at_midnight_in_vietnam(at: str, seconds: int) -> None:
    assert spoiled.until_tomorrow_s(datetime.fromisoformat(at).replace(tzinfo=UTC)) == seconds
