"""A tick looks only at what is due or has changed, and decides the same as if it looked at everything."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.domain import digest, reminders
from services.notify.domain.alerts import STREAM
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger
from services.notify.domain.reminders import DueAlerts
from shared.wire.events import Logged
from tests.notify.builders import book, extended, reference, returned, roster, submitted, vn, withdrawn

AT = vn("2026-12-18 08:00")
KNOWN = reference()
UNITS = st.sampled_from(["111", "112", "113"])
EVENTS = st.one_of(
    st.builds(submitted, UNITS, st.integers(1, 2)),
    st.builds(withdrawn, UNITS, st.integers(1, 2)),
    st.builds(returned, UNITS, st.integers(1, 2)),
    st.builds(extended, st.sampled_from(["2026-12-24", "2027-01-05"]), UNITS),
)
TIMES = st.integers(0, 70 * 24).map(lambda hours: vn("2026-11-15") + timedelta(hours=hours))


def _decide(found: Book, alerted: set[str], at: datetime, *, is_claimed: bool) -> DueAlerts:
    owed = found.owed(at).values()
    candidates = reminders.reached(owed, KNOWN, at) + digest.reached(owed, KNOWN, at)
    decision = reminders.decide(candidates, alerted, KNOWN, at)
    if is_claimed:
        reminders.close(candidates)
    return decision


def _ids(decision: DueAlerts) -> set[str]:
    return {alert.id(STREAM) for alert in (*decision.raised, *decision.passed)}


@settings(deadline=None)  # two books for each step
@given(st.lists(st.tuples(TIMES, st.booleans(), st.none() | EVENTS), max_size=15))
def test_a_book_that_was_asked_before_decides_like_a_fresh_one(steps: list[tuple[datetime, bool, Logged | None]]) -> None:
    kept, history, alerted = book(), list[Logged](), set[str]()
    for at, is_claimed, event in steps:  # a tick, or a rehearsal; at times in any order
        if event is not None:
            kept.fold(event)
            history.append(event)
        fresh = Book(roster(), Ledger())
        for folded in history:
            fresh.fold(folded)
        decision = _decide(kept, alerted, at, is_claimed=is_claimed)
        assert _ids(decision) == _ids(_decide(fresh, alerted, at, is_claimed=False))
        alerted |= _ids(decision) if is_claimed else set()


def _looked_at(found: Book, at: datetime) -> list[str]:
    candidates = reminders.reached(found.owed(at).values(), KNOWN, at)
    reminders.close(candidates)
    return sorted(candidate.reminders.matter.unit for candidate in candidates)


def test_a_unit_whose_newest_rung_is_claimed_is_looked_at_again_at_the_next_rung() -> None:
    found = book()
    assert _looked_at(found, AT) == ["111", "112", "113"]
    assert _looked_at(found, AT + timedelta(hours=5)) == []
    assert _looked_at(found, AT + timedelta(hours=6)) == ["111", "112", "113"]


def test_only_the_unit_that_has_changed_is_looked_at_again() -> None:
    found = book()
    _looked_at(found, AT)
    found.fold(extended("2026-12-18", "112"))
    assert _looked_at(found, AT) == ["112"]


def test_a_unit_is_not_looked_at_when_nothing_may_go_out() -> None:
    found = book()
    assert _looked_at(found, vn("2026-12-13 09:00")) == []  # a Sunday; the rung was on Friday
    assert _looked_at(found, vn("2026-12-14 09:00")) == ["111", "112", "113"]


def test_only_rungs_after_the_claimed_one_are_asked_for() -> None:
    found = book()
    _looked_at(found, AT)
    later = reminders.reached(found.owed(AT).values(), KNOWN, AT + timedelta(hours=6))
    assert {rung.name for rung, _ in later[0].asked} == {"last-day-1400", "after-1", "after-3", "after-7"}


def test_a_rehearsal_claims_nothing() -> None:
    found = book()
    assert len(reminders.reached(found.owed(AT).values(), KNOWN, AT + timedelta(days=31))) == 3
    assert _looked_at(found, AT) == ["111", "112", "113"]
    assert _looked_at(found, AT) == []
    reminders.reached(found.owed(AT).values(), KNOWN, AT + timedelta(days=31))
    assert _looked_at(found, AT) == []


def test_a_unit_that_changed_while_its_alert_was_claimed_is_looked_at_again() -> None:
    found = book()
    candidates = reminders.reached(found.owed(AT).values(), KNOWN, AT)
    found.fold(extended("2026-12-18", "112"))
    found.owed(AT)
    reminders.close(candidates)
    assert _looked_at(found, AT) == ["112"]
