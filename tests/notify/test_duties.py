import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.domain import duties
from services.notify.domain.book import Book
from services.notify.domain.duties import Duty
from shared.wire import events
from shared.wire.events import Logged
from tests.notify.builders import (
    ON_CALL,
    REGIME,
    book,
    confirmed,
    duty,
    extended,
    on_call,
    opened,
    regime,
    returned,
    roster,
    submitted,
    vn,
    withdrawn,
)

CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "11-28"}}, "confirm": {"level": "district", "before": "12-05"}})
ON_CALL_2026 = {"regime": ON_CALL, "period": "2026"}


def test_every_reporter_has_a_duty_in_every_period_that_has_begun() -> None:
    assert [one.id for one in book().duties(vn("2026-12-14"))] == [f"{REGIME}/2026/{code}" for code in ("111", "112", "113")]
    assert [one.period for one in book().duties(vn("2026-12-15"), period="2027")] == ["2027"] * 3


def test_a_confirmer_has_a_duty_of_its_own() -> None:
    found = [one for one in book(regimes=(CONFIRMING,)).duties(vn("2026-12-01")) if one.task == "confirm"]
    assert [(one.id, one.deadline, one.cause) for one in found] == [(f"{REGIME}/2026/11/confirm", vn("2026-12-05"), "confirm")]


def test_a_derived_regime_has_no_duties() -> None:
    derived = regime(id="dan-xuat", reporters={}, obligation=None, derived_from=REGIME, derived_groups=["xa"], within="1")
    assert roster(derived).open_periods(book().ledger, vn("2026-12-01")) == []


def test_a_unit_owes_until_its_report_counts() -> None:
    assert duties.owes(duty())
    assert not duties.owes(duty(submitted()))
    assert duties.owes(duty(submitted(), withdrawn()))
    assert duties.owes(duty(submitted(), returned()))
    assert not duties.owes(duty(submitted(), returned(), submitted(revision=2)))


def test_a_confirmer_owes_until_it_confirms() -> None:
    assert duties.owes(duty(unit_id="11", regimes=(CONFIRMING,)))
    assert not duties.owes(duty(confirmed(), unit_id="11", regimes=(CONFIRMING,)))


def test_a_report_received_on_the_stroke_of_the_deadline_is_late() -> None:
    assert duty(submitted(received="2026-12-20 00:00:00")).is_late
    assert not duty(submitted(received="2026-12-19 23:59:59.999")).is_late


def test_a_confirmation_on_the_stroke_of_the_deadline_is_late() -> None:
    assert duty(confirmed(received="2026-12-05 00:00"), unit_id="11", regimes=(CONFIRMING,)).is_late
    assert not duty(confirmed(received="2026-12-04 23:59:59.999"), unit_id="11", regimes=(CONFIRMING,)).is_late


def test_a_returned_report_has_a_ladder_of_its_own_until_the_fix_by_day() -> None:
    found = duty(submitted(revision=3), returned(revision=3, fix_by="2026-12-28"))
    assert (found.cause, found.reminded_of) == ("return-3", vn("2026-12-29"))
    assert found.deadline == vn("2026-12-20")


def test_a_return_of_a_revision_that_never_was_asks_for_nothing() -> None:
    assert not duties.owes(duty(submitted(revision=4), returned(revision=53)))
    mended = duty(submitted(revision=1), returned(revision=1, received="2026-12-11 09:00"), submitted(revision=2), returned(revision=1))
    assert not duties.owes(mended)
    back = duty(submitted(revision=2), returned(revision=53), returned(revision=2, reason="Sai số thôn"))
    assert back.cause == "return-2"
    assert back.returned is not None
    assert back.returned.reason == "Sai số thôn"


def test_a_report_withdrawn_after_its_return_is_owed_as_a_report() -> None:
    found = duty(submitted(), returned(), withdrawn(revision=2))
    assert (found.cause, found.reminded_of) == ("report", vn("2026-12-20"))


def test_an_extension_moves_the_deadline_and_never_makes_it_earlier() -> None:
    assert duty(extended("2026-12-24")).reminded_of == vn("2026-12-25")
    assert duty(extended("2026-12-01")).reminded_of == vn("2026-12-20")
    assert not duty(extended("2026-12-24"), submitted(received="2026-12-24 10:00")).is_late


