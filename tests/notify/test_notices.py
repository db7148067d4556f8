import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels import stream
from services.notify.domain import notices, reminders
from services.notify.domain.alerts import STREAM, Alert
from shared.wire import events
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from shared.words.calendar import COMMON
from shared.words.ladder import Rung
from tests.notify.builders import (
    ON_CALL,
    REGIME,
    book,
    content_of,
    duty,
    extended,
    on_call,
    opened,
    reference,
    returned,
    submitted,
    vn,
    withdrawn,
)


def _notice(*history: Logged, **of: object) -> tuple[str, datetime | None, str] | None:
    """Cause, old deadline and reason of what the unit is told at once."""
    found = notices.of_duty(duty(*history, **of))  # type: ignore[arg-type]  # the arguments of the builder
    return None if found is None else (found.cause, found.before, found.reason)


def _raised(at: str, *history: Logged, alerted: frozenset[str] = frozenset()) -> list[Alert]:
    ladders = reminders.reached(book(*history).owed(vn(at)).values(), reference(), vn(at))
    return [alert for alert in reminders.decide(ladders, alerted, reference(), vn(at)).raised if alert.matter.unit == "111"]


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-12-14 07:00:00", "2026-12-14 07:00"),
        ("2026-12-14 09:30:15.250", "2026-12-14 09:30:15"),
        ("2026-12-14 17:59:59.999", "2026-12-14 17:59:59"),
        ("2026-12-14 18:00:00", "2026-12-15 08:00"),
        ("2026-12-14 06:59:59.999", "2026-12-14 08:00"),
        ("2026-12-12 10:00", "2026-12-14 08:00"),
        ("2026-12-11 18:30", "2026-12-14 08:00"),
        ("2026-04-29 20:00", "2026-05-04 08:00"),
    ],
    ids=["from seven", "in the day", "until six", "after six", "before seven", "on a Saturday", "on Friday evening", "before two holidays"],
)
def test_a_notice_goes_out_at_once_in_office_hours_else_at_the_next_eight_o_clock(received: str, expected: str) -> None:
    assert notices.goes_out_at(vn(received).astimezone(UTC), COMMON) == vn(expected)


def test_a_return_is_told_at_once_and_not_after_the_first_rung_of_its_ladder() -> None:
    history = submitted(), returned(fix_by="2027-01-05", received="2026-12-14 09:30")
    [told] = _raised("2026-12-14 09:31", *history)
    assert told.rung == Rung("now", vn("2026-12-14 09:30"))
    assert (told.matter.cause, told.matter.deadline) == ("returned-1", vn("2027-01-06"))
    assert told.id(STREAM) == f"{REGIME}/2026/111/returned-1/2027-01-05T17:00:00.000Z/now/stream"
    assert _raised("2026-12-14 09:36", *history, alerted=frozenset({told.id(STREAM)})) == []


def test_a_return_in_the_evening_waits_for_the_morning() -> None:
    history = submitted(), returned(fix_by="2027-01-05", received="2026-12-14 19:30")
    assert _raised("2026-12-14 19:31", *history) == []
    assert _raised("2026-12-15 07:59", *history) == []
    assert [alert.rung.name for alert in _raised("2026-12-15 08:00", *history)] == ["now"]


def test_a_notice_that_was_held_up_does_not_go_out_in_the_evening() -> None:
    history = submitted(), returned(fix_by="2027-01-05", received="2026-12-14 17:30")
    assert _raised("2026-12-14 21:00", *history) == []
    assert [alert.rung.name for alert in _raised("2026-12-15 08:00", *history)] == ["now"]


def test_rungs_that_came_before_the_notice_are_none_and_one_that_came_since_overtakes_it() -> None:
    history = submitted(), returned(fix_by="2026-12-19", received="2026-12-14 09:30")  # before-7 would have been on Friday 11/12
    found = duty(*history)
    assert [rung.name for rung in notices.rungs(found, notices.of_duty(found))][:2] == ["now", "before-3"]
    assert [alert.matter.cause for alert in _raised("2026-12-16 08:00", *history)] == ["return-1"]


def test_each_revision_that_is_returned_is_told() -> None:
    again = submitted(revision=2, received="2026-12-15 10:00"), returned(revision=2, received="2026-12-16 10:00", reason="Thiếu biểu 2")
    assert _notice(submitted(), returned(), *again) == ("returned-2", None, "Thiếu biểu 2")
    assert _notice(submitted(), returned(), submitted(revision=2)) is None


def test_an_extension_is_told_with_the_deadline_before_it() -> None:
    assert _notice(extended("2026-12-24")) == ("moved-1", vn("2026-12-20"), "Lũ lụt")
    assert _notice(extended("2026-12-24"), extended("2026-12-27", received="2026-12-16 09:00")) == ("moved-2", vn("2026-12-25"), "Lũ lụt")


def test_what_changes_no_deadline_is_not_told() -> None:
    assert _notice(extended("2026-12-01")) is None
    assert _notice(extended("2026-12-24"), extended("2026-12-22", received="2026-12-16 09:00")) == ("moved-1", vn("2026-12-20"), "Lũ lụt")


