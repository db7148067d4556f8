from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger, RegimePeriod
from services.notify.domain.owed import Owed
from shared.wire.events import Logged
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
            {steps: sorted((one.id, one.cause) for one in watch.members.values()) for steps, watch in found.by_steps.items()},
            {group: sorted(mates) for group, mates in found.by_group.items()},
        )
        for pair, found in owed.items()
    }


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