def test_an_extension_that_was_taken_back_is_none() -> None:
    slip, mended = extended("2027-01-05", received="2026-11-01 09:00"), extended("2026-12-10", received="2026-11-02 09:00", corrects=True)
    assert duty(slip).extension is not None
    assert (duty(slip, mended).extension, duty(slip, mended).deadline) == (None, vn("2026-12-20"))


def test_a_period_on_call_has_duties_once_it_is_opened_by_the_latest_of_its_deadlines() -> None:
    assert list(book(regimes=(on_call(),)).duties(vn("2026-12-01"))) == []
    found = duty(opened("2026-09-30"), opened("2026-10-15"), opened("2026-09-01"), regimes=(on_call(),))
    assert (found.regime, found.deadline) == (ON_CALL, vn("2026-10-16"))


def test_a_period_that_was_opened_early_has_duties_once_it_begins() -> None:
    early = book(opened("2027-06-30", period="2027"), regimes=(on_call(),))
    assert list(early.duties(vn("2026-12-31 23:59:59"))) == []
    assert len(list(early.duties(vn("2027-01-01")))) == 3


def test_a_deadline_that_is_none_is_left_out() -> None:
    assert duty(extended("khi nào xong")).deadline == vn("2026-12-20")
    assert duty(extended("9999-12-31")).deadline == vn("2026-12-20")
    assert duty(submitted(), returned(fix_by="0001-01-01")).reminded_of == vn("2026-12-20")


def test_only_what_changed_is_stored_and_what_has_no_duty_yet_is_kept() -> None:
    found = book(extended("2027-12-25", period="2027"), submitted("112"))
    found.begin(vn("2026-12-01"))
    assert len(_stored(found)) == 3
    assert [key.period for key, _ in found.waiting()] == ["2027"]
    assert not found.changed

    found.fold(submitted("113"))
    assert [one.unit.id for one in found.changes((REGIME, "2026"))] == ["113"]

    found.begin(vn("2026-12-15"))
    assert len(_stored(found)) == 4
    assert found.waiting() == []


def test_the_state_of_units_that_are_not_asked_is_kept_only_until_the_period_begins() -> None:
    """Otherwise a log full of such reports would fill the notifier's checkpoint beyond the largest document."""
    found = book(submitted("999", period="2027"), submitted("999"), submitted("112"))
    found.begin(vn("2026-12-01"))
    _stored(found)
    assert [(key.period, key.unit_id) for key, _ in found.waiting()] == [("2027", "999")]

    found.begin(vn("2026-12-15"))
    _stored(found)
    assert found.waiting() == []


def _stored(found: Book) -> list[Duty]:
    """The changes, which are then marked as stored."""
    stored = []
    for pair in found.changed:
        changes = found.changes(pair)
        found.forget_changes(pair)
        stored += changes
    return stored


HISTORIES = st.lists(
    st.one_of(
        st.builds(submitted, revision=st.integers(1, 3), received=st.sampled_from(["2026-12-10 09:00", "2026-12-20 00:00"])),
        st.builds(withdrawn, revision=st.integers(1, 3)),
        st.builds(returned, revision=st.integers(1, 3), fix_by=st.sampled_from(["2026-12-24", "2026-12-28"]), reason=st.sampled_from("ab")),
        st.builds(extended, st.sampled_from(["2026-12-24", "2026-12-26", "nay mai"])),
        st.builds(confirmed, unit_id=st.just("111")),
        st.builds(opened, st.sampled_from(["2026-12-24", "2026-12-31"])),
        st.builds(submitted, regime=st.just(ON_CALL)),
    ),
    max_size=8,
)


def _standing(history: list[Logged]) -> list[tuple[Duty, bool, bool, str, str]]:
    found = book(*history, regimes=(regime(), on_call())).duties(vn("2026-12-16"))
    return [(one, one.is_done, one.is_late, one.cause, events.to_text(one.reminded_of)) for one in found]


@settings(deadline=timedelta(seconds=2))
@given(HISTORIES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_a_duty(history: list[Logged], rng: random.Random) -> None:
    shuffled = [*history, *rng.choices(history, k=3)] if history else []
    rng.shuffle(shuffled)
    assert _standing(shuffled) == _standing(history)