def test_a_corrected_extension_is_told_and_has_its_ladder() -> None:
    slip = extended("2062-12-24", received="2026-12-14 09:00")
    mended = extended("2026-12-24", received="2026-12-15 10:00", corrects=True, reason="Gõ nhầm năm")
    found = duty(slip, mended)
    assert found.reminded_of == vn("2026-12-25")
    assert _notice(slip, mended) == ("moved-2", vn("2062-12-25"), "Gõ nhầm năm")
    [told] = _raised("2026-12-15 10:00", slip, mended)
    assert (told.matter.before, told.matter.deadline) == (vn("2062-12-25"), vn("2026-12-25"))


def test_a_corrected_opening_is_told_to_the_units_and_a_first_opening_is_not() -> None:
    slip = opened("2062-10-30", received="2026-06-01 09:00")
    mended = opened("2026-10-30", received="2026-06-02 09:00", corrects=True, reason="Gõ nhầm năm")
    assert _notice(slip, regimes=(on_call(),)) is None
    assert _notice(slip, mended, regimes=(on_call(),)) == ("moved-1", vn("2062-10-31"), "Gõ nhầm năm")
    assert duty(slip, mended, regimes=(on_call(),)).deadline == vn("2026-10-31")


def test_a_plain_opening_before_the_correction_does_not_come_back() -> None:
    slip, mended = opened("2062-10-30"), opened("2026-10-30", received="2026-06-02 09:00", corrects=True)
    longer = opened("2026-11-10", received="2026-06-05 09:00")
    assert duty(longer, mended, slip, regimes=(on_call(),)).deadline == vn("2026-11-11")


def test_an_extension_of_a_returned_report_is_told_from_its_fix_by_date() -> None:
    history = submitted(), returned(fix_by="2026-12-24"), extended("2026-12-30", received="2026-12-15 09:00")
    assert _notice(*history) == ("moved-1", vn("2026-12-25"), "Lũ lụt")
    earlier = extended("2026-12-30", received="2026-12-11 09:00")
    assert _notice(submitted(), returned(fix_by="2026-12-24"), earlier) == ("returned-1", None, "Thiếu số liệu mục 3")


def test_who_owes_nothing_is_told_nothing() -> None:
    history = submitted(), returned(received="2026-12-14 09:30"), submitted(revision=2, received="2026-12-14 09:30:30")
    assert _raised("2026-12-14 09:31", *history) == []
    assert _raised("2026-12-15 09:31", submitted(), extended("2026-12-24")) == []


def test_a_notice_that_is_overtaken_before_it_was_sent_is_dropped() -> None:
    history = submitted(), returned(fix_by="2027-01-05", received="2026-12-14 09:30")
    [told] = _raised("2026-12-14 09:31", *history)
    now = vn("2026-12-14 09:32")
    assert reminders.sort_out([told], book(*history).owed(now), COMMON, now).send == (told,)
    longer = extended("2027-01-10", received="2026-12-14 09:31")
    assert reminders.sort_out([told], book(*history, longer).owed(now), COMMON, now).drop == (told,)


def test_the_event_of_a_notice_fits_the_published_shape() -> None:
    history = submitted(), returned(received="2026-12-14 09:30:15.250")
    [told] = _raised("2026-12-14 09:31", *history)
    event = AlertRaised.model_validate_json(stream.event(content_of(told, *history, at=vn("2026-12-14 09:31"))))
    assert (event.data.cause, event.data.rung, event.data.at) == ("returned-1", "now", "2026-12-14T09:30:15+07:00")
    moved = extended("2026-12-24", received="2026-12-15 09:00")
    [told] = _raised("2026-12-15 09:00", moved)
    event = AlertRaised.model_validate_json(stream.event(content_of(told, moved, at=vn("2026-12-15 09:00"))))
    assert (event.data.deadline_before, event.data.deadline) == ("2026-12-20T00:00:00+07:00", "2026-12-25T00:00:00+07:00")


DAYS = st.sampled_from(["2026-12-18", "2026-12-21", "2026-12-24", "2026-12-30", "2062-12-24"])
HOURS = st.integers(0, 99).map(lambda number: f"2026-12-{10 + number // 24} {number % 24:02}:00")
HISTORIES = st.lists(
    st.one_of(
        st.builds(submitted, revision=st.integers(1, 2), received=HOURS),
        st.builds(withdrawn, revision=st.integers(1, 2), received=HOURS),
        st.builds(returned, revision=st.integers(1, 2), fix_by=DAYS, received=HOURS),
        st.builds(extended, DAYS, received=HOURS, corrects=st.booleans()),
        st.builds(opened, DAYS, received=HOURS, corrects=st.booleans()),
    ),
    max_size=9,
)


@given(HISTORIES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_what_is_told(history: list[Logged], rng: random.Random) -> None:
    shuffled = [*history, *rng.sample(history, len(history) // 2)]
    rng.shuffle(shuffled)
    told = [
        [
            (one.id, notices.of_duty(one), events.to_text(one.reminded_of))
            for kept in (book(*some, regimes=(on_call(),)), book(*some))
            for one in kept.duties(vn("2026-12-16"))
        ]
        for some in (history, shuffled)
    ]
    assert told[0] == told[1]
    assert {one.regime for one in book(opened("2026-12-24"), regimes=(on_call(),)).duties(vn("2026-12-16"))} == {ON_CALL}
